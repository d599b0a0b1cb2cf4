"""leaderboard.csv anew, from the study, the learning curves and the summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rnnsearch.api.searches.disk import writing_to
from rnnsearch.errors import StudyError
from rnnsearch.outcomes import Summary
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
    summary = Summary.from_json(read_summary(folder.summary))
    if not folder.study.exists():
        raise StudyError(
            f"Expected a study. Received: {folder.path}, which has no study.journal; put it back, "
            "or run the search again"
        )
    with writing_to(folder.path), folder.lock():
        study = open_study(folder, summary.name, summary.direction)
        trials = records(study)
        frame = leaderboard(
            trials,
            summary.baselines,
            summary.direction,
            summary.confirmed,
            summary.deliveries,
            verdicts_of_folder(folder, trials, constant_loss(summary.baselines)),
            summary.costs,
        )
        write_leaderboard(folder.leaderboard, frame)
    return frame
