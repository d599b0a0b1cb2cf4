"""Optuna's ask and tell, planning trials into programs, rungs, the loop."""

from rnnsearch.driver.trials import (
    BaselineRecord,
    Confirmed,
    Delivery,
    Epoch,
    Lane,
    Noting,
    Observer,
    Snapshot,
    TrialRecord,
    TrialState,
)

__all__ = [
    "BaselineRecord",
    "Confirmed",
    "Delivery",
    "Epoch",
    "Lane",
    "Noting",
    "Observer",
    "Snapshot",
    "TrialRecord",
    "TrialState",
]
