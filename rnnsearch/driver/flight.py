"""A block in a worker: what is known of its trials until they end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnnsearch.driver.planner import TrialPlan
from rnnsearch.driver.trials import Lane, TrialRecord
from rnnsearch.execution.messages import Block, Ended, Epoch

__all__ = ["Flight"]


@dataclass
class Flight:
    """A block on its way through a worker.

    Attributes:
        block: What was sent.
        open: Its trials that have not ended, by number.
        curves: The learning curve of each trial so far.
        activity: What the worker does with it, in words.
    """

    block: Block
    open: dict[int, TrialPlan]
    curves: dict[int, list[Epoch]] = field(default_factory=dict)
    activity: str = ""

    def note(self, epochs: Mapping[int, Epoch]) -> None:
        """An epoch of these trials ended."""
        for trial, epoch in epochs.items():
            self.curves.setdefault(trial, []).append(epoch)

    def pruned(self, values: Mapping[int, tuple[int, float]]) -> frozenset[int]:
        """Trials to stop, decided in the order of their numbers once all have reported.

        Args:
            values: Trial → (epoch, best objective so far).
        """
        for number in sorted(values):
            self.open[number].report(*values[number])
        return frozenset(n for n in sorted(values) if self.open[n].should_stop(values[n][0]))

    def curve(self, number: int) -> Sequence[Epoch]:
        """The learning curve of a trial."""
        return self.curves.get(number, [])

    def lanes(self) -> list[Lane]:
        """The trials in training, for the display."""
        objective = self.block.program.objective
        return [
            Lane(trial, curve[-1].number, curve[-1].metrics[objective])
            for trial, curve in self.curves.items()
            if trial in self.open
        ]

    def close(self, ended: Ended) -> TrialRecord:
        """The record of a trial that ended; it is no longer open."""
        plan = self.open.pop(ended.trial)
        record = TrialRecord(
            number=ended.trial,
            state=ended.state,
            epochs=ended.epochs,
            seconds=ended.seconds,
            parameters=ended.parameters,
            params=plan.params,
            message=ended.message,
        )
        if ended.best is None or ended.state == "FAIL":
            return record
        return _with_result(record, plan, ended.best)

    def out_of_time(self, number: int) -> TrialRecord:
        """The record of a trial whose worker was not waited for, from its learning curve."""
        plan, curve = self.open[number], self.curve(number)
        record = TrialRecord(
            number=number,
            state="PRUNED",
            epochs=len(curve),
            params=plan.params,
            message=f"out of time in epoch {len(curve) + 1} of {plan.run.epochs}",
        )
        objective, sign = plan.program.objective, -1.0 if plan.program.maximize else 1.0
        known = [epoch for epoch in curve if math.isfinite(epoch.metrics[objective])]
        if not known:
            return record
        return _with_result(record, plan, min(known, key=lambda e: sign * e.metrics[objective]))


def _with_result(record: TrialRecord, plan: TrialPlan, best: Epoch) -> TrialRecord:
    metrics = {name: value for name, value in best.metrics.items() if name.startswith("val_")}
    return replace(record, score=best.metrics[plan.program.objective], metrics=metrics)
