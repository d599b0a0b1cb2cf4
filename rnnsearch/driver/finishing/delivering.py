"""From what was chosen to best.keras: which networks, in whose units, what beside them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rnnsearch.data import SequenceData
from rnnsearch.driver.comparing.leaning import class_shares, favours
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.confirming import Work, work_of
from rnnsearch.driver.finishing.so_far import NETWORKS, evenly, in_units_of
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Judged
from rnnsearch.execution.remote import judge_remotely
from rnnsearch.execution.worker_orders import Assemble
from rnnsearch.models.networks import Network
from rnnsearch.outcomes import Delivery, FinalRun, TrialRecord
from rnnsearch.records import Finals
from rnnsearch.vocabulary import Objective

__all__ = [
    "WHOLE",
    "Delivering",
    "Standing",
    "favours_of",
    "networks_of_each",
    "networks_on_all",
    "shares_left",
]

_SEEDS, _NETWORKS = 2, 6
"""Networks of each configuration of a bag where they are trained on all data for it, and of all
configurations together; at least."""

_LONGER = 1.5
"""How much longer a run on all data takes than one on a division, its program's compilation
included; about."""

_COUNT = 0.05
"""Share of all networks together from which it is worth more than one of each configuration."""

WHOLE = 1_000
"""Index of the first run on all data; those on divisions come before."""


@dataclass(frozen=True)
class Standing:
    """A trial with the runs that confirm it, in the order of their index."""

    record: TrialRecord
    runs: Sequence[FinalRun]

    def scores(self, objective: Objective) -> list[float]:
        """What it reached in each of them."""
        return [run.metrics[objective.name] for run in self.runs]


def networks_on_all(configurations: int, left: float, each: float) -> int:
    """Networks of each configuration that are trained on all data; one at least.

    Args:
        configurations: How many there are.
        left: Seconds until the time is up, or infinite.
        each: That a run on a division took.
    """
    wanted = max(_SEEDS, -(-_NETWORKS // configurations))
    if math.isinf(left) or each <= 0:
        return wanted
    return max(1, min(wanted, int(left / (_LONGER * each * configurations))))


def shares_left(shares: Mapping[str, float], graphs: Collection[str]) -> dict[str, float]:
    """The shares of networks and of those simple methods that there are, summing to one again.

    Args:
        shares: Of trials by their numbers, and of simple methods by their names.
        graphs: Names of the methods that a network can compute.
    """
    left = {name: one for name, one in shares.items() if name.isdecimal() or name in graphs}
    total = sum(left.values())
    if total <= 0:
        return dict.fromkeys(left, 1 / len(left))
    return {name: one / total for name, one in left.items()}


def networks_of_each(configurations: int, share: float, *, ordered: bool) -> int:
    """Networks of each configuration, at most; where divisions' hardly count, one is enough.

    Args:
        configurations: How many there are.
        share: Of all networks together, beside simple methods.
        ordered: Whether the networks were trained on all data, for this.
    """
    return NETWORKS // configurations if ordered or share >= _COUNT else 1


def favours_of(offer: Delivery, data: SequenceData, program: Program) -> np.ndarray | None:
    """What each class's chance is multiplied with, by all that is learned from; or None."""
    return (
        favours(class_shares(data.whole(program.window)), offer.leaning) if offer.leaning else None
    )


@dataclass(frozen=True)
class Delivered:
    """What was put together.

    Attributes:
        delivery: Of what, and what it came to.
        program: Of the model's inputs and outputs.
        errors: Of the test part, as `Judged` has them.
    """

    delivery: Delivery
    program: Program
    errors: np.ndarray | None


