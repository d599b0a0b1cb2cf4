"""Tables with a column a step: of a year, of a day, or of a sequence of its own in each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import find_form, month_of
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.panel import Panel

__all__ = [
    "check_no_archive",
    "check_no_dates",
    "check_wide",
    "members_note",
    "names_of_times",
    "quantities_note",
    "wide_note",
]

_MANY_STEPS = 20
"""Columns of numbers from which a row may be a sequence."""
_MANY_DATES = 8
"""Columns named after dates from which these are rows that stand side by side."""
_NEARLY = 0.9
"""Share of the columns beside the time that are called alike."""
_LETTERS = 30
"""Different letters of sequences."""
_MEMBERS = 2
"""Rows of each class, at least."""

_SMOOTHER = 0.3
"""Mean square of changes along rows over that down the columns, at most."""
_NUMBERED = re.compile(r"(\D*?)[ _.-]*(\d+)")

_QUANTITIES = {
    *("variable", "parameter", "param", "indicator", "measure", "metric", "attribute", "feature"),
    *("quantity", "element", "field", "tag", "signal", "kpi", "property", "tagname", "pollutant"),
}
"""Names of columns that say which quantity a row holds."""
_HOUR = re.compile(r"(?:h|hr|hour|he)?[ _]?(\d{1,2})(?::00)?", re.IGNORECASE)


def wide_note(names: Sequence[str], unit: str = "") -> list[str]:
    """What to say where columns are steps of time: here each is taken for a quantity of its own.

    Args:
        names: Of the columns, without those of time stamps.
        unit: What a time stamp stands for: beside years numbers to 12 are months.
    """
    months = [name for name in names if month_of(name)]
    if unit == "year" and {*map(str, range(1, 13))} <= {name.strip().lstrip("0") for name in names}:
        months = [name for name in names if name.strip().isdecimal() and int(name) in range(1, 13)]
    hours = [name for name in names if _HOUR.fullmatch(name.strip())]
    for found, what, count in ((months, "months", 12), (hours, "hours", 24)):
        if len(found) == count:
            return [
                f"columns '{found[0]}' to '{found[-1]}' look like {what}: each is taken for a "
                f"quantity of its own; for one series of {what} put them in one column below each "
                "other (pandas.melt)"
            ]
    return []


def members_note(names: Sequence[str], time: Sequence[str]) -> list[str]:
    """What to say where nearly all columns beside the time are called alike, and a number.

    As the clients of a grid or the loops of roads are: `MT_001`, …. One is predicted from all.
    """
    found = [match for name in names if (match := _NUMBERED.fullmatch(name.strip()))]
    stems = Counter(match[1] for match in found if match[1] and match[1] != "column")
    stem, count = stems.most_common(1)[0] if stems else ("", 0)
    if count < _MANY_STEPS or count < _NEARLY * len(names) or not time:
        return []
    return [
        f"{count} columns are called '{stem}' and a number: one is predicted here from the past of "
        "all (--target names another); to learn one network for all as series of their own, put "
        f"them below each other: frame.melt(id_vars={[*time]}, var_name='series') of pandas"
    ]


def quantities_note(table: Table, panel: Panel) -> str:
    """What to say where the series of a table are quantities of one thing, below each other."""
    name = panel.names[0]
    words = re.split(r"[\W_]+", name.casefold())
    if len(panel.names) > 1 or not {*words} & _QUANTITIES:
        return ""
    names = [table.column(name).texts()[rows[0]] for rows in panel.members]
    return (
        f"'{name}' is taken for the name of series of one quantity ({name_some(names, 3)}); "
        "if these are quantities that belong to each other, put them side by side: "
        f"frame.pivot(index=[…], columns='{name}', values=[…]) of pandas"
    )


def check_no_dates(names: Sequence[str]) -> None:
    """Refuse a table whose columns are time stamps: a row is a series there, and no time step.

    Raises:
        InvalidData: It is one.
    """
    dates = names_of_times(names)
    if dates:
        refuse(
            "must have a row a time step",
            f"{len(dates)} columns that are time stamps, '{dates[0]}' to '{dates[-1]}'",
            "put them below each other: frame.melt(id_vars=[…], var_name='time') of pandas, or "
            "frame.set_index(…).T",
        )


def names_of_times(names: Sequence[str]) -> list[str]:
    """The names that are time stamps in order, where most are: years, months, days; else none."""
    digits = [name.strip() for name in names if sum(map(str.isdigit, name)) >= 3]
    if len(digits) < max(_MANY_DATES, len(names) / 2):
        return []
    found = find_form([name for name in digits if not name.isdecimal() or len(name) == 4])
    if found is None or len(found.times) < len(digits):
        return []
    steps = np.diff(found.times).astype(np.int64)
    return digits if (steps > 0).all() or (steps < 0).all() else []


def check_wide(names: Sequence[str], rows: int) -> None:
    """Refuse a table of few rows and many columns, in whose rows series stand.

    Raises:
        InvalidData: It is one.
    """
    check_no_dates(names)
    numbered = [name for name in names if _NUMBERED.fullmatch(name.strip())]
    if len(numbered) >= max(_MANY_STEPS, rows) and len(numbered) * 2 > len(names):
        others = [name for name in names if name not in numbered]
        refuse(
            "must have a row a time step",
            f"{rows} rows and {len(numbered)} columns, '{numbered[0]}' to '{numbered[-1]}'",
            "if a row is a series, put them below each other: frame.melt(id_vars="
            f"{others[:1]}, var_name='step') of pandas, sorted by both",
        )


def check_no_archive(table: Table, columns: Sequence[Column]) -> None:
    """Refuse a file whose rows are a class and the steps of a sequence.

    So does the UCR archive write its ``.tsv`` and ``.txt`` files, and so are heartbeats and spectra
    saved: without names, or with numbers as names, and what stands side by side is alike.

    Raises:
        InvalidData: It is one.
    """
    _check_no_letters(table, columns)
    names = [f"column_{at}" for at in range(1, len(table.header) + 1)]
    numbers = [column for column in columns if column.kind == "number"]
    if len(numbers) < _MANY_STEPS:
        return
    unnamed = list(table.header) == names
    inner = [column for column in numbers if column.name not in (table.header[0], table.header[-1])]
    if (unnamed or _numbered([c.name for c in inner])) and _smooth_along_rows(inner):
        refuse(
            "must have a row a time step, or be saved as arrays",
            f"{len(numbers)} numbers in each row that change smoothly along it, not down the rows",
            "put a class or a number of each row beside them (--target names its column), or save "
            "both: numpy.savez('data.npz', x=x, y=y); say --task if rows are steps",
        )
    ids = _named_rows(table, columns)
    if ids and _numbered([column.name for column in inner]):
        refuse(
            "must have a row a time step",
            f"a series in each row, named by '{ids}', in columns '{inner[0].name}' to "
            f"'{inner[-1].name}'",
            f"put them below each other: frame.melt(id_vars=['{ids}'], var_name='step') of "
            "pandas, sorted by both; or say --task if rows are steps",
        )
    if not unnamed:
        return
    labels = Counter(column_cells(table, names[0]))
    whole = all(label.removeprefix("-").removesuffix(".0").isdecimal() for label in labels)
    if whole and 1 < len(labels) <= len(table.rows) / 3 and min(labels.values()) >= _MEMBERS:
        refuse(
            "must have a row a time step, or be saved as arrays",
            f"a class ({len(labels)} of them) and {len(names) - 1} numbers in each row, as files "
            "of the UCR archive have",
            f"say --target {names[0]} if rows are sequences, --task many_to_one if they are steps",
        )


def _named_rows(table: Table, columns: Sequence[Column]) -> str:
    """The first column of texts, where each row has another one; "" without such."""
    texts = [column.name for column in columns if column.kind == "text"]
    rows = len(table.rows)
    names = (name for name in texts if len({*column_cells(table, name)}) == rows)
    return next(names, "")


def _check_no_letters(table: Table, columns: Sequence[Column]) -> None:
    """Refuse a file with a letter of a sequence in each column, as DNA is often saved."""
    classes = [column for column in columns if column.kind == "label"]
    single = [column for column in classes if {*map(len, column.classes)} == {1}]
    letters = [column for column in single if _NUMBERED.fullmatch(column.name.strip())]
    known = {letter for column in letters for letter in column.classes}
    if len(letters) < _MANY_STEPS or len(known) > _LETTERS:
        return
    names = [column.name for column in letters]
    if _numbered(names):
        first, last = (table.header.index(name) for name in (names[0], names[-1]))
        refuse(
            "must have a row a time step, or a sequence in one cell",
            f"{len(names)} columns of letters in each row, '{names[0]}' to '{names[-1]}'",
            f"join them: frame['sequence'] = frame.iloc[:, {first}:{last + 1}].agg(''.join, axis=1)"
            " of pandas, or say --task if rows are steps",
        )


def _numbered(names: Sequence[str]) -> bool:
    """Whether columns are called by numbers that rise: t0, t1, …"""
    found = [_NUMBERED.fullmatch(name.strip()) for name in names]
    if not all(found):
        return False
    parts = [(match[1], int(match[2])) for match in found if match]
    rise = all(one[1] < other[1] for one, other in pairwise(parts))
    return rise and len({stem for stem, _ in parts}) == 1


def _smooth_along_rows(columns: Sequence[Column]) -> bool:
    """Whether neighbours in a row are far more alike than neighbours in a column."""
    values = np.stack([column.values for column in columns], axis=1)
    along, down = (np.nanmean(np.diff(values, axis=axis) ** 2) for axis in (1, 0))
    return bool(along < _SMOOTHER * down)
