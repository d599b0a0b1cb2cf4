"""What a trial is asked for with: a sampler of its own, and what of it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import optuna

from rnnsearch.driver.sampling.samplers import make_sampler
from rnnsearch.records import has_params
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["Asking"]


@dataclass(frozen=True)
class Asking:
    """Asks the study for trials by their numbers.

    Attributes:
        study: What is asked.
        space: Of the spec.
        spec: Says how.
        expected: Trials that the search plans for.
        portfolio: What the first blocks begin with.
        grid: Every point of a grid, in the order of their trials; None where it is none.
    """

    study: optuna.Study
    space: SearchSpace
    spec: Spec
    expected: int
    portfolio: Sequence[Mapping[str, Scalar]]
    grid: Sequence[Mapping[str, Scalar]] | None

    def start(self, number: int, size: int) -> Mapping[str, Scalar]:
        """What the first trial of a block is given: a point of the portfolio, while there are any.

        Only a sampler that learns from results has one: others are asked for what they are.
        """
        place, offset = divmod(number, size)
        if not SAMPLERS[self.spec.search.sampler].begins or offset or place >= len(self.portfolio):
            return {}
        return self.portfolio[place]

    def structure(self, number: int) -> Mapping[str, Scalar]:
        """What a block shares, by the number of its first trial."""
        return self.space.structural(self.study.get_trials(deepcopy=False)[number].params)

    def shared(self, leader: optuna.trial.Trial) -> Mapping[str, Scalar]:
        """What a block shares with its first trial; of a grid each point says it all."""
        return {} if self.grid is not None else self.space.structural(leader.params)

    def ask(self, number: int, fixed: Mapping[str, Scalar]) -> optuna.trial.Trial:
        """A new trial, some of its parameters given."""
        self.use_sampler(number, fixed)
        return self.study.ask()

    def again(
        self, frozen: optuna.trial.FrozenTrial, fixed: Mapping[str, Scalar]
    ) -> optuna.trial.Trial:
        """A trial that was asked for before, to be suggested what it has not got yet.

        Where a kill came between two of its parameters, those that it has are drawn once more and
        dropped: a sampler's numbers follow each other.
        """
        self.use_sampler(frozen.number, fixed)
        trial = optuna.trial.Trial(self.study, frozen._trial_id)
        lacking = not has_params(frozen)  # which is written once it has them all
        for name, distribution in frozen.distributions.items() if lacking else ():
            if not distribution.single() and name not in trial.relative_params:
                self.study.sampler.sample_independent(self.study, frozen, name, distribution)
        return trial

    def use_sampler(self, number: int, fixed: Mapping[str, Scalar]) -> None:
        """Have the study suggest what a trial of this number is suggested."""
        given = fixed if self.grid is None else self.grid[number]
        search = self.spec.search
        self.study.sampler = make_sampler(search.sampler, search.seed, number, self.expected, given)

    def of_one_program(self, numbers: range) -> range:
        """The first of these numbers that share a program, where a grid says so."""
        if self.grid is None:
            return numbers
        structures = [self.space.structural(self.grid[n]) for n in numbers]
        count = next((i for i, s in enumerate(structures) if s != structures[0]), len(numbers))
        return numbers[:count]
