"""A table with one row a time step: read, split by time, scaled and cut into sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data._base import Dataset, Part, Scaling, SequenceData, Target, output_axes
from rnnsearch.data.categories import column_names, columns_scaling
from rnnsearch.data.problems import Problems, name_some
from rnnsearch.data.scaling import fit_scaling, identity
from rnnsearch.data.series.calendar import calendar_names, format_time, infer_step
from rnnsearch.data.series.checks import (
    check_calendar,
    check_fold_length,
    check_inputs,
    check_lengths,
    check_targets,
    training_categories,
)
from rnnsearch.data.series.naive import naive_error
from rnnsearch.data.series.preparation import SeriesPreparation
from rnnsearch.data.series.rows import Columns, Series, read_series
from rnnsearch.data.sources import TABLES
from rnnsearch.data.splits import fold_parts

if TYPE_CHECKING:
    from rnnsearch.spec.sources import (
        SeriesSource,
    )

__all__ = ["SeriesData", "read_series_data"]

_PARTS = ("training", "validation", "test")
Segments = tuple[range, range, range]


@dataclass(frozen=True)
class Fold:
    """One way to divide the rows, and what is fitted on its training part.

    Attributes:
        segments: Rows of the training, validation and test part, in this order in time.
        prepared: The preparation for the longest window.
    """

    segments: Segments
    prepared: SeriesPreparation


@dataclass(frozen=True)
class SeriesData(SequenceData):
    """A table, ready to be cut.

    Attributes:
        series: Its rows.
        divided: The folds, the largest training part last.
        longest: The longest window; it decides which rows are predicted.
        stride: Of training windows.
    """

    series: Series
    divided: tuple[Fold, ...]
    longest: int | None
    stride: int

    @property
    def segments(self) -> Segments:
        """Rows of the parts of the last fold."""
        return self.divided[-1].segments

    @property
    def prepared(self) -> SeriesPreparation:
        """The preparation for the longest window, of the last fold."""
        return self.divided[-1].prepared

    @property
    def folds(self) -> int:
        """How many ways there are to divide the rows."""
        return len(self.divided)

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts. Those for validation and test predict the same rows for every window.

        many_to_one: every row of the segment that the longest window can reach.
        many_to_many: every row from `horizon` on into the segment, once (`aligned_windows`).
        """
        preparation = self._preparation(window, fold)
        features = preparation.features(self.series)
        segments = self.divided[fold].segments
        train, validation, test = (
            self._part(preparation, features, segment, index == 0)
            for index, segment in enumerate(segments)
        )
        return Dataset(
            train=train,
            validation=validation,
            test=test,
            target=preparation.target,
            masked=False,
            output_steps=preparation.output_steps,
        )

    def preparation(self, window: int | None = None) -> SeriesPreparation:
        """The preparation for one length of window, of the last fold."""
        return self._preparation(window, -1)

    def _preparation(self, window: int | None, fold: int) -> SeriesPreparation:
        prepared = self.divided[fold].prepared
        length = self.longest if window is None else window
        if self.longest is None or length == self.longest:
            return prepared
        assert length is not None and length < self.longest, "a window longer than was read for"
        return replace(prepared, window=length)

    @property
    def steps(self) -> int:
        """The longest window, or the steps of an output sequence."""
        return self.prepared.output_steps or self.longest or 1

    def summary(self) -> list[tuple[str, str]]:
        """Rows, time, season, parts, input and target."""
        series, prepared, dataset = self.series, self.prepared, self.dataset()
        lines = [("rows", str(len(series)))]
        if series.times is not None:
            span = f"{format_time(series.times[0])} to {format_time(series.times[-1])}"
            lines.append(("time", f"{span}, a row every {prepared.step}"))
        lines.append(("season", f"{prepared.season} rows" if prepared.season else "none known"))
        for name, segment, part in zip(
            _PARTS, self.segments, (dataset.train, dataset.validation, dataset.test), strict=True
        ):
            lines.append((name, _part_text(series, segment, part)))
        if self.folds > 1:
            lines.insert(-len(_PARTS), ("folds", self._folds_text()))
        x, y = dataset.train.array, dataset.train.y
        axes = "(N, F)" if x.ndim == 2 else "(N, T, F)"
        lines.append(("input", f"{axes} = {x.shape}: {name_some(prepared.features_names, 8)}"))
        lines.append(("output", f"{output_axes(y, prepared.target)} = {y.shape}"))
        return lines + self._target_lines()

    def _target_lines(self) -> list[tuple[str, str]]:
        """Range of each target, or how often each class occurs, in the training part."""
        series, target = self.series, self.prepared.target
        rows = np.asarray(self.segments[0])
        values = series.targets[rows][series.targets_known[rows]]
        if target.kind == "class":
            counts = np.bincount(values, minlength=len(target.classes))
            texts = [f"{c} {n}" for c, n in zip(target.classes, counts, strict=True)]
            return [("target", f"{target.names[0]}, rows of each class: {name_some(texts, 12)}")]
        ranges = zip(target.names, values.min(axis=0), values.max(axis=0), strict=True)
        return [("target", f"{name}: {low:g} to {high:g}") for name, low, high in ranges]

    def _folds_text(self) -> str:
        """Which rows are the folds' validation parts."""
        held_out = [fold.segments[1] for fold in self.divided]
        rows = self.series.rows
        texts = [f"{rows[part.start]} to {rows[part.stop - 1]}" for part in held_out]
        return f"{self.folds}, validated on rows {name_some(texts)}; the last:"

    def _part(
        self, preparation: SeriesPreparation, features: np.ndarray, segment: range, trains: bool
    ) -> Part:
        reach = preparation.window if trains else self.longest
        first = segment.start + (reach or 1) - 1 + preparation.horizon
        stride = self.stride if trains else None
        windows = preparation.windows(self.series, segment, first, stride)
        return preparation.part(self.series, features, windows)


