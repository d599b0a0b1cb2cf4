"""What a service answers with: predictions of rows, of arrays, and step by step."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.api.studies.exporting import network_of
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.errors import InvalidInput, Problem

if TYPE_CHECKING:
    import pandas as pd

    from rnnsearch.api import Results
    from rnnsearch.exports.raw import Given, Signature
    from rnnsearch.exports.streaming import Step

__all__ = ["Service", "service_of"]

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Service:
    """The functions that a service calls, one at a time.

    Attributes:
        name, task: Of the search.
        signature: Of `predict`.
        predict: Raw inputs by name, as an export has them, to what is predicted.
        columns: Of a row of a table → whether it is text; empty where no table is read.
        predict_rows: A table to a table, as `Results.predict`; None where no table is read.
        step: One step of a stream; None where the network reads no sequence step by step.
        no_step: Why there is none.
        lock: Held while one of them is called.
    """

    name: str
    task: str
    signature: Signature
    predict: Callable[[Arrays], np.ndarray]
    columns: Mapping[str, bool] = field(default_factory=dict)
    predict_rows: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    step: Step | None = None
    no_step: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def batch(self, given: Mapping[str, Any], most: int) -> np.ndarray:
        """What is predicted of nested lists by name.

        Raises:
            InvalidInput: Their axes are others than the network's, or they are too many.
        """
        arrays = _arrays(self.signature.inputs, given, "inputs")
        _check_count(len(next(iter(arrays.values()))), most)
        with self.lock:
            return self.predict(arrays)

    def advance(
        self, given: Mapping[str, Any], state: Mapping[str, Any] | None, most: int
    ) -> tuple[np.ndarray, Arrays]:
        """What is predicted after one more step of several streams, and their states then.

        Args:
            given: What comes with the step.
            state: Of the step before; None at the beginning.
            most: So many streams at most.

        Raises:
            InvalidInput: There are no steps, or something has other axes.
        """
        step = self.step
        if step is None:
            must = "must be of a network that reads step by step"
            raise InvalidInput([Problem("/stream", must, self.no_step, "use /predict")])
        arrays = _arrays(step.inputs, given, "inputs")
        count = len(next(iter(arrays.values())))
        _check_count(count, most)
        if state is None:
            before = step.start(count)
        else:
            before = _arrays(step.states, state, "state")
        _check_same_count({**arrays, **before})
        with self.lock:
            put = step.model.predict({**arrays, **before}, verbose=0)
        return put[self.signature.output], {name: put[f"next_{name}"] for name in before}

    def rows(self, rows: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
        """What `predict` says of the rows of a table, a dict a row.

        Raises:
            InvalidInput: They can't be used, or are too many.
        """
        import pandas as pd

        assert self.predict_rows is not None
        _check_count(len(rows), most)
        if not rows:
            raise InvalidInput([Problem("rows", "must have at least one row", "none")])
        # A column that no row has is told of as one that a file lacks.
        given = [name for name in self.columns if any(one.get(name) is not None for one in rows)]
        frame = pd.DataFrame(list(rows), columns=given)
        with self.lock:
            found = self.predict_rows(frame)
        return [{str(n): x for n, x in one.items()} for one in found.to_dict("records")]


def service_of(results: Results) -> Service:
    """The service of a study's winner. Imports Keras.

    Raises:
        InvalidInput: The winner writes a text.
        StudyError: There is none.
    """
    network, form = network_of(results.winner)
    task = str(results.summary["task"])
    signature = network.signature
    step, why = None, ""
    try:
        step = network.step()
    except InvalidInput as error:
        why = error.problems[0].received
    prepared: Any = form.prepared
    table = prepared if isinstance(prepared, SeriesPreparation) else None
    return Service(
        str(results.summary["name"]),
        task,
        signature,
        lambda given: np.asarray(_predict(network.model, given)),
        {} if table is None else _columns(table),
        None if table is None else lambda frame: _predicted(results, table, frame),
        step,
        why,
    )


def _predict(model: Any, given: Arrays) -> Any:
    return model.predict(given if len(given) > 1 else next(iter(given.values())), verbose=0)


def _columns(prepared: SeriesPreparation) -> dict[str, bool]:
    """The columns of a new file, and which are text."""
    past = prepared.target.names if prepared.lag or prepared.lags else ()
    names = dict.fromkeys((*prepared.time, *prepared.series, *prepared.inputs_names, *past))
    texts = {*prepared.time, *prepared.series, *prepared.categories}
    return {name: name in texts for name in names}


def _predicted(results: Results, prepared: SeriesPreparation, frame: pd.DataFrame) -> pd.DataFrame:
    """A table by way of a file, which is read as any new one."""
    dialect = dict(prepared.dialect)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{prepared.reader}"
        if prepared.reader == "parquet":
            frame.to_parquet(path)
        else:
            separator, decimal = dialect.get("separator") or ",", dialect.get("decimal") or "."
            encoding = dialect.get("encoding") or "utf-8"
            frame.to_csv(path, index=False, sep=separator, decimal=decimal, encoding=encoding)
        try:
            return results.predict(path)
        except InvalidInput as error:
            header = prepared.reader != "parquet"
            problems = [_of_request(each, path, header) for each in error.problems]
            raise InvalidInput(problems) from error


def _of_request(problem: Problem, path: Path, header: bool) -> Problem:
    """What is wrong with the file that was written, as who sent its rows knows them.

    Args:
        problem: Names the file, and rows of it by their numbers from 1.
        path: The file.
        header: Whether its first row is a header.
    """

    def numbered(found: re.Match[str]) -> str:
        return f"rows[{int(found.group(1)) - (2 if header else 1)}]"

    received = problem.received.replace(str(path), "the request")
    received = re.sub(r"\brow (\d+)\b", numbered, received)
    advice = problem.advice.replace(str(path), "the request")
    return replace(problem, received=received, advice=advice, location=None)


def _arrays(wanted: Sequence[Given], given: Mapping[str, Any], where: str) -> Arrays:
    """Nested lists as arrays; all that is wrong with them at once."""
    known = ", ".join(one.name for one in wanted)
    problems = [
        Problem(f"{where}.{name}", f"must be one of {known}", "another name", "leave it out")
        for name in sorted(given.keys() - {one.name for one in wanted})
    ]
    found = {}
    for one in wanted:
        shape = " × ".join(["B", *map(str, one.shape)])
        must = f"must have the axes {shape}"
        if one.name not in given:
            problems.append(Problem(f"{where}.{one.name}", must, "nothing", one.about))
            continue
        whole = one.dtype.startswith("int")
        try:
            array = np.array(given[one.name], dtype=float)
        except (OverflowError, TypeError, ValueError):
            array = np.full((), np.inf)
        if np.isinf(array).any() or (whole and np.isnan(array).any()):
            must += ", all of " + ("whole numbers" if whole else "finite numbers or null")
            problems.append(Problem(f"{where}.{one.name}", must, "others", one.about))
            continue
        array = array.astype(one.dtype)
        if array.shape[1:] != one.shape or not len(array):
            received = " × ".join(map(str, array.shape)) or "a single one"
            problems.append(Problem(f"{where}.{one.name}", must, received, one.about))
        found[one.name] = array
    if problems:
        raise InvalidInput(problems)
    _check_same_count(found)
    return found


def _check_same_count(arrays: Arrays) -> None:
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        received = ", ".join(f"{name}: {count}" for name, count in counts.items())
        must = "must all have the same B"
        raise InvalidInput([Problem("inputs", must, received, "give as many of each")])


def _check_count(count: int, most: int) -> None:
    if count > most:
        must = f"must be at most {most} at once"
        raise InvalidInput([Problem("request", must, str(count), "send several requests")])
