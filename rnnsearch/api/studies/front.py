"""A network of the front of several objectives, at work in place of the winner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnnsearch.api.studies.standing_in import read_preparation
from rnnsearch.errors import StudyError
from rnnsearch.records import StudyFolder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_winner", "check_front", "with_tests"]


def check_front(folder: StudyFolder, summary: Mapping[str, Any], trial: int) -> None:
    """See that there is a network of a trial of the front.

    Raises:
        StudyError: There is none.
    """
    if trial in _trials(summary) and read_preparation(folder, trial) is not None:
        return
    known = ", ".join(map(str, _trials(summary)))
    if known:
        received = f"trial {trial} of {folder.path}, of whose front networks are kept: {known}"
    elif summary.get("costs"):
        received = f"trial {trial} of {folder.path}, which keeps none of its front (yet): "
        received += "networks of the front are made when the best are confirmed"
    else:
        received = f"trial {trial} of {folder.path}, a search of one objective, which keeps one "
        received += "model: leave the trial out"
    raise StudyError(f"Expected a trial of the front. Received: {received}")


def as_winner(summary: Mapping[str, Any], trial: int) -> dict[str, Any]:
    """The values of summary.json as if a trial of the front had been chosen."""
    delivery = _trials(summary)[trial]
    known = ("score", "metrics", "parameters", "test")
    winner = {"number": trial, "runs": 1, **{name: delivery[name] for name in known}}
    return {**summary, "winner": winner, "deliveries": [delivery], "targets": []}


def with_tests(front: pd.DataFrame, summary: Mapping[str, Any]) -> pd.DataFrame:
    """The front with what its networks came to on the test part, where they are kept."""
    tests = {trial: one["test"] for trial, one in _trials(summary).items()}
    names = sorted({name for test in tests.values() for name in test})
    found = front.copy()
    for name in names:
        values = [tests.get(int(trial), {}).get(name) for trial in front["trial"]]
        found[name] = [math.nan if value is None else value for value in values]
    return found


def _trials(summary: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Trial → what its network came to."""
    return {int(name): one for one in summary.get("front", ()) for name in one["shares"]}
