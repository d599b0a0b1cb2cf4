"""What people see: progress, tables and verdicts; computing is apart from drawing."""

from rnnsearch.report.check import Checked, show_check
from rnnsearch.report.doctor import show_diagnosis
from rnnsearch.report.exported import show_export
from rnnsearch.report.initial import show_initial
from rnnsearch.report.json_tables import plain, plain_rows
from rnnsearch.report.progress import (
    Display,
    LiveDisplay,
    PlainDisplay,
    make_display,
    shown_if,
)
from rnnsearch.report.result_tables import Ended, final, leaderboard_table, show_leaderboard
from rnnsearch.report.verdict import Standing, failures, sentence, standings

__all__ = [
    "Checked",
    "Display",
    "Ended",
    "LiveDisplay",
    "PlainDisplay",
    "Standing",
    "failures",
    "final",
    "leaderboard_table",
    "make_display",
    "plain",
    "plain_rows",
    "sentence",
    "show_check",
    "show_diagnosis",
    "show_export",
    "show_initial",
    "show_leaderboard",
    "shown_if",
    "standings",
]
