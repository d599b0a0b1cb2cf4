"""Which naive forecast a network had best start from: judged on rolling origins of the past.

Only rows before the first that scores anything are looked at: those before the first origin. Where
these are too few to tell, it is those before a later one, and `check` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnsearch.data._base import Part, join_parts
from rnnsearch.data.collecting import Problems
from rnnsearch.data.series.changes import rows_before
from rnnsearch.data.series.fitting import Fitting, Rhythm, Segments, based, fit
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.errors import InvalidData
from rnnsearch.vocabulary import MANY_TO_ONE

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SeriesSource

__all__ = ["choose_base"]

_ORIGINS, _SHARE = 3, 0.15
"""Forecasts begin at so many rows, and each validates on this share of them."""
_FEWEST = 8
"""Sequences before an origin, of every base, that are worth a regression."""
_TELLS = 60
"""Rows before an early origin that tell one base from another; of fewer it is chance."""
_MOST_ROWS, _MOST_SERIES = 20_000, 50
"""Rows that are looked at: the last of the longest series."""
_MOST_SEQUENCES, _MOST_FEATURES = 500, 300
_PENALTIES = 10.0 ** np.arange(-1, 6)
_MARGIN = 1.25
"""A network that begins as a naive forecast can't do much worse than it: so a base is taken
unless the values themselves give a smaller squared error by more than this factor."""


def choose_base(
    source: SeriesSource,
    task: str,
    series: Series,
    rhythm: Rhythm,
    trains: Sequence[Sequence[range]],
    longest: int | None,
) -> tuple[Rhythm, int]:
    """The rhythm with the changes that a ridge regression forecasts best from.

    Args:
        source: The spec's `data`.
        task: Its name.
        series: The rows, without problems; targets are numbers.
        rhythm: Their distances, without changes.
        trains: Of each fold, the first origin first, the rows of each series' training part.
        longest: The longest window; None for blocks.

    Returns:
        The rhythm, and the fold that it was chosen in.
    """
    last = len(trains) - 1
    if source.horizon == 0 and longest is not None:
        return rhythm, 0
    for fold, rows in enumerate(trains):
        chosen = _choose(source, task, series, rhythm, rows, longest, least=fold == last)
        if chosen is not None:
            return chosen, fold
    return rhythm, last


def _choose(
    source: SeriesSource,
    task: str,
    series: Series,
    rhythm: Rhythm,
    trains: Sequence[range],
    longest: int | None,
    *,
    least: bool,
) -> Rhythm | None:
    """The same within some rows; None where these are too few to judge each base by.

    Args:
        least: Whether to choose all the same, as there are no more rows.
    """
    from threadpoolctl import threadpool_limits  # which scikit-learn is built on

    size = 1 if longest is not None else source.output_steps or 1
    known = _last_rows(series, trains, size)
    bases: list[Literal["none", "last", "season"]] = ["none", "last"]
    if rhythm.season is not None:
        bases.append("season")
    rhythms = {base: based(rhythm, base, source, task) for base in bases}
    lengths = max(len(one) for one in known.each())
    need = (longest or size) + source.horizon + (source.output_steps or 1) + _FEWEST
    reach = (source.lags, source.horizon, longest, source.output_steps)
    needs = {base: rows_before(one.lag, *reach) + need for base, one in rhythms.items()}
    enough = {base: one for base, one in rhythms.items() if needs[base] <= lengths}
    if not least and (len(enough) < len(rhythms) or lengths < _TELLS):
        return None
    rhythms = enough
    if len(rhythms) < 2:
        return rhythms.get("none", rhythm)
    most = max(needs[base] for base in rhythms)
    origins = [
        parts
        for parts in _origins(known, size)
        if max(len(before) for before, _, _ in parts) >= most
    ]
    with threadpool_limits(1):  # of so few products, where threads cost more than they save
        found = [
            [_judge(Fitting(source, task, known, one, longest), parts) for one in rhythms.values()]
            for parts in origins
        ]
    whole = [[one for one in origin if one is not None] for origin in found]
    judged = [np.stack(origin) for origin in whole if len(origin) == len(rhythms)]
    if judged:
        scores = np.mean(judged, axis=0).min(axis=1)
    elif not least:
        return None
    else:
        scores = np.array([_spread(known, one, source) for one in rhythms.values()])
    scores[0] *= _MARGIN
    return list(rhythms.values())[int(scores.argmin())]


def _last_rows(series: Series, trains: Sequence[range], size: int) -> Series:
    """The last training rows of the longest series, in whole blocks."""
    pairs = sorted(zip(series.each(), trains, strict=True), key=lambda pair: -len(pair[1]))
    pairs = [pair for pair in pairs[:_MOST_SERIES] if len(pair[1])] or pairs[:1]
    most = max(_MOST_ROWS // len(pairs) // size, 1) * size
    taken = [
        one.take(slice(max(train.start, train.stop - most), train.stop)) for one, train in pairs
    ]
    if len(taken) == 1:
        return taken[0]

    def joined(name: str) -> np.ndarray:
        """A field of all series, one after the other."""
        return np.concatenate([getattr(one, name) for one in taken])

    return replace(
        taken[0],
        rows=joined("rows"),
        inputs=joined("inputs"),
        inputs_known=joined("inputs_known"),
        targets=joined("targets"),
        targets_known=joined("targets_known"),
        ahead=joined("ahead"),
        times=None if taken[0].times is None else joined("times"),
        ticks=None if taken[0].ticks is None else joined("ticks"),
        gaps=None if taken[0].gaps is None else joined("gaps"),
        part=None,
        texts={name: np.concatenate([one.texts[name] for one in taken]) for name in series.texts},
        group=np.repeat(np.arange(len(taken)), [len(one) for one in taken]),
        keys=tuple(one.keys[0] for one in taken),
    )


def _origins(series: Series, size: int) -> Iterator[tuple[Segments, ...]]:
    """Of each origin the rows of each series before it, and of its validation part."""
    for back in range(_ORIGINS, 0, -1):
        found = []
        for one in series.each():
            blocks = len(one) // size
            part = max(1, round(blocks * _SHARE))
            origin = max(0, blocks - back * part) * size
            found.append((range(origin), range(origin, origin + part * size), range(0)))
        yield tuple(found)


def _judge(table: Fitting, segments: tuple[Segments, ...]) -> np.ndarray | None:
    """`_errors` of one base at one origin; None where there is too little to judge by."""
    try:
        prepared = fit(table, segments, Problems())
    except InvalidData:  # a column that never varies so early, for one
        return None
    if prepared.mapping.aligned:
        prepared = replace(prepared, task=MANY_TO_ONE.name)
    if prepared.window is not None:
        steps = max(1, _MOST_FEATURES // max(1, len(prepared.features_names)))
        prepared = replace(prepared, window=min(prepared.window, steps))
    series = table.series
    train, validation = [], []
    for one, (before, after, _) in zip(series.each(), segments, strict=True):
        features = prepared.features(one)
        train.append(_part(prepared, one, features, before, 0))
        validation.append(_part(prepared, one, features, after, after.start))
    learned, judged = join_parts(train), join_parts(validation)
    if len(learned) < _FEWEST or not len(judged):
        return None
    return _errors(prepared, _thinned(learned), _thinned(judged), series, segments)


def _part(
    prepared: SeriesPreparation, one: Series, features: np.ndarray, rows: range, first: int
) -> Part:
    """The sequences whose targets are among these rows; the windows before them may reach back."""
    reach = (prepared.window or 1) - 1 + prepared.horizon
    if prepared.window is not None:
        rows = range(max(0, rows.start - reach), rows.stop)
    rows = prepared.usable(rows)
    stride = max(1, len(rows) // _MOST_SEQUENCES)
    windows = prepared.windows(one, rows, max(first, rows.start + reach), stride)
    return prepared.part(one, features, windows, compared=False)


def _thinned(part: Part) -> Part:
    """At most `_MOST_SEQUENCES` of the sequences, evenly spaced, cut."""
    keep = np.unique(np.linspace(0, len(part) - 1, min(len(part), _MOST_SEQUENCES)).astype(int))
    arrays = part.x.values() if isinstance(part.x, dict) else [part.x]
    flat = [np.asarray(array[keep]).reshape(len(keep), -1) for array in arrays]
    weight = None if part.weight is None else part.weight[keep]
    return Part(np.concatenate(flat, axis=1), part.y[keep], weight)


def _errors(
    prepared: SeriesPreparation,
    train: Part,
    judged: Part,
    series: Series,
    segments: tuple[Segments, ...],
) -> np.ndarray:
    """(P,) squared errors of a ridge regression at each penalty, and of a change of nothing.

    Each output's in units of the variance of its linked values, so that bases compare.
    """
    target = prepared.target.scaling
    linked = [
        target.link(one.targets)[: before.stop]
        for one, (before, _, _) in zip(series.each(), segments, strict=True)
    ]
    variance = np.maximum(np.nanvar(np.concatenate(linked), axis=0), np.finfo(float).tiny)
    unit = target.scale**2 / variance
    y, counts = train.y.reshape(len(train), -1), _counts(train)
    # A step that does not count stands for the mean.
    mean = (y * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    y = np.where(counts, y, mean) - mean
    x = train.array.astype(np.float64)
    offset, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x, read = (x - offset) / scale, (judged.array - offset) / scale
    # By the products of sequences or by those of features, whichever are fewer.
    if len(x) < x.shape[1]:
        sizes, left = np.linalg.eigh(x @ x.T)
        read, along = (read @ x.T) @ left, left.T @ y
    else:
        sizes, right = np.linalg.eigh(x.T @ x)
        read, along = read @ right, right.T @ (x.T @ y)
    weights, shape = _counts(judged).reshape(judged.y.shape), judged.y.shape
    naive = np.broadcast_to(-target.offset / target.scale, shape)
    shrunk = [along / (np.maximum(sizes, 0) + penalty)[:, None] for penalty in _PENALTIES]
    forecasts = [*((read @ one + mean).reshape(shape) for one in shrunk), naive]
    total = max(1, int(weights.sum()))
    return np.array([((f - judged.y) ** 2 * unit * weights).sum() / total for f in forecasts])


def _counts(part: Part) -> np.ndarray:
    """(N, outputs of a sequence) bool, which count."""
    whole = np.broadcast_to((part.weights > 0)[..., None], part.y.shape)
    return whole.reshape(len(part), -1)


def _spread(series: Series, rhythm: Rhythm, source: SeriesSource) -> float:
    """Mean squared change from a base, or the variance of the values: where rows are few."""
    total = 0.0
    for one in series.each():
        values = np.log(one.targets) if source.scaling == "log" else one.targets
        if rhythm.lag is None:
            total += float(np.nanvar(values, axis=0).sum())
        elif len(values) > max(rhythm.lag.targets):
            changes = [values[lag:] - values[:-lag] for lag in rhythm.lag.targets]
            total += float(np.mean([np.nanmean(change**2) for change in changes]))
    return total
