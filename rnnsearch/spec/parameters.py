"""The search parameters that a spec may name."""

from __future__ import annotations

from dataclasses import replace

from rnnsearch.spec.numeric_parameters import NUMERIC
from rnnsearch.spec.parameter import Parameter
from rnnsearch.spec.structural_parameters import STRUCTURAL

__all__ = ["MODEL", "PARAMETERS"]

PARAMETERS: dict[str, Parameter] = {each.name: each for each in (*STRUCTURAL, *NUMERIC)}

MODEL = replace(
    PARAMETERS["cell"],
    name="model",
    choices=(),
    description="A network of your own, made by a function of `units` (docs/cells.md).",
)
"""Another name of `cell`, for what takes the whole network's place."""
