"""What each column of a table is: time, numbers, classes, or nothing that a network can use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from rnnsearch.data.collecting import name_rows, name_some
from rnnsearch.data.raw.cell_numbers import holds_codes, number
from rnnsearch.data.raw.extremes import find_sentinel
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.scaling import LARGEST
from rnnsearch.data.time.time_names import TIMES, named
from rnnsearch.guessing.column_cells import column_cells, parse_numbers

__all__ = [
    "COUNTS_ROWS",
    "Column",
    "before_test",
    "examine",
    "flaw_of_numbers",
    "is_state_without_name",
    "one_number",
]

COUNTS_ROWS = "only counts the rows"
"""The one flaw that a target may have: what is left of a series counts its rows down."""

_CLASSES = (
    *("label", "class", "category", "species", "type", "state", "y", "target", "code"),
    *("sentiment", "polarity", "stars", "rating", "score"),
    *("activity", "activityid", "activity_id", "gesture", "sleep_stage"),
)
_FEW_ON_A_LINE, _OFF_THE_LINE = 24, 0.1
"""From so many rows on a column counts them if none is off by more than this share of a step."""
_CLOCKS = re.compile(
    r"(?:(?:elapsed|time|timestamp|t|uptime|zeit|laufzeit)[ _.]*(?:time[ _.]*)?)?"
    r"[\[(]?(?:time|elapsed|t|s|secs?|seconds?|ms|millis(?:econds)?|us|µs|ns|min|minutes?|h|hours?)"
    r"[\])]?",
    re.IGNORECASE,
)
"""Names of time since a start as a number: ``time_ms``, ``t [s]``, ``Elapsed Time (min)``."""
_UNNAMED = re.compile(r"(?:unnamed: |column_)\d+(?:\.\d+)?", re.IGNORECASE)
"""What a column is called that has no name."""
_IDS = ("id", "index", "row", "key", "uuid", "guid", "nr", "no", "unnamed: 0")
_ABSENT, _MOST_ABSENT = 0.2, 8
"""Share of the cells that may be words for no value, and how many different ones."""
_BEYOND = re.compile(r"[<>≤≥]=? ?[\d.,]+")
"""What was too small or large to be measured: <1."""
_PADDED = re.compile(r"0\d+(\.\d+)?")
"""Digits that are no number: 007, and 01.20 as classifications of trades and goods have it."""
_MOST_CLASSES = 30
_ROWS_A_STATE = 20
"""Rows for which a state lasts, on average."""
_ROWS_A_CLASS = 5
"""Text of which a value comes up less often than this, on average, is no class."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: In the header.
        kind: ``label`` is text that comes up again; ``text`` differs from row to row.
        values: (R,) numbers, NaN in gaps; of a label the index of its class, -1 in gaps.
        gaps: (R,) bool, cells without a value.
        classes: Class → rows, the most frequent first; also of numbers that may be codes.
        flaw: Why it can't be used, as a clause; empty if it can.
        absent: Words among numbers that are taken for no value.
    """

    name: str
    kind: Literal["number", "label", "text"]
    values: np.ndarray
    gaps: np.ndarray
    classes: dict[str, int]
    flaw: str = ""
    absent: tuple[str, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether a network can read it: numbers, or text of few kinds, an input each."""
        return self.kind == "number" or (self.kind == "label" and not bool(self.gaps.any()))


def examine(table: Table, name: str, training: int) -> Column:
    """What a column is.

    Args:
        table: The file.
        name: Of a column that the header has once.
        training: How many rows, from the first, there will be to train on.
    """
    cells = column_cells(table, name)
    values, empty = parse_numbers(cells)
    wrong = ~np.isfinite(values) & ~empty
    filled = int((~empty).sum())
    if not filled and all(cells) and len({cell.casefold() for cell in cells}) > 1:
        return _text(name, cells, training)  # None and NA are classes
    if not filled:
        return Column(name, "number", values, empty, {}, "is empty")
    if wrong.sum() * 2 > filled:
        return _text(name, cells, training)
    if holds_codes(cells):
        return _label(name, cells, training)
    flaw = ""
    absent = _absent([cells[at] for at in np.flatnonzero(wrong).tolist()], filled)
    if absent and len(np.unique(values[~wrong & ~empty])) < 2:
        return _label(name, cells, training)  # 0 beside a, b and c is a kind as they are
    if absent:
        values, empty, wrong = np.where(wrong, np.nan, values), empty | wrong, wrong & ~wrong
    if wrong.any():
        row = name_rows(table.rows[wrong][:1])
        flaw = f"holds text among its numbers ('{cells[int(wrong.argmax())]}' in {row})"
    elif (np.abs(values[~empty]) >= LARGEST).any():
        flaw = f"holds numbers of {LARGEST:.0e} and more".replace("e+", "e")
        largest = {cell for cell, size in zip(cells, values, strict=True) if abs(size) >= LARGEST}
        if len(largest) == 1:
            flaw += f"; if they are no values, set data.missing_values: [{largest.pop()}]"
    else:
        flaw = flaw_of_numbers(name, values, empty, training)
    codes = {} if flaw else _codes(name, cells, training)
    return Column(name, "number", values, empty, codes, flaw, absent)


