"""The end of a search: confirm the best, choose, average, deliver.

What is published of a configuration is what it reaches in runs that nobody chose it by. What is
delivered is the average of the networks of the winner and of those that can't be told apart from
it: on little data that is better than any one of them, and never much worse.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from rnnsearch.baselines import Graph, fit_baselines
from rnnsearch.data import Scaling, SequenceData
from rnnsearch.driver.averages import Court, Outputs, mean_of
from rnnsearch.driver.baselines import SimpleMethods
from rnnsearch.driver.confirming import Work, confirm, work_of
from rnnsearch.driver.contenders import contenders
from rnnsearch.driver.planner import Planner
from rnnsearch.driver.standing import Estimate, difference, estimate, simplest, tied
from rnnsearch.driver.trials import Confirmed, Delivery, FinalRun, TrialRecord
from rnnsearch.engines import Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Assemble, Ended, PutOut
from rnnsearch.execution.requests import judge_remotely, put_out_remotely
from rnnsearch.models.networks import Affine, Network
from rnnsearch.tasks import Task
from rnnsearch.vocabulary import Objective

__all__ = ["Conclusion", "FinalRuns", "conclude"]

_CONFIGURATIONS = 5
"""Of a bag, at most."""

_NETWORKS = 16
"""Of a bag, at most: each of them is computed for each prediction."""

_SEEDS = 2
"""Networks of each configuration of a bag where they are trained on all data for it."""

_GAIN = 0.5
"""Standard errors by which simple methods must make the average better, to be in it."""

_LEAST_SHARE = 0.02
"""Of a simple method; one that weighs less is left out."""

_WHOLE = 1_000
"""Index of the first run on all data; those on divisions come before."""


class FinalRuns(Protocol):
    """Where final runs are kept; `rnnsearch.records.Finals` is one."""

    def runs(self) -> Sequence[FinalRun]:
        """All there are."""

    def keep(self, ended: Ended, run: Run, fold: int) -> None:
        """Keep one that ended, with its weights."""

    def weights(self, trial: int, index: int) -> list[np.ndarray]:
        """The weights of one."""


@dataclass(frozen=True)
class Conclusion:
    """What a search came to.

    Attributes:
        winner: The trial that is best, or as good as the best and smaller.
        confirmed: The trials that were trained again, best first.
        deliveries: What was delivered, and what else might have been.
        program: Of the delivered model's inputs and outputs.
    """

    winner: TrialRecord
    confirmed: Sequence[Confirmed]
    deliveries: Sequence[Delivery]
    program: Program


@dataclass(frozen=True)
class _Standing:
    """A trial with the runs that confirm it, in the order of their index."""

    record: TrialRecord
    runs: Sequence[FinalRun]

    def scores(self, objective: Objective) -> list[float]:
        return [run.metrics[objective.name] for run in self.runs]


def conclude(
    executor: Executor,
    planner: Planner,
    data: SequenceData,
    finals: FinalRuns,
    records: Sequence[TrialRecord],
    objective: Objective,
    *,
    lanes: int | None,
    deadline: float,
    save: Path,
    task: Task,
    simple: SimpleMethods | None = None,
    tick: Callable[[str], None] = lambda activity: None,
) -> Conclusion | None:
    """Confirm the best trials, choose among them, and save what is delivered.

    Args:
        executor: Its workers, idle.
        planner: Of the search.
        data: What is learned from.
        finals: Keeps the runs of this end; those that it has are not trained again.
        records: The trials.
        objective: What is searched for.
        lanes: As in the spec.
        deadline: When confirming stops, on the monotonic clock.
        save: Where the model goes.
        task: That is learned.
        simple: Methods that may stand beside the networks; fitted on each division.
        tick: Told what is going on.

    Returns:
        None where no trial could be confirmed, as there was no time for it.
    """
    concluding = _Concluding(
        executor, planner, data, finals, objective, lanes, deadline, tick, task, simple
    )
    return concluding.run(records, save)


@dataclass(frozen=True)
class _Concluding:
    executor: Executor
    planner: Planner
    data: SequenceData
    finals: FinalRuns
    objective: Objective
    lanes: int | None
    deadline: float
    tick: Callable[[str], None]
    task: Task
    simple: SimpleMethods | None

    def run(self, records: Sequence[TrialRecord], save: Path) -> Conclusion | None:
        most = self.planner.regime.contenders(records)
        standings = self._confirmed(contenders(records, self.objective, self._folds, most))
        if not standings:
            return None
        scores = {s.record.number: s.scores(self.objective) for s in standings}
        sizes = {s.record.number: s.runs[0].parameters for s in standings}
        winner = simplest(scores, sizes, self.objective, self._folds)
        same = [winner, *tied(scores, winner, self._folds)]
        by_number = {s.record.number: s for s in standings}
        members = [by_number[number] for number in same[:_CONFIGURATIONS]]
        confirmed = [self._as_confirmed(s, s.record.number in same) for s in standings]
        offers = [self._single(by_number[winner]), *self._averages(members)]
        chosen = self._chosen(offers)
        delivered, program = self._deliver(chosen, members, save)
        others = [one for one in offers if one is not chosen]
        key = self.objective.sort_key
        return Conclusion(
            by_number[winner].record,
            sorted(confirmed, key=lambda one: key(one.score)),
            [delivered, *others],
            program,
        )

    @property
    def _folds(self) -> int:
        """k of the k-fold; of rolling origins 1, whose training parts are not exchangeable."""
        return 1 if self.data.ordered else self.planner.regime.folds

    # Confirming

    def _confirmed(self, candidates: Sequence[TrialRecord]) -> list[_Standing]:
        """The candidates that were trained again as often as the first of them."""
        known = frozenset((run.trial, run.index) for run in self.finals.runs())
        confirming = self.planner.confirming
        work = work_of(
            self.planner,
            candidates,
            known,
            lambda place, record: confirming(record.number, record.params),
        )
        self._train(work, self.deadline)
        found = []
        for record in candidates:
            runs = [r for r in self.finals.runs() if r.trial == record.number and r.fold >= 0]
            found.append(_Standing(record, sorted(runs, key=lambda run: run.index)))
        most = max((len(one.runs) for one in found), default=0)
        return [one for one in found if most and len(one.runs) == most]

    def _train(self, work: Sequence[Work], deadline: float) -> None:
        def keep(ended: Ended, run: Run, program: Program) -> None:
            whole = run.index >= _WHOLE
            self.finals.keep(ended, run, -1 if whole else run.fold)

        confirm(self.executor, work, keep, lanes=self.lanes, deadline=deadline, tick=self.tick)

    def _as_confirmed(self, one: _Standing, is_tied: bool) -> Confirmed:
        found = estimate(one.scores(self.objective), self._folds)
        return Confirmed(
            one.record.number,
            found.mean,
            found.low,
            found.high,
            mean_of([run.metrics for run in one.runs]),
            len(one.runs),
            one.runs[0].parameters,
            is_tied,
        )

    # Judging averages

    def _single(self, one: _Standing) -> Delivery:
        found = estimate(one.scores(self.objective), self._folds)
        return self._delivery(
            "single", found, [run.metrics for run in one.runs], {str(one.record.number): 1.0}, 1
        )

    def _averages(self, members: Sequence[_Standing]) -> list[Delivery]:
        """The average of some configurations, and that of it and simple methods.

        A part of the data is judged by the networks that did not see it, and by shares that were
        fitted without it.
        """
        court, folds = self._court(members[0]), [run.fold for run in members[0].runs]
        places, bag = court.bagged([self._outputs(one) for one in members], self._folds)
        named = {str(members[place].record.number): 1 / len(places) for place in places}
        found = [self._judged("bag", court.judged(bag), named)]
        names = self.simple.members() if self.simple is not None else []
        if self.simple is not None and names and len(folds) > 1:
            columns = [bag, *(self.simple.outputs(name, folds) for name in names)]
            judged, mixture = court.mixed(columns)
            beside = dict(zip(names, mixture[1:], strict=True))
            of_networks = {name: share * mixture[0] for name, share in named.items()}
            kept = {name: share for name, share in beside.items() if share >= _LEAST_SHARE}
            found.append(self._judged("ensemble", judged, _to_one(of_networks | kept)))
        return found

    def _judged(
        self, kind: str, judged: Sequence[Mapping[str, float]], shares: Mapping[str, float]
    ) -> Delivery:
        values = [one[self.objective.name] for one in judged]
        found = estimate(values, self._folds)
        return self._delivery(kind, found, judged, shares, 0, tuple(values))

    def _chosen(self, offers: Sequence[Delivery]) -> Delivery:
        """What is delivered: the bag, or the ensemble where it is better by enough."""
        by_kind = {one.kind: one for one in offers}
        if self.planner.regime.deliver == "single":
            return by_kind["single"]
        bag, ensemble = by_kind["bag"], by_kind.get("ensemble")
        if ensemble is None or not self.objective.better(ensemble.score, bag.score):
            return bag
        gap = difference(ensemble.scores, bag.scores, self._folds)
        return ensemble if abs(gap.mean) >= _GAIN * gap.error else bag

    def _outputs(self, one: _Standing) -> Outputs:
        weights = [(run.fold, self.finals.weights(run.trial, run.index)) for run in one.runs]
        program = self.planner.program(one.record.params)
        return put_out_remotely(self.executor, PutOut(program, tuple(weights)))

    def _court(self, one: _Standing) -> Court:
        program = self.planner.program(one.record.params)
        datasets = [self.data.dataset(program.window, run.fold) for run in one.runs]
        return Court(datasets, program.loss, program.metrics)

    @staticmethod
    def _delivery(
        kind: str,
        found: Estimate,
        judged: Sequence[Mapping[str, float]],
        shares: Mapping[str, float],
        networks: int,
        scores: tuple[float, ...] = (),
    ) -> Delivery:
        metrics = {n: v for n, v in mean_of(judged).items() if n.startswith("val_")}
        return Delivery(kind, found.mean, found.low, found.high, metrics, shares, networks, scores)

    # Delivering

    def _deliver(
        self, chosen: Delivery, members: Sequence[_Standing], save: Path
    ) -> tuple[Delivery, Program]:
        """Put the networks together, judge them on the test part, save them."""
        members = [one for one in members if str(one.record.number) in chosen.shares]
        programs = [self.planner.program(one.record.params) for one in members]
        program = max(programs, key=lambda one: one.window or 0)
        simple = {n: s for n, s in chosen.shares.items() if not n.isdecimal()}
        if simple:
            program = self.planner.with_longest_window(members[0].record.params)
        if self.data.ordered or chosen.kind == "single":
            runs = self._trained_on_all(members, 1 if chosen.kind == "single" else _SEEDS)
        else:
            # Where networks hardly count, one of each configuration is enough.
            counts = sum(chosen.shares.values()) - sum(simple.values()) >= _LEAST_SHARE
            most = _NETWORKS // len(members) if counts else 1
            runs = {one.record.number: _spread(one.runs, most) for one in members}
        networks: list[Network] = []
        for one, own in zip(members, programs, strict=True):
            share = chosen.shares[str(one.record.number)]
            of = runs[one.record.number]
            networks += [self._network(run, own, program, share / len(of)) for run in of]
        judged = judge_remotely(
            self.executor, Assemble(program, tuple(networks), self._branches(simple, program), save)
        )
        delivered = replace(
            chosen,
            test=judged.metrics,
            networks=len(networks),
            parameters=judged.parameters,
            milliseconds=judged.milliseconds,
            delivered=True,
        )
        return delivered, program

    def _branches(
        self, simple: Mapping[str, float], program: Program
    ) -> tuple[tuple[Graph, float], ...]:
        """The simple methods of an ensemble, fitted on all but the test part."""
        if not simple:
            return ()
        whole = self.data.whole(program.window)
        fitted = fit_baselines(self.task, whole)
        graphs = {name: fitted[name].as_graph(whole) for name in simple}
        return tuple((graph, simple[n]) for n, graph in graphs.items() if graph is not None)

    def _trained_on_all(
        self, members: Sequence[_Standing], seeds: int
    ) -> dict[int, list[FinalRun]]:
        """Runs on all but the test part, for as many epochs as were best on the divisions."""
        known = frozenset((run.trial, run.index) for run in self.finals.runs())

        def runs_of(place: int, record: TrialRecord) -> list[Run]:
            epochs = round(statistics.fmean(run.epochs for run in members[place].runs))
            of = self.planner.confirming(record.number, record.params, _WHOLE)[:1]
            again = [replace(of[0], index=_WHOLE + n, seed=of[0].seed + n) for n in range(seeds)]
            return [replace(run, fold=0, epochs=max(1, epochs)) for run in again]

        records = [one.record for one in members]
        work = [
            replace(one, schedule=replace(one.schedule, keep="last", patience=None))
            for one in work_of(self.planner, records, known, runs_of, whole=True)
        ]
        self._train(work, time.monotonic() + 1e9)
        found: dict[int, list[FinalRun]] = {}
        for one in members:
            number = one.record.number
            of = [r for r in self.finals.runs() if r.trial == number and r.index >= _WHOLE]
            # Where training on all data diverged there is a network of a division.
            found[number] = of or list(one.runs[-1:])
        return found

    def _network(self, run: FinalRun, program: Program, bag: Program, share: float) -> Network:
        weights = self.finals.weights(run.trial, run.index)
        if run.fold < 0:
            return Network(program.architecture, weights, share)
        own = self.data.preparation(program.window, run.fold)
        delivered = self.data.preparation(bag.window)
        inputs = {
            name: _between(delivered.scalings[name], scaling)
            for name, scaling in own.scalings.items()
        }
        outputs = None
        if own.target.kind == "numeric":
            outputs = _between(own.target.scaling, delivered.target.scaling)
            repeated = max(1, len(program.loss.quantiles))
            outputs = Affine(np.tile(outputs.scale, repeated), np.tile(outputs.offset, repeated))
        return Network(program.architecture, weights, share, inputs, outputs)


def _between(one: Scaling, other: Scaling) -> Affine:
    """From numbers scaled in one way to the same scaled in another; the link is the same."""
    scale = np.asarray(one.scale) / np.asarray(other.scale)
    offset = (np.asarray(one.offset) - np.asarray(other.offset)) / np.asarray(other.scale)
    return Affine(scale, offset)


def _spread(runs: Sequence[FinalRun], most: int) -> list[FinalRun]:
    """At most so many, evenly spaced: of as many divisions as can be."""
    if len(runs) <= most:
        return list(runs)
    places = np.linspace(0, len(runs) - 1, max(1, most)).round().astype(int)
    return [runs[place] for place in places]


def _to_one(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
