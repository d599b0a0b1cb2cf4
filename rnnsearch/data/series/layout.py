"""What is known of how the rows of a table become sequences: values, and what follows from them.

It is what the files of this folder are given; `SeriesPreparation`, above them all, is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnnsearch.data._base import Scaling, Target
from rnnsearch.data.series.changes import Lags, rows_before
from rnnsearch.data.spans import Span
from rnnsearch.data.time import Clock, Step
from rnnsearch.vocabulary import MAPPINGS, MappingFact

__all__ = ["SeriesLayout"]


@dataclass(frozen=True)
class SeriesLayout:
    """How rows of a table become sequences.

    What the calendar says is known in advance, and so are some columns: where a target lies
    `horizon` rows ahead, a step's features of these are those of the row it predicts. Where
    several steps are forecast (sequence_to_sequence), what is read has its own rows' features,
    and each step of the forecast those of the row it predicts that are known in advance.

    Attributes:
        reader: Name of the source, by which new files are read.
        task: Its name.
        window: Input steps (T); 1 for one_to_one, None for one_to_many.
        horizon: Rows from an input step to its target, or to the first of several.
        output_steps: Rows in a block of one_to_many or in a forecast of sequence_to_sequence,
            else None.
        series: The columns that name the series of a row; empty where there is one.
        inputs_names: Input columns, those known ahead last.
        known: Those known ahead.
        categories: Input column of text → its categories in the training part.
        features_names: Names of all features (F): the inputs (``column=category`` for each
            category), then the calendar's.
        calendar: Calendar features asked for.
        time: The columns of time stamps, empty for none.
        clock: How these are read and written; None where it is found anew, as it was before
            preparations said it.
        step: The usual distance of rows; None without time stamps.
        span: First and last time stamp of the training part; None without time stamps.
        season: Rows in a season, or None.
        lag: How far back lies what is the change from; None where values are read and predicted.
        lags: Rows from what is predicted back to further inputs (`lagged`).
        missing: What to do about gaps.
        irregular: Whether missing rows are put in, as gaps.
        dialect: What is known of that of text files: pairs of a key and its value.
        missing_values: Cells that stand for nothing.
        duplicates: What is done where a time stamp comes again.
        seen: The span of each input of numbers in the training part; empty where it is not known.
        seen_targets: Likewise of each target of numbers.
        scaling: Of all features; the identity for categories and the calendar.
        target: What is predicted.
    """

    reader: str
    task: str
    window: int | None
    horizon: int
    output_steps: int | None
    series: tuple[str, ...]
    inputs_names: tuple[str, ...]
    known: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    features_names: tuple[str, ...]
    calendar: tuple[str, ...]
    time: tuple[str, ...]
    clock: Clock | None
    step: Step | None
    span: tuple[np.datetime64, np.datetime64] | None
    season: int | None
    lag: Lags | None
    lags: tuple[int, ...]
    missing: Literal["error", "interpolate", "drop"]
    irregular: Literal["rows", "reindex"]
    dialect: tuple[tuple[str, Any], ...]
    missing_values: tuple[Any, ...]
    duplicates: Literal["error", "first", "last", "mean"]
    seen: tuple[Span, ...]
    seen_targets: tuple[Span, ...]
    scaling: Scaling
    target: Target

    @property
    def mapping(self) -> MappingFact:
        """What is known of the task."""
        return MAPPINGS[self.task]

    @property
    def furthest(self) -> int:
        """Rows from the last that is read to the last that is predicted; 0 in a block."""
        return self.horizon + (self.output_steps or 1) - 1 if self.window else 0

    @property
    def back(self) -> int:
        """Rows that the first sequence needs before its own."""
        return rows_before(self.lag, self.lags, self.horizon, self.window, self.output_steps)

    def usable(self, segment: range) -> range:
        """The rows of a segment that a sequence may have: not those without a past.

        Blocks begin whole ones into the segment, so as they would if all had a past.
        """
        size = (self.output_steps or 1) if self.window is None else 1
        missing = max(0, self.back - segment.start)
        return range(segment.start + -(-missing // size) * size, segment.stop)

    @property
    def each_row(self) -> bool:
        """Whether many_to_many forecasts after each row of a new file by a window of its own."""
        return self.mapping.aligned and self.horizon > 0

    @property
    def past_is_known(self) -> bool:
        """Whether the targets of earlier rows are known of a new series, where one is found."""
        read = {*self.target.names} <= {*self.inputs_names}
        return self.window is None or self.horizon > 0 or read

    @property
    def reads_past(self) -> bool:
        """Whether blocks are forecast from the target's past, which new files must then have."""
        return self.window is None and bool(self.lag or self.lags)

    @property
    def soon(self) -> np.ndarray:
        """Which inputs of numbers (F,) are known only when their row has come."""
        numbers = [name for name in self.inputs_names if name not in self.categories]
        return np.array([name not in self.known for name in numbers], bool)
