"""A table with one row a time step: read, split by time, scaled and cut into sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data._base import Dataset, Part, Scaling, SequenceData, Target, output_axes
from rnnsearch.data.calendar import calendar_features, calendar_names, format_time, infer_step
from rnnsearch.data.categories import (
    check_known,
    column_names,
    columns_scaling,
    find_categories,
)
from rnnsearch.data.csv_preparation import CsvPreparation
from rnnsearch.data.problems import Problems, name_rows, name_some
from rnnsearch.data.scaling import constant, fit_scaling, identity
from rnnsearch.data.series import Columns, Series, read_series
from rnnsearch.data.splits import time_parts

if TYPE_CHECKING:
    from rnnsearch.spec.schema import CsvSource

__all__ = ["CsvData", "read_csv"]

_PARTS = ("training", "validation", "test")
Segments = tuple[range, range, range]


@dataclass(frozen=True)
class CsvData(SequenceData):
    """A table, ready to be cut.

    Attributes:
        series: Its rows.
        segments: Rows of the training, validation and test part, in this order in time.
        longest: The longest window; it decides which rows are predicted.
        stride: Of training windows.
        prepared: The preparation for the longest window.
    """

    series: Series
    segments: Segments
    longest: int | None
    stride: int
    prepared: CsvPreparation

    def dataset(self, window: int | None = None) -> Dataset:
        """The parts. Those for validation and test predict the same rows for every window.

        many_to_one: every row of the segment that the longest window can reach.
        many_to_many: every row from `horizon` on into the segment, once (`aligned_windows`).
        """
        preparation = self.preparation(window)
        features = preparation.features(self.series)
        return Dataset(
            train=self._part(preparation, features, 0),
            validation=self._part(preparation, features, 1),
            test=self._part(preparation, features, 2),
            target=preparation.target,
            masked=False,
            output_steps=preparation.output_steps,
        )

    def preparation(self, window: int | None = None) -> CsvPreparation:
        """The preparation for one length of window."""
        length = self.longest if window is None else window
        if self.longest is None or length == self.longest:
            return self.prepared
        assert length is not None and length < self.longest, "a window longer than was read for"
        return replace(self.prepared, window=length)

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
        x, y = dataset.train.x, dataset.train.y
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

    def _part(self, preparation: CsvPreparation, features: np.ndarray, index: int) -> Part:
        segment = self.segments[index]
        reach = preparation.window if index == 0 else self.longest
        first = segment.start + (reach or 1) - 1 + preparation.horizon
        stride = self.stride if index == 0 else None
        windows = preparation.windows(self.series, segment, first, stride)
        return preparation.part(self.series, features, windows)


def read_csv(source: CsvSource, task: str, windows: tuple[int, ...]) -> CsvData:
    """Read and check a table.

    Args:
        source: The spec's `data`.
        task: Its name.
        windows: Every window that may be asked for besides `source.window`.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    targets = (source.target,) if isinstance(source.target, str) else source.target
    blocks = task == "one_to_many"
    longest = None if blocks else max((*windows, source.window or 1))
    kind = source.target_kind
    texts = None if blocks else ()
    columns = Columns(source.inputs, targets, source.time, kind, source.missing, texts=texts)
    series = read_series(source.path, columns, problems)
    segments = _segments(source, len(series), blocks)
    _check_lengths(source, segments, longest, problems)
    size = (source.output_steps or 1) if blocks else 1
    starts = [np.asarray(part[::size], dtype=np.int64) for part in segments]
    _check_inputs(source, series, starts[0], blocks, problems)
    _check_targets(targets, source.inputs, series, segments[0], problems)
    categories = _categories(series, starts, problems)
    problems.raise_any()

    rows = np.asarray(segments[0])
    times = series.times
    span = None if times is None else (times[rows[0]], times[rows[-1]])
    step = None if times is None else infer_step(times)
    if times is not None and span is not None and source.calendar:
        _check_calendar(source, times[rows], span, problems)
        problems.raise_any()
    calendar = calendar_names(source.calendar)
    prepared = CsvPreparation(
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
        season=source.season or (step.season() if step else None),
        missing=source.missing,
        scaling=_input_scaling(source, series, rows, categories, len(calendar)),
        target=_target(source, targets, series, rows),
    )
    data = CsvData(series, segments, longest, source.stride, prepared)
    _check_parts(data, problems)
    problems.raise_any()
    return data


