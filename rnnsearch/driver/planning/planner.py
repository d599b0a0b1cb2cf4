"""From the space to blocks: trials that share a program, planned into runs of it."""

from __future__ import annotations

from collections.abc import Mapping

import optuna

from rnnsearch.data import SequenceData
from rnnsearch.driver.planning.plans import BlockPlan, TrialPlan
from rnnsearch.driver.planning.programs import Programs
from rnnsearch.driver.planning.regime import Regime
from rnnsearch.driver.planning.resuming import Resuming
from rnnsearch.driver.sampling.portfolio import portfolio
from rnnsearch.driver.sampling.trial_sampling import Asking
from rnnsearch.engines import Program, Run
from rnnsearch.records import OpenBlocks, note_params
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["Planner"]


class Planner:
    """Asks the study for trials, in blocks of one program."""

    def __init__(self, spec: Spec, data: SequenceData, study: optuna.Study) -> None:
        self._spec = spec
        self._study = study
        self._space = SearchSpace.from_spec(spec)
        self._programs = Programs(spec, data)
        self._open_blocks = OpenBlocks(study)
        self._asking = Asking(
            study,
            self._space,
            spec,
            self.regime.expected,
            portfolio(self._space, ordered=data.past, batch=self._programs.usual_batch),
            self._space.grid() if SAMPLERS[spec.search.sampler].lists else None,
        )

    @property
    def regime(self) -> Regime:
        """How the search goes."""
        return self._programs.regime

    @property
    def costs(self) -> tuple[str, ...]:
        """What is to be small beside the objective."""
        return self._spec.search.costs

    @property
    def total(self) -> int:
        """Trials of the whole search: as many as asked for, or as the grid has."""
        trials, grid = self.regime.trials, self._asking.grid
        return trials if grid is None else min(trials, len(grid))

    def structures(self) -> int | None:
        """How many the space has; None where they are too many to count."""
        return self._space.program_count()

    @property
    def asks_ahead(self) -> bool:
        """Whether a block may be asked for before the one before it has ended."""
        return not SAMPLERS[self._spec.search.sampler].learns

    def resume(self, size: int) -> list[BlockPlan]:
        """Trials that an earlier process asked for and did not end, to be run from scratch.

        Args:
            size: Of blocks.
        """
        return Resuming(
            self._asking, self._open_blocks, size, self.total, self._plan, self.runs
        ).resumed()

    def next_block(self, size: int) -> list[TrialPlan]:
        """At most `size` new trials of one program; none where the search has them all.

        The first is suggested freely; those after it share its structural parameters and are
        suggested numeric ones.
        """
        trials = self._study.get_trials(deepcopy=False)
        asked, asking = len(trials), self._asking
        count = min(size, self.total - asked)
        if count <= 0:
            return []
        numbers = asking.of_one_program(range(asked, asked + count))
        if len(numbers) > 1:
            self._open_blocks.begin(trials, numbers)
        leader = self._plan(asking.ask(asked, asking.start(asked, size)))
        fixed = asking.shared(leader.trial)
        return [leader, *(self._plan(asking.ask(number, fixed)) for number in numbers[1:])]

    def note_lanes(self, first: int, lanes: int) -> None:
        """Note in how many lanes a block trains, by the number of its first trial."""
        self._open_blocks.note_lanes(first, lanes)

    def _plan(self, trial: optuna.trial.Trial) -> TrialPlan:
        params = self._space.suggest(trial)
        note_params(trial, params)
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
