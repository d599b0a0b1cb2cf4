"""From the space to blocks: trials that share a program, planned into runs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import optuna

from rnnsearch.data import SequenceData
from rnnsearch.driver.blocks import OpenBlocks, is_open
from rnnsearch.driver.portfolio import portfolio
from rnnsearch.driver.programs import Programs
from rnnsearch.driver.regime import Regime
from rnnsearch.driver.samplers import knows_history, make_sampler
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec

__all__ = ["BlockPlan", "Planner", "TrialPlan"]

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


class Planner:
    """Asks the study for trials, in blocks of one program."""

    def __init__(self, spec: Spec, data: SequenceData, study: optuna.Study) -> None:
        self._spec = spec
        self._study = study
        self._space = SearchSpace.from_spec(spec)
        self._programs = Programs(spec, data)
        self._open_blocks = OpenBlocks(study)
        self._size = 1
        self._portfolio = portfolio(self._space, ordered=data.ordered)
        self._grid = self._space.grid() if spec.search.sampler == "grid" else None

    @property
    def regime(self) -> Regime:
        """How the search goes."""
        return self._programs.regime

    @property
    def total(self) -> int:
        """Trials of the whole search: as many as asked for, or as the grid has."""
        trials = self.regime.trials
        return trials if self._grid is None else min(trials, len(self._grid))

    def structures(self) -> int | None:
        """How many the space has; None where they are too many to count."""
        return self._space.program_count()

    @property
    def asks_ahead(self) -> bool:
        """Whether a block may be asked for before the one before it has ended."""
        return not knows_history(self._spec.search.sampler)

    def resume(self, size: int) -> list[BlockPlan]:
        """Trials that an earlier process asked for and did not end, to be run from scratch.

        They come in their blocks, with what is known of those that ended. Where it was killed
        while it asked for a block, the block is completed, so that those after it begin at the
        trials at which they would have.

        Args:
            size: Of blocks.
        """
        self._size = size
        trials = self._study.get_trials(deepcopy=False)
        blocks = [self._resumed_block(trials, *entry) for entry in self._open_blocks.entries()]
        known = {plan.number for block in blocks for plan in block.plans}
        alone = [t for t in trials if is_open(t) and t.number not in known]
        blocks += [BlockPlan([self._resumed(frozen, {})]) for frozen in alone]
        return sorted((b for b in blocks if b.plans), key=lambda block: block.plans[0].number)

    def _resumed_block(
        self, trials: Sequence[optuna.trial.FrozenTrial], first: int, size: int, lanes: int | None
    ) -> BlockPlan:
        """A block with its trials that are open, and those that it has yet to be given."""
        plans: list[TrialPlan] = []
        ended: dict[Run, int] = {}
        for frozen in trials[first : first + size]:
            if is_open(frozen):
                later = frozen.number > first
                fixed = self._structure(first) if later else self._start(first)
                plans.append(self._resumed(frozen, fixed))
            else:
                ended |= self._ended_runs(frozen)
        if first < len(trials) < first + size:
            fixed = self._structure(first)
            rest = range(len(trials), min(first + size, self.total))
            plans += [self._ask(number, fixed) for number in rest]
        return BlockPlan(plans, ended, lanes)

    def _resumed(self, frozen: optuna.trial.FrozenTrial, fixed: Mapping[str, Scalar]) -> TrialPlan:
        self._use_sampler(frozen.number, fixed)
        plan = self._plan(optuna.trial.Trial(self._study, frozen._trial_id))
        plan.reported.update(frozen.intermediate_values)
        if _VERDICT in frozen.user_attrs:
            epoch, stop = frozen.user_attrs[_VERDICT]
            plan.verdicts[epoch] = stop
        if _RACED in frozen.user_attrs:
            runs, dropped = frozen.user_attrs[_RACED]
            plan.raced[runs] = dropped
        return plan

    def _ended_runs(self, frozen: optuna.trial.FrozenTrial) -> dict[Run, int]:
        """The runs of a trial that ended, with the epochs that each had."""
        epochs = frozen.user_attrs.get("result", {}).get("run_epochs", ())
        runs = self.runs(frozen.number, frozen.user_attrs["params"])
        return dict(zip(runs, epochs, strict=False))

    def next_block(self, size: int) -> list[TrialPlan]:
        """At most `size` new trials of one program; none where the search has them all.

        The first is suggested freely; those after it share its structural parameters and are
        suggested numeric ones.
        """
        self._size = size
        trials = self._study.get_trials(deepcopy=False)
        asked = len(trials)
        count = min(size, self.total - asked)
        if count <= 0:
            return []
        numbers = range(asked, asked + count)
        if self._grid is not None:
            numbers = self._grid_block(numbers)
        if len(numbers) > 1:
            self._open_blocks.begin(trials, numbers)
        leader = self._ask(asked, self._start(asked))
        fixed = {} if self._grid is not None else self._space.structural(leader.trial.params)
        return [leader, *(self._ask(number, fixed) for number in numbers[1:])]

    def note_lanes(self, first: int, lanes: int) -> None:
        """Note in how many lanes a block trains, by the number of its first trial."""
        self._open_blocks.note_lanes(first, lanes)

    def _start(self, number: int) -> Mapping[str, Scalar]:
        """What the first trial of a block is given: a point of the portfolio, while there are any.

        Only a sampler that learns from results has one: others are asked for what they are.
        """
        place, offset = divmod(number, self._size)
        if self._spec.search.sampler != "tpe" or offset or place >= len(self._portfolio):
            return {}
        return self._portfolio[place]

    def _structure(self, number: int) -> Mapping[str, Scalar]:
        """What a block shares, by the number of its first trial."""
        return self._space.structural(self._study.get_trials(deepcopy=False)[number].params)

    def _ask(self, number: int, fixed: Mapping[str, Scalar]) -> TrialPlan:
        self._use_sampler(number, fixed)
        return self._plan(self._study.ask())

    def _use_sampler(self, number: int, fixed: Mapping[str, Scalar]) -> None:
        search = self._spec.search
        given = fixed if self._grid is None else self._grid[number]
        self._study.sampler = make_sampler(
            search.sampler, search.seed, number, self.regime.expected, given
        )

    def _grid_block(self, numbers: range) -> range:
        """The first of the grid's points with these numbers that share a program."""
        assert self._grid is not None
        structures = [self._space.structural(self._grid[n]) for n in numbers]
        count = next((i for i, s in enumerate(structures) if s != structures[0]), len(numbers))
        return numbers[:count]

    def _plan(self, trial: optuna.trial.Trial) -> TrialPlan:
        params = self._space.suggest(trial)
        if "params" not in trial.user_attrs:
            trial.set_user_attr("params", params)
        return TrialPlan(trial, params, self.program(params), self.runs(trial.number, params))

    def runs(self, number: int, params: Mapping[str, Scalar]) -> tuple[Run, ...]:
        """The runs that train a configuration as trial `number`."""
        return self._programs.runs(number, params)

    def confirming(
        self, number: int, params: Mapping[str, Scalar], first: int | None = None
    ) -> tuple[Run, ...]:
        """The runs that train a configuration again, if it is among the best."""
        return self._programs.confirming(number, params, first)

    def with_longest_window(self, params: Mapping[str, Scalar]) -> Program:
        """The program of a configuration that reads as many steps as any."""
        longest = max(self._space.windows(self._spec), default=None)
        return self.program(params if longest is None else {**params, "window": longest})

    def program(self, params: Mapping[str, Scalar]) -> Program:
        """The program that trains a configuration."""
        return self._programs.program(params)