def one_number(column: Column, others: Sequence[Column]) -> Column:
    """A column of one number and words that are no value in others: no classes are to be learnt.

    A meter that stood at 0 all the time has ``?`` where the others have it, too.
    """
    numbers = [name for name in column.classes if np.isfinite(number(name))]
    absent = {word for other in others for word in other.absent}
    words = {*column.classes} - {*numbers}
    if column.kind != "label" or len(numbers) != 1 or not words or not words <= absent:
        return column
    return replace(column, classes={}, flaw=f"is {numbers[0]} wherever it has a value")


def _absent(wrong: Sequence[str], filled: int) -> tuple[str, ...]:
    """Words that stand for no value: a few that come up among numbers, none with a digit."""
    words = tuple(dict.fromkeys(wrong))
    few = len(words) <= _MOST_ABSENT and len(wrong) <= _ABSENT * filled
    plain = [word for word in words if not _BEYOND.fullmatch(word)]
    said = "".join(word for word in plain if not word.startswith("#"))  # #DIV/0! of a spreadsheet
    return words if few and not any(map(str.isdigit, said)) else ()


def flaw_of_numbers(name: str, values: np.ndarray, empty: np.ndarray, training: int) -> str:
    """Why a column of numbers tells a network nothing."""
    if empty.sum() * 2 > len(empty):
        return f"is empty in {empty.sum()} of {len(empty)} rows"
    seen = np.unique(values[:training][~empty[:training]])
    if len(seen) < 2:
        return f"is {seen[0]:g} in all training rows" if len(seen) else "is empty in training rows"
    steps = np.diff(values)
    if len(steps) > 2 and _equal(steps, values):
        return COUNTS_ROWS
    rises = bool(len(steps)) and bool((steps > 0).all())
    counts = bool(len(steps)) and bool((steps >= 0).all()) and bool(_CLOCKS.fullmatch(name.strip()))
    if (named(name, TIMES) and rises) or counts:
        return "is time as a number, which data.time and data.time_format could say how to read"
    if _on_a_line(values):
        return COUNTS_ROWS
    whole = bool((values == np.round(values))[~empty].all())
    if rises and whole and _UNNAMED.fullmatch(name):
        return "has no name, and whole numbers that rise from row to row, as those of rows do"
    if named(name, _IDS) and len(np.unique(values[~empty])) == (~empty).sum():
        return "has another value in each row, as names do"
    return ""


def _equal(steps: np.ndarray, values: np.ndarray) -> bool:
    """Whether all steps between values are the same, but for the last bits of a float."""
    error = 4 * np.finfo(np.float64).eps * np.nanmax(np.abs(values)) + 1e-9 * abs(steps[0])
    return bool(steps[0] != 0 and (np.abs(steps - steps[0]) <= error).all())


def _on_a_line(values: np.ndarray) -> bool:
    """Whether values rise by rows as months do, some a little longer: 1990.042, 1990.123, …"""
    if np.isnan(values).any() or len(values) < _FEW_ON_A_LINE:
        return False
    mean = (values[-1] - values[0]) / (len(values) - 1)
    off = values - values[0] - mean * np.arange(len(values))
    return bool(mean != 0 and np.ptp(off) <= 2 * _OFF_THE_LINE * abs(mean))


