"""From the space to blocks: trials that share a program, planned into runs of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import optuna

from rnnsearch.data import SequenceData
from rnnsearch.driver.samplers import knows_history, make_sampler
from rnnsearch.engines import Numbers, Program, Run, RunKey
from rnnsearch.models import Architecture
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec
from rnnsearch.tasks import METRICS, TASKS, Head

__all__ = ["BlockPlan", "Planner", "TrialPlan", "direction", "is_maximized"]

_VERDICT = "verdict"
"""A trial's attribute: the last rung at which the pruner was asked, and whether it stopped it."""

_BLOCKS = "blocks"
"""The study's attribute with each block of several trials that was asked for and is not known to
have ended: its first trial, its size, and its lanes once they are known."""


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
    """

    trial: optuna.trial.Trial
    params: Mapping[str, Scalar]
    program: Program
    runs: tuple[Run, ...]
    reported: set[int] = field(default_factory=set)
    verdicts: dict[int, bool] = field(default_factory=dict)

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


def is_maximized(spec: Spec) -> bool:
    """Whether more of the spec's objective is better."""
    return direction(spec) == "maximize"


def direction(spec: Spec) -> Literal["minimize", "maximize"]:
    """Which way the spec's objective is better."""
    if spec.search.direction != "auto":
        return spec.search.direction
    metric = METRICS.get(spec.search.objective.removeprefix("val_"))
    return metric.direction if metric is not None else "minimize"