def _segments(source: CsvSource, rows: int, blocks: bool) -> Segments:
    """The rows of each part; whole blocks where these are predicted."""
    size = (source.output_steps or 1) if blocks else 1
    parts = time_parts(rows // size, source.split.validation, source.split.test)
    first, second, third = (range(part.start * size, part.stop * size) for part in parts)
    return first, second, third


def _check_lengths(
    source: CsvSource, segments: Segments, longest: int | None, problems: Problems
) -> None:
    """Every part must have room for a sequence and its target."""
    lengths = [len(part) for part in segments]
    wanted = 3 if source.split.test else 2
    need = (source.output_steps or 1) if longest is None else longest + source.horizon
    if min(lengths[:wanted]) >= need:
        return
    if longest is None:
        path, what = "data.output_steps", f"a block of {need} rows"
        advice = "give more rows, shorter blocks, or parts of other sizes under data.split"
    else:
        path = "data.window"
        ahead = "row" if source.horizon == 1 else "rows"
        what = f"a window of {longest} rows and a target {source.horizon} {ahead} ahead"
        advice = "give more rows, a shorter window, or parts of other sizes under data.split"
    received = ", ".join(f"{n} {name}" for n, name in zip(lengths, _PARTS, strict=True)) + " rows"
    problems.add(path, f"must leave every part room for {what}", received, advice)


def _check_inputs(
    source: CsvSource, series: Series, rows: np.ndarray, blocks: bool, problems: Problems
) -> None:
    """Inputs must vary in the training rows that are read."""
    what = "first rows of training blocks" if blocks else "training rows"
    numbers = iter(series.inputs[rows].T)
    for name in source.inputs:
        if name in series.texts:
            found = find_categories(series.texts[name][rows])
            same = f"'{found[0]}'" if len(found) == 1 else ""
        else:
            values = next(numbers)
            same = f"{values[np.isfinite(values)][0]:g}" if constant(values) else ""
        if same:
            received = f"{same} in all {len(rows)} {what} of '{name}'"
            must, advice = "must vary in the training part", "leave the column out"
            problems.add("data.inputs", must, received, advice)


def _check_targets(
    targets: tuple[str, ...],
    inputs: tuple[str, ...],
    series: Series,
    train: range,
    problems: Problems,
) -> None:
    """Targets that are no inputs must vary in the training part, and classes occur there."""
    rows = np.asarray(train, dtype=np.int64)
    for index, name in enumerate(targets if series.kind == "numeric" else ()):
        values = series.targets[rows, index]
        if name not in inputs and constant(values):
            value = values[np.isfinite(values)][0]
            received = f"{value:g} in all {len(rows)} training rows of '{name}'"
            must, advice = "must vary in the training part", "leave the column out"
            problems.add("data.target", must, received, advice)
    if series.kind == "class" and series.classes:
        _check_classes(series, rows, problems)


def _categories(
    series: Series, starts: Sequence[np.ndarray], problems: Problems
) -> dict[str, tuple[str, ...]]:
    """Those of each input of text in the training part; the other parts must have no more.

    Args:
        series: The rows.
        starts: Of each part, the rows that are read: the first of every block.
        problems: Where to note categories that are new in validation or test.
    """
    train, *others = starts
    found = {name: find_categories(labels[train]) for name, labels in series.texts.items()}
    rows = np.concatenate(others)
    texts = {name: labels[rows] for name, labels in series.texts.items()}
    check_known(texts, series.rows[rows], found, False, problems)
    return found


def _check_classes(series: Series, rows: np.ndarray, problems: Problems) -> None:
    """Two classes or more in the training part, and none outside that is not in it."""
    if not len(rows):
        return
    known = set(series.targets[rows].tolist()) - {-1}
    names = [series.classes[index] for index in sorted(known)]
    unknown = np.flatnonzero(~np.isin(series.targets, [*known, -1]))
    if len(known) == 1:
        received, advice = f"only {names[0]}", "give rows of other classes too"
        problems.add("data.target", "must have two classes in training", received, advice)
    elif len(unknown):
        label = series.classes[series.targets[unknown[0]]]
        received = f"'{label}' in {name_rows(series.rows[unknown])} only"
        advice = f"the training part has: {name_some(names, 20)}; change data.split"
        must = "must have every class in the training part"
        problems.add("data.target", must, received, advice)


def _check_calendar(
    source: CsvSource,
    times: np.ndarray,
    span: tuple[np.datetime64, np.datetime64],
    problems: Problems,
) -> None:
    """A calendar feature must vary in training, or it says nothing."""
    starts = times[:: source.output_steps or 1]
    for index, feature in enumerate(source.calendar):
        values = calendar_features(starts, [feature], span)
        if np.ptp(values, axis=0).max() < 1e-9:
            received = f"{feature}, the same in all {len(starts)} inputs"
            must = "must vary in the training part"
            problems.add(f"data.calendar[{index}]", must, received, "leave it out")


def _check_parts(data: CsvData, problems: Problems) -> None:
    """No part may lose all its sequences to gaps."""
    if data.series.inputs_known.all() and data.series.targets_known.all():
        return
    dataset = data.dataset()
    parts = (dataset.train, dataset.validation, dataset.test)
    for name, segment, part in zip(_PARTS, data.segments, parts, strict=True):
        if len(segment) and not len(part):
            received = f"none in {len(segment)} {name} rows"
            must = "must leave a sequence with an observed target in every part"
            problems.add("data.missing", must, received, "fill the gaps, or drop such rows")


def _input_scaling(
    source: CsvSource,
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


def _target(source: CsvSource, names: tuple[str, ...], series: Series, rows: np.ndarray) -> Target:
    """The target, scaled by training rows in which it was observed."""
    if series.kind == "class":
        return Target("class", names, series.classes, identity(1))
    if source.scaling == "none":
        return Target("numeric", names, (), identity(len(names)))
    observed = rows[series.targets_known[rows]]
    return Target("numeric", names, (), fit_scaling(series.targets[observed]))


def _part_text(series: Series, segment: range, part: Part) -> str:
    """Sequences of a part and the rows of the file they come from."""
    if not len(segment):
        return "none"
    first, last = series.rows[segment.start], series.rows[segment.stop - 1]
    count = f"{len(part)} sequence" + ("" if len(part) == 1 else "s")
    return f"{count}, rows {first} to {last}"
