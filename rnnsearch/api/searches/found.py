"""What a search knows so far of what it will say at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rnnsearch.driver.comparing.by_chance import by_chance
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
        errors: Of what is delivered on the test part, as `Judged` has them.
        errors_beside: The same of simple methods, by their names.
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
    errors: np.ndarray | None = None
    errors_beside: dict[str, np.ndarray] = field(default_factory=dict)

    def conclude(
        self,
        winner: TrialRecord,
        confirmed: Sequence[Confirmed],
        deliveries: Sequence[Delivery],
        errors: np.ndarray | None,
    ) -> None:
        """The best were confirmed, and this is what came of it."""
        self.winner = winner
        self.confirmed = confirmed
        self.deliveries = deliveries
        self.errors = errors
        self.winner_test = next((d.test for d in deliveries if d.delivered), {})

    def compare(self, reach: int, *, by_step: bool) -> None:
        """Say of each baseline whether its difference on the test part may be chance.

        Args:
            reach: Of the data, as `by_chance` has it.
            by_step: Whether each step of a sequence is one of its own, and follows the one before;
                else a sequence is one.
        """
        assert self.errors is not None, "what is delivered was judged by something else"
        tied = {
            name: by_chance(self.errors, errors, reach, by_step=by_step)
            for name, errors in self.errors_beside.items()
        }
        self.baselines = [replace(one, test_tied=tied.get(one.name)) for one in self.baselines]
