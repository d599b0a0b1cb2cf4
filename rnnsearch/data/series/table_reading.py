"""The rows of a table as numbers and classes, on the clock and with gaps dealt with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.cell_numbers import held, interpolated
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.series.checked_columns import ColumnReader, Columns
from rnnsearch.data.series.duplicates import once
from rnnsearch.data.series.missing_rows import on_clock
from rnnsearch.data.series.row_order import in_order_of_time
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.time_columns import times_of

__all__ = ["read_series"]


def read_series(table: Table, columns: Columns, problems: Problems) -> Series:
    """Check the columns of a table.

    Columns with problems come out as NaN (no class), so that checking can go on.
    """
    reader = ColumnReader(table, columns, problems)
    count = len(problems.found)
    texts = {name: reader.labels(name) for name in columns.inputs if reader.holds_text(name)}
    numbers = [name for name in columns.inputs if name not in texts]
    inputs = [reader.numbers(name, reader.path(name)) for name in numbers]
    kind, classes, targets = reader.targets()
    rows, times, part = table.rows, times_of(reader), reader.parts()
    ordered = in_order_of_time(table, reader.raw_times, reader.members) if times is None else None
    if ordered is not None:
        del problems.found[count:]
        return read_series(ordered, columns, problems)
    values = np.stack(inputs, axis=1) if inputs else np.zeros((len(rows), 0))
    soon = np.array([name not in columns.known for name in numbers], bool)
    known = np.asarray(np.isfinite(values[:, soon]).all(axis=1))
    for labels in texts.values():
        known &= labels != ""
    observed = targets >= 0 if kind == "class" else np.isfinite(targets).all(axis=1)
    order = _order(reader, problems)
    series = Series(
        rows[order],
        None if times is None else times[order],
        values[order],
        {name: labels[order] for name, labels in texts.items()},
        known[order],
        targets[order],
        np.asarray(observed)[order],
        kind,
        classes,
        reader.ahead[order],
        reader.group[order],
        reader.keys,
        None if part is None else part[order],
        reader.clock,
        decided=table.decided,
        notes=tuple(reader.notes),
    )
    series = once(series, columns.duplicates)
    reindex = columns.irregular == "reindex"
    series = on_clock(series, columns.step, reindex, columns.missing, problems)
    return _filled(series, soon) if columns.missing == "interpolate" else series


def _order(reader: ColumnReader, problems: Problems) -> Any:
    """Rows that are kept, series after series, each in the order of its rows."""
    rows = len(reader.table.rows)
    keep = np.ones(rows, dtype=bool)
    if reader.columns.missing == "drop":
        keep = ~reader.gaps
        if not keep.any():
            received = f"a gap in each of {rows} rows"
            problems.add("data.missing", "must leave some rows", received, "use interpolate")
    order = np.concatenate([members[keep[members]] for members in reader.members])
    # A slice copies nothing.
    return slice(None) if np.array_equal(order, np.arange(rows)) else order


def _filled(series: Series, soon: np.ndarray) -> Series:
    """Gaps filled along straight lines; of inputs known ahead, with the value before.

    Args:
        series: With gaps as NaN.
        soon: Which inputs (F,) are known only when their row has come.
    """
    gaps = np.isnan(series.inputs)
    inputs, targets, start = series.inputs.copy(), series.targets.copy(), 0
    for one in series.each():
        places = slice(start, start := start + len(one))
        inputs[places, soon] = interpolated(one.inputs[:, soon])
        inputs[places, ~soon] = held(one.inputs[:, ~soon])
        if series.kind == "numeric":
            targets[places] = interpolated(one.targets)
    if len(series.keys) > 1:
        inputs[:, soon] = _usual_where_nothing(inputs[:, soon])
        targets = _usual_where_nothing(targets) if series.kind == "numeric" else targets
    return replace(series, inputs=inputs, targets=targets, gaps=gaps if gaps.any() else None)


def _usual_where_nothing(values: np.ndarray) -> np.ndarray:
    """(R, F) of several series, with a usual value in those that have none at all.

    What is observed in none of a series' rows is neither learned from nor judged; as NaN it would
    spoil what is learned of the others.
    """
    empty = np.isnan(values)
    some = ~empty.all(axis=0)
    usual = np.zeros(values.shape[1])
    usual[some] = np.nanmedian(values[:, some], axis=0)
    return np.where(empty & some, usual, values)
