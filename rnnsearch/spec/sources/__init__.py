"""The data section: one class a kind of source, with everything a spec may say about it.

To add a source: its class and its place in the list at the end of its family's file, and what reads
it in `rnnsearch/data/sources/`.
"""

from __future__ import annotations

from typing import get_args

from rnnsearch.spec.sources._base import (
    BacktestSpec,
    DialectSpec,
    FoldsSpec,
    GroupPattern,
    Source,
    SplitSpec,
)
from rnnsearch.spec.sources.sequences import (
    SEQUENCES,
    ArraysSource,
    AudioSource,
    ImagesSource,
    NpySource,
    NpzSource,
    PythonSource,
    SequencesSource,
    SteppedSource,
    TsSource,
    WideSource,
)
from rnnsearch.spec.sources.series import (
    SERIES,
    Base,
    CalendarFeature,
    CsvSource,
    ParquetSource,
    SeriesSource,
)
from rnnsearch.spec.sources.tokens import (
    TOKENS,
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
    "WideSource",
]

_ALL: tuple[type[Source], ...] = (*SERIES, *SEQUENCES, *TOKENS, ArraysSource)

SOURCES: dict[str, type[Source]] = {
    get_args(kind.model_fields["source"].annotation)[0]: kind for kind in _ALL
}
"""Every source by its name in a spec. `arrays` is for the Python API only."""
