"""Which epoch of a trial its weights are kept of."""

from __future__ import annotations

from typing import Any

__all__ = ["BestEpoch"]


class BestEpoch:
    """Which epoch's weights a trial keeps: by the same rule as KerasTuner's `SaveBestEpoch`.

    Args:
        objective: Of the oracle.
    """

    def __init__(self, objective: Any) -> None:
        self._objective = objective
        self.value: float | None = float("-inf" if objective.direction == "max" else "inf")

    def keeps(self, logs: Any) -> bool:
        """Whether these are the best so far; without the objective among them, the last are."""
        if not self._objective.has_value(logs):
            self.value = None
            return True
        value = self._objective.get_value(logs)
        return self.offer(value)

    def offer(self, value: float | None) -> bool:
        """Whether a value is better than all before."""
        known = value is not None and self.value is not None
        if known and not self._objective.better_than(value, self.value):
            return False
        self.value = value
        return True
