"""What a search knows so far of what it will say at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, TrialRecord

__all__ = ["Found"]


@dataclass
class Found:
    """Filled in as the search goes on.

    Attributes:
        device: What it runs on; "" until a worker says so.
        baselines: What simple methods came to.
        winner: The trial that was confirmed to be the best; None while none was.
        winner_test: Its ``test_…`` metrics.
        confirmed: The trials that were trained again, best first.
        deliveries: What was delivered, and what else might have been.
        front: Of several objectives, the networks of the front.
        stop: What ended the search.
        problems: What went wrong, and the search went on or ended without.
    """

    device: str = ""
    baselines: list[BaselineRecord] = field(default_factory=list)
    winner: TrialRecord | None = None
    winner_test: Mapping[str, float] = field(default_factory=dict)
    confirmed: Sequence[Confirmed] = ()
    deliveries: Sequence[Delivery] = ()
    front: Sequence[Delivery] = ()
    stop: str = "finished"
    problems: list[str] = field(default_factory=list)

    def conclude(
        self,
        winner: TrialRecord,
        confirmed: Sequence[Confirmed],
        deliveries: Sequence[Delivery],
    ) -> None:
        """The best were confirmed, and this is what came of it."""
        self.winner = winner
        self.confirmed = confirmed
        self.deliveries = deliveries
        self.winner_test = next((d.test for d in deliveries if d.delivered), {})
