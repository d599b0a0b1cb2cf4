"""When what of a search ends, where it was given a time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

__all__ = ["Deadlines"]

_DELIVERY_SECONDS, _DELIVERY_SHARE = 12.0, 0.15
"""That putting together, judging and saving what is delivered takes of the time, at most."""


@dataclass(frozen=True)
class Deadlines:
    """On the monotonic clock.

    Attributes:
        started: When the search began.
        timeout: Seconds that it may take, or None.
        confirm: Share of them that confirms the best.
    """

    started: float
    timeout: float | None
    confirm: float

    @property
    def end(self) -> float:
        """When the time is up."""
        return math.inf if self.timeout is None else self.started + self.timeout

    @property
    def confirming(self) -> float:
        """When confirming ends: what is then left delivers."""
        timeout = self.timeout or 0.0
        return self.end - min(_DELIVERY_SECONDS, _DELIVERY_SHARE * timeout)

    def left(self) -> float | None:
        """Seconds until confirming must end: reading the data took some of the time."""
        return None if self.timeout is None else max(0.0, self.confirming - time.monotonic())

    def searching(self) -> float | None:
        """What is left for the search itself."""
        left = self.left()
        return None if left is None else left * (1 - self.confirm)
