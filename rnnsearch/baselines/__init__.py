"""Simple methods that a network must beat, and may stand beside in an ensemble."""

from __future__ import annotations

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines.graphs import (
    ConstantGraph,
    Graph,
    LayersGraph,
    LinearGraph,
    LookupGraph,
    RunsGraph,
    input_steps,
    output_shape,
    reads,
)
from rnnsearch.baselines.registry import BASELINES, fit_baselines, suitable

__all__ = [
    "BASELINES",
    "Baseline",
    "ConstantGraph",
    "Fitted",
    "Graph",
    "LayersGraph",
    "LinearGraph",
    "LookupGraph",
    "RunsGraph",
    "fit_baselines",
    "input_steps",
    "output_shape",
    "reads",
    "suitable",
]
