"""Files of recorders whose first rows are no samples: when they began, and how many a second."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources.headers import said_unnamed
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import parse_numbers

__all__ = ["check_no_start_and_rate"]

_UNIX = (9.4e8, 2.1e9)
"""Seconds since 1970 of the years 2000 to 2036."""
_MOST_A_SECOND = 1e5


def check_no_start_and_rate(table: Table) -> None:
    """Refuse a first row of one Unix time, and a second of one rate, as wristbands write them.

    Raises:
        InvalidData: The file begins so.
    """
    if not said_unnamed(table.header) or len(table.rows) < 3:
        return
    values = np.stack([parse_numbers(column.texts())[0] for column in table.columns], axis=1)
    (start, *others), (rate, *rates) = values[0].tolist(), values[1].tolist()
    alike = all(other == start for other in others) and all(other == rate for other in rates)
    if not alike or not _UNIX[0] < start < _UNIX[1] or not 0 < rate <= _MOST_A_SECOND:
        return
    if np.isfinite(values).all() and np.abs(values[1:]).max() < _UNIX[0]:
        refuse(
            "must have a row a time step from the first row on",
            f"{start:.0f} in the first row and {rate:g} in the second: when a recording began, "
            "and its samples a second",
            "write time stamps: frame = pandas.read_csv(FILE, header=None); data = "
            "frame.iloc[2:].reset_index(drop=True); data.insert(0, 'time', pandas.to_datetime("
            "frame.iat[0, 0] + data.index / frame.iat[1, 0], unit='s')); "
            "data.to_csv('data.csv', index=False)",
        )
