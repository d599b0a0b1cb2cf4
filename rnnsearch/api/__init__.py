"""`search`, `check`, `Results`: wires the rest together, the only place that does."""

from rnnsearch.api.checking import CheckReport, check
from rnnsearch.api.results import Results
from rnnsearch.api.searching import search

__all__ = ["CheckReport", "Results", "check", "search"]
