"""What is searched for, and which of two values of it is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

__all__ = ["Direction", "Objective"]

Direction = Literal["minimize", "maximize"]
"""Which way a score is better."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Objective:
    """A score by its name, and which way it is better.

    A value that is not known, None or NaN, is worse than any that is.

    Attributes:
        name: Such as ``val_loss``, ``val_rmse``.
        direction: Whether less or more is better.
    """

    name: str
    direction: Direction = "minimize"

    @property
    def maximize(self) -> bool:
        """Whether more is better."""
        return self.direction == "maximize"

    def sort_key(self, value: float | None) -> tuple[bool, float]:
        """What sorts values from the best to the worst, those that are not known last."""
        if value is None or math.isnan(value):
            return True, 0.0
        return False, -value if self.maximize else value

    def better(self, value: float | None, than: float | None) -> bool:
        """Whether a value is truly better: of equal ones, and of two unknown, neither is."""
        return self.sort_key(value) < self.sort_key(than)

    def best_of(self, items: Iterable[_Item], key: Callable[[_Item], float | None]) -> _Item | None:
        """The item whose value is best, the first of equal ones; None where there is no item."""
        return min(items, key=lambda item: self.sort_key(key(item)), default=None)
