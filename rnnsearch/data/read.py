"""The way in: a spec's data, read by the source it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnnsearch.data._base import Preparation, SequenceData
from rnnsearch.data.array_preparation import ArrayPreparation
from rnnsearch.data.arrays import read_arrays
from rnnsearch.data.csv_preparation import CsvPreparation
from rnnsearch.data.csv_source import read_csv
from rnnsearch.data.npz import read_npz
from rnnsearch.data.samples import Arrays

if TYPE_CHECKING:
    # Not for a worker, which reads no spec.
    from rnnsearch.spec.schema import ArraysSource, CsvSource, NpzSource

__all__ = ["preparation_from_json", "read"]


def read(
    data: CsvSource | NpzSource | ArraysSource,
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
    if data.source == "csv":
        return read_csv(data, task, windows)
    if data.source == "npz":
        return read_npz(data, task)
    return read_arrays(data, task, arrays)


def preparation_from_json(values: dict[str, Any]) -> Preparation:
    """The preparation that `Preparation.to_json` wrote."""
    if values["source"] == "csv":
        return CsvPreparation.from_json(values)
    return ArrayPreparation.from_json(values)
