"""A pruner of Optuna's ends trials of KerasTuner's: a callback that asks it after each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, final

import keras

__all__ = ["Pruning", "Reported"]


class Reported(Protocol):
    """An oracle that is told of epochs."""

    objective: Any
    latest: str | None

    def report(self, trial_id: str, epoch: int, value: float) -> bool:
        """Whether the trial is to end."""
        ...


@final
class Pruning(keras.callbacks.Callback):
    """Reports the objective of each epoch, and ends training where the pruner says so.

    KerasTuner gives each trial a copy of its callbacks just after it has made the trial, which is
    how a copy knows whose it is.

    Args:
        oracle: Told of epochs.
        trial_id: The trial's; None of the one that is given to `search`.
    """

    def __init__(self, oracle: Reported, trial_id: str | None = None) -> None:
        super().__init__()
        self._oracle = oracle
        self._trial_id = trial_id

    def __deepcopy__(self, memo: dict[int, Any]) -> Pruning:
        return Pruning(self._oracle, self._oracle.latest)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Report."""
        objective, trial_id = self._oracle.objective, self._trial_id or self._oracle.latest
        if trial_id is None or logs is None or not objective.has_value(logs):
            return
        if self._oracle.report(trial_id, epoch, float(objective.get_value(logs))):
            self.model.stop_training = True
