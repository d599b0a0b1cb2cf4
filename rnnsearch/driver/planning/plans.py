"""A trial that is ready to train, and trials of one program that are sent together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import optuna

from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.records import notes
from rnnsearch.spec import Scalar

__all__ = ["BlockPlan", "TrialPlan"]


@dataclass(frozen=True)
class TrialPlan:
    """A trial that is ready to train.

    Attributes:
        trial: Optuna's.
        params: Search parameter → value, those in use only.
        program: What trains it.
        runs: Each seed on each fold, in the order of their indices.
        reported: Epochs at which it has reported before, if it is trained again.
        verdicts: Epoch → whether it was told to stop there; of the last rung it was judged at.
        raced: Runs → whether it was dropped after so many; of the last comparison.
    """

    trial: optuna.trial.Trial
    params: Mapping[str, Scalar]
    program: Program
    runs: tuple[Run, ...]
    reported: set[int] = field(default_factory=set)
    verdicts: dict[int, bool] = field(default_factory=dict)
    raced: dict[int, bool] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number that Optuna gave the trial."""
        return self.trial.number

    @property
    def stopped_at(self) -> int | None:
        """The rung at which it was told to stop."""
        return next((epoch for epoch, stop in self.verdicts.items() if stop), None)

    def take_up(self, frozen: optuna.trial.FrozenTrial) -> None:
        """Know what an earlier process noted of it."""
        notes.note_taken_up(self.trial, frozen)
        self.reported.update(frozen.intermediate_values)
        self.verdicts.update(notes.last_verdict(frozen))
        self.raced.update(notes.last_comparison(frozen))

    def report(self, epoch: int, value: float) -> None:
        """Tell the study of a rung; once, however often the trial is trained."""
        if epoch not in self.reported:
            self.trial.report(value, epoch)
            self.reported.add(epoch)

    def should_stop(self, epoch: int) -> bool:
        """Whether the pruner stops it at a rung that it has reported.

        What was decided stays: the pruner would compare it with trials that came later.
        """
        if epoch < max(self.reported) or epoch in self.verdicts:
            return self.verdicts.get(epoch, False)
        stop = bool(self.trial.should_prune())  # NumPy's, of the median pruner
        notes.note_verdict(self.trial, epoch, stop)
        self.verdicts.clear()
        self.verdicts[epoch] = stop
        return stop

    def race(self, runs: int, value: float, dropped: bool) -> bool:
        """Note how a comparison after so many runs ended; what was decided before stays."""
        if runs in self.raced:
            return self.raced[runs]
        self.report(runs, value)
        notes.note_comparison(self.trial, runs, dropped)
        self.raced[runs] = dropped
        return dropped


@dataclass(frozen=True)
class BlockPlan:
    """Trials of one program that are sent together.

    Attributes:
        plans: Those to train.
        ended: Runs of the block's trials that have ended → epochs that each had.
        lanes: In which the block has trained before; None if it has not.
    """

    plans: Sequence[TrialPlan]
    ended: Mapping[Run, int] = field(default_factory=dict)
    lanes: int | None = None

    @property
    def program(self) -> Program:
        """The program that trains all of the block."""
        return self.plans[0].program

    @property
    def runs(self) -> tuple[Run, ...]:
        """Of all trials, in the order in which they get a lane."""
        every = [*self.ended, *(run for plan in self.plans for run in plan.runs)]
        return tuple(sorted(every, key=lambda run: run.key))

    @property
    def epochs(self) -> dict[RunKey, int]:
        """Run → epochs that it had, of those that have ended."""
        return {run.key: epochs for run, epochs in self.ended.items()}
