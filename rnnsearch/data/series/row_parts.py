"""Which rows of each series are in which part: by their share, or as a column says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.series.checked_columns import SAID_PARTS
from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.whole_series import divide_series
from rnnsearch.data.splits import fold_parts
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SeriesSource, SplitSpec

__all__ = ["divide", "reaches_back"]

_MOST_LOST = 6
"""A part of so many windows may lose one to its first forecasts."""
_MOST_FOLDS = ((2_000, 5), (20_000, 3), (math.inf, 1))
"""Up to so many rows, so many folds at most: a large validation part says enough by itself."""


def divide(
    source: SeriesSource, series: Series, blocks: bool, need: int, problems: Problems
) -> list[tuple[Segments, ...]]:
    """Of each fold the rows of each series' parts; whole blocks where these are predicted.

    Where a column says it, its parts are stretches of rows, which may differ between series. What
    it does not say is of shares: those parts begin and end at the same times in all series, where
    there are any.

    Args:
        source: The spec's `data`.
        series: The rows.
        blocks: Whether whole blocks are predicted.
        need: Rows that a training part needs, where it is for the tool to say how many folds.
        problems: Where to note them.
    """
    size = (source.output_steps or 1) if blocks else 1
    split, every = source.split, series.each()
    if split.by == "series":
        most = next(k for up_to, k in _MOST_FOLDS if len(series) <= up_to)
        return divide_series(source, series, size, most, problems)
    if series.part is not None and _in_order(every, split.column, problems):
        return [_as_said(split, every, size)]
    shares, count = (split.validation, split.test), split.backtest.folds
    if count == "auto":
        rows = max(len(_axis(every)), *(len(one) for one in every))
        most = next(k for up_to, k in _MOST_FOLDS if len(series) <= up_to)
        step = split.backtest.step
        count = _automatic(rows // size, shares, None if step is None else step // size, need, most)
    return _by_share(split, every, shares, size, count)


def reaches_back(
    source: SeriesSource, task: str, segments: Sequence[Segments], longest: int | None
) -> bool:
    """Whether windows of the parts that are judged may begin in rows before the part.

    Args:
        source: The spec's `data`.
        task: Its name.
        segments: Of each series the rows of its parts.
        longest: The longest window; None where blocks are predicted.
    """
    if longest is None or MAPPINGS[task].aligned or source.split.by == "series":
        return False
    if source.split.reach_back != "auto":
        return source.split.reach_back
    lengths = [max(map(len, parts)) for parts in list(zip(*segments, strict=True))[1:]]
    lost = longest - 1 + source.horizon
    return source.horizon > 0 and any(lost * _MOST_LOST > rows > 0 for rows in lengths)


def _automatic(
    rows: int, shares: tuple[float, float], step: int | None, need: int, most: int
) -> int:
    """As many folds as leave the first half the rows to train on, and `need` of them."""
    for count in range(most, 1, -1):
        folds = fold_parts(rows, *shares, count, step)
        first, last = len(folds[0][0]), len(folds[-1][0])
        if first >= need and 2 * first >= last:
            return count
    return 1


def _axis(series: Sequence[Series]) -> np.ndarray:
    """The times of all rows, each once; none where there are none."""
    times = [one.times for one in series if one.times is not None]
    if len(times) == 1:
        return times[0]
    return np.unique(np.concatenate(times)) if times else np.zeros(0)


def _by_share(
    split: SplitSpec,
    series: Sequence[Series],
    shares: tuple[float, float],
    size: int,
    count: int = 1,
) -> list[tuple[Segments, ...]]:
    """Of each fold the rows of each series' parts, by the shares of validation and test part."""
    backtest = split.backtest
    step, window = (None if n is None else n // size for n in (backtest.step, backtest.window))

    def divided(rows: int) -> list[Segments]:
        """As many rows, one after the other."""
        folds = fold_parts(rows // size, *shares, count, step, window)
        return [tuple(range(p.start * size, p.stop * size) for p in parts) for parts in folds]  # type: ignore[misc]

    axis = _axis(series)
    if not len(axis):
        return list(zip(*(divided(len(one)) for one in series), strict=True))
    return [
        tuple(_at_times(one, axis, parts, size) for one in series) for parts in divided(len(axis))
    ]


def _at_times(series: Series, axis: np.ndarray, parts: Segments, size: int) -> Segments:
    """Rows of one series in parts of all times (A,), in whole blocks of `size` rows."""
    assert series.times is not None
    borders = {end for part in parts for end in (part.start, part.stop)}
    rows = {
        end: (
            len(series)
            if end >= len(axis) // size * size
            else int(np.searchsorted(series.times, axis[end]))
        )
        // size
        * size
        for end in borders
    }
    first, second, third = (range(rows[part.start], rows[part.stop]) for part in parts)
    return first, second, third


def _in_order(series: Sequence[Series], column: str | None, problems: Problems) -> bool:
    """Whether each part is one stretch of each series, and training comes first, test last."""
    sound = True
    for one in series:
        assert one.part is not None
        back = np.flatnonzero(np.diff(one.part) < 0)
        if not len(back):
            continue
        sound = False
        (before, after), (row, next_row) = (
            (values[back[0]], values[back[0] + 1]) for values in (one.part, one.rows)
        )
        received = f"{SAID_PARTS[after]} in row {next_row} after {SAID_PARTS[before]} in row {row}"
        received += f" of '{column}'" + (f" ('{one.names[0]}')" if one.names[0] else "")
        received += f" ({len(back)} such places)" if len(back) > 1 else ""
        must = "must say train, then validation, then test, each in one stretch of a series' rows"
        advice = "no sequence may have rows of two parts: move the borders"
        problems.add("data.split.column", must, received, advice)
    return sound


def _as_said(split: SplitSpec, series: Sequence[Series], size: int) -> tuple[Segments, ...]:
    """The parts that rows name, in whole blocks; others are the last rows of the training part."""
    named = {number for one in series if one.part is not None for number in np.unique(one.part)}
    said = [_stretches(one, size) for one in series]
    trains = [
        one.take(slice(0, len(train))) for one, (train, _, _) in zip(series, said, strict=True)
    ]
    shares = (0.0 if 1 in named else split.validation, 0.0 if 2 in named else split.test)
    (shared,) = _by_share(split, trains, shares, size)
    return tuple(
        (taken[0], own[1] if 1 in named else taken[1], own[2] if 2 in named else taken[2])
        for own, taken in zip(said, shared, strict=True)
    )


def _stretches(series: Series, size: int) -> Segments:
    """The rows of one series that are said to be in each part, in whole blocks of `size` rows."""
    begins = np.searchsorted(series.part, (0, 1, 2, 3)).tolist()  # type: ignore[arg-type]
    first, second, third = (
        range(begin, begin + (end - begin) // size * size) for begin, end in pairwise(begins)
    )
    return first, second, third
