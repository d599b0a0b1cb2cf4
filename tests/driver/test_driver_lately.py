"""A long search suggests from few of its trials, and from the same as from all where it can."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial

from rnnsearch.driver.sampling.lately import Lately
from rnnsearch.driver.sampling.samplers import MAKERS, Turn

X = {"x": FloatDistribution(0, 1), "y": FloatDistribution(1e-3, 1, log=True)}


def studied(direction: str = "minimize", count: int = 120) -> optuna.Study:
    """Trials that ended in different ways; two are running."""
    study = optuna.create_study(direction=direction, sampler=optuna.samplers.RandomSampler(seed=0))
    ends = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
    for number in range(count):
        state = ends[(0, 0, 1, 0, 2)[number % 5]]
        params = {"x": (number * 37 % 101) / 101, "y": 0.01 + (number * 11 % 89) / 100}
        value = params["x"] if state == TrialState.COMPLETE else None
        steps = {1: 1.0} if state == TrialState.PRUNED else {}
        study.add_trial(
            create_trial(
                state=state, value=value, params=params, distributions=X, intermediate_values=steps
            )
        )
    study.ask(X)
    study.ask(X)
    return study


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_first_the_best_and_the_latest_are_shown(direction: str) -> None:
    study = studied(direction)
    shown = Lately(optuna.samplers.RandomSampler(), most=40)._of(study)._get_trials()
    numbers = [trial.number for trial in shown]
    complete = study.get_trials(states=(TrialState.COMPLETE,))
    sign = 1 if direction == "minimize" else -1
    best = {t.number for t in sorted(complete, key=lambda t: sign * t.values[0])[:25]}
    ended = [t.number for t in study.trials if t.state.is_finished() and t.state.name != "FAIL"]
    assert set(numbers) == {0} | best | set(ended[-15:]) | {120, 121}
    assert numbers == sorted(numbers) and len(numbers) < 45
    whole = Lately(optuna.samplers.RandomSampler(), most=200)._of(study)
    assert [t.number for t in whole._get_trials()] == list(range(122))


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("kind", ["tpe", "cmaes", "qmc"])
def test_of_a_search_that_is_not_long_the_same_is_suggested(kind: str) -> None:
    def suggested(narrow: bool) -> list[dict[str, float]]:
        study, found = studied(), []
        for own in range(4):
            sampler = MAKERS[kind](Turn(3, own, 4))
            study.sampler = Lately(sampler) if narrow else sampler
            trial = study.ask(X)
            found.append(trial.params)
            study.tell(trial, trial.params["x"])
        return found

    assert suggested(True) == suggested(False)


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("kind", ["cmaes", "qmc"])
def test_what_needs_no_more_suggests_the_same_from_few(kind: str) -> None:
    def suggested(most: int) -> list[dict[str, float]]:
        study, found = optuna.create_study(), []
        for own in range(70):
            study.sampler = Lately(MAKERS[kind](Turn(3, own, 4)), most)
            trial = study.ask(X)
            found.append(trial.params)
            study.tell(trial, (trial.params["x"] - 0.3) ** 2)
        return found

    assert suggested(40) == suggested(1000)


@pytest.mark.parametrize("kind", ["tpe", "nsga2"])
def test_of_several_objectives_all_are_shown(kind: str) -> None:
    study = optuna.create_study(directions=["minimize", "minimize"])
    for number in range(30):
        distributions = {"a": optuna.distributions.FloatDistribution(0, 1)}
        study.add_trial(
            optuna.create_trial(
                params={"a": number / 30},
                distributions=distributions,
                values=[float(number), float(-number)],
            )
        )
    study.sampler = Lately(MAKERS[kind](Turn(3, 5, 4)), most=10)
    assert 0 <= study.ask().suggest_float("a", 0, 1) <= 1
