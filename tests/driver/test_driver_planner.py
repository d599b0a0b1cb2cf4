"""Trials planned into blocks of one program, by every sampler."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import optuna
import pytest

from rnnsearch.driver.sampling.samplers import make_sampler
from rnnsearch.space import SearchSpace

GRID = {
    "cell": ["GRU", "LSTM"],
    "units": [4, 8],
    "learning_rate": [0.01, 0.1, 0.3],
    "recurrent_dropout": {"values": [0.1, 0.2], "when": {"cell": ["GRU"]}},
}


@pytest.fixture(autouse=True)
def _no_complaints() -> Iterator[None]:
    """Optuna warns through its log, too; a user's screen must stay free of that."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("optuna").addHandler(handler)
    yield
    logging.getLogger("optuna").removeHandler(handler)
    assert [line for line in said if "greenlet" not in line] == []


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "cmaes", "gp"])
def test_blocks_share_structure_and_differ_in_numbers(simulation, sampler) -> None:
    pytest.importorskip("torch" if sampler == "gp" else "cmaes" if sampler == "cmaes" else "optuna")
    width = 1 if sampler == "cmaes" else 4
    trials = 8 if sampler == "gp" else 20
    study, planner = simulation(sampler=sampler, trials=trials).opened()
    blocks = []
    while block := planner.next_block(width):
        assert len({plan.program for plan in block}) == 1
        structures = {(plan.params["cell"], plan.params["units"]) for plan in block}
        assert len(structures) == 1
        assert len({plan.params["learning_rate"] for plan in block}) == len(block)
        for plan in block:
            has = "recurrent_dropout" in plan.params
            assert has == (plan.params["cell"] != "SimpleRNN")
            assert plan.runs[0].numbers.learning_rate == plan.params["learning_rate"]
            study.tell(plan.trial, plan.runs[0].numbers.learning_rate)
        blocks.append(block)
    numbers = [plan.number for block in blocks for plan in block]
    assert numbers == list(range(trials))
    assert len({block[0].program for block in blocks}) > 1 or len(blocks) < 3
    assert planner.next_block(width) == []


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "cmaes"])
def test_suggestions_depend_on_seed_history_and_number_alone(simulation, sampler) -> None:
    def suggestions(name: str, seed: int, reopen: bool) -> list[dict[str, object]]:
        search = simulation(name, sampler=sampler, seed=seed)
        study, planner = search.opened()
        found = []
        while block := planner.next_block(1 if sampler == "cmaes" else 3):
            for plan in block:
                study.tell(plan.trial, plan.runs[0].numbers.learning_rate)
            found += [dict(plan.params) for plan in block]
            if reopen:
                study, planner = search.opened()
        return found

    assert suggestions("a", 0, False) == suggestions("b", 0, True)
    assert suggestions("c", 1, False) != suggestions("a2", 0, False)


@pytest.mark.parametrize(("trials", "expected"), [(100, 18), (7, 7)])
def test_the_grid_is_visited_once_in_blocks_of_one_program(simulation, trials, expected) -> None:
    search = simulation(space=GRID, sampler="grid", trials=trials)
    points = SearchSpace.from_spec(search.spec).grid()
    assert len(points) == 18
    visited = []
    study, planner = search.opened()
    assert planner.total == expected
    while block := planner.next_block(4):
        assert len({plan.program for plan in block}) == 1
        visited += [dict(plan.params) for plan in block]
        study, planner = search.opened()  # as after a kill
        resumed = [plan.params for again in planner.resume(4) for plan in again.plans]
        assert resumed == [plan.params for plan in block]
        for plan in block:
            study.tell(plan.number, 1.0)
    assert visited == points[:expected]


def test_a_space_of_one_point_can_be_searched(simulation) -> None:
    search = simulation(space={"cell": "GRU", "units": 4}, sampler="tpe", trials=3)
    _, planner = search.opened()
    assert [plan.number for plan in planner.next_block(8)] == [0, 1, 2]


def test_samplers_are_made_without_warnings() -> None:
    for kind in ("tpe", "random", "qmc", "cmaes", "grid"):
        sampler = make_sampler(kind, seed=1, number=3, trials=20, fixed={"units": 4})
        assert isinstance(sampler, optuna.samplers.PartialFixedSampler)


def test_what_the_pruner_let_go_on_is_not_judged_again(simulation) -> None:
    search = simulation(pruner="median", trials=6)
    study, planner = search.opened()
    plans = planner.next_block(6)
    plans[0].report(1, 2.0)
    assert not plans[0].should_stop(1)  # nothing to compare with yet
    for plan in plans[1:]:
        plan.report(1, 1.0)
        plan.report(3, 1.0)
        study.tell(plan.number, 1.0)
    assert plans[0].trial.should_prune()
    ((again,),) = (block.plans for block in search.opened()[1].resume(6))
    again.report(1, 2.0)
    assert not again.should_stop(1)
    again.report(2, 2.0)
    assert not again.should_stop(2)
    again.report(3, 2.0)
    assert again.should_stop(3) and again.stopped_at == 3
