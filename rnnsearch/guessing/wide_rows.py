"""A guess for tables with a sequence in each row: a step a column, beside a class or number."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest, name_some
from rnnsearch.data.raw.cell_numbers import empty_cells
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.data.sources.headers import said_unnamed
from rnnsearch.data.sources.wide import numbered, parsed, table_of
from rnnsearch.data.splits import said_part
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing._base import Guess, Setting, Wishes, refuse
from rnnsearch.guessing.arrays import guess_arrays
from rnnsearch.guessing.part_columns import says_parts
from rnnsearch.guessing.restarts import WHOSE
from rnnsearch.guessing.times import find_times
from rnnsearch.guessing.wide_tables import names_of_times
from rnnsearch.spec.sources import WideSource

__all__ = ["guess_wide", "guess_wide_folder", "parts_of_wide"]

_MANY_STEPS = 20
"""Columns of numbers from which a row may be a sequence."""
_MOST_CLASSES, _MEMBERS = 100, 2
"""Classes that targets may have, and rows of each, at least, in all but a few classes."""
_MOST_KINDS = 5
"""Different values of a column up to which it is no name of whose sequence a row is."""
_SAMPLE = 500
"""Rows that are looked at."""
_SMOOTHER = 0.3
"""Mean square of changes along rows over that down the columns, at most, where no header counts."""
_STEMMED = re.compile(r"(.*?)[ _.-]*(\d+)")
_YEAR = re.compile(r"(?:19|20)\d\d\D*")
_CLASSES = ("label", "class", "target", "category", "species", "type", "y", "activity", "state")


@dataclass(frozen=True)
class _Columns:
    """What the columns are.

    Attributes:
        steps: Names, the feature's columns behind each other.
        stems: What those of each feature are called, before a number; empty where nothing is.
        target: What is predicted, and why this.
        part: The column that says each row's part, or "".
        ignored: All others.
    """

    steps: list[str]
    stems: list[str]
    target: str
    why: str
    part: str
    ignored: list[str]


def parts_of_wide(folder: Path) -> bool:
    """Whether a folder holds a table whose name ends in _TRAIN, and its _TEST."""
    source = WideSource(source="wide", path=folder, target="")
    endings = {".csv", ".tsv", ".txt", ".parquet", ""}
    found = SEQUENCES["wide"].files(source)
    return len(found) == 2 and all(file.suffix.lower() in endings for file in found)


def guess_wide_folder(path: Path, wishes: Wishes) -> Guess:
    """A spec for such a folder.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    train = SEQUENCES["wide"].files(WideSource(source="wide", path=path, target=""))[0]
    found = guess_wide(table_of(train, {}), path, wishes)
    if found is None:
        files = SEQUENCES["wide"].files(WideSource(source="wide", path=path, target=""))
        frames = ", ".join(map(_part_of, files))
        refuse(
            "must have a sequence in each row, and its class or number",
            f"something else in {train.name}",
            "if rows are sequences, say --target; else put the parts below each other, which init "
            f"then finds: pandas.concat([{frames}]).to_csv('data.csv', index=False)",
        )
    return found


def _part_of(file: Path) -> str:
    """Python that reads the table of one part, with a column that says so."""
    part = said_part(re.split("[._-]", file.stem)[-1]) or file.stem
    return (
        f"pandas.read_csv('{file}', sep=None, engine='python', dtype=str, "
        f"keep_default_na=False).assign(part='{part}')"
    )


