"""`search`, `check`, `init`, `Results`: wires the rest together, the only place that does."""

from rnnsearch.api.calling import search
from rnnsearch.api.check_report import CheckReport, check
from rnnsearch.api.examining import Diagnosis, doctor
from rnnsearch.api.joining import join
from rnnsearch.api.new_spec import Initial, init
from rnnsearch.api.rebuilding import rebuild_leaderboard
from rnnsearch.api.report_file import make_report
from rnnsearch.api.results import Results
from rnnsearch.api.text_writing import check_writing

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
