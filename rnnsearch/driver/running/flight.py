"""A block in a worker: what is known of its trials until they end."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rnnsearch.driver.planning.plans import TrialPlan
from rnnsearch.driver.pruning.racing import Field
from rnnsearch.driver.running.outcome import best_weights, networks, trial_record
from rnnsearch.driver.running.watching import Lane
from rnnsearch.engines import Run, RunKey
from rnnsearch.execution.messages import Ended, Measured, Resumed
from rnnsearch.execution.worker_orders import Block
from rnnsearch.outcomes import Epoch, TrialRecord

__all__ = ["Flight", "Landing"]


@dataclass(frozen=True)
class Landing:
    """A trial that ended.

    Attributes:
        record: How.
        curves: Of each of its runs.
        weights: Of the run that stands for it, if it is COMPLETE.
        networks: Run → weights, of those that its score is made of.
    """

    record: TrialRecord
    curves: Sequence[Sequence[Epoch]]
    weights: list[np.ndarray] | None = None
    networks: Mapping[int, list[np.ndarray]] = field(default_factory=dict)


@dataclass
class Flight:
    """A block on its way through a worker.

    Attributes:
        block: What was sent.
        open: Its trials that have not ended, by number.
        curves: The learning curve of each run so far.
        ended: Runs that ended while another of their trial goes on.
        reached: What each run had at each rung: epoch → best objective so far.
        asked: The rung at which the pruner was last asked about a trial.
        measured: What its network costs; None where that was not asked for.
        activity: What the worker does with it, in words.
        heard: When the worker last said something, on the monotonic clock.
    """

    block: Block
    open: dict[int, TrialPlan]
    curves: dict[RunKey, list[Epoch]] = field(default_factory=dict)
    ended: dict[RunKey, Ended] = field(default_factory=dict)
    reached: dict[RunKey, dict[int, float]] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    measured: Measured | None = None
    activity: str = ""
    heard: float = field(default_factory=time.monotonic)

    def listened(self) -> float:
        """The worker said something now; how long it had said nothing."""
        before, self.heard = self.heard, time.monotonic()
        return self.heard - before

    def note(self, epochs: Mapping[RunKey, Epoch]) -> None:
        """An epoch of these runs ended."""
        for key, epoch in epochs.items():
            self.curves.setdefault(key, []).append(epoch)

    def resumed(self, message: Resumed) -> None:
        """These runs go on from where an earlier process left them."""
        self.curves |= {key: list(curve) for key, curve in message.curves.items()}
        self.reached |= {key: dict(reached) for key, reached in message.reached.items()}

    def pruned(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        """Trials to stop, decided in the order of their numbers once all have reported.

        A trial is judged at a rung by the mean over its runs, when the last of them is there.

        Args:
            values: Run → (epoch, best objective so far).
        """
        for key, (epoch, value) in values.items():
            self.reached.setdefault(key, {})[epoch] = value
        trials = sorted({trial for trial, _ in values})
        due = {n: rung for n in trials if (rung := self._due(self.open[n])) is not None}
        for number, (epoch, mean) in due.items():
            self.open[number].report(epoch, mean)
            self.asked[number] = epoch
        return frozenset(n for n, (epoch, _) in due.items() if self.open[n].should_stop(epoch))

    def _due(self, plan: TrialPlan) -> tuple[int, float] | None:
        """The latest rung that all of a trial's runs have reached, if it is a new one.

        A run that has ended has reached every rung, with its best.
        """
        going = [self.reached.get(r.key, {}) for r in plan.runs if r.key not in self.ended]
        common = set.intersection(*map(set, going)) if going else set()
        last = max(common, default=0)
        if last <= self.asked.get(plan.number, 0):
            return None
        values = [self._value(run, last) for run in plan.runs]
        return last, sum(values) / len(values)

    def _value(self, run: Run, epoch: int) -> float:
        known = self.reached.get(run.key, {})
        if epoch in known:
            return known[epoch]
        best = self.ended[run.key].best
        return best.metrics[self.block.program.objective] if best is not None else math.nan

    def compared(self, trials: Sequence[int], runs: int, field: Field) -> frozenset[int]:
        """Trials to stop after so many runs of each, by what these reached and others did.

        Trials of which a comparison is known, from a process before this one, are not asked for.
        """
        objective = self.block.program.objective
        scores: dict[int, list[float]] = {}
        for number in trials:
            ended = [self.ended[run.key] for run in self.open[number].runs[:runs]]
            scores[number] = [run.best.metrics[objective] for run in ended if run.best is not None]
        dropped = field.dropped(scores)
        return frozenset(
            number
            for number, values in scores.items()
            if self.open[number].race(runs, statistics.fmean(values), number in dropped)
        )

    def lanes(self) -> list[Lane]:
        """The runs in training, for the display."""
        objective = self.block.program.objective
        return [
            Lane(
                trial,
                curve[-1].number,
                curve[-1].metrics[objective],
                index if len(self.open[trial].runs) > 1 else None,
            )
            for (trial, index), curve in self.curves.items()
            if trial in self.open and (trial, index) not in self.ended
        ]

    def close(self, ended: Ended) -> Landing | None:
        """A run ended: its trial, if it was the last one of that.

        A trial of which no run had begun when the time was up has not ended: it stays open.
        """
        self.ended[ended.key] = ended
        plan = self.open[ended.trial]
        if any(run.key not in self.ended for run in plan.runs):
            return None
        runs = [self.ended[run.key] for run in plan.runs]
        refused = self.measured is not None and self.measured.refused
        if not refused and not any(run.epochs for run in runs):
            return None
        return self._land(plan, runs)

    def failed(self, number: int, reason: str) -> Landing:
        """A trial whose worker died once too often."""
        plan = self.open[number]
        record = TrialRecord(
            number, "FAIL", params=plan.params, message=reason, runs=len(plan.runs)
        )
        return Landing(record, [self.curves.get(run.key, []) for run in plan.runs])

    def out_of_time(self) -> list[Landing]:
        """The trials that had begun when their worker was not waited for any longer."""
        begun = {trial for trial, _ in self.curves} & set(self.open)
        found = []
        for number in sorted(begun):
            plan = self.open[number]
            runs = [self.ended.get(run.key) or self._cut(run) for run in plan.runs]
            found.append(self._land(plan, runs))
        return found

    def _land(self, plan: TrialPlan, runs: Sequence[Ended]) -> Landing:
        del self.open[plan.number]
        for run in runs:
            self.ended.pop(run.key, None)
        curves = [self.curves.get(run.key, []) for run in plan.runs]
        record, known = self._with_costs(trial_record(plan, runs)), networks(plan, runs)
        return Landing(record, curves, best_weights(plan, runs), known)

    def _with_costs(self, record: TrialRecord) -> TrialRecord:
        """With what its network costs, and why it was not trained, where it was not."""
        if self.measured is None:
            return record
        trained = sum(1 for epochs in record.run_epochs if epochs)
        costs = {**self.measured.costs, "training_seconds": record.seconds / max(1, trained)}
        return replace(record, costs=costs, message=self.measured.refused or record.message)

    def _cut(self, run: Run) -> Ended:
        """What is known of a run that was cut in an epoch, from its learning curve."""
        curve = self.curves.get(run.key, [])
        program = self.block.program
        known = [epoch for epoch in curve if math.isfinite(epoch.metrics[program.objective])]
        best = program.goal.best_of(known, lambda epoch: epoch.metrics[program.objective])
        message = f"out of time in epoch {len(curve) + 1} of {run.epochs}"
        return Ended(run.trial, "PRUNED", best, len(curve), 0.0, 0, None, message, run.index)
