"""Tables with a sequence in each row: a step a column, beside a class or a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest, name_rows, name_some
from rnnsearch.data.raw.cell_numbers import empty_cells, number, whole_number
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.raw.tables import Column, Table
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.headers import said_unnamed, with_header
from rnnsearch.data.sources.packed import without_packing
from rnnsearch.data.sources.parquet import ParquetReader
from rnnsearch.data.sources.two_parts import TwoPartsReader

__all__ = ["WideReader", "numbered", "parsed", "table_of"]

_PARQUET = (".parquet", ".pq", ".parq")
_RATIONAL = re.compile(r"[+-]?\d\.\d+e[+-]?\d+", re.IGNORECASE)
"""How numbers of any kind are written by NumPy: 1.0000000e+00 for class 1."""
_FEW = 0.1
"""Columns that are called otherwise, for one of those that are numbered, at most."""
_NUMBERED = re.compile(r"(.*?)[ _.-]*(\d+)")


def numbered(names: Sequence[str], stem: str) -> list[str]:
    """The names that are a text and a number, in the order in which they stand: ``x_0, x_1, …``."""
    found = [(name, _NUMBERED.fullmatch(name.strip())) for name in names]
    return [name for name, match in found if match and match[1] == stem]


class WideReader(TwoPartsReader):
    """Reads CSV, TSV and Parquet files: one, or those that end in ``_TRAIN`` and ``_TEST``."""

    ends = ("train", "test")
    must = "must be a table, or a folder with one file …_TRAIN and its …_TEST"

    def stem(self, file: Path) -> str | None:
        """Of all files that are not hidden."""
        if file.name.startswith(".") or not file.is_file():
            return None
        return Path(without_packing(file.name)).stem.lower()

    def sequences(
        self,
        path: Path,
        settings: Mapping[str, Any],
        targets: bool,
        problems: Problems,
        *,
        new: bool = False,
    ) -> Raw | None:
        """A row each; of new rows it is not asked whose they are, nor in which part."""
        if new:
            split = {**(settings.get("split") or {}), "group": None, "column": None}
            beside = [name for key in ("group", "column") if (name := _said(settings, key))]
            ignored = [*settings.get("ignore", ()), *beside]
            settings = {**settings, "split": split, "ignore": ignored}
        return _sequences(path, settings, targets, problems, new=new)


def table_of(path: Path, dialect: Mapping[str, Any]) -> Table:
    """All cells of a file.

    Raises:
        InvalidData: The file is missing, broken or empty.
    """
    reader = ParquetReader() if path.suffix.lower() in _PARQUET else CsvReader()
    return reader.read(path, dialect)


def _said(settings: Mapping[str, Any], key: str) -> str | None:
    """The column that says the groups, or the parts."""
    found = (settings.get("split") or {}).get(key)
    return found if isinstance(found, str) else None


def _sequences(
    path: Path,
    settings: Mapping[str, Any],
    targets: bool,
    problems: Problems,
    *,
    new: bool = False,
) -> Raw | None:
    """The sequences of a file; None, and problems, if it can't be read."""
    target = settings["target"]
    table = table_of(path, with_header(settings.get("dialect") or {}, [target]))
    _check_names(table, settings, targets, problems)
    said = {"group": _said(settings, "group"), "part": _said(settings, "column")}
    known = {target, *settings.get("ignore", ()), *filter(None, said.values())}
    left = [name for name in table.header if name not in known]
    steps = _quantities(left, settings.get("quantities", ()), new, problems)
    if problems.found:
        return None
    x = np.stack([_numbers(table, names, problems) for names in steps], axis=-1)
    y = _target(table, target, settings.get("target_kind", "auto"), problems) if targets else None
    if not targets:
        _check_unnamed(table, settings, problems)
    if problems.found:
        return None
    of_each = {
        key: np.array(table.column(name).texts()).astype(str)
        for key, name in said.items()
        if name is not None and name in table.header
    }
    problems.notes += [note for note in table.notes if note not in problems.notes]
    return Raw(x, y, None, ("the steps", f"'{target}'", "lengths"), **of_each)


def _check_names(
    table: Table, settings: Mapping[str, Any], targets: bool, problems: Problems
) -> None:
    """Columns that are named must be there, each once."""
    asked: dict[str, str | None] = {}
    if targets:
        asked = {"data.target": settings["target"]}
        asked |= {f"data.split.{key}": _said(settings, key) for key in ("group", "column")}
    for key, name in asked.items():
        if name is not None and name not in table.header:
            advice = name_nearest(name, table.header)
            problems.add(key, "must be the name of a column", f"'{name}'", advice)
    twice = sorted({name for name in table.header if table.header.count(name) > 1})
    if twice:
        shown = name_some(f"'{name}'" for name in twice)
        received = f"{shown} more than once"
        problems.add("data.path", "must have a name of its own for each column", received, "rename")


