"""The end of a search: confirm the best, choose, average, deliver.

What is published of a configuration is what it reaches in runs that nobody chose it by. What is
delivered is the average of the networks of the winner and of those that can't be told apart from
it: on little data that is better than any one of them, and never much worse.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnsearch.data import SequenceData
from rnnsearch.driver.comparing.averages import mean_of
from rnnsearch.driver.comparing.standing import estimate, near, simplest, tied
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.confirming import Work, confirm, work_of
from rnnsearch.driver.finishing.contenders import contenders
from rnnsearch.driver.finishing.delivering import (
    WHOLE,
    Delivering,
    Standing,
    networks_on_all,
)
from rnnsearch.driver.finishing.front_networks import FrontNetwork, deliver_front, on_front
from rnnsearch.driver.finishing.offering import Offering
from rnnsearch.driver.finishing.so_far import CONFIGURATIONS
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Ended
from rnnsearch.outcomes import Confirmed, Delivery, TrialRecord
from rnnsearch.outcomes.fronts import front_of_trials
from rnnsearch.records import Finals
from rnnsearch.vocabulary import Objective

__all__ = ["Conclusion", "Finish"]

_DIVISIONS = 2
"""Runs of each trial that confirm it, where the data is divided several times; at least."""

_NETWORKS, _FORWARD = 6, 0.5
"""Networks that are delivered, about; and what it takes to have one put out something, as a share
of what training takes, compilation included."""

_ON_FRONT = 5
"""Trials that are trained again where there are several objectives, at least."""


@dataclass(frozen=True)
class Conclusion:
    """What a search came to.

    Attributes:
        winner: The trial that is best, or as good as the best and smaller.
        confirmed: The trials that were trained again, best first.
        deliveries: What was delivered, and what else might have been.
        program: Of the delivered model's inputs and outputs.
        front: Of several objectives the networks of the front.
        problems: What went wrong with these.
        errors: Of the delivered model on the test part, as `Judged` has them.
    """

    winner: TrialRecord
    confirmed: Sequence[Confirmed]
    deliveries: Sequence[Delivery]
    program: Program
    front: Sequence[FrontNetwork] = ()
    problems: Sequence[str] = ()
    errors: np.ndarray | None = None


@dataclass(frozen=True)
class Finish:
    """How the end of a search goes: who confirms the best, until when, and what is kept where.

    Attributes:
        executor: Its workers, idle.
        planner: Of the search.
        data: What is learned from.
        finals: Keeps the runs of this end; those that it has are not trained again.
        objective: What is searched for.
        lanes: As in the spec.
        deadline: When confirming stops, on the monotonic clock.
        ends: When nothing is judged any more that is not delivered.
        save: Where the model goes.
        save_trial: Where the model of a trial of the front goes.
        companions: What may stand beside the networks.
        tick: Told what is going on.
        checkpoints: The folder where lanes are kept while they train.
    """

    executor: Executor
    planner: Planner
    data: SequenceData
    finals: Finals
    objective: Objective
    lanes: int | None
    deadline: float
    ends: float
    save: Path
    save_trial: Callable[[int], Path]
    companions: Companions | None = None
    tick: Callable[[str], None] = lambda activity: None
    checkpoints: Path | None = None

    def conclude(self, records: Sequence[TrialRecord]) -> Conclusion | None:
        """Confirm the best trials, choose among them, and save what is delivered.

        Args:
            records: The trials.

        Returns:
            None where no trial could be confirmed, or on one division of several only, or not from
            all origins in time, as there was no time for it.
        """
        most = self.planner.regime.contenders(records)
        standings = self._confirmed(self._candidates(records, most))
        if not standings or self._says_too_little(standings):
            return None
        scores = {s.record.number: s.scores(self.objective) for s in standings}
        sizes = {s.record.number: s.runs[0].parameters for s in standings}
        winner = simplest(scores, sizes, self.objective, self._folds)
        same = [winner, *near(scores, winner, self._folds)]
        as_good = {winner, *tied(scores, winner, self._folds)}
        by_number = {s.record.number: s for s in standings}
        members = [by_number[number] for number in same[:CONFIGURATIONS]]
        confirmed = [self._as_confirmed(s, s.record.number in as_good) for s in standings]
        rest = [s for s in standings if s.record.number not in same[:CONFIGURATIONS]]
        offering = self._offering
        offers = [offering.single(by_number[winner]), *offering.averages(members, rest)]
        chosen = offering.chosen(offers)
        delivering = Delivering(
            *(self.executor, self.planner, self.data, self.finals, self.companions, self._train),
            self.ends,
        )
        delivered = delivering.deliver(chosen, [*members, *rest], self.save)
        others = [
            delivering.judged(one, [*members, *rest], self.ends)
            for one in offers
            if one is not chosen
        ]
        front, problems = self._front(delivering, standings)
        key = self.objective.sort_key
        return Conclusion(
            by_number[winner].record,
            sorted(confirmed, key=lambda one: key(one.score)),
            [delivered.delivery, *others],
            delivered.program,
            front,
            problems,
            delivered.errors,
        )

    def _front(
        self, delivering: Delivering, standings: Sequence[Standing]
    ) -> tuple[list[FrontNetwork], list[str]]:
        """The networks that were not chosen, for who weighs the objectives otherwise."""
        if not self.planner.costs:
            return [], []

        def score(one: Standing) -> float:
            return estimate(one.scores(self.objective), self._folds).mean

        members = on_front(standings, score, self.objective, self.planner.costs)
        return deliver_front(delivering, members, self._offering.single, self.save_trial)

    def _candidates(self, records: Sequence[TrialRecord], most: int) -> list[TrialRecord]:
        """Who is trained again: who may be the best, or of several objectives on the front."""
        costs = self.planner.costs
        if not costs:
            return contenders(records, self.objective, self._folds, most)
        return front_of_trials(records, self.objective, costs, max(_ON_FRONT, most))

    def _says_too_little(self, standings: Sequence[Standing]) -> bool:
        """Whether the search's networks, of more divisions, make the better bag."""
        return self.planner.regime.deliver == "bag" and len(standings[0].runs) < self._least

    @property
    def _least(self) -> int:
        """Runs that a trial must have: of origins in time one from each, as they differ."""
        folds = self.planner.regime.folds
        return folds if self.data.ordered else min(_DIVISIONS, folds)

    @property
    def _folds(self) -> int:
        """k of the k-fold; of rolling origins 1, whose training parts are not exchangeable."""
        return 1 if self.data.ordered else self.planner.regime.folds

    @property
    def _offering(self) -> Offering:
        return Offering(
            *(self.executor, self.planner, self.data, self.finals, self.objective, self._folds),
            self.companions,
        )

    # Confirming

    def _confirmed(self, candidates: Sequence[TrialRecord]) -> list[Standing]:
        """The candidates that were trained again as often as the first of them."""
        self._train_again(candidates, None, self.deadline - self._reserve(candidates))
        # What the best lacks goes before what is kept in reserve.
        self._train_again(candidates[:1], self._least, self.deadline)
        found = []
        for record in candidates:
            runs = [r for r in self.finals.runs() if r.trial == record.number and r.fold >= 0]
            found.append(Standing(record, sorted(runs, key=lambda run: run.index)))
        most = max((len(one.runs) for one in found), default=0)
        return [one for one in found if most and len(one.runs) == most]

    def _train_again(
        self, candidates: Sequence[TrialRecord], runs: int | None, deadline: float
    ) -> None:
        """Train the candidates' runs that are not there yet: the first of each, or all."""
        known = frozenset((run.trial, run.index) for run in self.finals.runs())
        confirming = self.planner.confirming
        work = work_of(
            self.planner,
            candidates,
            known,
            lambda place, record: confirming(record.number, record.params)[:runs],
            together=self._least,
        )
        self._train(work, deadline)

    def _reserve(self, candidates: Sequence[TrialRecord]) -> float:
        """Seconds for the networks that are trained on all data, and for judging them; half of what
        is left at most."""
        left = self.deadline - time.monotonic()
        if math.isinf(left) or not candidates:
            return 0.0
        best = candidates[0]
        judging = self._judging(best)
        if not self.data.ordered:
            return max(0.0, min(judging, left / 2))
        batch = self.planner.program(best.params).batch_size
        longer = self.planner.regime.final_epochs(batch) / max(1, best.epochs)
        needed = networks_on_all(1, math.inf, 0.0) * longer * best.seconds / max(1, best.runs)
        return max(0.0, min(needed + judging, left / 2))

    def _judging(self, best: TrialRecord) -> float:
        """Seconds that the delivered networks take on what judges them, by a trial's epochs."""
        dataset = self.data.dataset(self.planner.program(best.params).window)
        epoch = best.seconds / max(1, sum(best.run_epochs) or best.epochs * best.runs)
        judged = len(dataset.validation) + len(dataset.test)
        return _NETWORKS * _FORWARD * epoch * judged / max(1, len(dataset.train))

    def _train(self, work: Sequence[Work], deadline: float) -> None:
        def keep(ended: Ended, run: Run, program: Program) -> None:
            """Keep a run, with the division that it was judged on, or -1 for all data."""
            whole = run.index >= WHOLE
            self.finals.keep(ended, run, -1 if whole else run.fold)

        confirm(
            self.executor,
            work,
            keep,
            lanes=self.lanes,
            deadline=deadline,
            tick=self.tick,
            checkpoints=self.checkpoints,
        )

    def _as_confirmed(self, one: Standing, is_tied: bool) -> Confirmed:
        found = estimate(one.scores(self.objective), self._folds)
        return Confirmed(
            one.record.number,
            found.mean,
            *found.interval(self.objective.name),
            mean_of([run.metrics for run in one.runs]),
            len(one.runs),
            one.runs[0].parameters,
            is_tied,
        )
