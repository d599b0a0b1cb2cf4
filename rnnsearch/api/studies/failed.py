"""Why a search has no winner: what its trials failed of, and what to change."""

from __future__ import annotations

import csv
from collections import Counter

from rnnsearch.outcomes import cause_of
from rnnsearch.records import StudyFolder

__all__ = ["why_all_failed"]

_ADVICE = (
    (("nan", "diverg", "inf", "finite"), "lower the max of space.learning_rate, or set clip_norm"),
    (("memory", "resource_exhausted", "oom"), "give smaller units, windows or batches"),
    (("timeout", "killed", "died", "worker"), "give it more memory, or fewer run.workers"),
)
"""Words of a failure, and what helps."""


def why_all_failed(folder: StudyFolder) -> str:
    """What the trials of a study failed of, if all did; "" if one did not, or none was tried."""
    if not folder.leaderboard.exists():
        return ""
    with folder.leaderboard.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] != "BASELINE"]
    states = Counter(row["state"] for row in rows)
    if not states["FAIL"] or any(states[one] for one in ("COMPLETE", "RUNNING", "WAITING")):
        return ""
    messages = Counter(cause_of(row.get("message", "")) for row in rows)
    messages.pop("", None)
    reasons = [f"{count}: {text}" for text, count in messages.most_common(3)]
    said = "; ".join(reasons) or "they left no message"
    words = said.lower()
    fitting = [advice for marks, advice in _ADVICE if any(mark in words for mark in marks)]
    advice = " and ".join(fitting) or "change what they name in the spec"
    return (
        f"in which all {states['FAIL']} trials failed that were not stopped early ({said}); "
        f"{advice}, and search anew with --fresh"
    )
