"""From the space to blocks: trials that share a program, planned into runs of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import optuna

from rnnsearch.data import SequenceData
from rnnsearch.driver.samplers import make_sampler
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.models import Architecture
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec
from rnnsearch.tasks import METRICS, TASKS, Head

__all__ = ["Planner", "TrialPlan", "direction", "is_maximized"]

_STOPPED = "stopped"
"""A trial's attribute with the epoch at which the pruner stopped it."""

_BLOCK = "block"
"""The study's attribute with the first trial and the size of the block asked for last."""


@dataclass(frozen=True)
class TrialPlan:
    """A trial that is ready to train.

    Attributes:
        trial: Optuna's.
        params: Search parameter → value, those in use only.
        program, run: What trains it.
        reported: Epochs at which it has reported before, if it is trained again.
        stopped: Epochs, none or one, at which it was told to stop.
    """

    trial: optuna.trial.Trial
    params: Mapping[str, Scalar]
    program: Program
    run: Run
    reported: set[int] = field(default_factory=set)
    stopped: set[int] = field(default_factory=set)

    def report(self, epoch: int, value: float) -> None:
        """Tell the study of a rung; once, however often the trial is trained."""
        if epoch not in self.reported:
            self.trial.report(value, epoch)
            self.reported.add(epoch)

    def should_stop(self, epoch: int) -> bool:
        """Whether the pruner stops it at a rung that it has reported.

        What was decided stays: the pruner would compare it with trials that came later.
        """
        if epoch < max(self.reported) or epoch in self.stopped:
            return epoch in self.stopped
        if not self.trial.should_prune():
            return False
        self.trial.set_user_attr(_STOPPED, epoch)
        self.stopped.add(epoch)
        return True


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

    def _windows(self) -> Sequence[int | None]:
        return self._space.windows(self._spec) or (None,)

    def resume(self) -> list[TrialPlan]:
        """Trials that an earlier process asked for and did not end, to be run from scratch.

        Where it was killed while it asked for a block, the block is completed, so that those
        after it begin at the trials at which they would have.
        """
        trials = self._study.get_trials(deepcopy=False)
        first, size = self._study.user_attrs.get(_BLOCK, (0, 0))
        plans = []
        for frozen in trials:
            if frozen.state == optuna.trial.TrialState.RUNNING:
                fixed = self._structure(first) if first < frozen.number < first + size else {}
                self._use_sampler(frozen.number, fixed)
                trial = optuna.trial.Trial(self._study, frozen._trial_id)
                plan = self._plan(trial)
                plan.reported.update(frozen.intermediate_values)
                if _STOPPED in frozen.user_attrs:
                    plan.stopped.add(frozen.user_attrs[_STOPPED])
                plans.append(plan)
        if first < len(trials) < first + size:
            fixed = self._structure(first)
            rest = range(len(trials), min(first + size, self.total))
            plans += [self._ask(number, fixed) for number in rest]
        return plans

    def next_block(self, width: int) -> list[TrialPlan]:
        """At most `width` new trials of one program; none where the search has them all.

        The first is suggested freely; those after it share its structural parameters and are
        suggested numeric ones.
        """
        asked = len(self._study.get_trials(deepcopy=False))
        count = min(width, self.total - asked)
        if count <= 0:
            return []
        if self._grid is not None:
            return [self._ask(number, {}) for number in self._grid_block(asked, count)]
        if count > 1:
            self._study.set_user_attr(_BLOCK, (asked, count))
        leader = self._ask(asked, {})
        fixed = self._space.structural(leader.trial.params)
        return [leader, *(self._ask(asked + i, fixed) for i in range(1, count))]

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

    def _grid_block(self, asked: int, count: int) -> list[int]:
        """Numbers of the grid's next points, up to the first of another program."""
        assert self._grid is not None
        structure = self._space.structural(self._grid[asked])
        numbers = range(asked, asked + count)
        same = [self._space.structural(self._grid[n]) == structure for n in numbers]
        return [n for n in numbers if all(same[: n - asked + 1])]

    def _plan(self, trial: optuna.trial.Trial) -> TrialPlan:
        params = self._space.suggest(trial)
        if "params" not in trial.user_attrs:
            trial.set_user_attr("params", params)
        return TrialPlan(trial, params, self.program(params), self.run(trial.number, params))

    def run(self, number: int, params: Mapping[str, Scalar]) -> Run:
        """The run that trains a configuration.

        Each trial has its own seed: with one for all, an unlucky start would be everybody's.
        """
        steps = self.program(params).architecture.head.steps
        search = self._spec.search
        seed = int(np.random.SeedSequence([search.seed, number]).generate_state(1)[0])
        return Run(number, seed, search.epochs, _numbers(self._space.complete(params), steps))

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
