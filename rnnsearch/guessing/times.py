"""Which column, or which columns together, say when a row was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import (
    DAILY,
    Stamps,
    TimeProblem,
    find_form,
    infer_step,
    join_cells,
    read_stamps,
    read_typed,
    role,
    split_offsets,
)
from rnnsearch.data.time.time_names import says_when
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells, parse_numbers

__all__ = [
    "Times",
    "find_times",
    "holds_times",
]

_SAMPLE = 200
_UNIX, _FEWEST = (9.4e8, 2.1e9), 20
"""Seconds since 1970 of the years 2000 to 2036, and how many say that they are such."""
_RUNS = 0.2
"""Share of rows that are older than the one before, up to which a column rises in runs."""
_NEARLY = 0.9
"""Share of the rows that another column tells apart."""
_SPAN = re.compile(r"\d{1,2}:\d\d(?::\d\d)?\s*(?:-|–|to|bis)\s*\d{1,2}:\d\d(?::\d\d)?")
_PARTS = (
    ("year", "month", "day", "hour", "minute", "second"),
    ("year", "month", "day", "time"),
    ("year", "month", "day", "hour", "minute"),
    ("year", "month", "day", "hour"),
    ("year", "month", "day"),
    ("year", "ordinal", "time"),
    ("year", "ordinal", "hour", "minute"),
    ("year", "ordinal", "hour"),
    ("year", "ordinal"),
    ("year", "month"),
    ("year", "quarter"),
    ("year", "week"),
    ("date", "hour", "minute", "second"),
    ("date", "hour", "minute"),
    ("date", "time"),
    ("date", "hour"),
)
"""What is put together, the longer first."""
_LONGER = 25
"""Hours of the day on which clocks go back, where they are counted."""
_BOUNDS = ((1500, 2200), (1, 12), (1, 31), (0, 24))
"""Years, months, days and hours, as tables without a header begin with them."""


@dataclass(frozen=True)
class Times:
    """The time stamps of a table.

    Attributes:
        names: Their columns.
        stamps: What was read of them.
        form: What their name says of their form; "" where the cells say it alone.
        zone: What a column says of their zone; "" where none does.
    """

    names: tuple[str, ...]
    stamps: Stamps
    form: str = ""
    zone: str = ""

    @property
    def value(self) -> str | list[str]:
        """As a spec has it: a name, or a list of them."""
        return self.names[0] if len(self.names) == 1 else list(self.names)

    @property
    def shown(self) -> str:
        """The names in quotes."""
        return ", ".join(f"'{name}'" for name in self.names)

    @property
    def times(self) -> np.ndarray:
        """(R,) datetime64[us]."""
        return self.stamps.times


def find_times(table: Table, names: Sequence[str]) -> Times | None:
    """The columns of time stamps: the first in ascending order, or those that tell most rows apart.

    Of several in ascending order it is the first whose rows are equally far apart.

    A column that holds time stamps in disorder is the time only if its name or its place says
    so: the caller will have it refused, for rows in disorder are no series.

    Args:
        table: The file.
        names: Columns that the header has once.
    """
    every = [Times((name,), stamps, _form_of(name)) for name, stamps in _single(table, names)]
    single = [each for each in every if not each.stamps.clock.daily]
    dated = [each for each in single if not each.stamps.clock.elapsed]
    # A time of day beside a date is no time since the start.
    rising = [found for found in dated or single if _rise(found.times)]
    if rising:
        return next(filter(_regular, rising), rising[0])
    joined: list[Times] = []
    for found in _joined(table, names, every):
        if _rise(found.times):
            return found
        joined.append(found)
    for found in _unnamed(table, names):
        if _rise(found.times):
            return found
    for found in every:  # a time since the start, or a time of day that no date stands beside
        if (not found.stamps.clock.daily or not single) and _rise(found.times):
            return found
    alone = [each for each in single if says_time(each.names[0], table) or _in_runs(each, table)]
    return _likeliest([*joined, *alone])


def _likeliest(found: Sequence[Times]) -> Times | None:
    """Those that tell most rows apart; of such that tell nearly as many the ones in order.

    The begin of a trip is in order where the file was written as trips began, its end is not.
    """
    apart = {each.names: len(np.unique(each.times)) for each in found}
    most = max(apart.values(), default=0)
    ordered = [
        each
        for each in found
        if apart[each.names] >= _NEARLY * most
        and not np.isnat(each.times).any()
        and (np.diff(each.times).astype(np.int64) >= 0).all()
    ]
    return max(ordered or found, key=lambda each: apart[each.names], default=None)


def _in_runs(found: Times, table: Table) -> bool:
    """Whether a column rises for many rows, again and again, as in series below each other.

    Or stays for some and rises, as in series row by row in turns; or its type is one of times.
    """
    back = np.diff(found.times).astype(np.int64) < 0
    typed = table.column(found.names[0]).times() is not None
    return typed or bool(back.sum() <= _RUNS * len(back))


def says_time(name: str, table: Table) -> bool:
    """Whether a column's name or its place says that it holds the time."""
    return says_when(name) or name == table.header[0]


