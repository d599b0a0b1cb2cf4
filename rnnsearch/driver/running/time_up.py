"""When a search is out of time: by what there is to show for it.

Where the time is up before there is anything, it goes on to the first epoch that ends: whoever
gives little time wants the best of little, not nothing.
"""

from __future__ import annotations

import math
import time

__all__ = ["Clock"]

_GRACE = 10.0
"""Seconds that blocks have to end after the timeout; an epoch or a compilation may take longer."""

_FIRST = 300.0
"""Seconds, at least, that the first epoch of all is waited for, and an epoch where no trial ended:
as long as a first worker is."""


class Clock:
    """The time of one search; it runs from when it is made.

    Args:
        timeout: Seconds, or None.
        latest: Seconds up to which it goes on where no trial has ended; None as for `timeout`.
    """

    def __init__(self, timeout: float | None, latest: float | None) -> None:
        self._timeout = math.inf if timeout is None else timeout
        self._latest = max(self._timeout, latest or 0.0)
        self._started = time.monotonic()
        self._stopped_at = math.inf

    @property
    def seconds(self) -> float:
        """How long the search has run."""
        return time.monotonic() - self._started

    @property
    def stopped(self) -> bool:
        """Whether what is in training was told to end."""
        return self._stopped_at < math.inf

    def stop(self, *, complete: bool, judged: bool) -> bool:
        """Whether the time is up now, and was not before.

        Args:
            complete: Whether there is a trial with a score.
            judged: Whether any trial has ended, or an epoch of one.
        """
        if self.stopped:
            return False
        most = self._timeout
        if not complete:
            most = self._latest if judged else self._latest + max(_FIRST, self._latest)
        if self.seconds <= most:
            return False
        self._stopped_at = self.seconds
        return True

    def gave_up(self, *, complete: bool) -> bool:
        """Whether what was told to end has had long enough to do so."""
        return self.seconds > self._stopped_at + (_GRACE if complete else _FIRST)
