"""A trial that a kill left with some of its parameters gets those that it would have got."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial

import optuna
import pytest

from rnnsearch.driver.sampling.samplers import MAKERS
from rnnsearch.driver.sampling.trial_sampling import Asking
from rnnsearch.space import SearchSpace
from rnnsearch.spec import parse

TRIALS = 8
SPACE = {
    "cell": ["GRU", "LSTM"],
    "units": [4, 8, 16],
    "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
    "recurrent_dropout": {"min": 0.0, "max": 0.5, "when": {"cell": "LSTM"}},
    "dropout": {"min": 0.0, "max": 0.5},
    "weight_decay": {"min": 1e-6, "max": 1e-2, "log": True},
}


class Killed(Exception):
    """In the middle of a suggestion."""


class CutOff:
    """A trial that is asked for so many parameters, and then the process is gone."""

    def __init__(self, trial: optuna.trial.Trial, count: int) -> None:
        self._trial, self._left = trial, count

    def __getattr__(self, name: str):
        if name.startswith("suggest"):
            if not self._left:
                raise Killed
            self._left -= 1
        return getattr(self._trial, name)


def suggested(sampler: str, fixed: Mapping[str, object], killed_after: int | None):
    """What the last of some trials is suggested, perhaps with a kill between two parameters."""
    document = {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": SPACE,
        "search": {"sampler": sampler, "seed": 3},
    }
    spec = parse(document, name="x", directory=".")
    space, study = SearchSpace.from_spec(spec), optuna.create_study()
    asking = Asking(study, space, spec, 20, (), None)
    for number in range(TRIALS - 1):
        params = space.suggest(asking.ask(number, {}))
        study.tell(number, float(params["learning_rate"]) + 0.1 * float(params["dropout"]))
    trial = asking.ask(TRIALS - 1, fixed)
    if killed_after is None:
        return space.suggest(trial)
    with pytest.raises(Killed):
        space.suggest(CutOff(trial, killed_after))
    frozen = study.get_trials()[-1]
    assert len(frozen.params) == killed_after
    return space.suggest(asking.again(frozen, fixed))


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("fixed", [{}, {"cell": "LSTM", "units": 8}], ids=["free", "of a block"])
@pytest.mark.parametrize("sampler", [name for name in MAKERS if name not in ("gp", "grid")])
def test_a_kill_within_a_suggestion_changes_nothing(sampler, fixed) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = suggested(sampler, fixed, None)
        for count in range(len(expected)):
            assert suggested(sampler, fixed, count) == expected, f"killed after {count}"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_kill_at_any_write_leaves_a_sequence_as_it_was(number: int, monkeypatch) -> None:
    """The next points of ``qmc`` are those that they would have been, too."""
    expected = sequence(None, 0, monkeypatch)
    assert len({params["learning_rate"] for params in expected}) == len(expected)
    for writes in range(20):
        found = sequence(number, writes, monkeypatch)
        assert found == expected, f"killed after {writes} writes"
        if not killed:
            break
    assert writes >= 5


killed: list[int] = []


def sequence(struck: int | None, writes: int, monkeypatch) -> list[dict[str, object]]:
    """What five trials of ``qmc`` are suggested, with a kill in one of them."""
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": SPACE}
    spec = parse({**document, "search": {"sampler": "qmc"}}, name="x", directory=".")
    space, study = SearchSpace.from_spec(spec), optuna.create_study()
    asking = Asking(study, space, spec, 20, (), None)
    found = []
    for number in range(5):
        if number == struck:
            params = struck_and_asked_again(study, space, asking, writes, monkeypatch)
        else:
            params = space.suggest(asking.ask(number, {}))
        found.append(dict(params))
        study.tell(number, 1.0)
    return found


def struck_and_asked_again(study, space, asking, writes, monkeypatch):
    """A trial's parameters; the process is gone after so many writes once the trial is there."""
    number, left = len(study.trials), iter(range(writes))
    killed.clear()

    def write(usual, *given):
        if next(left, None) is None:
            killed.append(number)
            raise Killed
        usual(*given)

    with monkeypatch.context() as patched:
        for name in ("set_trial_system_attr", "set_study_system_attr", "set_trial_param"):
            patched.setattr(study._storage, name, partial(write, getattr(study._storage, name)))
        try:
            return space.suggest(asking.ask(number, {}))
        except Killed:
            pass
    return space.suggest(asking.again(study.get_trials()[-1], {}))
