"""preparation.json: the way from raw data to a network and back, and which network that is.

It is best.keras where the search came to its end. Until then the best trial so far stands in for
it, built from the weights that are kept of it. One file says which of the two it is, and is written
after the network that it speaks of: so a kill never leaves a network with another one's scaling.
"""

from __future__ import annotations

import json
from typing import Any

from rnnsearch.data import Preparation, SequenceData
from rnnsearch.driver import TrialRecord
from rnnsearch.driver.planner import Planner
from rnnsearch.engines import Program
from rnnsearch.records import StudyFolder, write_text

__all__ = [
    "TRIAL",
    "is_delivered",
    "last_fold",
    "read_preparation",
    "stand_in",
    "write_preparation",
]

TRIAL = "trial"
"""Key of the trial that stands in for best.keras."""


def write_preparation(
    folder: StudyFolder, program: Program, preparation: Preparation, trial: int | None = None
) -> None:
    """Make or replace the file.

    Args:
        folder: Of the study.
        program: Of the network.
        preparation: What the network was trained on.
        trial: Whose kept weights the network has; None for best.keras.
    """
    of = {} if trial is None else {TRIAL: trial}
    kept = {**of, "network": program.architecture.to_json(), **preparation.to_json()}
    write_text(folder.preparation, json.dumps(kept, indent=2) + "\n")


def read_preparation(folder: StudyFolder) -> dict[str, Any] | None:
    """What was written; None where it was not, or the network that it speaks of is not there."""
    if not folder.preparation.exists():
        return None
    kept: dict[str, Any] = json.loads(folder.preparation.read_text("utf-8"))
    model = folder.weights(kept[TRIAL]) if TRIAL in kept else folder.model
    return kept if model.exists() else None


def is_delivered(folder: StudyFolder) -> bool:
    """Whether a search of the study came to its end, and what it delivered lies there."""
    kept = read_preparation(folder)
    return kept is not None and TRIAL not in kept


def last_fold(planner: Planner) -> int:
    """The division of the data that the kept weights of a trial were trained on."""
    return planner.regime.folds - 1


def stand_in(folder: StudyFolder, planner: Planner, data: SequenceData, best: TrialRecord) -> None:
    """Have a trial, whose weights are kept, stand in for best.keras."""
    program = planner.program(best.params)
    preparation = data.preparation(program.window, last_fold(planner))
    write_preparation(folder, program, preparation, best.number)
