"""The data section: one class a kind of source, with everything a spec may say about it.

To add a source: its class in the file of its family, its line in `SOURCES`, and the file that reads
it in `rnnsearch/data/sources/`.
"""

from __future__ import annotations

from rnnsearch.spec.sources._base import (
    BacktestSpec,
    DialectSpec,
    FoldsSpec,
    GroupPattern,
    Source,
    SplitSpec,
)
from rnnsearch.spec.sources.sequences import (
    ArraysSource,
    AudioSource,
    ImagesSource,
    NpySource,
    NpzSource,
    PythonSource,
    SequencesSource,
    SteppedSource,
    TsSource,
)
from rnnsearch.spec.sources.series import (
    Base,
    CalendarFeature,
    CsvSource,
    ParquetSource,
    SeriesSource,
)
from rnnsearch.spec.sources.tokens import (
    FastaSource,
    PairsSource,
    RowsSource,
    TableSource,
    TextSource,
    TokensSource,
    TokensSplitSpec,
)

__all__ = [
    "SOURCES",
    "ArraysSource",
    "AudioSource",
    "BacktestSpec",
    "Base",
    "CalendarFeature",
    "CsvSource",
    "DialectSpec",
    "FastaSource",
    "FoldsSpec",
    "GroupPattern",
    "ImagesSource",
    "NpySource",
    "NpzSource",
    "PairsSource",
    "ParquetSource",
    "PythonSource",
    "RowsSource",
    "SequencesSource",
    "SeriesSource",
    "Source",
    "SplitSpec",
    "SteppedSource",
    "TableSource",
    "TextSource",
    "TokensSource",
    "TokensSplitSpec",
    "TsSource",
]

SOURCES: dict[str, type[Source]] = {
    "csv": CsvSource,
    "parquet": ParquetSource,
    "npz": NpzSource,
    "npy": NpySource,
    "python": PythonSource,
    "ts": TsSource,
    "audio": AudioSource,
    "images": ImagesSource,
    "table": TableSource,
    "fasta": FastaSource,
    "pairs": PairsSource,
    "text": TextSource,
    "arrays": ArraysSource,
}
"""Every source by its name in a spec. `arrays` is for the Python API only."""
