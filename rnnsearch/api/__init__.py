"""`search`, `check`, `init`, `Results`: wires the rest together, the only place that does."""

from rnnsearch.api.calling import search
from rnnsearch.api.check_report import CheckReport, check
from rnnsearch.api.examining import Diagnosis, doctor
from rnnsearch.api.new_spec import Initial, init
from rnnsearch.api.searches.joining import join
from rnnsearch.api.searches.rebuilding import rebuild_leaderboard
from rnnsearch.api.studies.report_file import make_report
from rnnsearch.api.studies.results import Results
from rnnsearch.api.studies.text_writing import check_writing

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
