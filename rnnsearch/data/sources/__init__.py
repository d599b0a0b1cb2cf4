"""Kinds of files that data comes in; one file each."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.data.sources._base import (
    Parts,
    Reader,
    RowsReader,
    SequencesReader,
    TableReader,
    TextReader,
)
from rnnsearch.data.sources.audio import AudioReader
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.fasta import FastaReader
from rnnsearch.data.sources.images import ImagesReader
from rnnsearch.data.sources.npy import NpyReader
from rnnsearch.data.sources.npz import NpzReader
from rnnsearch.data.sources.packed import without_packing
from rnnsearch.data.sources.parquet import ParquetReader
from rnnsearch.data.sources.python import PythonReader
from rnnsearch.data.sources.table import RowsTableReader
from rnnsearch.data.sources.text_files import PlainTextReader
from rnnsearch.data.sources.ts import TsReader
from rnnsearch.data.sources.wide import WideReader

__all__ = [
    "ROWS",
    "SEQUENCES",
    "TABLES",
    "TEXTS",
    "Parts",
    "Reader",
    "RowsReader",
    "SequencesReader",
    "TableReader",
    "TextReader",
    "table_source",
]

TABLES: dict[str, TableReader] = {
    "csv": CsvReader(),
    "parquet": ParquetReader(),
}
"""Sources of tables with one row a time step, by their names in a spec."""

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".parq": "parquet",
}


def table_source(path: Path, usual: str) -> str:
    """The source that reads a new table: by the name's ending, which need not be that of training.

    Args:
        path: The file.
        usual: What read the table of training, where the name says nothing.
    """
    return _ENDINGS.get(Path(without_packing(path.name)).suffix.lower(), usual)


SEQUENCES: dict[str, SequencesReader] = {
    "npz": NpzReader(),
    "npy": NpyReader(),
    "python": PythonReader(),
    "ts": TsReader(),
    "wide": WideReader(),
    "audio": AudioReader(),
    "images": ImagesReader(),
    # Those given through the Python API have no file; new ones come in an .npz.
    "arrays": NpzReader(),
}
"""Sources of separate sequences, by their names in a spec."""

ROWS: dict[str, RowsReader] = {
    "table": RowsTableReader(),
    "pairs": RowsTableReader(),
    "fasta": FastaReader(),
}
"""Sources of tables with one sequence of tokens a row, by their names in a spec."""

TEXTS: dict[str, TextReader] = {
    "text": PlainTextReader(),
}
"""Sources of one long text, by their names in a spec."""
