"""Sources of data, read, split, scaled and cut into sequences."""

from __future__ import annotations

from rnnsearch.data._base import (
    MASK_VALUE,
    Dataset,
    Inputs,
    Part,
    Preparation,
    Scaling,
    SequenceData,
    Target,
    unscaled,
)
from rnnsearch.data.raw.sequence_arrays import Arrays
from rnnsearch.data.read import files, preparation_from_json, read

__all__ = [
    "MASK_VALUE",
    "Arrays",
    "Dataset",
    "Inputs",
    "Part",
    "Preparation",
    "Scaling",
    "SequenceData",
    "Target",
    "files",
    "preparation_from_json",
    "read",
    "unscaled",
]
