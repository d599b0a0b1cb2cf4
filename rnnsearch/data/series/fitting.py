"""What is fitted on the training rows of one fold: scaling, categories, the calendar's span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data._base import Scaling, Target
from rnnsearch.data.categories import column_names, columns_scaling
from rnnsearch.data.collecting import Problems
from rnnsearch.data.scaling import fit_scaling, fit_spread, identity
from rnnsearch.data.series.changes import Lags, lags, past_inputs, past_targets
from rnnsearch.data.series.checks import (
    check_calendar,
    check_inputs,
    check_targets,
    training_categories,
)
from rnnsearch.data.series.naive import naive_error
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.sources.headers import with_header
from rnnsearch.data.spans import Span, spans
from rnnsearch.data.time import Step, calendar_names
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.spec.sources import (
        SeriesSource,
    )

__all__ = ["Fitting", "Rhythm", "Segments", "based", "fit", "rhythm"]

Segments = tuple[range, range, range]
"""Rows of the training, validation and test part of a series, in this order in time."""

_MOST_CHANGES = 5_000_000
"""Changes of a series that a scaling is fitted to, at most."""


@dataclass(frozen=True)
class Rhythm:
    """What the distances of the rows say, the same for every fold.

    Attributes:
        step: The usual distance of rows; None without time stamps.
        season: Rows in a season, or None.
        lag: How far back lies what is the change from; None where values are predicted.
    """

    step: Step | None
    season: int | None
    lag: Lags | None


def rhythm(source: SeriesSource, task: str, series: Series, problems: Problems) -> Rhythm:
    """The rhythm of the longest series; without changes where `base` is still to be chosen."""
    step = series.step
    dated = series.clock.dated
    season = source.season or (step.season() if step and dated else None)
    base = "none" if source.asked_base == "auto" else source.asked_base
    if base == "season" and season is None:
        key = "base" if source.difference is None else "difference"
        must = f"must be given where {key} is season: `time` does not tell it"
        problems.add("data.season", must, "", "add season: under data:")
        base = "none"
    return based(Rhythm(step, season, None), base, source, task)


def based(
    rhythm: Rhythm, base: Literal["none", "last", "season"], source: SeriesSource, task: str
) -> Rhythm:
    """The same, with what `base` stands for; the first row of a block lies one row ahead."""
    blocks = MAPPINGS[task].unfolds
    horizon = 1 if blocks else source.horizon
    found = lags(base, horizon, rhythm.season, source.output_steps or 1)
    if blocks and found is not None:
        found = found._replace(inputs=0)  # a block reads nothing of the target's past
    return replace(rhythm, lag=found)


@dataclass(frozen=True)
class Fitting:
    """What the preparation of a fold is fitted to, but for the rows of its parts.

    Attributes:
        source: The spec's `data`.
        task: Its name.
        series: The rows.
        rhythm: Their distances.
        longest: The longest window; None where blocks are cut.
    """

    source: SeriesSource
    task: str
    series: Series
    rhythm: Rhythm
    longest: int | None


def fit(
    table: Fitting,
    segments: Sequence[Segments],
    problems: Problems,
    number: int | None = None,
) -> SeriesPreparation:
    """What is fitted on the training part of one fold.

    Args:
        table: Whose rows they are.
        segments: Of each series the rows of its parts.
        problems: What was found before.
        number: Of a fold that is not the last, from 1, to be named in messages.

    Raises:
        InvalidData: With every problem that could be found.
    """
    source, series, rhythm = table.source, table.series, table.rhythm
    blocks, trains = table.longest is None, [train for train, _, _ in segments]
    size = (source.output_steps or 1) if blocks else 1
    rows = _places(series, trains)
    categories = _checked(source, series, segments, size if blocks else None, problems)
    _raise_of_fold(problems, number)
    span = _span(source, series, rows, size, problems)
    _raise_of_fold(problems, number)
    calendar = calendar_names(source.calendar)
    scaling = _input_scaling(source, series, rhythm.lag, trains, categories, len(calendar))
    return SeriesPreparation(
        reader=source.source,
        task=table.task,
        window=table.longest,
        horizon=0 if blocks else source.horizon,
        output_steps=source.output_steps,
        series=source.keys,
        inputs_names=source.columns,
        known=source.known,
        categories=categories,
        features_names=column_names(source.columns, categories) + calendar,
        calendar=source.calendar,
        time=source.times,
        clock=series.clock,
        step=rhythm.step,
        span=span,
        season=rhythm.season,
        lag=rhythm.lag,
        lags=source.lags,
        missing=source.missing,
        dialect=_dialect(source, series),
        missing_values=source.missing_values,
        duplicates=source.duplicates,
        seen=spans(series.inputs[rows]) if len(rows) else (),
        seen_targets=_seen_targets(series, rows),
        irregular="reindex" if source.irregular == "reindex" else "rows",
        scaling=scaling,
        target=_target(source, series, rhythm, trains),
    )


def _checked(
    source: SeriesSource,
    series: Series,
    segments: Sequence[Segments],
    block: int | None,
    problems: Problems,
) -> dict[str, tuple[str, ...]]:
    """The categories of inputs of text; what is wrong with inputs and targets is noted.

    Args:
        source, series, segments, problems: As of `fit`.
        block: Rows of a block; None where windows are cut.
    """
    size, trains = block or 1, [train for train, _, _ in segments]
    firsts = _places(series, [train[::size] for train in trains])
    check_inputs(source, series, firsts, block is not None, problems)
    rows = _places(series, trains)
    check_targets(source.targets, source.inputs, series, rows, problems)
    return training_categories(series, [firsts, *_others(series, segments, size)], problems)


def _dialect(source: SeriesSource, series: Series) -> tuple[tuple[str, Any], ...]:
    """What new files are read by: what was asked, what was found, and a header or none."""
    names = [*source.inputs, *source.targets]
    return tuple(with_header({**series.decided, **dict(source.dialect_items)}, names).items())


def _span(
    source: SeriesSource, series: Series, rows: np.ndarray, size: int, problems: Problems
) -> tuple[np.datetime64, np.datetime64] | None:
    """First and last time stamp of the training rows, whose calendar is checked."""
    if series.times is None:
        return None
    times = series.times[rows]
    span = (times.min(), times.max())
    check_calendar(source, series.clock, times[::size], span, problems)
    return span


def _others(series: Series, segments: Sequence[Segments], size: int) -> list[np.ndarray]:
    """Rows that are read outside the training part: the first of every block."""
    if series.part is not None:
        parts = list(zip(*segments, strict=True))[1:]
        return [_places(series, [rows[::size] for rows in part]) for part in parts]
    # Later folds see the rows after this one's parts, with the same features.
    wholes = [len(one) // size * size for one in series.each()]
    later = [
        range(train.stop, end, size) for (train, _, _), end in zip(segments, wholes, strict=True)
    ]
    return [_places(series, later)]


def _places(series: Series, ranges: Sequence[range]) -> np.ndarray:
    """Rows of each series, counted in it, as rows of them all."""
    starts = np.cumsum([0, *(len(one) for one in series.each())])
    pairs = zip(starts[:-1], ranges, strict=True)
    return np.concatenate([start + np.asarray(rows, np.int64) for start, rows in pairs])


def _raise_of_fold(problems: Problems, number: int | None) -> None:
    """Stop here if anything was found, naming a fold that is not the last."""
    if number is not None:
        named = f"in the training part of fold {number}"
        problems.found = [
            replace(problem, received=f"{problem.received} ({named})") for problem in problems.found
        ]
    problems.raise_any()


def _input_scaling(
    source: SeriesSource,
    series: Series,
    lag: Lags | None,
    trains: Sequence[range],
    categories: dict[str, tuple[str, ...]],
    others: int,
) -> Scaling:
    """Standardisation of numbers by observed training rows; none of categories and `others`."""
    rest = identity(others)
    names = column_names(source.columns, categories)
    if source.scaling == "none":
        return identity(len(names) + others)
    own = np.array([n in source.targets for n in source.columns if n not in categories], bool)
    log = own & (source.scaling == "log")
    link = Scaling(np.zeros(len(log)), np.ones(len(log)), log).link
    observed = []
    for one, train in zip(series.each(), trains, strict=True):
        values = link(one.inputs)
        past = past_inputs(values, own, lag, one.ticks)
        first = max(train.start, lag.inputs if lag else 0)
        rows = np.arange(first, max(first, train.stop))
        rows = rows[one.inputs_known[rows]]
        observed.append(values[rows] if past is None else values[rows] - past[rows])
    offset, scale = columns_scaling(np.concatenate(observed), source.columns, categories)
    logs = [source.scaling == "log" and name in source.targets for name in names]
    return Scaling(
        np.concatenate([offset, rest.offset]),
        np.concatenate([scale, rest.scale]),
        np.array(logs + [False] * others) if any(logs) else False,
    )


def _target(
    source: SeriesSource, series: Series, rhythm: Rhythm, trains: Sequence[range]
) -> Target:
    """The target, scaled by training rows in which it was observed."""
    names = source.targets
    if series.kind == "class":
        return Target("class", names, series.classes, identity(1))
    pairs = list(zip(series.each(), trains, strict=True))
    known = [(one.targets, one.targets_known, train) for one, train in pairs]
    error = naive_error(known, rhythm.season, [one.ticks for one, _ in pairs])
    seen = [one.targets[_observed(one, train)] for one, train in pairs]
    of_all = fit_scaling(np.concatenate(seen)).scale
    target = Target("numeric", names, (), identity(len(names)), error, of_all)
    if source.scaling == "none":
        return target
    blank = target.scaling
    if source.scaling == "log":
        blank = replace(blank, log=np.ones(len(names), bool))
    found = []
    for one, train in pairs:
        values = blank.link(one.targets)
        found.append(_learned(values, one, _observed(one, train), rhythm.lag))
    fitted = fit_scaling if rhythm.lag is None else fit_spread
    scaling = replace(fitted(np.concatenate(found)), log=blank.log)
    return replace(target, scaling=scaling)


def _seen_targets(series: Series, rows: np.ndarray) -> tuple[Span, ...]:
    """The span of each target in the training part; of a class none."""
    seen = rows[series.targets_known[rows]]
    return spans(series.targets[seen]) if series.kind == "numeric" and len(seen) else ()


def _observed(one: Series, train: range) -> np.ndarray:
    """The rows of a training part in which the target was observed."""
    rows = np.asarray(train, np.int64)
    return np.asarray(rows[one.targets_known[rows]])


def _learned(values: np.ndarray, one: Series, rows: np.ndarray, lag: Lags | None) -> np.ndarray:
    """(M, O) values of a series in these rows, or their changes as steps of a forecast have them.

    Evenly spaced ones, where there are many. The first have no past: NaN.
    """
    if lag is None:
        return np.asarray(values[rows])
    rows = rows[:: 1 + len(rows) * len(lag.targets) // _MOST_CHANGES, None]
    past = past_targets(values, one.targets_known, rows, lag, one.ticks)
    return np.asarray(values[rows] - past).reshape(-1, values.shape[1])