def guess_wide(table: Table, path: Path, wishes: Wishes) -> Guess | None:
    """A spec for a table whose rows are sequences; None if that is not clear.

    Args:
        table: The training part.
        path: Its file, or the folder that it is in.
        wishes: What the user said. Who names a task is taken at their word: rows are steps.
    """
    if wishes.task is not None or len(table.header) != len({*table.header}):
        return None
    found = _look_at(table, wishes.target)
    if found is None:
        return None
    section: dict[str, Any] = {"target": found.target, "ignore": tuple(found.ignored)}
    section["quantities"] = tuple(found.stems)
    if found.part:
        section["split"] = {"column": found.part}
    source = WideSource(source="wide", path=path, **section)
    problems = Problems()
    parts = SEQUENCES["wide"].read(source, problems)
    problems.raise_any()
    assert parts.train is not None
    arrays: dict[str, np.ndarray] = {}
    suffix = "" if parts.test is None else "_train"
    for raw, ending in ((parts.train, suffix), (parts.test, "_test")):
        if raw is not None and raw.y is not None:
            arrays |= {f"x{ending}": raw.x, f"y{ending}": raw.y}
            if raw.part is not None:
                arrays[found.part] = raw.part
    contents = f"{len(parts.train.x)} rows, a sequence of {parts.train.x.shape[1]} steps in each"
    own = replace(wishes, target=None)
    called = named(found.target, _CLASSES) or bool(said_unnamed(table.header))
    guess = guess_arrays(arrays, "wide", own, contents, labels=called)
    first, place, *rest = guess.data
    said = [Setting("target", found.target, found.why)]
    if found.stems:
        why = "what steps are called, before their number"
        said.append(Setting("quantities", found.stems, why))
    if found.ignored:
        said.append(Setting("ignore", found.ignored, "columns that are neither steps nor target"))
    notes = (_rows_note(found), *_group_notes(found, table), *guess.notes, *_other_part(path))
    return replace(guess, data=(first, place, *said, *rest), notes=notes)


def _rows_note(found: _Columns) -> str:
    said = f"each row is taken for a sequence, of steps '{found.steps[0]}' to '{found.steps[-1]}'"
    return f"{said}; if rows are steps of time, say --task many_to_one"


def _group_notes(found: _Columns, table: Table) -> list[str]:
    """What to say of columns that may name whose sequence a row is: each has several rows."""
    notes = []
    for name in found.ignored:
        cells = table.column(name).texts()
        count = len({*cells})
        if _MOST_KINDS < count <= len(cells) / 2:
            notes.append(
                f"'{name}' holds {count} different values: if rows of one belong together, set "
                f"split: {{group: {name}}}, or scores will be too good"
            )
    return notes


def _other_part(path: Path) -> list[str]:
    """What to say where the test part stands beside the file."""
    stem, ending = path.name[: len(path.name) - len(path.suffix)], path.suffix
    if not path.is_file() or not stem.lower().endswith("train"):
        return []
    other = f"{stem[: -len('train')]}test{ending}".lower()
    beside = [file.name for file in path.absolute().parent.iterdir() if file.name.lower() == other]
    return [f"{name} is not read: init of the folder takes it as the test part" for name in beside]


def _look_at(table: Table, wanted: str | None) -> _Columns | None:
    """What the columns are; None where rows need not be sequences, as those of years are not."""
    some = table.take(np.unique(np.linspace(0, len(table.rows) - 1, _SAMPLE).astype(np.int64)))
    if len(table.header) <= _MANY_STEPS or len(table.rows) < 4:
        return None
    if said_unnamed(table.header):
        return _unnamed(table, some, wanted)
    steps, stems = _steps(some)
    if not steps or not _along(some, [numbered(steps, stem) for stem in stems], _SMOOTHER):
        return None
    rest = [name for name in table.header if name not in steps]
    if not rest or names_of_times(steps) or _are_dated(some, rest):
        return None
    part = next((name for name in rest if says_parts(table, name)), "")
    others = [name for name in rest if name != part]
    target, why = _target(table, others, wanted)
    if not target:
        return None
    ignored = [name for name in others if name != target]
    return _Columns(steps, [stem for stem in stems if stem], target, why, part, ignored)


def _unnamed(table: Table, some: Table, wanted: str | None) -> _Columns | None:
    """The same of a file without names: its first or last column may be a class."""
    ends = [table.header[0], table.header[-1]] if wanted is None else [wanted]
    if wanted is not None and wanted not in table.header:
        return None
    target = next((name for name in ends if wanted or _classes(table, name)), "")
    steps = [name for name in table.header if name != target]
    numbers = all(not parsed(some.column(name))[1].any() for name in steps)
    if not target or not numbers or _are_dated(some, [table.header[0]]):
        return None
    if not _along(some, [steps], 1.0):
        return None
    why = "as you said" if wanted else f"a class in the {'first' if target == ends[0] else 'last'}"
    return _Columns(steps, [], target, why if wanted else f"{why} column", "", [])


