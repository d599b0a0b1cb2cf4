"""What may be delivered of the trials that were confirmed: a network, averages; and what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data import SequenceData
from rnnsearch.driver.comparing.averages import Court, Outputs
from rnnsearch.driver.comparing.mixtures import worth_mixing
from rnnsearch.driver.comparing.offers import Offers, offer
from rnnsearch.driver.comparing.repeats import Repeats
from rnnsearch.driver.comparing.standing import estimate
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.delivering import Standing
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.execution import Executor
from rnnsearch.execution.remote import put_out_remotely
from rnnsearch.execution.worker_orders import PutOut
from rnnsearch.outcomes import Delivery
from rnnsearch.records import Finals
from rnnsearch.vocabulary import Objective

__all__ = ["Offering"]


@dataclass(frozen=True)
class Offering:
    """Judges what the networks of confirmed trials come to, alone and together.

    Attributes:
        executor: Its workers say what networks put out.
        planner: Of the search.
        data: What is learned from.
        finals: Holds the networks.
        objective: What is searched for.
        folds: k of the k-fold; of rolling origins 1.
        companions: What may stand beside the networks.
    """

    executor: Executor
    planner: Planner
    data: SequenceData
    finals: Finals
    objective: Objective
    folds: int
    companions: Companions | None = None

    def single(self, one: Standing) -> Delivery:
        """One network of a trial."""
        found = estimate(one.scores(self.objective), self.folds)
        metrics = [run.metrics for run in one.runs]
        shares = {str(one.record.number): 1.0}
        return offer("single", found, metrics, shares, self.objective, networks=1)

    def averages(self, members: Sequence[Standing], rest: Sequence[Standing]) -> list[Delivery]:
        """The average of some configurations, and that of it and simple methods.

        A part of the data is judged by the networks that did not see it, those of all repeats
        together, and by shares that were fitted without it.

        Args:
            members: The winner and its ties.
            rest: Others that were confirmed.
        """
        folds = [run.fold for run in members[0].runs]
        program = self.planner.program(members[0].record.params)
        repeats = Repeats.of(self.data, folds, program.window)
        court = Court(repeats.judged, program.loss, program.metrics, self.data.ordered)
        offers = Offers(court, self.objective, self.folds)
        named, bag = self._bag(court, repeats, members, rest)
        found = [offers.of("bag", bag, named)]
        if self.companions is None:
            return found
        beside = self.companions.outputs(folds)
        known = {name: repeats.averaged(outputs) for name, outputs in beside.items()}
        ensemble = offers.ensemble(bag, named, known)
        return found if ensemble is None else [*found, ensemble]

    def _bag(
        self, court: Court, repeats: Repeats, members: Sequence[Standing], rest: Sequence[Standing]
    ) -> tuple[dict[str, float], list[np.ndarray]]:
        """What each trial weighs in the average, and what that puts out.

        Equal shares of the ties, unless a greedy choice among all that were confirmed is clearly
        better on what it was not chosen by.
        """
        every = [*members, *rest]
        columns = [repeats.averaged(self._outputs(one)) for one in every]
        places, bag = court.bagged(columns[: len(members)], self.folds)
        shares = {place: 1 / len(places) for place in places}
        picked = court.picked(columns)
        if picked is not None and court.clearly_better(picked[0], bag, self.folds):
            bag, weighs = picked
            shares = {place: float(weighs[place]) for place in np.flatnonzero(weighs).tolist()}
        return {str(every[place].record.number): share for place, share in shares.items()}, bag

    def chosen(self, offers: Sequence[Delivery]) -> Delivery:
        """What is delivered, as the spec asks, or the better average."""
        by_kind = {one.kind: one for one in offers}
        if self.planner.regime.deliver == "single":
            return by_kind["single"]
        bag, ensemble = by_kind["bag"], by_kind.get("ensemble")
        if ensemble is None:
            return bag
        beats = worth_mixing(ensemble, bag, self.objective, self.folds, ordered=self.data.ordered)
        return ensemble if beats else bag

    def _outputs(self, one: Standing) -> Outputs:
        weights = [(run.fold, self.finals.weights(run.trial, run.index)) for run in one.runs]
        program = self.planner.program(one.record.params)
        return put_out_remotely(self.executor, PutOut(program, tuple(weights)))