def _regular(found: Times) -> bool:
    step = infer_step(found.times)
    return step is not None and step.regular


def _rise(times: np.ndarray) -> bool:
    return not np.isnat(times).any() and bool((np.diff(times).astype(np.int64) > 0).all())


def _single(table: Table, names: Sequence[str]) -> Iterator[tuple[str, Stamps]]:
    """Columns that hold time stamps, each by itself."""
    for name in names:
        column = table.column(name)
        typed = column.times()
        if typed is not None:
            yield name, read_typed(typed, column.zone())
            continue
        cells = column_cells(table, name)
        if holds_times(name, cells):
            stamps = _stamps(cells, _form_of(name) or None)
            if stamps is not None:
                yield name, stamps


def _form_of(name: str) -> str:
    """What a name says of numbers: counts of days from another day than Excel's look alike."""
    return "mjd" if re.search(r"(?i)(?<![a-z])mjd(?![a-z])", name) else ""


def _joined(table: Table, names: Sequence[str], single: Sequence[Times]) -> Iterator[Times]:
    """Columns that hold parts of a time stamp, put together.

    Args:
        table, names: As of `find_times`.
        single: Columns that hold time stamps, each by itself: dates, and times of day.
    """
    roles = {role(name): name for name in reversed(names) if role(name)}
    whole = [each for each in single if not each.stamps.clock.elapsed]
    dates = [each.names[0] for each in whole if not each.stamps.clock.unit]
    clocks = [each.names[0] for each in single if each.stamps.clock.form in (DAILY, "duration")]
    if not {"time", "hour"} & {*roles}:
        spans = (name for name in names if _holds_spans(column_cells(table, name)))
        told = next(iter(clocks), None) or next(spans, None)
        roles |= {} if told is None else {"time": told}
    minutes = [name for name in names if role(name) == "month" and name != roles["month"]]
    if minutes and "hour" in roles and "minute" not in roles:  # YY MM DD hh mm
        roles["minute"] = minutes[0]
    if dates:
        roles["date"] = dates[0]
    else:
        roles.pop("date", None)
    for parts in _PARTS:
        if not all(part in roles for part in parts):
            continue
        chosen = tuple(roles[part] for part in parts)
        if len(set(chosen)) < len(chosen):
            continue
        cells = join_cells(chosen, [column_cells(table, name) for name in chosen])
        stamps = _stamps(cells) if all(cells) else None
        if stamps is not None:
            yield Times(chosen, stamps)
        elif "hour" in parts:
            _check_no_longer_day(table, roles["hour"])


