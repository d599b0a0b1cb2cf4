"""From a source to `SeriesData`: read, divided, each fold prepared by its own training part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnsearch.data.collecting import Problems
from rnnsearch.data.inputs import aligned
from rnnsearch.data.series.changes import rows_before
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.checks import (
    check_fold_length,
    check_lengths,
    check_numeric,
    check_steps,
    rows_needed,
)
from rnnsearch.data.series.cutting import Cutting
from rnnsearch.data.series.division import PARTS, Fold
from rnnsearch.data.series.fitting import Fitting, Rhythm, Segments, based, fit, rhythm
from rnnsearch.data.series.kept_rows import read_file
from rnnsearch.data.series.row_parts import divide, reaches_back
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_data import SeriesData
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.series.starting_forecast import choose_base
from rnnsearch.errors import InvalidData
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SeriesSource

__all__ = ["read_series_data"]

_WORTH = 16
"""Sequences, at least, of a training part that the tool itself makes a fold of."""
_CHOSEN = "on rows before the first that scores"


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
    blocks = MAPPINGS[task].unfolds
    longest = None if blocks else max((*windows, source.window or 1))  # 1 for one_to_one
    columns = Columns(
        source.columns,
        source.targets,
        source.times,
        source.target_kind,
        source.missing,
        texts=None,
        series=source.keys,
        known=source.known,
        positive=source.targets if source.scaling == "log" else (),
        part=source.split.column,
        time_format=source.time_format,
        time_zone=source.time_zone,
        irregular=source.irregular,
        dialect=source.dialect_items,
        kinds=source.kinds,
        missing_values=source.missing_values,
        duplicates=source.duplicates,
    )
    series = read_file(source.source, source.path, columns, problems)
    if series.ahead.any():
        series = series.take(~series.ahead)
    check_numeric(source, task, series, problems)
    found_rhythm = rhythm(source, task, series, problems)
    check_steps(source, series, found_rhythm.step, problems)
    need = _most_needed(source, task, found_rhythm, longest)
    *earlier, last = divide(source, series, blocks, need, problems)
    chosen = ""
    if source.asked_base == "auto" and series.kind == "numeric" and not problems.found:
        trains = [[parts[0] for parts in fold] for fold in (*earlier, last)]
        found_rhythm, fold = choose_base(source, task, series, found_rhythm, trains, longest)
        chosen = _CHOSEN if fold == 0 else f"within the training part of fold {fold + 1}"
    back = _back(source, found_rhythm, longest)
    reaching = reaches_back(source, task, last, longest)
    check_lengths(source, last, longest, back, problems, reaches_back=reaching)
    table = Fitting(source, task, series, found_rhythm, longest)
    final = _fold(series, last, fit(table, last, problems))
    cutting = Cutting(series, longest, source.stride, reaching)
    _check_parts(cutting, final, 0, problems)
    problems.raise_any()
    folds = _folds(table, cutting, earlier, back)
    everything = _all_but_test(last)
    whole = _fold(series, everything, fit(table, everything, Problems()))
    return SeriesData(cutting, (*folds, final), whole, chosen)


def _back(source: SeriesSource, rhythm: Rhythm, longest: int | None) -> int:
    """Rows that the first sequence needs before its own."""
    return rows_before(rhythm.lag, source.lags, source.horizon, longest, source.output_steps)


def _most_needed(source: SeriesSource, task: str, rhythm: Rhythm, longest: int | None) -> int:
    """Rows of a training part that is worth a fold, whatever base is chosen."""
    rhythms = [rhythm]
    if source.asked_base == "auto" and rhythm.season is not None:
        rhythms.append(based(rhythm, "season", source, task))
    back = max(_back(source, one, longest) for one in rhythms)
    need = rows_needed(source, longest) + back
    return need + _WORTH if longest is not None else -(-need // (source.output_steps or 1)) + _WORTH


def _all_but_test(segments: tuple[Segments, ...]) -> tuple[Segments, ...]:
    """Training and validation part as one to train on, which the validation part is watched of."""
    return tuple(
        (range(train.start, max(train.stop, validation.stop)), validation, test)
        for train, validation, test in segments
    )


def _folds(
    table: Fitting,
    cutting: Cutting,
    earlier: Sequence[tuple[Segments, ...]],
    back: int,
) -> list[Fold]:
    """Those before the last.

    Where it is for the tool to say how many, one in which a column does not vary, or a class does
    not occur, and all before it, are left out.

    Raises:
        InvalidData: One of them can't be had, and was asked for.
    """
    folds: list[Fold] = []
    for number, segments in enumerate(earlier, 1):
        problems = Problems()
        try:
            check_fold_length(table.source, segments, table.longest, back, problems)
            prepared = fit(table, segments, problems, number)
            fold = _fold(table.series, segments, prepared)
            _check_parts(cutting, fold, number, problems)
            problems.raise_any()
        except InvalidData:
            if table.source.split.backtest.folds != "auto":
                raise
            folds = []
        else:
            folds.append(fold)
    return folds


def _fold(series: Series, segments: tuple[Segments, ...], prepared: SeriesPreparation) -> Fold:
    """A fold with its features, which are computed here once, and by no worker."""
    features = [prepared.features(one) for one in series.each()]
    return Fold(segments, prepared, aligned(features))


def _check_parts(cutting: Cutting, fold: Fold, number: int, problems: Problems) -> None:
    """No part of a fold may lose all its sequences to gaps.

    Args:
        cutting: How the fold is cut.
        fold: With its rows.
        number: Of the fold, from 1; 0 for the last.
        problems: Where to note them.
    """
    series = cutting.series
    if problems.found or (series.inputs_known.all() and series.targets_known.all()):
        return
    dataset = cutting.dataset(fold, None)
    parts = (dataset.train, dataset.validation, dataset.test)
    for name, ranges, part in zip(PARTS, zip(*fold.segments, strict=True), parts, strict=True):
        rows = sum(map(len, ranges))
        if rows and not len(part):
            of = f" of fold {number}" if number else ""
            received = f"none in {rows} {name} rows{of}"
            must = "must leave a sequence with an observed target in every part"
            problems.add("data.missing", must, received, "fill the gaps, or drop such rows")
