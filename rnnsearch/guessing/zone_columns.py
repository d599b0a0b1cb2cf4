"""A column that names the zone of each row's clock: ``EST`` and ``EDT``, or ``Europe/Berlin``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import TimeProblem, join_cells, read_stamps
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.times import Times

__all__ = ["in_zone_of_column", "is_zone_column"]

_NAMED = re.compile(r"(?:.*[ _])?(?:tz|tz[ _]?cd|tz[ _]?name|time[ _]?zone|zone|zeitzone)", re.I)
_ZONES = {
    ("EST", "EDT"): "America/New_York",
    ("CST", "CDT"): "America/Chicago",
    ("MST", "MDT"): "America/Denver",
    ("PST", "PDT"): "America/Los_Angeles",
    ("AKST", "AKDT"): "America/Anchorage",
    ("AST", "ADT"): "America/Halifax",
    ("CET", "CEST"): "Europe/Berlin",
    ("MEZ", "MESZ"): "Europe/Berlin",
    ("WET", "WEST"): "Europe/Lisbon",
    ("EET", "EEST"): "Europe/Helsinki",
    ("GMT", "BST"): "Europe/London",
    ("NZST", "NZDT"): "Pacific/Auckland",
    ("AEST", "AEDT"): "Australia/Sydney",
}
"""What clocks are called in winter and in summer, and the zone that most of them are of."""
_AGREE = 0.98
"""Share of rows whose offset from UTC must be the one that the column says."""


def is_zone_column(name: str) -> bool:
    """Whether a column's name says that it holds zones."""
    return _NAMED.fullmatch(name.strip()) is not None


def in_zone_of_column(table: Table, time: Times, names: Sequence[str]) -> tuple[Times, str] | None:
    """The time stamps by the clocks that a column names, and this column; None without such.

    Args:
        table: The file.
        time: Its time stamps, as they are read without.
        names: Its other columns.
    """
    if not time.stamps.clock.dated or time.stamps.clock.style:
        return None
    for name in filter(is_zone_column, names):
        cells = column_cells(table, name)
        said = {*cells}
        pair = next((pair for pair in _ZONES if said == {*pair}), None)
        zone = next(iter(said)) if len(said) == 1 else ""
        if pair is None and "/" not in zone:
            continue
        zone = zone if pair is None else _ZONES[pair]
        found = _read(table, time, zone)
        if found is None:
            continue
        if pair is not None:
            offsets = found.stamps.clock.offsets(found.times)
            summer = np.array(cells) == pair[1]
            if ((offsets == offsets.max()) == summer).mean() < _AGREE:
                continue
        return found, name
    return None


def _read(table: Table, time: Times, zone: str) -> Times | None:
    """The same time stamps in a zone; None where they can't be of it."""
    columns = [column_cells(table, name) for name in time.names]
    cells = columns[0] if len(columns) == 1 else join_cells(time.names, columns)
    try:
        stamps = read_stamps(cells, time.form or None, zone)
    except TimeProblem:
        return None
    if np.isnat(stamps.times).any():
        return None
    return replace(time, stamps=stamps, zone=zone)
