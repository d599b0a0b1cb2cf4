"""The best of a search so far, as one model: its folds' networks as they are, none trained anew."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from rnnsearch.data import Scaling, SequenceData
from rnnsearch.driver.comparing.standing import difference, estimate
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program, Run
from rnnsearch.models import Architecture
from rnnsearch.models.networks import Affine
from rnnsearch.outcomes import Delivery, TrialRecord, ranked
from rnnsearch.records import StudyFolder
from rnnsearch.vocabulary import Objective

__all__ = ["CONFIGURATIONS", "NETWORKS", "Member", "SoFar", "best_so_far", "evenly", "in_units_of"]

NETWORKS = 16
"""Of a bag, at most: each of them is computed for each prediction."""

CONFIGURATIONS = 5
"""Of a bag, at most."""

_COMMON = 2
"""Divisions on which a trial that the time cut must be better than another, to stand before it."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Member:
    """A run's network in a bag.

    Attributes:
        trial, index: Of the run.
        architecture: What it is.
        share: What it weighs.
        inputs, outputs, unseen, unknown: As of `rnnsearch.models.networks.Network`.
    """

    trial: int
    index: int
    architecture: Architecture
    share: float
    inputs: Mapping[str, Affine] = field(default_factory=dict)
    outputs: Affine | None = None
    unseen: tuple[int, ...] = ()
    unknown: int = 0


@dataclass(frozen=True)
class SoFar:
    """The best of a search so far.

    Attributes:
        trials: The best trial, and those that are averaged with it.
        program: Of the model's inputs and outputs.
        members: Its networks; none where the weights that are kept of the best trial are it.
        fold: The division whose preparation it has; None for the one that is delivered.
    """

    trials: Sequence[TrialRecord]
    program: Program
    members: tuple[Member, ...] = ()
    fold: int | None = None

    @property
    def best(self) -> TrialRecord:
        """The best trial."""
        return self.trials[0]

    def delivery(self, objective: Objective, folds: int) -> Delivery:
        """What a bag of these is worth: the mean of its networks, each judged on what it never saw.

        Args:
            objective: What was searched for.
            folds: k of the data's division.
        """
        known = [trial.run_scores for trial in self.trials]
        scores = [float(np.mean(of)) for of in zip(*known, strict=True)]
        found = estimate(scores, folds)
        metrics = {
            name: float(np.mean([trial.metrics[name] for trial in self.trials]))
            for name in self.best.metrics
        }
        shares: dict[str, float] = {}
        for one in self.members:
            shares[str(one.trial)] = shares.get(str(one.trial), 0.0) + one.share
        return Delivery(
            "bag",
            found.mean,
            *found.interval(objective.name),
            metrics,
            shares,
            len(self.members),
            tuple({objective.name: score} for score in scores),
        )


def best_so_far(
    planner: Planner,
    data: SequenceData,
    objective: Objective,
    records: Sequence[TrialRecord],
    folder: StudyFolder,
) -> SoFar | None:
    """The best trial, averaged with those within a standard error of it, pair by pair.

    Of folds each has its networks. Of origins in time only the last one's, as the latest rows
    matter most.

    Args:
        planner: Of the search.
        data: What is learned from.
        objective: What is searched for.
        records: The trials.
        folder: Of the study, which keeps the weights of runs.

    Returns:
        None where no trial has a score.
    """
    order = ranked(records, objective)
    if not order:
        return None
    if not data.ordered:
        order = _with_leader(order, objective, folder)
    best = order[0]
    if planner.regime.deliver == "bag":
        trials = _alike(order, 1 if data.ordered else planner.regime.folds)
        runs = {one.number: _runs(planner, one, folder, last=data.ordered) for one in trials}
        trials = [one for one in trials if runs[one.number]]
        if trials and trials[0] is best:
            program = max(
                (planner.program(one.params) for one in trials), key=lambda one: one.window or 0
            )
            members = _members(planner, data, program, trials, runs)
            return SoFar(trials, program, members)
    fold = max(run.fold for run in _judged(planner, best))
    return SoFar([best], planner.program(best.params), fold=fold)


