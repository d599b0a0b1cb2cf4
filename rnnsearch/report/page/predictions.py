"""Sections on the winner at work: predictions beside the truth, errors, and where it errs most."""

from __future__ import annotations

from rnnsearch.report.page._base import Part, Section, Table
from rnnsearch.report.page.predicted_classes import class_parts
from rnnsearch.report.page.predicted_numbers import number_parts
from rnnsearch.report.page.study import AtWork, Study

__all__ = ["predictions"]

_TEXTS = 10


def predictions(study: Study) -> Section:
    """What the winner says about the test part, by the kind of its target."""
    work, title = study.at_work, "Predictions and truth"
    if work is None:
        return Section("predictions", title, [study.why_not_at_work or "There is no winner yet."])
    parts: list[Part] = []
    if work.part != "test":
        parts.append("There is no test part: this is the validation part, which chose the winner.")
    if work.texts:
        parts.append(_texts(work))
    if work.truth is not None and work.predicted is not None and len(work.truth):
        parts += class_parts(work) if work.classes else number_parts(work)
    return Section("predictions", title, parts)


def _texts(work: AtWork) -> Table:
    rows = [[one.read, one.right, one.written] for one in work.texts[:_TEXTS]]
    columns = ["read", "right", "written by the network"]
    return Table("texts", f"Texts of the {work.part} part.", columns, rows)
