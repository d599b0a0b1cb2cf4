"""What the Python API is given in place of a spec: arrays, or a table, and the rest guessed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data import Arrays
from rnnsearch.data.raw.sequence_arrays import plain_array
from rnnsearch.errors import InvalidData, Problem
from rnnsearch.execution import usable_cores
from rnnsearch.files import write_text
from rnnsearch.guessing import Guess, Wishes, guess, guess_arrays

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Given", "as_sequences", "merged", "of_arrays", "of_frame", "write_frame"]

_PARTS = ("train", "validation", "test")
_NAMES = {"FILE": "x", "--task": "task", "--target": "target", "data.path": "x"}
"""What a guess of a file calls things, and what they are called here."""


@dataclass(frozen=True)
class Given:
    """A spec that was guessed, and its data.

    Attributes:
        spec: As a dict, such as YAML would hold.
        arrays: The data; None where the spec names a file.
        notes: What the user should know of the data.
    """

    spec: dict[str, Any]
    arrays: Arrays | None
    notes: tuple[str, ...]


def of_arrays(
    x: Any,
    y: Any,
    *,
    validation: Sequence[Any] | None = None,
    test: Sequence[Any] | None = None,
    task: str | None = None,
    amounts: bool = False,
) -> Given:
    """A spec for arrays.

    Args:
        x: (N, T, F) or (N, T), or N sequences of (T, F) or (T,) that differ in length; (N, F) for
            one_to_many.
        y: N classes or numbers; as the task has it, see `rnnsearch.guessing.arrays`.
        validation, test: (x, y) of these parts; where they are None, out of x and y.
        task: Which mapping; None: by the shapes.
        amounts: Whether targets are numbers, whole ones, too.

    Raises:
        InvalidData: No search of them would run; with the reason.
    """
    given = {"train": (x, y), "validation": validation, "test": test}
    parts = {name: _part(name, part) for name, part in given.items() if part is not None}
    own = len(parts) > 1
    named = {
        f"{kind}_{part}" if own else kind: array
        for part, arrays in parts.items()
        for kind, array in zip(("x", "y", "lengths"), arrays, strict=False)
        if array is not None
    }
    with _named_as_given():
        wishes = Wishes(None, task, usable_cores())
        found = guess_arrays(named, "arrays", wishes, amounts=amounts)
    return Given(_document(found, None), Arrays(*map(parts.get, _PARTS)), found.notes)  # type: ignore[arg-type]


def of_frame(frame: pd.DataFrame, path: Path, *, target: str | None, task: str | None) -> Given:
    """A spec for a table with a row a time step, which is written beside the study.

    Args:
        frame: Its index, where it has one of time stamps or a name, is a column like the others.
        path: The CSV file to write.
        target: Column to predict; None: one named so, or the last.
        task: Which mapping; None: by the data.

    Raises:
        InvalidData: No search of it would run; with the reason.
    """
    write_frame(frame, path)
    with _named_as_given(path.name):
        found = guess(path, Wishes(target, task, usable_cores()))
    return Given(_document(found, path.absolute()), None, found.notes)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """A table as the source `csv` reads it, every number to its last digit."""
    frame = as_frame(frame)
    if frame.columns.nlevels > 1 or frame.index.nlevels > 1:
        must, received = "must have one row of names and one index", "levels of them"
        raise InvalidData([Problem("frame", must, received, "call reset_index() first")])
    buffer = io.StringIO()
    with_index(frame).to_csv(buffer, index=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, buffer.getvalue())


def as_frame(given: Any) -> pd.DataFrame:
    """A table of pandas; one of Polars or PyArrow by its own way to make it that.

    Raises:
        InvalidData: It is none.
    """
    import pandas as pd

    if isinstance(given, pd.Series):
        return given.to_frame()
    found = given.to_pandas() if hasattr(given, "to_pandas") else given
    if not isinstance(found, pd.DataFrame):
        must, received = "must be a pandas.DataFrame", type(given).__name__
        raise InvalidData([Problem("frame", must, received, "arrays are given as x and y")])
    return found


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with its index as its first column, where that says something."""
    import pandas as pd

    index = frame.index
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    timed = isinstance(index, pd.DatetimeIndex)
    if not timed and index.name is None:
        return frame
    name = str(index.name) if index.name is not None else "time"
    if name in frame.columns:
        must, received = "must have an index whose name is no column's", f"'{name}'"
        raise InvalidData([Problem("frame", must, received, "rename one of them")])
    whole = frame.reset_index(drop=True)
    whole.insert(0, name, index)
    return whole


def merged(guessed: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A guessed spec with what the user says in place of what was guessed, key by key."""
    whole = dict(guessed)
    for section, value in said.items():
        old = whole.get(section)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        whole[section] = {**old, **value} if both else value  # type: ignore[dict-item]
    return whole


def _part(name: str, part: Sequence[Any]) -> tuple[np.ndarray, ...]:
    """(x, y) or (x, y, lengths), sequences of several lengths padded."""
    if isinstance(part, str) or len(part) not in (2, 3):
        must = "must be (x, y) or (x, y, lengths)"
        raise InvalidData([Problem(name, must, f"{len(part)} items", "give both")])
    x, y, *lengths = part
    missing = [label for label, array in (("x", x), ("y", y)) if array is None]
    if missing:
        raise InvalidData([Problem(missing[0], "must be given", "none", "give x and y")])
    return (as_sequences(x), plain_array(y), *map(plain_array, lengths))


def as_sequences(x: Any) -> np.ndarray:
    """Sequences as one array: where they differ in length, (N, T, F) with NaN after their ends."""
    if isinstance(x, np.ndarray) and x.dtype != object:
        return plain_array(x)
    if hasattr(x, "ragged_rank"):  # of TensorFlow
        x = [*x]
    if not isinstance(x, list | tuple | np.ndarray):
        return plain_array(x)
    rows = [plain_array(row) for row in x]
    if len({row.shape for row in rows}) < 2:
        return plain_array(rows if rows else x)
    features = {row.shape[1:] for row in rows}
    if len(features) > 1 or any(
        row.ndim not in (1, 2) or row.dtype.kind not in "biuf" for row in rows
    ):
        must = "must be sequences of numbers, each (T,) or (T, F) with the same F"
        received = ", ".join(str(row.shape) for row in rows[:4]) + (" …" if len(rows) > 4 else "")
        raise InvalidData([Problem("x", must, received, "give each the same features")])
    width = rows[0].shape[1] if rows[0].ndim == 2 else 1
    padded = np.full((len(rows), max(map(len, rows)), width), np.nan)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row.reshape(len(row), width)
    return padded


def _document(found: Guess, path: Path | None) -> dict[str, Any]:
    """The guess as a spec's dict."""
    data = {setting.key: setting.value for setting in found.data if setting.key != "path"}
    if path is not None:
        data["path"] = str(path)
    return {
        "task": found.task.value,
        "data": data,
        "space": {setting.key: setting.value for setting in found.space},
        "search": {setting.key: setting.value for setting in found.search},
    }


@contextmanager
def _named_as_given(file: str = "") -> Iterator[None]:
    """Problems under the names of the arguments; those of a `file` that was written, of x."""
    names = {**_NAMES, file: "x"} if file else _NAMES
    try:
        yield
    except InvalidData as error:
        raise InvalidData(
            replace(problem, path=names.get(problem.path, problem.path))
            for problem in error.problems
        ) from None
