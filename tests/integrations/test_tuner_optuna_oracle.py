"""`OptunaOracle` as KerasTuner's own loop uses it; nothing is trained."""

import keras
import keras_tuner
import numpy as np
import optuna
import pytest

import rnnsearch
from rnnsearch.integrations.keras_tuner import OptunaOracle

optuna.logging.set_verbosity(optuna.logging.WARNING)


OBJECTIVE = keras_tuner.Objective("score", "min")


class Numbers(keras_tuner.engine.base_tuner.BaseTuner):
    """Scores a trial by a function of its values."""

    def __init__(self, function, oracle, folder, **arguments):
        self.function = function
        super().__init__(oracle, directory=folder, project_name="p", **arguments)

    def run_trial(self, trial, verbose):
        return self.function(trial.hyperparameters)


def bowl(hp):
    """Smallest at a=3, b=0.5, kind=round, of 0."""
    kind = hp.Choice("kind", ["round", "flat"])
    value = (hp.Float("a", -10.0, 10.0) - 3) ** 2
    value += (hp.Int("n", 1, 9, step=2) - 5) ** 2
    if kind == "round":
        with hp.conditional_scope("kind", ["round"]):
            value += 10 * (hp.Float("b", 0.0, 1.0, step=0.25) - 0.5) ** 2
    else:
        value += 50
    return value


def searched(oracle, folder, function=bowl):
    tuner = Numbers(function, oracle, folder)
    tuner.search(verbose=0)
    return [trial.score for trial in oracle.trials.values()]


def test_it_learns_from_what_it_is_told(tmp_path):
    """Better than at random, from the same number of trials, with each of some seeds."""
    wins = 0
    for seed in range(1, 4):
        scores = searched(OptunaOracle(OBJECTIVE, 40, seed=seed), tmp_path / f"t{seed}")
        drawn = searched(
            keras_tuner.oracles.RandomSearchOracle(OBJECTIVE, 40, seed=seed), tmp_path / f"r{seed}"
        )
        wins += min(scores) < min(drawn)
    assert wins == 3


@pytest.mark.parametrize("direction", ["min", "max"])
def test_values_are_of_the_space_and_the_direction_is_followed(tmp_path, direction):
    oracle = OptunaOracle(keras_tuner.Objective("score", direction), 30, seed=2)
    scores = searched(oracle, tmp_path)
    for trial in oracle.trials.values():
        values = trial.hyperparameters.values
        assert ("b" in values) == (values["kind"] == "round")
        assert values["n"] in (1, 3, 5, 7, 9)
        assert type(values["n"]) is int
        assert values.get("b", 0.0) in (0.0, 0.25, 0.5, 0.75, 1.0)
    best = {"min": min, "max": max}[direction](scores)
    assert oracle.get_best_trials()[0].score == best
    assert (sum(scores[20:]) < sum(scores[:10])) == (direction == "min")


def test_it_goes_on_in_another_process_with_what_it_knew(tmp_path):
    searched(OptunaOracle(OBJECTIVE, 20, seed=3), tmp_path)
    oracle = OptunaOracle(OBJECTIVE, 25, seed=3)
    tuner = Numbers(bowl, oracle, tmp_path)
    assert len(oracle._study.get_trials(states=[optuna.trial.TrialState.COMPLETE])) == 20
    tuner.search(verbose=0)
    assert len(oracle.trials) == 25
    numbers = [t.value for t in oracle._study.trials]
    assert numbers == [trial.score for trial in oracle.trials.values()]


def test_a_space_of_few_values_ends_the_search(tmp_path):
    def few(hp):
        return hp.Choice("a", [1, 2]) + hp.Boolean("b") + hp.Fixed("c", 3) + hp.Int("d", 4, 4)

    scores = searched(OptunaOracle(OBJECTIVE, 50, seed=1), tmp_path, few)
    assert sorted(scores) == [8, 9, 9, 10]


def test_a_failed_trial_is_no_score(tmp_path):
    def fails(hp):
        if hp.Float("a", 0.0, 1.0) > 0.5:
            raise keras_tuner.errors.FailedTrialError("too large")
        return 1.0

    oracle = OptunaOracle(OBJECTIVE, 12, seed=1, max_consecutive_failed_trials=12)
    searched(oracle, tmp_path, fails)
    states = [trial.state.name for trial in oracle._study.trials]
    assert states == [
        {"FAILED": "FAIL", "COMPLETED": "COMPLETE"}[t.status] for t in oracle.trials.values()
    ]
    assert {"FAIL", "COMPLETE"} == set(states)


def steep(hp):
    """Learns at once at a high rate, hardly at a low one."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    rate = hp.Float("rate", 0.01, 0.35)
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def pruned(tuner_class, folder, trials, executions=1):
    """Trials that are above 1 after their second epoch end there."""
    pruner = optuna.pruners.ThresholdPruner(upper=1.0, n_warmup_steps=1)
    sampler = optuna.samplers.RandomSampler(seed=2)
    oracle = OptunaOracle("val_loss", trials, sampler=sampler, pruner=pruner)
    tuner = tuner_class(oracle, steep, directory=folder, executions_per_trial=executions)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = x @ np.array([1.0, 2.0, -2.0], "float32")
    fit = {"validation_data": (x, y), "epochs": 5, "verbose": 0, "shuffle": False}
    tuner.search(x, y, callbacks=[oracle.pruning()], **fit)
    return oracle


def test_a_pruner_ends_trials_in_both_packages(tmp_path):
    """Of two executions the first is judged, as if there were no other."""
    theirs = pruned(keras_tuner.Tuner, tmp_path / "theirs", 2, executions=2)
    ours = pruned(rnnsearch.Tuner, tmp_path / "ours", 2, executions=2)
    for oracle in (theirs, ours):
        states = [trial.state.name for trial in oracle._study.trials]
        assert {*states} == {"PRUNED", "COMPLETE"}
        for trial, state in zip(oracle._study.trials, states, strict=True):
            reported = trial.intermediate_values
            assert len(reported) == (2 if state == "PRUNED" else 5)
            assert (reported[1] > 1) == (state == "PRUNED")
    found = [[t.score for t in oracle.trials.values()] for oracle in (theirs, ours)]
    np.testing.assert_allclose(*found, rtol=1e-4)

    again = OptunaOracle("val_loss", 2, pruner=optuna.pruners.NopPruner())
    keras_tuner.Tuner(again, steep, directory=tmp_path / "ours")
    for one, other in zip(ours._study.trials, again._study.trials, strict=True):
        assert one.state == other.state
        assert one.intermediate_values == other.intermediate_values