def read_series_data(source: SeriesSource, task: str, windows: tuple[int, ...]) -> SeriesData:
    """Read and check a table.

    Args:
        source: The spec's `data`.
        task: Its name.
        windows: Every window that may be asked for besides `source.window`.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    blocks = task == "one_to_many"
    targets = (source.target,) if isinstance(source.target, str) else source.target
    longest = None if blocks else max((*windows, source.window or 1))
    kind = source.target_kind
    texts = None if blocks else ()
    columns = Columns(source.inputs, targets, source.time, kind, source.missing, texts=texts)
    series = read_series(TABLES[source.source].read(source.path), columns, problems)
    *earlier, last = _segments(source, len(series), blocks)
    check_lengths(source, last, longest, problems)
    divided = [_fold(source, task, series, last, longest, problems)]
    for number, segments in enumerate(earlier, 1):
        found = Problems()
        check_fold_length(source, segments, longest, found)
        divided.insert(-1, _fold(source, task, series, segments, longest, found, number))
    data = SeriesData(series, tuple(divided), longest, source.stride)
    _check_parts(data, problems)
    problems.raise_any()
    return data


def _fold(
    source: SeriesSource,
    task: str,
    series: Series,
    segments: Segments,
    longest: int | None,
    problems: Problems,
    number: int | None = None,
) -> Fold:
    """What is fitted on the training part of one fold.

    Args:
        source: The spec's `data`.
        task: Its name.
        series: The rows.
        segments: Those of each part.
        longest: The longest window.
        problems: What was found before.
        number: Of a fold that is not the last, from 1, to be named in messages.

    Raises:
        InvalidData: With every problem that could be found.
    """
    blocks = longest is None
    targets = (source.target,) if isinstance(source.target, str) else source.target
    size = (source.output_steps or 1) if blocks else 1
    train, whole = segments[0], len(series) // size * size
    # Later folds see the rows after this one's parts, with the same features.
    starts = [np.arange(0, train.stop, size), np.arange(train.stop, whole, size)]
    check_inputs(source, series, starts[0], blocks, problems)
    check_targets(targets, source.inputs, series, train, problems)
    categories = training_categories(series, starts, problems)
    _raise_of_fold(problems, number)
    rows = np.asarray(train)
    times = series.times
    span = None if times is None else (times[rows[0]], times[rows[-1]])
    step = None if times is None else infer_step(times)
    season = source.season or (step.season() if step else None)
    if times is not None and span is not None and source.calendar:
        check_calendar(source, times[rows], span, problems)
        _raise_of_fold(problems, number)
    calendar = calendar_names(source.calendar)
    prepared = SeriesPreparation(
        reader=source.source,
        task=task,
        window=longest,
        horizon=0 if blocks else source.horizon,
        output_steps=source.output_steps if blocks else None,
        inputs_names=source.inputs,
        categories=categories,
        features_names=column_names(source.inputs, categories) + calendar,
        calendar=source.calendar,
        time=source.time,
        step=step,
        span=span,
        season=season,
        missing=source.missing,
        scaling=_input_scaling(source, series, rows, categories, len(calendar)),
        target=_target(source, targets, series, train, season),
    )
    return Fold(segments, prepared)


def _raise_of_fold(problems: Problems, number: int | None) -> None:
    """Stop here if anything was found, naming a fold that is not the last."""
    if number is not None:
        named = f"in the training part of fold {number}"
        problems.found = [
            replace(problem, received=f"{problem.received} ({named})") for problem in problems.found
        ]
    problems.raise_any()


def _segments(source: SeriesSource, rows: int, blocks: bool) -> list[Segments]:
    """The rows of each part of each fold; whole blocks where these are predicted."""
    size = (source.output_steps or 1) if blocks else 1
    split = source.split
    folds = fold_parts(rows // size, split.validation, split.test, split.folds)
    found = []
    for parts in folds:
        first, second, third = (range(part.start * size, part.stop * size) for part in parts)
        found.append((first, second, third))
    return found


def _check_parts(data: SeriesData, problems: Problems) -> None:
    """No part may lose all its sequences to gaps."""
    if data.series.inputs_known.all() and data.series.targets_known.all():
        return
    for number, fold in enumerate(data.divided):
        dataset = data.dataset(fold=number)
        parts = (dataset.train, dataset.validation, dataset.test)
        for name, segment, part in zip(_PARTS, fold.segments, parts, strict=True):
            if len(segment) and not len(part):
                of = f" of fold {number + 1}" if data.folds > 1 else ""
                received = f"none in {len(segment)} {name} rows{of}"
                must = "must leave a sequence with an observed target in every part"
                problems.add("data.missing", must, received, "fill the gaps, or drop such rows")


def _input_scaling(
    source: SeriesSource,
    series: Series,
    rows: np.ndarray,
    categories: dict[str, tuple[str, ...]],
    others: int,
) -> Scaling:
    """Standardisation of numbers by observed training rows; none of categories and `others`."""
    rest = identity(others)
    if source.scaling == "none":
        return identity(len(column_names(source.inputs, categories)) + others)
    observed = series.inputs[rows[series.inputs_known[rows]]]
    offset, scale = columns_scaling(observed, source.inputs, categories)
    return Scaling(np.concatenate([offset, rest.offset]), np.concatenate([scale, rest.scale]))


def _target(
    source: SeriesSource,
    names: tuple[str, ...],
    series: Series,
    train: range,
    season: int | None,
) -> Target:
    """The target, scaled by training rows in which it was observed."""
    if series.kind == "class":
        return Target("class", names, series.classes, identity(1))
    rows = np.asarray(train)
    observed = rows[series.targets_known[rows]]
    error = naive_error(series.targets, series.targets_known, train, season)
    standard = source.scaling == "standard"
    scaling = fit_scaling(series.targets[observed]) if standard else identity(len(names))
    return Target("numeric", names, (), scaling, error)


def _part_text(series: Series, segment: range, part: Part) -> str:
    """Sequences of a part and the rows of the file they come from."""
    if not len(segment):
        return "none"
    first, last = series.rows[segment.start], series.rows[segment.stop - 1]
    count = f"{len(part)} sequence" + ("" if len(part) == 1 else "s")
    return f"{count}, rows {first} to {last}"
