"""From the rows of a table to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data._base import Part, Preparation, Scaling, Target, join_parts
from rnnsearch.data.categories import check_known, join_columns
from rnnsearch.data.problems import Problems
from rnnsearch.data.series.calendar import Step, calendar_features, format_time, infer_step
from rnnsearch.data.series.changes import Lags, past_inputs, past_targets
from rnnsearch.data.series.naive import naive_forecasts
from rnnsearch.data.series.reading import read_file
from rnnsearch.data.series.rows import Columns, Series
from rnnsearch.data.series.stored import from_plain, to_plain
from rnnsearch.data.series.windows import Windows, aligned_windows, blocks, cut, forecast_windows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeriesPreparation"]


@dataclass(frozen=True)
class SeriesPreparation(Preparation):
    """How rows of a table become sequences.

    What the calendar says is known in advance, and so are some columns: where a target lies
    `horizon` rows ahead, a step's features of these are those of the row it predicts.

    Attributes:
        reader: Name of the source, by which new files are read.
        task: Its name.
        window: Input steps (T); 1 for one_to_one, None for one_to_many.
        horizon: Rows from an input step to its target.
        output_steps: Rows in a block of one_to_many, else None.
        series: The column that names the series of a row; None where there is one.
        inputs_names: Input columns, those known ahead last.
        known: Those known ahead.
        categories: Input column of text → its categories in the training part.
        features_names: Names of all features (F): the inputs (``column=category`` for each
            category), then the calendar's.
        calendar: Calendar features asked for.
        time: The column of time stamps, or None.
        step: The usual distance of rows; None without time stamps.
        span: First and last time stamp of the training part; None without time stamps.
        season: Rows in a season, or None.
        lag: How far back lies what is the change from; None where values are read and predicted.
        missing: What to do about gaps.
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
    time: str | None
    step: Step | None
    span: tuple[np.datetime64, np.datetime64] | None
    season: int | None
    lag: Lags | None
    missing: Literal["error", "interpolate", "drop"]
    scaling: Scaling
    target: Target

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return to_plain(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SeriesPreparation:
        """The inverse of `to_json`."""
        return cls(**from_plain(values))

    def features(self, series: Series) -> np.ndarray:
        """Model input of each row: (R, F) float32."""
        joined = join_columns(series.inputs, series.texts, self.inputs_names, self.categories)
        names = self.features_names[: joined.shape[1]]
        if self.known and self.horizon:
            ahead = np.minimum(np.arange(len(joined)) + self.horizon, len(joined) - 1)
            joined = np.where([name in self.known for name in names], joined[ahead], joined)
        columns = [joined]
        if self.calendar and series.times is not None and self.span is not None:
            times = series.times
            if self.horizon and self.output_steps is None:
                times = np.concatenate([times, self._beyond(times, self.horizon)])[self.horizon :]
            columns.append(calendar_features(times, self.calendar, self.span))
        values = joined if len(columns) == 1 else np.concatenate(columns, axis=1)
        changing = np.zeros(values.shape[1], bool)
        changing[: len(names)] = [name in self.target.names for name in names]
        return self.scaling.apply(
            values, past_inputs(self.scaling.link(values), changing, self.lag)
        )

    def usable(self, segment: range) -> range:
        """The rows of a segment that a sequence may have: not those without a past."""
        return range(max(segment.start, self.lag.inputs if self.lag else 0), segment.stop)

    def _past(self, series: Series, rows: np.ndarray) -> np.ndarray | None:
        """`Part.anchor` of targets in these rows (N,) or (N, T)."""
        values = self.target.scaling.link(series.targets) if self.lag else series.targets
        return past_targets(values, series.targets_known, rows, self.lag)

    def windows(
        self, series: Series, segment: range, first_target: int, stride: int | None
    ) -> Windows:
        """The sequences within a segment of the rows.

        Args:
            series: The rows.
            segment: Those to use.
            first_target: The first row that many_to_one predicts.
            stride: Of training windows; None in the other parts.
        """
        past = self._past(series, np.arange(len(series)))
        with_past = True if past is None else np.isfinite(past).all(axis=1)
        known = (series.inputs_known, series.targets_known & with_past)
        if self.output_steps is not None:
            return blocks(segment, self.output_steps, *known)
        assert self.window is not None
        if self.task == "many_to_many":
            return aligned_windows(segment, self.window, self.horizon, stride, *known)
        return forecast_windows(
            segment, self.window, self.horizon, first_target, stride or 1, *known
        )

    def x(self, features: np.ndarray, windows: Windows) -> np.ndarray:
        """Input of each sequence, (N, T, F) or (N, F), from features of each row (R, F)."""
        if self.output_steps is not None or self.task == "one_to_one":
            return np.asarray(features[windows.starts])
        return cut(features, windows)

    def part(self, series: Series, features: np.ndarray, windows: Windows) -> Part:
        """The sequences with their targets and naive forecasts."""
        y = series.targets[windows.targets]
        if self.output_steps is None:
            distance = max(self.horizon, 1)
            origins = windows.targets - distance
        else:
            distance = self.output_steps
            origins = np.broadcast_to(windows.starts[:, None] - 1, windows.targets.shape)
        naive = naive_forecasts(
            series.targets, series.targets_known, windows.targets, origins, distance, self.season
        )
        x = self.x(features, windows)
        if self.target.kind == "class":
            return Part(x, np.maximum(y, 0).astype(np.int32), windows.weight, naive)
        anchor = self._past(series, windows.targets)
        if anchor is not None:
            # Steps that do not count may have no past.
            anchor = np.nan_to_num(anchor)
        scaled = self.target.scaling.apply(y, anchor)
        return Part(x, scaled, windows.weight, naive, anchor)

    def inputs(self, path: str) -> tuple[np.ndarray, pd.DataFrame]:
        """x of every window (or block) in a CSV file, and what each prediction is of.

        Where there are several series they follow each other, and the frame names them first.
        It has the column of time stamps under its own name, or `row`, which counts on
        beyond the file's end; for sequences of outputs also `sequence` and `step`, both
        from 1. The last window of many_to_many overlaps the one before unless the rows
        divide evenly; steps of it that were already predicted have no row, which the index shows.

        one_to_many: every `output_steps`-th row begins a block, the last may be incomplete.
        In a file whose rows lie a block apart, or that has one row, every row begins one.
        """
        import pandas as pd

        found = [self._inputs(one) for one in self._read(path, targets=False).each()]
        if len(found) == 1:
            return found[0]
        steps = self.output_steps or (self.window if self.task == "many_to_many" else 1) or 1
        before = np.cumsum([0, *(len(x) * steps for x, _ in found)])
        frames = [
            frame.set_index(frame.index + start)
            for (_, frame), start in zip(found, before[:-1], strict=True)
        ]
        return np.concatenate([x for x, _ in found]), pd.concat(frames)

    def _inputs(self, series: Series) -> tuple[np.ndarray, pd.DataFrame]:
        """`inputs` of one series."""
        import pandas as pd

        windows = self._new_windows(series)
        self._check_categories(series, windows)
        predicted, repeated = self._predicted(windows)
        if self._a_row_a_block(series):
            labels = self._labels_of_blocks(series)
        else:
            labels = self._labels(series, predicted.ravel())
        name = "row" if series.times is None else str(self.time)
        frame = pd.DataFrame({"time" if name in ("sequence", "step") else name: labels})
        if predicted.ndim == 2:
            count, steps = predicted.shape
            frame.insert(0, "sequence", np.repeat(np.arange(count) + 1, steps))
            frame.insert(1, "step", np.tile(np.arange(steps) + 1, count))
        if self.series is not None:
            frame.insert(0, self.series, series.names[0])
        if self.task == "many_to_many":
            frame = frame[~repeated.ravel()]
        return self.x(self.features(series), windows), frame

    def anchors(self, path: str) -> np.ndarray | None:
        """What the predictions are changes from: of a new file, too, the target is read."""
        if self.lag is None:
            return None
        found = [
            self._past(one, self._predicted(self._new_windows(one))[0])
            for one in self._read(path, targets=False).each()
        ]
        return np.concatenate([past for past in found if past is not None])

    def _new_windows(self, series: Series) -> Windows:
        """What is predicted of a new file; the targets may lie beyond it."""
        if self.output_steps is not None:
            size = 1 if self._a_row_a_block(series) else self.output_steps
            starts = np.arange(0, len(series), size)
            return Windows(starts, size, starts[:, None])
        assert self.window is not None
        rows = self.usable(range(series.past))
        last = rows.stop - self.window
        starts = np.arange(rows.start, last + 1, self.window if self.task == "many_to_many" else 1)
        if starts[-1] < last:
            starts = np.append(starts, last)
        return Windows(starts, self.window, starts)

    def targets(self, path: str) -> Part:
        """Every sequence of a CSV file that has the target, in one part.

        Sequences and targets are the file's own: naive forecasts know nothing before it.
        """
        return join_parts([self._targets(one) for one in self._read(path, targets=True).each()])

    def _targets(self, series: Series) -> Part:
        """`targets` of one series."""
        rows = self.usable(range(series.past))
        first = rows.start + (self.window or 1) - 1 + self.horizon
        windows = self.windows(series, rows, first, None)
        self._check_categories(series, windows)
        return self.part(series, self.features(series), windows)

    def _read(self, path: str, targets: bool) -> Series:
        """Rows of a new file, long enough for one sequence."""
        problems = Problems()
        columns = Columns(
            self.inputs_names,
            self.target.names if targets or self.lag else (),
            self.time,
            self.target.kind,
            self.missing,
            self.target.classes or None,
            texts=tuple(self.categories),
            series=self.series,
            trained=True,
            time_optional=not self.calendar,
            known=self.known,
            positive=self.target.names if np.any(self.target.scaling.log) else (),
        )
        series = read_file(self.reader, Path(path), columns, problems)
        for one in series.each():
            self._check_length(one, path, targets, problems)
        problems.raise_any()
        return series

    def _check_length(self, series: Series, path: str, targets: bool, problems: Problems) -> None:
        """A series of a new file must be long enough for one sequence."""
        need = (self.window or 1) + (self.horizon if targets and self.window else 0)
        need = self.output_steps or need if targets else need
        need += self.lag.inputs if self.lag else 0
        where = path if self.series is None else f"{path} of '{series.names[0]}'"
        if series.past < need:
            must, advice = f"must have at least {need} rows", "give the rows before them too"
            must += "" if self.series is None else " of each series"
            problems.add("data.path", must, f"{series.past} in {where}", advice)
        ahead = len(series) - series.past
        if self.known and not targets and ahead < self.horizon:
            rows = "1 row" if self.horizon == 1 else f"{self.horizon} rows"
            must = f"must have values in {rows} after the last with other inputs"
            advice = f"add rows with {', '.join(self.known)} and leave their other cells empty"
            problems.add("data.known", must, f"{ahead} such rows in {where}", advice)

    def _check_categories(self, series: Series, windows: Windows) -> None:
        """The rows that are read, each the first of a block, must hold known categories."""
        problems = Problems()
        texts = {name: labels[windows.starts] for name, labels in series.texts.items()}
        check_known(texts, series.rows[windows.starts], self.categories, True, problems)
        problems.raise_any()

    def _a_row_a_block(self, series: Series) -> bool:
        """Whether the rows of a new file lie a block apart, so that each begins one."""
        if self.output_steps is None or self.step is None or series.times is None:
            return False
        if len(series) == 1:
            return True
        block = infer_step(series.times)
        steps = np.array([self.output_steps])
        return bool(
            block is not None
            and block.after(series.times[0], np.array([1]))
            == self.step.after(series.times[0], steps)
        )

    def _predicted(self, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """Rows predicted, (N,) or (N, T), and which of them the window before has too."""
        if self.output_steps is not None:
            predicted = windows.starts[:, None] + np.arange(self.output_steps)
        elif self.task == "many_to_many":
            predicted = windows.starts[:, None] + np.arange(windows.length) + self.horizon
        else:
            predicted = windows.starts + windows.length - 1 + self.horizon
        repeated = np.zeros(predicted.shape, dtype=bool)
        if self.task == "many_to_many" and len(predicted) > 1:
            repeated[-1] = predicted[-1] <= predicted[-2, -1]
        return predicted, repeated

    def _labels(self, series: Series, predicted: np.ndarray) -> np.ndarray:
        """Time stamp, or row of the file, of each row predicted (P,)."""
        beyond = max(int(predicted.max()) - len(series) + 1, 0)
        if series.times is None:
            after = series.rows[-1] + 1 + np.arange(beyond)
            return np.asarray(np.concatenate([series.rows, after])[predicted])
        times = np.concatenate([series.times, self._beyond(series.times, beyond)])
        return np.asarray(np.array([format_time(time) for time in times])[predicted])

    def _labels_of_blocks(self, series: Series) -> np.ndarray:
        """Time stamps of all steps of blocks of which only the first row is given."""
        assert series.times is not None and self.step is not None and self.output_steps
        steps = np.arange(self.output_steps)
        times = [self.step.after(time, steps) for time in series.times]
        return np.array([format_time(time) for time in np.concatenate(times)])

    def _beyond(self, times: np.ndarray, count: int) -> np.ndarray:
        """The next `count` time stamps after the last."""
        step = self.step or Step(1, "seconds")
        return step.after(times[-1], np.arange(count) + 1)
