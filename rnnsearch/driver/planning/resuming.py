"""The blocks that an earlier process of a search asked for and did not end.

A block that was cut is sent again as it was: its trials that have ended hold their lanes for as
many epochs as they had, without training, so that the others start and are judged in the order in
which they would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import optuna

from rnnsearch.driver.planning.plans import BlockPlan, TrialPlan
from rnnsearch.driver.sampling.trial_sampling import Asking
from rnnsearch.engines import Run
from rnnsearch.records import OpenBlocks, is_open, params_of, run_epochs_of
from rnnsearch.spec import Scalar

__all__ = ["Resuming"]


@dataclass(frozen=True)
class Resuming:
    """Plans them again.

    Attributes:
        asking: Asks for what is missing of a block.
        blocks: Those that are not known to have ended.
        size: Of blocks.
        total: Trials of the search.
        plan: From a trial to what trains it.
        runs: From a trial's number and configuration to its runs.
    """

    asking: Asking
    blocks: OpenBlocks
    size: int
    total: int
    plan: Callable[[optuna.trial.Trial], TrialPlan]
    runs: Callable[[int, Mapping[str, Scalar]], tuple[Run, ...]]

    def resumed(self) -> list[BlockPlan]:
        """They come in their blocks, with what is known of those that ended.

        Where the process was killed while it asked for a block, the block is completed, so that
        those after it begin at the trials at which they would have.
        """
        trials = self.asking.study.get_trials(deepcopy=False)
        blocks = [self._block(trials, *entry) for entry in self.blocks.entries()]
        known = {plan.number for block in blocks for plan in block.plans}
        alone = [t for t in trials if is_open(t) and t.number not in known]
        blocks += [BlockPlan([self._again(frozen, {})]) for frozen in alone]
        return sorted((b for b in blocks if b.plans), key=lambda block: block.plans[0].number)

    def _block(
        self, trials: Sequence[optuna.trial.FrozenTrial], first: int, size: int, lanes: int | None
    ) -> BlockPlan:
        """A block with its trials that are open, and those that it has yet to be given."""
        plans: list[TrialPlan] = []
        ended: dict[Run, int] = {}
        asking = self.asking
        for frozen in trials[first : first + size]:
            if is_open(frozen):
                later = frozen.number > first
                fixed = asking.structure(first) if later else asking.start(first, self.size)
                plans.append(self._again(frozen, fixed))
            else:
                ended |= self._ended_runs(frozen)
        if first < len(trials) < first + size:
            fixed = asking.structure(first)
            rest = range(len(trials), min(first + size, self.total))
            plans += [self.plan(asking.ask(number, fixed)) for number in rest]
        return BlockPlan(plans, ended, lanes)

    def _again(self, frozen: optuna.trial.FrozenTrial, fixed: Mapping[str, Scalar]) -> TrialPlan:
        plan = self.plan(self.asking.again(frozen, fixed))
        plan.take_up(frozen)
        return plan

    def _ended_runs(self, frozen: optuna.trial.FrozenTrial) -> dict[Run, int]:
        """The runs of a trial that ended, with the epochs that each had."""
        runs = self.runs(frozen.number, params_of(frozen))
        return dict(zip(runs, run_epochs_of(frozen), strict=False))
