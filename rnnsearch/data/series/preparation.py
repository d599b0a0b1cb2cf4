"""From the rows of a table to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data._base import Part, Preparation, Scaling, Target, join_parts
from rnnsearch.data.inputs import Inputs, Windowed, count, join
from rnnsearch.data.scaling import side_by_side
from rnnsearch.data.series.causal import Steps, causal_inputs, forecast_steps
from rnnsearch.data.series.changes import Lags, past_targets
from rnnsearch.data.series.features import (
    ahead_scaling,
    known_ahead,
    row_features,
    starting_features,
    step_features,
)
from rnnsearch.data.series.lagged import lag_names, lag_scaling, lagged, rows_before
from rnnsearch.data.series.naive import naive_forecasts
from rnnsearch.data.series.new_rows import check_categories, new_windows, read_new, row_labels
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.stored import from_plain, to_plain
from rnnsearch.data.series.unlike import unlike_rows
from rnnsearch.data.series.windows import (
    Windows,
    aligned_windows,
    blocks,
    forecast_sequences,
    forecast_windows,
)
from rnnsearch.data.time import Clock, Step
from rnnsearch.data.unlike import Span

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeriesPreparation"]


@dataclass(frozen=True)
class SeriesPreparation(Preparation):
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
        series: The column that names the series of a row; None where there is one.
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
    series: str | None
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

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return to_plain(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SeriesPreparation:
        """The inverse of `to_json`."""
        return cls(**from_plain(values))

    @property
    def scalings(self) -> dict[str, Scaling]:
        """Of each input of the network; the identity of categories, the calendar and the place."""
        if self.mapping.encodes:
            return {"source": self.scaling, "ahead": ahead_scaling(self)}
        if self.mapping.unfolds:
            ahead = {"ahead": lag_scaling(self)} if self.lags else {}
            return {"vector": self.scaling, **ahead}
        name = "sequence" if self.mapping.reads_sequence else "features"
        return {name: side_by_side(self.scaling, lag_scaling(self))}

    @property
    def furthest(self) -> int:
        """Rows from the last that is read to the last that is predicted; 0 in a block."""
        return self.horizon + (self.output_steps or 1) - 1 if self.window else 0

    @property
    def ahead_names(self) -> tuple[str, ...]:
        """Names of what is known of each step (A): of a forecast its place in it is the last."""
        if self.window is None:
            return lag_names(self)
        known = self.features_names[len(self.features_names) - known_ahead(self) :]
        return (*known, *lag_names(self), "place")

    @property
    def read_names(self) -> tuple[str, ...]:
        """Names of the features of a row, or of what a block begins with."""
        return self.features_names + (() if self.output_steps else lag_names(self))

    def features(self, series: Series) -> np.ndarray:
        """Model input of each row: (R, F) float32."""
        return row_features(self, series)

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

    def _past(self, series: Series, rows: np.ndarray) -> np.ndarray | None:
        """`Part.anchor` of targets in these rows (N,) or (N, T)."""
        values = self.target.scaling.link(series.targets) if self.lag else series.targets
        return past_targets(values, series.targets_known, rows, self.lag, series.ticks)

    def windows(
        self, series: Series, segment: range, first_target: int, stride: int | None
    ) -> Windows:
        """The sequences within a segment of the rows.

        Args:
            series: The rows.
            segment: Those to use.
            first_target: The first row that many_to_one predicts, or that a forecast begins with.
            stride: Of training windows; None in the other parts.
        """
        if self.window is None:
            size = self.output_steps or 1
            found = blocks(segment, size, series.inputs_known, series.targets_known)
            return self._with_past(series, found)
        if self.output_steps is not None:
            return self._forecasts(series, segment, first_target, stride or 1)
        past = self._past(series, np.arange(len(series)))
        with_past = True if past is None else np.isfinite(past).all(axis=1)
        known = (series.inputs_known, series.targets_known & with_past)
        if self.mapping.aligned:
            return aligned_windows(segment, self.window, self.horizon, stride, *known)
        return forecast_windows(
            segment, self.window, self.horizon, first_target, stride or 1, *known
        )

    def _forecasts(self, series: Series, segment: range, first_target: int, stride: int) -> Windows:
        """`windows` of sequence_to_sequence; a step without a target or a past does not count."""
        assert self.window is not None and self.output_steps is not None
        found = forecast_sequences(
            segment,
            self.window,
            self.horizon,
            self.output_steps,
            first_target,
            stride,
            series.inputs_known,
        )
        return self._with_past(series, found.counting(series.targets_known[found.targets]))

    def _with_past(self, series: Series, found: Windows) -> Windows:
        """Sequences of several steps, of which those without a past do not count."""
        past = self._past(series, found.targets)
        if past is None:
            return found
        counts = np.isfinite(past).all(axis=2)
        return found.counting(counts if found.weight is None else counts & (found.weight > 0))

    def x(self, series: Series, features: np.ndarray, windows: Windows) -> Inputs:
        """Input of each sequence from features of each row (R, F), as `Part.x`."""
        if self.window is None and self.lags:
            vector = starting_features(self, series, features, windows.starts)
            rows, _ = self.predicted(windows)
            return {"vector": vector, "ahead": lagged(self, series, rows)}
        if self.window is None or not self.mapping.recurrent:
            return starting_features(self, series, features, windows.starts)
        source = Windowed(features, windows.starts.astype(np.int32), windows.length)
        if self.output_steps is None:
            return source
        rows, _ = self.predicted(windows)
        return {"source": source, "ahead": step_features(self, series, features, rows)}

    def part(self, series: Series, features: np.ndarray, windows: Windows) -> Part:
        """The sequences with their targets and naive forecasts."""
        y = series.targets[windows.targets]
        naive = naive_forecasts(
            series.targets,
            series.targets_known,
            windows.targets,
            *self._origins(windows),
            self.season,
            series.ticks,
        )
        x = self.x(series, features, windows)
        if self.target.kind == "class":
            return Part(x, np.maximum(y, 0).astype(np.int32), windows.weight, naive)
        anchor = self._past(series, windows.targets)
        if anchor is not None:
            # Steps that do not count may have no past.
            anchor = np.nan_to_num(anchor)
        scaled = self.target.scaling.apply(y, anchor)
        return Part(x, scaled, windows.weight, naive, anchor)

    def _origins(self, windows: Windows) -> tuple[np.ndarray, int | np.ndarray]:
        """The last row known when each target is forecast, and how far ahead that is."""
        if self.output_steps is None:
            distance = max(self.horizon, 1)
            return windows.targets - distance, distance
        before = windows.starts - 1 + (self.window or 0)
        origins = np.broadcast_to(before[:, None], windows.targets.shape)
        return origins, windows.targets - origins

    def inputs(self, path: str) -> tuple[Inputs, pd.DataFrame]:
        """x of every window (or block) in a CSV file, and what each prediction is of.

        Where there are several series they follow each other, and the frame names them first.
        It has the column of time stamps under its own name, or `row`, which counts on
        beyond the file's end; for sequences of outputs also `sequence` and `step`, both
        from 1. What is predicted after a row is the same whatever rows follow: many_to_many reads
        for each row the window that ends there, and of the first window each step has a row. Where
        it does not look ahead (`horizon: 0`), windows lie end to end, and the last overlaps the
        one before unless the rows divide evenly; the index shows which outputs have a row.

        one_to_many: every `output_steps`-th row begins a block, the last may be incomplete.
        In a file whose rows lie a block apart, or that has one row, every row begins one.

        sequence_to_sequence: the last forecast is that of the rows after the file's end, and the
        others lie end to end before it, so that no row is forecast twice.
        """
        import pandas as pd

        found = [self._inputs(one) for one in read_new(self, path, targets=False).each()]
        if len(found) == 1:
            return found[0]
        steps = self.output_steps or (self.window if self.mapping.aligned else 1) or 1
        before = np.cumsum([0, *(count(x) * steps for x, _ in found)])
        frames = [
            frame.set_index(frame.index + start)
            for (_, frame), start in zip(found, before[:-1], strict=True)
        ]
        return join(*(x for x, _ in found)), pd.concat(frames)

    def _inputs(self, series: Series) -> tuple[Inputs, pd.DataFrame]:
        """`inputs` of one series."""
        import pandas as pd

        windows = new_windows(self, series)
        check_categories(self, series, windows)
        features = self.features(series)
        if self.each_row:
            steps = forecast_steps(self, series, self._readable(series))
            frame = self._frame_of_steps(series, steps)
            return causal_inputs(self, series, features, steps.windows), frame
        predicted, repeated = self.predicted(windows)
        labels = row_labels(self, series, predicted)
        frame = pd.DataFrame({self._label_name(series): labels})
        if predicted.ndim == 2:
            sequences, steps = predicted.shape
            frame.insert(0, "sequence", np.repeat(np.arange(sequences) + 1, steps))
            frame.insert(1, "step", np.tile(np.arange(steps) + 1, sequences))
        if self.series is not None:
            frame.insert(0, self.series, series.names[0])
        if self.mapping.aligned:
            frame = frame[~repeated.ravel()]
        return causal_inputs(self, series, features, windows), frame

    def _frame_of_steps(self, series: Series, steps: Steps) -> pd.DataFrame:
        """What each prediction of many_to_many is of."""
        import pandas as pd

        places = steps.origins - steps.windows.starts[0]
        columns: dict[str, Any] = {} if self.series is None else {self.series: series.names[0]}
        columns |= {"sequence": places // (self.window or 1) + 1}
        columns |= {"step": places % (self.window or 1) + 1}
        labels = row_labels(self, series, steps.origins + self.horizon)
        return pd.DataFrame({**columns, self._label_name(series): labels}, index=steps.outputs)

    def _label_name(self, series: Series) -> str:
        """The column of a frame that says when, or which row."""
        name = "row" if series.times is None else self.time[0] if len(self.time) == 1 else "time"
        return "time" if name in ("sequence", "step") else name

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """What lies far outside what training showed, a line a column; see `unlike_rows`."""
        return unlike_rows(self, path, targets)

    def anchors(self, path: str) -> np.ndarray | None:
        """What the predictions are changes from: of a new file, too, the target is read."""
        if self.lag is None:
            return None
        found = [
            self._past(one, self.predicted(self._predicting(one))[0])
            for one in read_new(self, path, targets=False).each()
        ]
        return np.concatenate([past for past in found if past is not None])

    def _predicting(self, series: Series) -> Windows:
        """The windows whose outputs `inputs` is about."""
        if self.each_row:
            return forecast_steps(self, series, self._readable(series)).windows
        return new_windows(self, series)

    def _readable(self, series: Series) -> range:
        """The rows of a new file that windows may have."""
        return self.usable(range(series.past))

    @property
    def each_row(self) -> bool:
        """Whether many_to_many forecasts after each row of a new file by a window of its own."""
        return self.mapping.aligned and self.horizon > 0

    @property
    def soon(self) -> np.ndarray:
        """Which inputs of numbers (F,) are known only when their row has come."""
        numbers = [name for name in self.inputs_names if name not in self.categories]
        return np.array([name not in self.known for name in numbers], bool)

    def targets(self, path: str) -> Part:
        """Every sequence of a CSV file that has the target, in one part.

        Sequences and targets are the file's own: naive forecasts know nothing before it.
        """
        return join_parts([self._targets(one) for one in read_new(self, path, targets=True).each()])

    def _targets(self, series: Series) -> Part:
        """`targets` of one series."""
        rows = self.usable(range(series.past))
        first = rows.start + (self.window or 1) - 1 + self.horizon
        windows = self.windows(series, rows, first, None)
        check_categories(self, series, windows)
        return self.part(series, self.features(series), windows)

    def predicted(self, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """Rows predicted, (N,) or (N, T), and which of them the window before has too."""
        if self.output_steps is not None:
            first = windows.starts + (self.window or 1) - 1 + self.horizon
            predicted = first[:, None] + np.arange(self.output_steps)
        elif self.mapping.aligned:
            predicted = windows.starts[:, None] + np.arange(windows.length) + self.horizon
        else:
            predicted = windows.starts + windows.length - 1 + self.horizon
        repeated = np.zeros(predicted.shape, dtype=bool)
        if self.mapping.aligned and len(predicted) > 1:
            repeated[-1] = predicted[-1] <= predicted[-2, -1]
        return predicted, repeated
