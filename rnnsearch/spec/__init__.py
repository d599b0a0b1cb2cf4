"""What a user asks for: YAML or a dict, validated and frozen."""

from rnnsearch.spec.fields import Scalar
from rnnsearch.spec.parameter import Parameter
from rnnsearch.spec.parameters import PARAMETERS
from rnnsearch.spec.parse import Loaded, load, parse
from rnnsearch.spec.resolve import difference, dump, resolved
from rnnsearch.spec.schema import Domain, LossSpec, RunSpec, SearchSpec, Spec, TaskName
from rnnsearch.spec.sources import (
    SOURCES,
    ArraysSource,
    CsvSource,
    NpzSource,
    SequencesSource,
    SeriesSource,
    Source,
    SplitSpec,
    TextSource,
    TokensSource,
)

__all__ = [
    "PARAMETERS",
    "SOURCES",
    "ArraysSource",
    "CsvSource",
    "Domain",
    "Loaded",
    "LossSpec",
    "NpzSource",
    "Parameter",
    "RunSpec",
    "Scalar",
    "SearchSpec",
    "SequencesSource",
    "SeriesSource",
    "Source",
    "Spec",
    "SplitSpec",
    "TaskName",
    "TextSource",
    "TokensSource",
    "difference",
    "dump",
    "load",
    "parse",
    "resolved",
]