@dataclass(frozen=True)
class Delivering:
    """Makes the model that is delivered.

    Attributes:
        executor: Its workers, idle.
        planner: Of the search.
        data: What is learned from.
        finals: Has the runs, and keeps those on all data.
        companions: What may stand beside networks.
        train: Has work done, until a time on the monotonic clock.
        ends: When the time is up, on that clock.
    """

    executor: Executor
    planner: Planner
    data: SequenceData
    finals: Finals
    companions: Companions | None
    train: Callable[[Sequence[Work], float], None]
    ends: float = math.inf

    def deliver(
        self,
        chosen: Delivery,
        members: Sequence[Standing],
        save: Path,
        *,
        deadline: float = math.inf,
    ) -> Delivered:
        """Put the networks together, judge them on the test part, save them.

        Args:
            chosen: What of.
            members: The trials that were confirmed.
            save: Where the model goes.
            deadline: When nothing is trained on all data any more, on the monotonic clock; a
                network of a division stands in for one that there is no time for.
        """
        members = _those_in(chosen, members)
        whole = self.data.ordered or chosen.kind == "single"
        if whole:
            each = statistics.fmean(run.seconds for one in members for run in one.runs)
            several = networks_on_all(len(members), self.ends - time.monotonic(), each)
            self.train_on_all(members, 1 if chosen.kind == "single" else several, deadline)
        runs = {one.record.number: self._runs(one, whole) for one in members}
        # Where training on all data diverged, or had no time, there is a network of a division.
        runs = {one.record.number: runs[one.record.number] or one.runs[-1:] for one in members}
        chosen, order = self._together(chosen, members, runs)
        judged = judge_remotely(self.executor, replace(order, save=save))
        delivery = replace(_with_test(chosen, order, judged), delivered=True)
        return Delivered(delivery, order.program, judged.errors)

    def judged(self, offer: Delivery, members: Sequence[Standing], ends: float) -> Delivery:
        """Judge on the test part what is not delivered, of networks that there are anyway.

        Args:
            offer: As it was judged out of fold.
            members: The trials that were confirmed.
            ends: When there is no time for it any more, on the monotonic clock.
        """
        members = _those_in(offer, members)
        whole = self.data.ordered or offer.kind == "single"
        runs = {one.record.number: self._runs(one, whole) for one in members}
        if time.monotonic() > ends or not all(runs.values()):
            return offer
        if offer.kind == "single":
            runs = {number: of[:1] for number, of in runs.items()}
        offer, order = self._together(offer, members, runs)
        return _with_test(offer, order, judge_remotely(self.executor, order))

    def _runs(self, one: Standing, whole: bool) -> Sequence[FinalRun]:
        """The runs of a trial on all but the test part, or those on divisions of it."""
        if not whole:
            return one.runs
        number = one.record.number
        return [r for r in self.finals.runs() if r.trial == number and r.index >= WHOLE]

    def _together(
        self,
        offer: Delivery,
        members: Sequence[Standing],
        runs: Mapping[int, Sequence[FinalRun]],
    ) -> tuple[Delivery, Assemble]:
        """What makes one model of some runs and simple methods, and the shares that are left."""
        programs = [self.planner.program(one.record.params) for one in members]
        program = max(programs, key=lambda one: one.window or 0)
        simple = {n: s for n, s in offer.shares.items() if not n.isdecimal()}
        if simple:
            program = self.planner.with_longest_window(members[0].record.params)
        beside = self.companions
        graphs = {} if beside is None or not simple else beside.graphs(program, simple)
        offer = replace(offer, shares=shares_left(offer.shares, graphs))
        simple = {name: offer.shares[name] for name in graphs}
        share = sum(offer.shares.values()) - sum(simple.values())
        most = networks_of_each(len(members), share, ordered=self.data.ordered)
        networks: list[Network] = []
        for one, own in zip(members, programs, strict=True):
            share = offer.shares[str(one.record.number)]
            of = evenly(runs[one.record.number], most)
            networks += [self._network(run, own, program, share / len(of)) for run in of]
        branches = tuple((graph, simple[name]) for name, graph in graphs.items())
        return offer, Assemble(
            program, tuple(networks), branches, favours_of(offer, self.data, program)
        )

    def train_on_all(
        self, members: Sequence[Standing], seeds: int, deadline: float = math.inf
    ) -> None:
        """Runs on all but the test part, for as many epochs as were best on the divisions."""
        known = frozenset((run.trial, run.index) for run in self.finals.runs())

        def runs_of(place: int, record: TrialRecord) -> list[Run]:
            """Runs on all data, as long as those on divisions were at their best."""
            epochs = round(statistics.fmean(run.epochs for run in members[place].runs))
            of = self.planner.confirming(record.number, record.params, WHOLE)[:1]
            again = [replace(of[0], index=WHOLE + n, seed=of[0].seed + n) for n in range(seeds)]
            return [replace(run, fold=0, epochs=max(1, epochs)) for run in again]

        records = [one.record for one in members]
        work = [
            replace(one, schedule=replace(one.schedule, keep="last", patience=None))
            for one in work_of(self.planner, records, known, runs_of, whole=True)
        ]
        self.train(work, deadline)

    def _network(self, run: FinalRun, program: Program, bag: Program, share: float) -> Network:
        weights = self.finals.weights(run.trial, run.index)
        if run.fold < 0:
            return Network(program.architecture, weights, share)
        inputs, outputs = in_units_of(self.data, program, run.fold, bag)
        own = self.data.preparation(program.window, run.fold)
        return Network(
            program.architecture, weights, share, inputs, outputs, own.unseen, own.unknown
        )


def _those_in(offer: Delivery, members: Sequence[Standing]) -> list[Standing]:
    return [one for one in members if str(one.record.number) in offer.shares]


def _with_test(offer: Delivery, order: Assemble, judged: Judged) -> Delivery:
    """With what a model came to on the test part."""
    return replace(
        offer,
        test=judged.metrics,
        networks=len(order.networks),
        parameters=judged.parameters,
        milliseconds=judged.milliseconds,
    )
