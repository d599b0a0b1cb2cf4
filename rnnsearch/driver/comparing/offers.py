"""What averages are worth, of networks and with simple methods beside them: judged out of fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rnnsearch.driver.comparing.averages import Court, Outputs, mean_of
from rnnsearch.driver.comparing.leaning import lean
from rnnsearch.driver.comparing.standing import Estimate, estimate
from rnnsearch.models import FEED_FORWARD
from rnnsearch.outcomes import Delivery
from rnnsearch.vocabulary import Objective

__all__ = ["Offers", "offer"]

_LEAST_SHARE = 0.02
"""Of a simple method; one that weighs less is left out."""

_CHOSEN = (FEED_FORWARD,)
"""Of simple methods those that were chosen by the data that the average is judged by."""


def offer(
    kind: str,
    found: Estimate,
    judged: Sequence[Mapping[str, float]],
    shares: Mapping[str, float],
    objective: Objective,
    networks: int = 0,
) -> Delivery:
    """What might be delivered.

    Args:
        kind: As of `Delivery`.
        found: Of the objective.
        judged: ``val_…`` of each run, or of each division.
        shares: Trial, or simple method → what it weighs.
        objective: What is searched for.
        networks: How many there are in it, where that is known.
    """
    metrics = {n: v for n, v in mean_of(judged).items() if n.startswith("val_")}
    low, high = found.interval(objective.name)
    return Delivery(kind, found.mean, low, high, metrics, shares, networks)


@dataclass(frozen=True)
class Offers:
    """Makes deliveries of what is put out on the divisions.

    Attributes:
        court: Judges it.
        objective: What is searched for.
        folds: k of the k-fold; 1 of rolling origins.
    """

    court: Court
    objective: Objective
    folds: int

    def of(self, kind: str, outputs: Outputs, shares: Mapping[str, float]) -> Delivery:
        """What an average is worth."""
        leaning, judged = lean(self.court, outputs, self.objective, self.folds)
        found = estimate([one[self.objective.name] for one in judged], self.folds)
        delivery = offer(kind, found, judged, shares, self.objective)
        return replace(delivery, parts=tuple(judged), leaning=leaning)

    def ensemble(
        self, bag: Outputs, named: Mapping[str, float], known: Mapping[str, Outputs]
    ) -> Delivery | None:
        """An average of networks and the simple methods that are good enough for it.

        A part of the data is judged by the shares that were fitted without it. The network without
        memory, whose learning rate and length were chosen by these parts, too, is left out where
        the average is no better with it.

        Args:
            bag: What the average of networks puts out.
            named: What each trial weighs in it.
            known: What each simple method puts out.

        Returns:
            None where no simple method is good enough.
        """
        names = self.court.rivals(known, bag)
        found = self._ensemble(bag, named, {name: known[name] for name in names})
        fewer = {name: known[name] for name in names if name not in _CHOSEN}
        if found is None or len(fewer) == len(names):
            return found
        without = self._ensemble(bag, named, fewer)
        if without is None or self.objective.better(found.score, without.score):
            return found
        return without

    def _ensemble(
        self, bag: Outputs, named: Mapping[str, float], known: Mapping[str, Outputs]
    ) -> Delivery | None:
        """The same of all these simple methods."""
        names = list(known)
        if not names:
            return None
        put_out, mixture = self.court.mixed([bag, *(known[name] for name in names)])
        beside = dict(zip(names, mixture[1:], strict=True))
        of_networks = {name: share * mixture[0] for name, share in named.items()}
        kept = {name: share for name, share in beside.items() if share >= _LEAST_SHARE}
        return self.of("ensemble", put_out, _to_one(of_networks | kept))


def _to_one(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
