"""The way in: a spec's data, read by the source it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rnnsearch.data._base import Preparation, SequenceData
from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Arrays
from rnnsearch.data.sequences.sequence_building import prepare_sequences, read_arrays
from rnnsearch.data.sequences.sequence_preparation import SequencesPreparation
from rnnsearch.data.series.building import read_series_data
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.sources import ROWS, SEQUENCES, TABLES, TEXTS, Reader
from rnnsearch.data.tokens.stream import StreamPreparation, read_stream
from rnnsearch.data.tokens.token_data import read_rows_data
from rnnsearch.data.tokens.token_preparation import RowsPreparation

if TYPE_CHECKING:
    # Not for a worker, which reads no spec.
    from rnnsearch.spec.sources import (
        ArraysSource,
        RowsSource,
        SequencesSource,
        SeriesSource,
        Source,
        TextSource,
    )

__all__ = ["files", "preparation_from_json", "read"]


def read(
    data: Source,
    task: str,
    windows: tuple[int, ...] = (),
    arrays: Arrays | None = None,
) -> SequenceData:
    """Read, check, split and scale what a spec points at.

    Args:
        data: The spec's `data`.
        task: Name of the task.
        windows: Every length of window that may be searched, besides `data.window`; the
            longest decides which rows are predicted in validation and test. Arrays, and the
            blocks of one_to_many, have none.
        arrays: What the Python API was given, for an `ArraysSource`.

    Raises:
        InvalidData: With every problem that could be found.
    """
    if data.source in TABLES:
        return read_series_data(cast("SeriesSource", data), task, windows)
    if data.source in ROWS:
        return read_rows_data(cast("RowsSource", data), task)
    if data.source in TEXTS:
        return read_stream(cast("TextSource", data), windows)
    if data.source == "arrays":
        return read_arrays(cast("ArraysSource", data), task, arrays)
    reader = SEQUENCES[data.source]
    problems = Problems(place=reader.place)
    parts = reader.read(data, problems)
    problems.raise_any()
    return prepare_sequences(cast("SequencesSource", data), task, parts, problems)


def files(data: Source) -> list[Path]:
    """Every file that a data section has read; none for arrays from the Python API."""
    if data.source == "arrays":
        return []
    readers: dict[str, Reader] = {**TABLES, **SEQUENCES, **ROWS, **TEXTS}
    return readers[data.source].files(data)


def preparation_from_json(values: dict[str, Any]) -> Preparation:
    """The preparation that `Preparation.to_json` wrote."""
    if values["source"] == "series":
        return SeriesPreparation.from_json(values)
    if values["source"] == "rows":
        return RowsPreparation.from_json(values)
    if values["source"] == "stream":
        return StreamPreparation.from_json(values)
    return SequencesPreparation.from_json(values)