def _with_leader(
    order: Sequence[TrialRecord], objective: Objective, folder: StudyFolder
) -> list[TrialRecord]:
    """The ranked trials, a cut one before all others where it is better wherever both were judged.

    Where a search has time for few trials, the last may be far better than what was done before it.
    Of origins in time that says nothing: what is missing is the latest.
    """
    first = order[0]
    ahead = {
        one.number: statistics.fmean(gaps)
        for one in order[1:]
        if one.missing > first.missing
        and len(gaps := _gains(one, first, objective)) >= _COMMON
        and min(gaps) > 0
        and folder.weights(one.number).exists()
    }
    return sorted(order, key=lambda one: -ahead.get(one.number, 0.0))


def _gains(one: TrialRecord, other: TrialRecord, objective: Objective) -> list[float]:
    """By how much one trial is better than another, of each division that both were judged on."""
    sign = 1 if objective.maximize else -1
    common = zip(one.run_scores, other.run_scores, strict=False)
    return [sign * (mine - theirs) for mine, theirs in common]


def _alike(order: Sequence[TrialRecord], folds: int) -> list[TrialRecord]:
    """The best trial, and those that are as good within a standard error of the difference."""
    best, found = order[0], [order[0]]
    for one in order[1:]:
        if len(one.run_scores) == len(best.run_scores) > 1:
            gap = difference(one.run_scores, best.run_scores, folds)
            if abs(gap.mean) <= gap.error < math.inf:
                found.append(one)
    return found[:CONFIGURATIONS]


def _judged(planner: Planner, record: TrialRecord) -> Sequence[Run]:
    """The runs that a trial's score is made of; all of them where that is not known."""
    return planner.runs(record.number, record.params)[: len(record.run_scores) or None]


def _runs(planner: Planner, record: TrialRecord, folder: StudyFolder, *, last: bool) -> list[Run]:
    """A trial's runs whose weights there are; those on the last division only, if asked for."""
    runs = [
        run for run in _judged(planner, record) if folder.run_weights(run.trial, run.index).exists()
    ]
    latest = max((run.fold for run in runs), default=0)
    return [run for run in runs if run.fold == latest or not last]


def _members(
    planner: Planner,
    data: SequenceData,
    program: Program,
    trials: Sequence[TrialRecord],
    runs: Mapping[int, Sequence[Run]],
) -> tuple[Member, ...]:
    members: list[Member] = []
    for record in trials:
        own = planner.program(record.params)
        some = evenly(runs[record.number], NETWORKS // len(trials))
        share = 1 / (len(trials) * len(some))
        for run in some:
            inputs, outputs = in_units_of(data, own, run.fold, program)
            prepared = data.preparation(own.window, run.fold)
            members.append(
                Member(
                    run.trial,
                    run.index,
                    own.architecture,
                    share,
                    inputs,
                    outputs,
                    prepared.unseen,
                    prepared.unknown,
                )
            )
    return tuple(members)


def in_units_of(
    data: SequenceData, program: Program, fold: int, bag: Program
) -> tuple[dict[str, Affine], Affine | None]:
    """How a network that was scaled by a division reads and puts out what a bag does.

    Args:
        data: What is learned from.
        program: The network's.
        fold: The division.
        bag: Of the bag's inputs and outputs.

    Returns:
        Input → from the bag's units to the network's; from its outputs to the bag's, of numbers.
    """
    own, delivered = data.preparation(program.window, fold), data.preparation(bag.window)
    inputs = {
        name: _between(delivered.scalings[name], scaling) for name, scaling in own.scalings.items()
    }
    if own.target.kind != "numeric":
        return inputs, None
    outputs = _between(own.target.scaling, delivered.target.scaling)
    repeated = max(1, len(program.loss.quantiles))
    return inputs, Affine(np.tile(outputs.scale, repeated), np.tile(outputs.offset, repeated))


def _between(one: Scaling, other: Scaling) -> Affine:
    """From numbers scaled in one way to the same scaled in another; the link is the same."""
    scale = np.asarray(one.scale) / np.asarray(other.scale)
    offset = (np.asarray(one.offset) - np.asarray(other.offset)) / np.asarray(other.scale)
    return Affine(scale, offset)


def evenly(items: Sequence[_Item], most: int) -> list[_Item]:
    """At most so many, evenly spaced: of as many divisions as can be."""
    if len(items) <= most:
        return list(items)
    places = np.linspace(0, len(items) - 1, max(1, most)).round().astype(int)
    return [items[place] for place in places]