def _codes(name: str, cells: Sequence[str], training: int) -> dict[str, int]:
    """The classes that whole numbers may stand for: two, or some in a column that says so.

    Those with zeros before them are codes whatever the column is called: 007, 01.20.
    """
    counts = dict(Counter(filter(None, cells)).most_common())
    padded = any(map(_PADDED.fullmatch, counts))
    if not all(map(_is_code, counts)) or ("" in cells and not padded):
        return {}
    points = any("." in cell for cell in counts)
    said = named(name, _CLASSES) or (bool(_UNNAMED.fullmatch(name)) and _returns(cells, counts))
    most = _MOST_CLASSES if said or padded else 1 if points else 2
    learnt = min(counts.values(), default=0) > 1 and {*cells[:training]} - {""} == {*counts}
    return counts if 2 <= len(counts) <= most and learnt else {}


def is_state_without_name(table: Table, name: str) -> bool:
    """Whether a column that the file does not name holds what `_returns` says, in whole numbers."""
    if not _UNNAMED.fullmatch(name):
        return False
    cells = column_cells(table, name)
    counts = Counter(cells)
    return all(map(_is_code, counts)) and _returns(cells, counts)


def _returns(cells: Sequence[str], counts: Mapping[str, int]) -> bool:
    """Whether few kinds of cells stay for long, and some come back: the states of something."""
    if not 2 < len(counts) <= _MOST_CLASSES:
        return False
    runs = 1 + sum(before != after for before, after in pairwise(cells))
    return len(counts) < runs <= len(cells) / _ROWS_A_STATE


def _is_code(cell: str) -> bool:
    """Whether a cell is a whole number, perhaps as 1.0, or digits with a point as 01.20."""
    if re.fullmatch(r"\d\d\.\d\d?", cell):
        return True
    return cell.removeprefix("-").removesuffix(".0").isdecimal()


def _text(name: str, cells: Sequence[str], training: int) -> Column:
    """A column of text: classes, if they come up again and again."""
    points, _ = parse_numbers([cell.replace(",", ".") for cell in cells])
    if np.isfinite(points).sum() * 2 > sum(map(bool, cells)):
        points_of = f"frame['{name}'].str.replace(',', '.').astype(float)"
        flaw = f"has commas in its numbers, where points are needed ({points_of})"
        return Column(name, "number", points, np.isnan(points), {}, flaw)
    column = _label(name, cells, training)
    filled = sum(column.classes.values())
    if len(column.classes) > min(_MOST_CLASSES, filled / _ROWS_A_CLASS):
        received = f"holds {len(column.classes)} different texts in {filled} rows"
        return Column(name, "text", column.values, column.gaps, {}, received)
    return column


def _label(name: str, cells: Sequence[str], training: int) -> Column:
    """A column of classes."""
    counts = Counter(cell for cell in cells if cell)
    classes = dict(counts.most_common())
    index = {label: position for position, label in enumerate(classes)}
    values = np.array([index.get(cell, -1) for cell in cells])
    return Column(
        name, "label", values, values < 0, classes, _flaw_of_classes(classes, values, training)
    )


def _flaw_of_classes(classes: dict[str, int], values: np.ndarray, training: int) -> str:
    """Why classes can't be learnt from the training rows."""
    labels = list(classes)
    seen = sorted({*values[:training].tolist()} - {-1})
    if len(seen) < 2:
        return (
            f"is '{labels[seen[0]]}' in all training rows" if seen else "is empty in training rows"
        )
    lacking = [label for position, label in enumerate(labels) if position not in seen]
    if lacking:
        return f"has classes that the training rows lack: {name_some(lacking, 4)}"
    alone = [label for label, count in classes.items() if count == 1]
    return f"has classes with one row only: {name_some(alone, 4)}" if alone else ""


def before_test(column: Column, stop: int, predicted: bool, ticks: np.ndarray | None) -> np.ndarray:
    """A column before the test part, (R, C) without gaps: numbers, or 0 and 1 for each class.

    By the clock, where there is one: rows that are missing are put in. What is asked for, as -9999
    among temperatures, would hide what repeats.
    """
    values = column.values[:stop]
    if predicted and column.classes:
        return np.asarray(values[:, None] == np.unique(values)).astype(np.float64)
    none = find_sentinel(values) if column.kind == "number" else None
    values = values if none is None else np.where(values == none, np.nan, values)
    if ticks is not None:
        whole = np.full(int(ticks[:stop][-1]) + 1, np.nan)
        whole[ticks[:stop]] = values
        values, stop = whole, len(whole)
    known = np.isfinite(values)
    if not known.any():
        return np.zeros((stop, 1))
    rows = np.arange(stop)
    return np.asarray(np.interp(rows, rows[known], values[known]))[:, None]
