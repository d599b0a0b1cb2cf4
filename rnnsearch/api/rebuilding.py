"""leaderboard.csv anew, from the study, the learning curves and the summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rnnsearch.api.disk import writing_to
from rnnsearch.driver import BaselineRecord, Confirmed, Delivery
from rnnsearch.errors import StudyError
from rnnsearch.records import (
    StudyFolder,
    constant_loss,
    leaderboard,
    open_study,
    read_summary,
    records,
    verdicts_of_folder,
    write_leaderboard,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rebuild_leaderboard"]

_Row = TypeVar("_Row", BaselineRecord, Confirmed, Delivery)


def rebuild_leaderboard(path: str | Path) -> pd.DataFrame:
    """Write a study's leaderboard.csv anew: trials as the study has them, the rest as summary.json.

    Args:
        path: The study's folder.

    Returns:
        What was written.

    Raises:
        StudyError: There is no study, or no summary; a search is writing to the folder.
    """
    folder = StudyFolder(path)
    summary = read_summary(folder.summary)
    if not folder.study.exists():
        raise StudyError(
            f"Expected a study. Received: {folder.path}, which has no study.journal; put it back, "
            "or run the search again"
        )
    with writing_to(folder.path), folder.lock():
        study = open_study(folder, summary["name"], summary["direction"])
        trials = records(study)
        baselines = [_row(BaselineRecord, values) for values in summary["baselines"]]
        frame = leaderboard(
            trials,
            baselines,
            summary["direction"],
            [_row(Confirmed, values) for values in summary["confirmed"]],
            [_row(Delivery, values) for values in summary["deliveries"]],
            verdicts_of_folder(folder, trials, constant_loss(baselines)),
        )
        write_leaderboard(folder.leaderboard, frame)
    return frame


_ENDS = {"low": -math.inf, "high": math.inf}
"""Numbers that JSON has not."""


def _row(kind: type[_Row], values: Mapping[str, Any]) -> _Row:
    """A record from its plain values; those that another version wrote beside them are left out."""
    known = {item.name for item in fields(kind)} & set(values)
    plain: dict[str, Any] = {
        name: _ENDS.get(name) if values[name] is None else values[name] for name in known
    }
    return kind(**plain)
