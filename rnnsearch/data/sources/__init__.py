"""Kinds of files that data comes in; one file each."""

from __future__ import annotations

from rnnsearch.data.sources._base import Parts, Reader, SequencesReader, TableReader
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.npy import NpyReader
from rnnsearch.data.sources.npz import NpzReader
from rnnsearch.data.sources.python import PythonReader

__all__ = ["SEQUENCES", "TABLES", "Parts", "Reader", "SequencesReader", "TableReader"]

TABLES: dict[str, TableReader] = {
    "csv": CsvReader(),
}
"""Sources of tables with one row a time step, by their names in a spec."""

SEQUENCES: dict[str, SequencesReader] = {
    "npz": NpzReader(),
    "npy": NpyReader(),
    "python": PythonReader(),
    # Those given through the Python API have no file; new ones come in an .npz.
    "arrays": NpzReader(),
}
"""Sources of separate sequences, by their names in a spec."""
