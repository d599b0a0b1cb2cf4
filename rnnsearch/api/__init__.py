"""`search`, `check`, `init`, `Results`: wires the rest together, the only place that does."""

from rnnsearch.api.asking import search
from rnnsearch.api.checking import CheckReport, check
from rnnsearch.api.examining import Diagnosis, doctor
from rnnsearch.api.initial import Initial, init
from rnnsearch.api.joining import join
from rnnsearch.api.rebuilding import rebuild_leaderboard
from rnnsearch.api.reporting import make_report
from rnnsearch.api.results import Results
from rnnsearch.api.writing import check_writing

__all__ = [
    "CheckReport",
    "Diagnosis",
    "Initial",
    "Results",
    "check",
    "check_writing",
    "doctor",
    "init",
    "join",
    "make_report",
    "rebuild_leaderboard",
    "search",
]
