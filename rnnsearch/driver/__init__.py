"""Optuna's ask and tell, planning trials into programs, rungs, the loop."""

from rnnsearch.driver.trials import (
    BaselineRecord,
    Epoch,
    Lane,
    Observer,
    Snapshot,
    TrialRecord,
    TrialState,
)

__all__ = [
    "BaselineRecord",
    "Epoch",
    "Lane",
    "Observer",
    "Snapshot",
    "TrialRecord",
    "TrialState",
]