def _quantities(
    names: Sequence[str], stems: Sequence[str], new: bool, problems: Problems
) -> list[Sequence[str]]:
    """The columns of each feature, in order of the steps.

    Args:
        names: Of all columns that may be steps.
        stems: What those of each feature are called, before a number; of one feature maybe none.
        new: Whether the file is no longer that of a search: it may hold more than is read.
        problems: Where to note what is wrong.
    """
    if not stems:
        if not names:
            problems.add("data.path", "must have columns of steps", "none beside the others")
        _check_alike(names, problems)
        return [names]
    found = [numbered(names, stem) for stem in stems]
    counts = {stem: len(columns) for stem, columns in zip(stems, found, strict=True)}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        said = name_some(f"'{stem}' {count}" for stem, count in counts.items())
        must = "must have as many columns of each quantity, called by it and a number"
        problems.add("data.quantities", must, said, "correct it, or leave columns out")
    rest = [name for name in names if not any(name in columns for columns in found)]
    if rest and new:
        problems.notes.append("not read: " + name_some(f"'{n}'" for n in rest))
    elif rest:
        must = "must say of each column what it is"
        advice = "name what is not read in data.ignore"
        problems.add("data.quantities", must, name_some(f"'{n}'" for n in rest), advice)
    for columns in found:
        _check_order(columns, problems)
    return [*found]


def _check_alike(names: Sequence[str], problems: Problems) -> None:
    """Where nearly all columns of steps are called by a number, one that is not is no step."""
    matches = {name: _NUMBERED.fullmatch(name.strip()) for name in names}
    stems = Counter(match[1] for match in matches.values() if match)
    stem, count = stems.most_common(1)[0] if stems else ("", 0)
    others = [name for name, match in matches.items() if match is None or match[1] != stem]
    if others and len(others) <= _FEW * count:
        must = "must say of columns that are called otherwise than the steps what they are"
        advice = "name those that are not read in data.ignore"
        problems.add("data.path", must, name_some(f"'{name}'" for name in others), advice)
    elif count == len(names):
        _check_order(names, problems)


def _check_order(names: Sequence[str], problems: Problems) -> None:
    """Columns that are numbered must stand in this order: it is that of the steps."""
    numbers = [int(match[2]) for name in names if (match := _NUMBERED.fullmatch(name.strip()))]
    for at in range(1, len(numbers)):
        if numbers[at] <= numbers[at - 1]:
            must = "must have the columns of steps in their order"
            received = f"'{names[at]}' after '{names[at - 1]}'"
            problems.add("data.path", must, received, "sort the columns")
            return


def _numbers(table: Table, names: Sequence[str], problems: Problems) -> np.ndarray:
    """(N, T) of the cells, NaN where one is empty; a problem where one is no number."""
    found = np.empty((len(table.rows), len(names)))
    for place, name in enumerate(names):
        values, wrong = parsed(table.column(name))
        if wrong.any():
            row = int(wrong.argmax())
            received = f"'{table.column(name).texts()[row]}' in column '{name}'"
            received += f", {name_rows(table.rows[[row]])}"
            must = "must hold numbers in the columns of steps"
            advice = "correct it, or name columns that are no steps in data.ignore"
            problems.add("data.path", must, received, advice)
            break
        found[:, place] = values
    return found


def parsed(column: Column) -> tuple[np.ndarray, np.ndarray]:
    """The cells as numbers (N,), and which are no number though they hold something (N,)."""
    values = column.numbers()
    if values is None:
        values = np.array([number(cell) for cell in column.texts()])
    return values, ~np.isfinite(values) & ~empty_cells(column)


def _target(table: Table, name: str, kind: str, problems: Problems) -> np.ndarray:
    """The class or the number of each sequence (N,): texts, where cells are no plain numbers."""
    column = table.column(name)
    values, wrong = parsed(column)
    empty = empty_cells(column)
    if wrong.any() and kind == "numeric":
        row = int(wrong.argmax())
        received = f"'{column.texts()[row]}' in {name_rows(table.rows[[row]])}"
        advice = "correct it, or set target_kind: class"
        problems.add("data.target", "must be a column of numbers", received, advice)
        return values
    cells = [cell.strip() for cell in column.texts()]
    filled = [cell for cell, nothing in zip(cells, empty.tolist(), strict=True) if not nothing]
    plain = all(map(whole_number, filled))
    if wrong.any() or (kind != "numeric" and not plain and _padded(filled)):
        if empty.any():
            must, rows = "must have a class in each row", name_rows(table.rows[empty])
            problems.add("data.target", must, f"nothing in {rows}", "fill it in, or leave rows out")
        return np.array(cells)
    whole = plain or (bool(filled) and all(map(_RATIONAL.fullmatch, filled)) and _whole(values))
    return values.astype(np.int64) if whole and not empty.any() else values


def _whole(values: np.ndarray) -> bool:
    return bool((values == np.round(values)).all())


def _padded(cells: Sequence[str]) -> bool:
    """Whether some have a zero before their digits, as codes have: 007."""
    return any(re.fullmatch(r"0\d+", cell) for cell in cells)


def _check_unnamed(table: Table, settings: Mapping[str, Any], problems: Problems) -> None:
    """A file without names must have the target's column, too: what is where is known by its place.

    Left out, the first step would be taken for it. It shows, where classes are whole numbers.
    """
    target = settings["target"]
    if settings.get("target_kind") == "numeric" or not said_unnamed([target]):
        return
    if target not in table.header:
        return
    values, wrong = parsed(table.column(target))
    known = values[np.isfinite(values)]
    if not wrong.any() and (known != np.round(known)).any():
        at = int(np.flatnonzero(values != np.round(values))[0])
        received = f"{values[at]:g} in {name_rows(table.rows[[at]])}"
        must = f"must have classes in '{target}', as the file that was learned from"
        advice = "put a column there that may be empty: in a file without names places count"
        problems.add("data.path", must, received, advice)
