"""What an export of a table reads: which columns, of how many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnsearch.data.categories import column_names
from rnnsearch.data.series.features import known_ahead
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.exports.raw.row_places import count_rows

__all__ = ["TableLayout"]


@dataclass(frozen=True)
class TableLayout:
    """Columns and rows of ``rows``, the raw input of a table's export.

    Attributes:
        prepared: How the rows of a table become sequences.
        soon: Features of a window that are known up to the last row only.
        known: Those that are known of rows ahead, too.
        changing: (soon,) bool, which of the first are read as changes.
        further: Targets that no feature is, whose past is read.
        columns: All that ``rows`` has.
        rows: P, so many that all that is read lies among them.
    """

    prepared: SeriesPreparation
    soon: int
    known: int
    changing: np.ndarray
    further: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int

    @classmethod
    def of(cls, prepared: SeriesPreparation) -> TableLayout:
        """As the preparation asks for it."""
        known = known_ahead(prepared) if prepared.window else 0
        soon = len(prepared.scaling.offset) - known if prepared.window else 0
        names = column_names(prepared.inputs_names, prepared.categories)[:soon]
        changing = np.array([name in prepared.target.names for name in names], bool)
        reads_past = bool(prepared.lag or prepared.lags)
        further = tuple(n for n in prepared.target.names if reads_past and n not in names)
        rows = count_rows(prepared, bool(changing.any()))
        return cls(prepared, soon, known, changing, further, (*names, *further), rows)
