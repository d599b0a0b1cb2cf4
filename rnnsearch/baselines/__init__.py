"""Simple methods that a network must beat, and may stand beside in an ensemble."""

from __future__ import annotations

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines.graphs import ConstantGraph, Graph, LinearGraph, LookupGraph, RunsGraph
from rnnsearch.baselines.registry import BASELINES, fit_baselines, suitable

__all__ = [
    "BASELINES",
    "Baseline",
    "ConstantGraph",
    "Fitted",
    "Graph",
    "LinearGraph",
    "LookupGraph",
    "RunsGraph",
    "fit_baselines",
    "suitable",
]