def _check_no_longer_day(table: Table, name: str) -> None:
    """Refuse hours that are counted to 25 on the day on which clocks go back.

    Raises:
        InvalidData: A day has one, and all others have hours up to 24.
    """
    cells = column_cells(table, name)
    hours = {int(cell) for cell in cells if cell.isdecimal()}
    if max(hours, default=0) != _LONGER or not {*range(1, _LONGER)} <= hours:
        return
    row = int(table.rows[cells.index(str(_LONGER))])
    refuse(
        "must have hours up to 24 beside the date",
        f"{_LONGER} in row {row} of '{name}', of a day on which clocks went back",
        "write one column of time stamps with their offsets: (pandas.to_datetime(frame[DATE])"
        f".dt.tz_localize(ZONE) + pandas.to_timedelta(frame['{name}'].astype(int) - 1, 'h'))",
    )


def _holds_spans(cells: Sequence[str]) -> bool:
    """Whether all cells are stretches of a day: ``00:00-01:00``."""
    return all(map(_SPAN.fullmatch, {*cells}))


def _unnamed(table: Table, names: Sequence[str]) -> Iterator[Times]:
    """The first columns of a table without a header, where they are regular times put together.

    That is years, months, days and hours in columns of their own, or dates as numbers.
    """
    if not all(re.fullmatch(r"column_\d+", name) for name in table.header):
        return
    first = tuple(name for name in table.header[: len(_BOUNDS)] if name in names)
    columns = [column_cells(table, name) for name in first]
    fits = [_whole_within(cells, *bounds) for cells, bounds in zip(columns, _BOUNDS, strict=False)]
    most = fits.index(False) if False in fits else len(fits)
    for count in (*range(most, 1, -1), 1):
        stamps = _stamps(join_cells(first[:count], columns[:count]) if count > 1 else columns[0])
        if stamps is not None and _rise(stamps.times):
            if count == 1 and stamps.clock.unit == "year":
                continue  # numbers of rows
            step = infer_step(stamps.times)
            if step is not None and step.regular and stamps.clock.form not in ("year", "excel"):
                yield Times(first[:count], stamps)


def _whole_within(cells: Sequence[str], low: int, high: int) -> bool:
    return all(cell.isdecimal() and low <= int(cell) <= high for cell in cells)


def _stamps(cells: Sequence[str], form: str | None = None) -> Stamps | None:
    """The cells as times; None where one is none."""
    try:
        stamps = read_stamps(cells, form)
    except TimeProblem:
        return None
    return None if np.isnat(stamps.times).any() else stamps


def holds_times(name: str, cells: Sequence[str]) -> bool:
    """Whether a sample of the cells are time stamps; numbers only if the name says so."""
    filled = [cell for cell in cells if cell]
    sample = filled[:: max(1, len(filled) // _SAMPLE)]
    if not sample or not all(any(map(str.isdigit, cell)) for cell in sample):
        return False
    values, _ = parse_numbers(sample)
    says = says_when(name)
    if np.isfinite(values).all():
        says = says or _counts_seconds(values) or _regular_dates(filled)
        return says and find_form(sample) is not None
    return not np.isfinite(values).any() and _dated(sample)


def _counts_seconds(values: np.ndarray) -> bool:
    """Whether numbers are whole minutes of Unix time that rise, whatever their name.

    Args:
        values: (S,) a sample of a column: seconds, or milliseconds.
    """
    scale = 1000 if values[0] > _UNIX[1] else 1
    within = (values >= _UNIX[0] * scale) & (values <= _UNIX[1] * scale)
    whole = bool(within.all()) and bool((values % (60 * scale) == 0).all())
    return whole and len(values) >= _FEWEST and bool((np.diff(values) > 0).all())


def _regular_dates(cells: Sequence[str]) -> bool:
    """Whether whole numbers are dates, whatever their name: 2020013123 is followed by 2020020100.

    As dates the first of them are equally far apart, and as numbers they are not.
    """
    first = cells[:_SAMPLE]
    found = find_form(first) if len(first) >= _FEWEST and all(map(str.isdecimal, first)) else None
    if found is None or not found.form.startswith("%Y%m"):
        return False
    step = infer_step(found.times) if _rise(found.times) else None
    return step is not None and step.regular and len({*np.diff([*map(int, first)])}) > 1


def _dated(sample: Sequence[str]) -> bool:
    """Whether one form reads all of the sample."""
    return find_form(split_offsets(sample)[0]) is not None
