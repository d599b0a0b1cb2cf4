"""From the rows of a table to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data._base import Part, Preparation, Scaling, Target
from rnnsearch.data.categories import check_known, join_columns
from rnnsearch.data.problems import Problems
from rnnsearch.data.series.calendar import Step, calendar_features, format_time, infer_step
from rnnsearch.data.series.naive import naive_forecasts
from rnnsearch.data.series.rows import Columns, Series, read_series
from rnnsearch.data.series.windows import Windows, aligned_windows, blocks, cut, forecast_windows
from rnnsearch.data.sources import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeriesPreparation"]


@dataclass(frozen=True)
class SeriesPreparation(Preparation):
    """How rows of a table become sequences.

    What the calendar says is known in advance: where a target lies `horizon` rows ahead, a
    step's calendar features are those of the row it predicts.

    Attributes:
        reader: Name of the source, by which new files are read.
        task: Its name.
        window: Input steps (T); None for one_to_many.
        horizon: Rows from an input step to its target.
        output_steps: Rows in a block of one_to_many, else None.
        inputs_names: Input columns.
        categories: Input column of text → its categories in the training part.
        features_names: Names of all features (F): the inputs (``column=category`` for each
            category), then the calendar's.
        calendar: Calendar features asked for.
        time: The column of time stamps, or None.
        step: The usual distance of rows; None without time stamps.
        span: First and last time stamp of the training part; None without time stamps.
        season: Rows in a season, or None.
        missing: What to do about gaps.
        scaling: Of all features; the identity for categories and the calendar.
        target: What is predicted.
    """

    reader: str
    task: str
    window: int | None
    horizon: int
    output_steps: int | None
    inputs_names: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    features_names: tuple[str, ...]
    calendar: tuple[str, ...]
    time: str | None
    step: Step | None
    span: tuple[np.datetime64, np.datetime64] | None
    season: int | None
    missing: Literal["error", "interpolate", "drop"]
    scaling: Scaling
    target: Target

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        target = self.target
        return {
            "source": "series",
            "reader": self.reader,
            "task": self.task,
            "window": self.window,
            "horizon": self.horizon,
            "output_steps": self.output_steps,
            "time": self.time,
            "step": self.step.to_json() if self.step else None,
            "training_span": [str(time) for time in self.span] if self.span else None,
            "season": self.season,
            "missing": self.missing,
            "calendar": list(self.calendar),
            "inputs": list(self.inputs_names),
            "categories": {name: list(known) for name, known in self.categories.items()},
            "features": [
                {"name": name, "offset": float(offset), "scale": float(scale)}
                for name, offset, scale in zip(
                    self.features_names, self.scaling.offset, self.scaling.scale, strict=True
                )
            ],
            "target": {
                "kind": target.kind,
                "names": list(target.names),
                "classes": list(target.classes),
                "offset": target.scaling.offset.tolist(),
                "scale": target.scaling.scale.tolist(),
                "naive_error": None if target.naive_error is None else target.naive_error.tolist(),
            },
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SeriesPreparation:
        """The inverse of `to_json`."""
        features, target, span = values["features"], values["target"], values["training_span"]
        return cls(
            reader=values["reader"],
            task=values["task"],
            window=values["window"],
            horizon=values["horizon"],
            output_steps=values["output_steps"],
            inputs_names=tuple(values["inputs"]),
            categories={k: tuple(known) for k, known in values.get("categories", {}).items()},
            features_names=tuple(feature["name"] for feature in features),
            calendar=tuple(values["calendar"]),
            time=values["time"],
            step=Step(**values["step"]) if values["step"] else None,
            span=(np.datetime64(span[0], "us"), np.datetime64(span[1], "us")) if span else None,
            season=values["season"],
            missing=values["missing"],
            scaling=Scaling(
                np.array([feature["offset"] for feature in features]),
                np.array([feature["scale"] for feature in features]),
            ),
            target=Target(
                target["kind"],
                tuple(target["names"]),
                tuple(target["classes"]),
                Scaling(np.array(target["offset"]), np.array(target["scale"])),
                # Not there in studies of earlier versions.
                np.array(target["naive_error"]) if target.get("naive_error") else None,
            ),
        )

    def features(self, series: Series) -> np.ndarray:
        """Model input of each row: (R, F) float32."""
        columns = [join_columns(series.inputs, series.texts, self.inputs_names, self.categories)]
        if self.calendar and series.times is not None and self.span is not None:
            times = series.times
            if self.horizon and self.output_steps is None:
                times = np.concatenate([times, self._beyond(times, self.horizon)])[self.horizon :]
            columns.append(calendar_features(times, self.calendar, self.span))
        return self.scaling.apply(np.concatenate(columns, axis=1))

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
        known = (series.inputs_known, series.targets_known)
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
        if self.output_steps is not None:
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
        numeric = self.target.kind == "numeric"
        scaled = self.target.scaling.apply(y) if numeric else np.maximum(y, 0).astype(np.int32)
        return Part(self.x(features, windows), scaled, windows.weight, naive)

    def inputs(self, path: str) -> tuple[np.ndarray, pd.DataFrame]:
        """x of every window (or block) in a CSV file, and what each prediction is of.

        The frame has the column of time stamps under its own name, or `row`, which counts on
        beyond the file's end; for sequences of outputs also `sequence` and `step`, both
        from 1. The last window of many_to_many overlaps the one before unless the rows
        divide evenly; steps of it that were already predicted have no row, which the index shows.

        one_to_many: every `output_steps`-th row begins a block, the last may be incomplete.
        In a file whose rows lie a block apart, or that has one row, every row begins one.
        """
        import pandas as pd

        series = self._read(path, targets=False)
        rows = len(series)
        if self.output_steps is not None:
            size = 1 if self._a_row_a_block(series) else self.output_steps
            starts = np.arange(0, rows, size)
            windows = Windows(starts, size, starts[:, None])
        else:
            assert self.window is not None
            last = rows - self.window
            starts = np.arange(0, last + 1, self.window if self.task == "many_to_many" else 1)
            if starts[-1] < last:
                starts = np.append(starts, last)
            windows = Windows(starts, self.window, starts)
        self._check_categories(series, windows)
        predicted, repeated = self._predicted(windows)
        if self.output_steps is not None and size == 1:
            labels = self._labels_of_blocks(series)
        else:
            labels = self._labels(series, predicted.ravel())
        name = "row" if series.times is None else str(self.time)
        frame = pd.DataFrame({"time" if name in ("sequence", "step") else name: labels})
        if predicted.ndim == 2:
            count, steps = predicted.shape
            frame.insert(0, "sequence", np.repeat(np.arange(count) + 1, steps))
            frame.insert(1, "step", np.tile(np.arange(steps) + 1, count))
        if self.task == "many_to_many":
            frame = frame[~repeated.ravel()]
        return self.x(self.features(series), windows), frame

    def targets(self, path: str) -> Part:
        """Every sequence of a CSV file that has the target, in one part.

        Sequences and targets are the file's own: naive forecasts know nothing before it.
        """
        series = self._read(path, targets=True)
        first = (self.window or 1) - 1 + self.horizon
        windows = self.windows(series, range(len(series)), first, None)
        self._check_categories(series, windows)
        return self.part(series, self.features(series), windows)

    def _read(self, path: str, targets: bool) -> Series:
        """Rows of a new file, long enough for one sequence."""
        problems = Problems()
        columns = Columns(
            self.inputs_names,
            self.target.names if targets else (),
            self.time,
            self.target.kind,
            self.missing,
            self.target.classes or None,
            texts=tuple(self.categories),
            trained=True,
            time_optional=not self.calendar,
        )
        series = read_series(TABLES[self.reader].read(Path(path)), columns, problems)
        need = (self.window or 1) + (self.horizon if targets and self.window else 0)
        need = self.output_steps or need if targets else need
        if len(series) < need:
            problems.add(
                "data.path",
                f"must have at least {need} rows",
                f"{len(series)} in {path}",
                "give the rows before them too",
            )
        problems.raise_any()
        return series

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
