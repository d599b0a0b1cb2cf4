"""Parts of whole series: what was learned of some engines or patients is judged on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.folds import fold_owners
from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.rows import Series
from rnnsearch.data.splits import group_parts

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SeriesSource, SplitSpec

__all__ = ["divide_series", "is_whole"]

_TRAIN, _VALIDATION, _TEST = range(3)


def divide_series(
    source: SeriesSource, series: Series, size: int, most: int, problems: Problems
) -> list[tuple[Segments, ...]]:
    """Of each fold the rows of each series, all of which are in one part; the last fold tests.

    Series are dealt at random, longer ones first, so that parts come near to their shares of the
    rows, and of every class.

    Args:
        source: The spec's `data`.
        series: The rows.
        size: Rows of a block; 1 where windows are cut.
        most: Folds, at most, where it is for the tool to say how many.
        problems: Where to note that there are too few series.
    """
    split, count = source.split, len(series.names)
    need = 3 if split.test else 2
    lengths = [len(one) // size * size for one in series.each()]
    if count < need:
        must = f"must name {need} series or more, where parts are of whole series"
        received = f"{count} in {name_some(source.keys)}"
        problems.add("data.split.by", must, received, "remove split.by: parts follow in time")
        return [tuple((range(n), range(n, n), range(n, n)) for n in lengths)]
    labels = series.targets if series.kind == "class" else None
    parts = group_parts(
        series.group, labels, split.validation, split.test, split.seed, roughly=True
    )
    owner = np.zeros(count, int)
    for part, rows in enumerate(parts):
        owner[np.unique(series.group[rows])] = part
    owners = _folds(split, series, owner, most, problems)
    return [
        tuple(map(_segments, lengths, each.tolist(), [at == len(owners) - 1] * count))
        for at, each in enumerate(owners)
    ]


def is_whole(series: Series, segments: tuple[Segments, ...]) -> bool:
    """Whether each series is in one part, and not all are in the first."""
    parts = [[len(part) > 0 for part in each] for each in segments]
    return (
        len(series.names) > 1
        and all(sum(each) <= 1 for each in parts)
        and any(any(each[1:]) for each in parts)
    )


def _folds(
    split: SplitSpec, series: Series, owner: np.ndarray, most: int, problems: Problems
) -> list[np.ndarray]:
    """Of each fold the part (S,) of each series; all but those of the test are held out in turn."""
    pool = np.flatnonzero(owner != _TEST)
    asked = split.asked_folds
    count = min(most, len(pool) // 2) if asked is None else asked[0]
    if count > len(pool):
        must = "must be no more than there are series outside the test part"
        problems.add("data.split.folds", must, f"{count}, and {len(pool)} series", "lower it")
        count = 1
    if count < 2:
        return [owner]
    rows = np.isin(series.group, pool)
    labels = series.targets[rows] if series.kind == "class" else None
    generator = np.random.default_rng(split.seed)
    held = fold_owners(int(rows.sum()), count, labels, series.group[rows], generator, roughly=True)
    fold = np.full(len(owner), -1)
    fold[series.group[rows]] = held
    return [
        np.where(owner == _TEST, _TEST, np.where(fold == at, _VALIDATION, _TRAIN))
        for at in range(count)
    ]


def _segments(rows: int, part: int, tests: bool) -> Segments:
    """The rows of a series in the part that it is in; the test part is that of the last fold."""
    if part == _TEST and not tests:
        return range(0), range(0), range(0)
    first = range(rows if part == _TRAIN else 0)
    second = range(first.stop, rows if part < _TEST else 0)
    return first, second, range(second.stop, rows)
