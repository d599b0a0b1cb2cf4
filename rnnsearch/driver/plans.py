"""A trial that is ready to train, and trials of one program that are sent together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import optuna

from rnnsearch.driver.trials import WAITS
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.spec import Scalar

__all__ = ["BlockPlan", "TrialPlan"]

_VERDICT = "verdict"
"""A trial's attribute: the last rung at which the pruner was asked, and whether it stopped it."""

_RACED = "raced"
"""A trial's attribute: after how many runs it was compared, and whether that ended it."""


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
        """Of the trial."""
        return self.trial.number

    @property
    def stopped_at(self) -> int | None:
        """The rung at which it was told to stop."""
        return next((epoch for epoch, stop in self.verdicts.items() if stop), None)

    def take_up(self, frozen: optuna.trial.FrozenTrial) -> None:
        """Know what an earlier process noted of it."""
        if frozen.user_attrs.get(WAITS):
            self.trial.set_user_attr(WAITS, False)
        self.reported.update(frozen.intermediate_values)
        if _VERDICT in frozen.user_attrs:
            epoch, stop = frozen.user_attrs[_VERDICT]
            self.verdicts[epoch] = stop
        if _RACED in frozen.user_attrs:
            runs, dropped = frozen.user_attrs[_RACED]
            self.raced[runs] = dropped

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
        self.trial.set_user_attr(_VERDICT, [epoch, stop])
        self.verdicts.clear()
        self.verdicts[epoch] = stop
        return stop

    def race(self, runs: int, value: float, dropped: bool) -> bool:
        """Note how a comparison after so many runs ended; what was decided before stays."""
        if runs in self.raced:
            return self.raced[runs]
        self.report(runs, value)
        self.trial.set_user_attr(_RACED, [runs, dropped])
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
        """What trains it."""
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