class Planner:
    """Asks the study for trials, in blocks of one program."""

    def __init__(self, spec: Spec, data: SequenceData, study: optuna.Study) -> None:
        self._spec = spec
        self._data = data
        self._study = study
        self._space = SearchSpace.from_spec(spec)
        self._task = TASKS[spec.task]
        self._heads: dict[int | None, Head] = {}
        target = data.dataset(self._windows()[0]).target
        self._loss = self._task.loss(target)
        self._metrics = self._task.metrics(target)
        self._grid = self._space.grid() if spec.search.sampler == "grid" else None

    @property
    def total(self) -> int:
        """Trials of the whole search: as many as asked for, or as the grid has."""
        trials = self._spec.search.trials
        return trials if self._grid is None else min(trials, len(self._grid))

    @property
    def asks_ahead(self) -> bool:
        """Whether a block may be asked for before the one before it has ended."""
        return not knows_history(self._spec.search.sampler)

    def _windows(self) -> Sequence[int | None]:
        return self._space.windows(self._spec) or (None,)

    def resume(self) -> list[BlockPlan]:
        """Trials that an earlier process asked for and did not end, to be run from scratch.

        They come in their blocks, with what is known of those that ended. Where it was killed
        while it asked for a block, the block is completed, so that those after it begin at the
        trials at which they would have.
        """
        trials = self._study.get_trials(deepcopy=False)
        blocks = [self._resumed_block(trials, *entry) for entry in self._blocks()]
        known = {plan.number for block in blocks for plan in block.plans}
        alone = [t for t in trials if _is_open(t) and t.number not in known]
        blocks += [BlockPlan([self._resumed(frozen, {})]) for frozen in alone]
        return sorted((b for b in blocks if b.plans), key=lambda block: block.plans[0].number)

    def _blocks(self) -> list[list[Any]]:
        return list(self._study.user_attrs.get(_BLOCKS, ()))

    def _resumed_block(
        self, trials: Sequence[optuna.trial.FrozenTrial], first: int, size: int, lanes: int | None
    ) -> BlockPlan:
        """A block with its trials that are open, and those that it has yet to be given."""
        plans: list[TrialPlan] = []
        ended: dict[Run, int] = {}
        for frozen in trials[first : first + size]:
            if _is_open(frozen):
                fixed = self._structure(first) if frozen.number > first else {}
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
        trials = self._study.get_trials(deepcopy=False)
        asked = len(trials)
        count = min(size, self.total - asked)
        if count <= 0:
            return []
        numbers = range(asked, asked + count)
        if self._grid is not None:
            numbers = self._grid_block(numbers)
        if len(numbers) > 1:
            going = [b for b in self._blocks() if any(map(_is_open, trials[b[0] : b[0] + b[1]]))]
            self._study.set_user_attr(_BLOCKS, [*going, [asked, len(numbers), None]])
        leader = self._ask(asked, {})
        fixed = {} if self._grid is not None else self._space.structural(leader.trial.params)
        return [leader, *(self._ask(number, fixed) for number in numbers[1:])]

    def note_lanes(self, first: int, lanes: int) -> None:
        """Note in how many lanes a block trains, by the number of its first trial."""
        blocks = self._blocks()
        if any(entry[0] == first and entry[2] != lanes for entry in blocks):
            noted = [[*e[:2], lanes] if e[0] == first else e for e in blocks]
            self._study.set_user_attr(_BLOCKS, noted)

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
            search.sampler, search.seed, number, search.trials, given
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
        """The runs that train a configuration: as many as asked for, on each fold.

        Each has its own seed: with one for all trials, an unlucky start would be everybody's.
        """
        steps = self.program(params).architecture.head.steps
        numbers = _numbers(self._space.complete(params), steps)
        search, folds = self._spec.search, self._data.folds
        return tuple(
            Run(number, _seed(search.seed, number, index), search.epochs, numbers, index, fold)
            for index, fold in enumerate(list(range(folds)) * search.runs_per_trial)
        )

    def program(self, params: Mapping[str, Scalar]) -> Program:
        """The program that trains a configuration."""
        complete = self._space.complete(params)
        window = complete.get("window")
        window = int(window) if isinstance(window, int) else self._windows()[0]
        may_clip = self._space.may_clip()
        return Program(
            architecture=self._architecture(complete, self._head(window)),
            optimizer=str(complete["optimizer"]),
            batch_size=int(complete["batch_size"] or 32),
            clip_mode=str(complete["clip_mode"]) if may_clip else None,
            loss=self._loss,
            metrics=tuple(self._metrics),
            objective=self._spec.search.objective,
            maximize=is_maximized(self._spec),
            window=window,
            truncates=self._space.may_truncate(),
            drops=self._space.can_exceed_zero("dropout"),
            drops_recurrent=self._space.can_exceed_zero("recurrent_dropout"),
            decays=self._space.can_exceed_zero("weight_decay"),
        )

    def _head(self, window: int | None) -> Head:
        if window not in self._heads:
            self._heads[window] = self._task.head(self._data.dataset(window))
        return self._heads[window]

    def _architecture(self, complete: Mapping[str, Scalar], head: Head) -> Architecture:
        depth = int(complete["depth"] or 1)
        units = [complete.get(f"units_{i}", complete.get("units")) for i in range(1, depth + 1)]
        return Architecture(
            cell=str(complete["cell"]),
            units=tuple(int(u or 0) for u in units),
            bidirectional=bool(complete["bidirectional"]),
            layer_norm=bool(complete["layer_norm"]),
            head=head,
        )


def _is_open(trial: optuna.trial.FrozenTrial) -> bool:
    return trial.state == optuna.trial.TrialState.RUNNING


def _seed(search: int, number: int, index: int) -> int:
    """Of a trial's run; the first has that of a trial that is trained once."""
    entropy = [search, number, index] if index else [search, number]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def _numbers(complete: Mapping[str, Scalar], steps: int) -> Numbers:
    def number(name: str) -> float:
        value = complete[name]
        return math.inf if isinstance(value, str) else float(value or 0.0)

    unroll_length = number("unroll_length")
    return Numbers(
        learning_rate=number("learning_rate"),
        clip_norm=number("clip_norm"),
        unroll_length=unroll_length if unroll_length < steps else math.inf,
        dropout=number("dropout"),
        recurrent_dropout=number("recurrent_dropout"),
        weight_decay=number("weight_decay"),
        forget_bias=number("forget_bias"),
    )