def _steps(table: Table) -> tuple[list[str], list[str]]:
    """The columns of numbers that are called by a number that rises, and what stands before it."""
    by_stem: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in table.header:
        match = _STEMMED.fullmatch(name.strip())
        if match and not parsed(table.column(name))[1].any():
            by_stem[match[1]].append((int(match[2]), name))
    rising = {
        stem: found
        for stem, found in by_stem.items()
        if len(found) > 1 and all(one[0] < other[0] for one, other in pairwise(found))
    }
    if not rising:
        return [], []
    longest = max(map(len, rising.values()))
    alike = Counter(tuple(at for at, _ in found) for found in rising.values() if len(found) > 3)
    numbers = next((key for key, count in alike.most_common() if count > 1), None)
    stems = [stem for stem, found in rising.items() if tuple(at for at, _ in found) == numbers]
    several = len(stems) > 1 and all(re.search(r"[^\W\d_]", stem) for stem in stems)
    if not several or any(map(_YEAR.fullmatch, stems)):
        stems = [next(stem for stem, found in rising.items() if len(found) == longest)]
    steps = [name for stem in stems for _, name in rising[stem]]
    return (steps, stems) if len(steps) >= _MANY_STEPS else ([], [])


def _along(table: Table, groups: Sequence[Sequence[str]], most: float) -> bool:
    """Whether neighbours in a row are more alike than neighbours in a column."""
    along, down = 0.0, 0.0
    for names in groups:
        values = np.stack([parsed(table.column(name))[0] for name in names], axis=1)
        spread = float(np.nanvar(values)) or 1.0
        if values.shape[1] < 2:
            return False
        along += float(np.nanmean(np.diff(values, axis=1) ** 2)) / spread
        down += float(np.nanmean(np.diff(values, axis=0) ** 2)) / spread
    return along < most * down


def _are_dated(table: Table, names: Sequence[str]) -> bool:
    """Whether a column says when a row was: then rows follow each other."""
    return find_times(table, list(names)) is not None


def _classes(table: Table, name: str) -> Mapping[str, int]:
    """Rows of each class, if a column may hold classes: few, most of them more than once."""
    column = table.column(name)
    values, wrong = parsed(column)
    if empty_cells(column).any():
        return {}
    if not wrong.any() and (values != np.round(values)).any():
        return {}
    counts = Counter(column.texts())
    most = min(_MOST_CLASSES, len(table.rows) / 2)
    often = sum(count >= _MEMBERS for count in counts.values())
    return counts if 1 < len(counts) <= most and often * 2 > len(counts) else {}


def _target(table: Table, names: Sequence[str], wanted: str | None) -> tuple[str, str]:
    """The column to predict, and why; "" where none offers itself."""
    if wanted is not None:
        if wanted not in names:
            advice = name_nearest(wanted, names)
            must = "must name a column beside the steps"
            refuse(must, f"'{wanted}'", advice, path="--target")
        return wanted, "as you said"
    classes = [name for name in names if _classes(table, name)]
    classes = [name for name in classes if not _says_whose(name)] or classes
    called = [name for name in names if named(name, _CLASSES)]
    for found, why in (
        ([name for name in called if name in classes], "called so, and it holds classes"),
        (classes[:1] if len(classes) == 1 else [], "the only one of classes"),
        ([name for name in called if not parsed(table.column(name))[1].any()], "called so"),
        (classes, "the first of classes"),
    ):
        if found:
            others = [name for name in classes if name != found[0]]
            more = f"; or --target {name_some(others, 3)}" if others else ""
            return found[0], why + more
    numbers = [name for name in names if _measures(table, name)]
    return (numbers[0], "the only number beside the steps") if len(numbers) == 1 else ("", "")


def _says_whose(name: str) -> bool:
    """Whether a column is called as one that names persons and machines is, and no class."""
    words = re.split(r"[\W\d_]+", name.casefold())
    return "id" in words or not WHOSE.isdisjoint(words)


def _measures(table: Table, name: str) -> bool:
    """Whether a column holds numbers that are no count of rows."""
    values, wrong = parsed(table.column(name))
    if wrong.any() or np.isnan(values).any():
        return False
    steps = np.diff(values)
    return bool(np.ptp(values) > 0 and not (len(steps) > 1 and (steps == steps[0]).all()))
