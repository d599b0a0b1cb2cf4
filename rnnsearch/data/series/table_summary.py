"""What `check` says of a table: its rows, how they are divided, what is read and predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data._base import Dataset, Part, output_axes
from rnnsearch.data.collecting import name_some
from rnnsearch.data.inputs import Sequences
from rnnsearch.data.series.division import PARTS, Fold
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.series.whole_series import is_whole

__all__ = ["summary_of"]


def summary_of(
    series: Series, divided: Sequence[Fold], dataset: Dataset, chosen: str, *, reaches_back: bool
) -> list[tuple[str, str]]:
    """Rows, time, season, parts, input and target.

    Args:
        series: The rows.
        divided: The folds, the largest training part last.
        dataset: The parts of the last.
        chosen: From what the base of the forecasts was chosen; empty where it was given.
        reaches_back: Whether windows of parts that are judged may begin in rows before the part.
    """
    last = divided[-1]
    prepared = last.prepared
    lines = [("rows", str(len(series)))]
    if len(series.names) > 1:
        lines.append(("series", f"{len(series.names)}: {name_some(series.names, 8)}"))
    if series.times is not None:
        first, end = map(series.clock.text, (series.times.min(), series.times.max()))
        lines.append(("time", f"{first} to {end}, a row every {prepared.step}"))
    lines.append(("season", f"{prepared.season} rows" if prepared.season else "none known"))
    whole = is_whole(series, last.segments)
    if len(divided) > 1:
        held_out = f"{len(divided)}, each holds out other series; the last:"
        lines.append(("folds", held_out if whole else _folds_text(series, divided)))
    parts = (dataset.train, dataset.validation, dataset.test)
    for name, ranges, part in zip(PARTS, zip(*last.segments, strict=True), parts, strict=True):
        text = _part_text(series.each(), ranges, part, whole=whole)
        reading = reaches_back and name != PARTS[0] and len(part)
        lines.append((name, text + (", read from rows before them" if reading else "")))
    lines += _input_lines(prepared, dataset)
    if chosen or prepared.lag:
        lines.append(("base", _base_text(prepared, chosen)))
    return lines + _target_lines(series, last)


def _input_lines(prepared: SeriesPreparation, dataset: Dataset) -> list[tuple[str, str]]:
    """Shapes of what is read and written, and what the features are."""
    x, y = dataset.train.x, dataset.train.y
    output = ("output", f"{output_axes(y, prepared.target)} = {y.shape}")
    if not isinstance(x, dict):
        axes = "(N, F)" if x.ndim == 2 else "(N, T, F)"
        return [("input", _shape(axes, x, prepared.read_names)), output]
    name, axes = ("vector", "(N, F)") if "vector" in x else ("source", "(N, S, F)")
    return [
        ("input", _shape(axes, x[name], prepared.features_names)),
        ("ahead", _shape("(N, T, A)", x["ahead"], prepared.ahead_names)),
        output,
    ]


def _base_text(prepared: SeriesPreparation, chosen: str) -> str:
    """What forecasts are changes from, and where that comes from."""
    lag, season = prepared.lag, prepared.season
    texts = {"last": "the last value known", "season": f"the value of a season ({season} rows)"}
    text = f"changes from {texts[lag.base]}" if lag else "none: the values themselves"
    if lag and lag.base == "season":
        text += " before"
    how = f"; data.base: auto, chosen by a ridge regression {chosen}"
    return text + (how if chosen else "")


def _target_lines(series: Series, fold: Fold) -> list[tuple[str, str]]:
    """Range of each target, or how often each class occurs, in the training part."""
    target = fold.prepared.target
    values = np.concatenate(
        [
            one.targets[train.start : train.stop][one.targets_known[train.start : train.stop]]
            for one, (train, _, _) in zip(series.each(), fold.segments, strict=True)
        ]
    )
    if target.kind == "class":
        counts = np.bincount(values, minlength=len(target.classes))
        texts = [f"{c} {n}" for c, n in zip(target.classes, counts, strict=True)]
        return [("target", f"{target.names[0]}, rows of each class: {name_some(texts, 12)}")]
    ranges = zip(target.names, values.min(axis=0), values.max(axis=0), strict=True)
    return [("target", f"{name}: {low:g} to {high:g}") for name, low, high in ranges]


def _folds_text(series: Series, divided: Sequence[Fold]) -> str:
    """Which rows are the folds' validation parts."""
    each = series.each()
    judged = [n for n in range(len(each)) if all(fold.segments[n][1] for fold in divided)]
    if not judged:  # series that begin when others end
        return f"{len(divided)}, validated on rows of some series; the last:"
    number = max(judged, key=lambda n: len(each[n]))
    held_out = [fold.segments[number][1] for fold in divided]
    rows = each[number].rows
    texts = [f"{rows[part.start]} to {rows[part.stop - 1]}" for part in held_out]
    return f"{len(divided)}, validated on rows {name_some(texts)}; the last:"


def _shape(axes: str, x: Sequences, names: Sequence[str]) -> str:
    """The shape of an input, and what its features are."""
    return f"{axes} = {x.shape}: {name_some(names, 8)}"


def _part_text(
    series: Sequence[Series], segments: Sequence[range], part: Part, *, whole: bool
) -> str:
    """Sequences of a part and the rows, or whole series, of the file they come from."""
    filled = [(one, rows) for one, rows in zip(series, segments, strict=True) if len(rows)]
    if not filled:
        return "none"
    count = f"{len(part)} sequence" + ("" if len(part) == 1 else "s")
    if whole:
        names = name_some([one.names[0] for one, _ in filled], 8)
        return f"{count}, all rows of {len(filled)} series: {names}"
    if len(series) > 1:
        return f"{count}, rows of {len(filled)} series"
    first, last = (filled[0][0].rows[row] for row in (filled[0][1].start, filled[0][1].stop - 1))
    return f"{count}, rows {first} to {last}"
