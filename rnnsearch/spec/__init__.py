"""What a user asks for: YAML or a dict, validated and frozen."""

from rnnsearch.spec.parameters import PARAMETERS, Parameter
from rnnsearch.spec.parse import Loaded, load, parse
from rnnsearch.spec.resolve import difference, dump, resolved
from rnnsearch.spec.schema import (
    ArraysSource,
    CsvSource,
    DataSpec,
    Domain,
    NpzSource,
    RunSpec,
    Scalar,
    SearchSpec,
    Spec,
    SplitSpec,
    TaskName,
)

__all__ = [
    "PARAMETERS",
    "ArraysSource",
    "CsvSource",
    "DataSpec",
    "Domain",
    "Loaded",
    "NpzSource",
    "Parameter",
    "RunSpec",
    "Scalar",
    "SearchSpec",
    "Spec",
    "SplitSpec",
    "TaskName",
    "difference",
    "dump",
    "load",
    "parse",
    "resolved",
]
