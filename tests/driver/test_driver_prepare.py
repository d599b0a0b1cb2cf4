"""What is compiled ahead, and what is asked for ahead: only where that changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from rnnsearch.execution.messages import Crashed
from rnnsearch.execution.worker_orders import Block, Prepare
from rnnsearch.outcomes import TrialRecord

NUMBERS = {
    "cell": "GRU",
    "units": {"min": 4, "max": 400},
    "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
    "dropout": {"min": 0.0, "max": 0.3},
}
GRID = {"cell": ["GRU", "LSTM"], "units": [4, 8], "learning_rate": [0.1, 0.2]}


def orders(executor: Any) -> list[Any]:
    """Blocks and preparations, in the order in which they were sent."""
    return [order for _, order in executor.sent if isinstance(order, Block | Prepare)]


@pytest.mark.parametrize(
    ("sampler", "space"), [("random", NUMBERS), ("qmc", NUMBERS), ("grid", GRID)]
)
def test_the_next_block_is_prepared_where_the_sampler_takes_no_notice(
    simulation, fake, sampler, space
) -> None:
    search, executor = simulation(space=space, sampler=sampler, trials=8), fake.Executor()
    search.run(executor, block=2, lanes=2)
    sent = orders(executor)
    assert [type(order).__name__ for order in sent] == ["Block", "Prepare"] * 3 + ["Block"]
    for prepare, block in zip(sent[1::2], sent[2::2], strict=True):
        assert (prepare.program, prepare.lanes) == (block.program, block.lanes)
    assert executor.blocks == [[0, 1], [2, 3], [4, 5], [6, 7]]


@pytest.mark.parametrize("sampler", ["tpe", "cmaes"])
def test_nothing_is_asked_ahead_where_the_history_counts(simulation, fake, sampler) -> None:
    search, executor = simulation(space=NUMBERS, sampler=sampler, trials=8), fake.Executor()
    asked = []
    executor.fault = lambda worker, block, tick: asked.append(
        (block.runs[-1].trial, len(search.opened()[0].trials)) if tick == 5 else (0, 1)
    )
    search.run(executor, block=1 if sampler == "cmaes" else 2)
    assert all(total == last + 1 for last, total in asked)
    assert not [order for order in orders(executor) if isinstance(order, Prepare)]


def test_asking_ahead_changes_nothing(simulation, fake, monkeypatch) -> None:
    from rnnsearch.driver.planning.planner import Planner

    settings = {"sampler": "random", "pruner": "hyperband", "trials": 12}
    ahead = simulation("ahead", **settings).run(fake.Executor())
    monkeypatch.setattr(Planner, "asks_ahead", False)
    behind = simulation("behind", **settings).run(fake.Executor())
    assert [(r.params, r.state, r.score) for r in ahead] == [
        (r.params, r.state, r.score) for r in behind
    ]


def test_blocks_that_wait_are_prepared(simulation, fake) -> None:
    class Dying(fake.Executor):  # type: ignore[name-defined,misc]
        def receive(self, timeout: float | None) -> list[Any]:
            if sum(isinstance(order, Block) for _, order in self.sent):
                raise KeyboardInterrupt
            return super().receive(timeout)

    search = simulation(space=NUMBERS, sampler="random", trials=8)
    with pytest.raises(KeyboardInterrupt):
        search.run(Dying(), block=4)
    executor = fake.Executor()
    search.run(executor, block=4)
    first, prepare, second = orders(executor)
    assert [run.trial for run in second.runs] == [4, 5, 6, 7]
    assert prepare.program == second.program != first.program


def test_what_comes_after_the_last_block_is_prepared_for_the_best_so_far(simulation, fake) -> None:
    search, executor = simulation(space=NUMBERS, sampler="tpe", trials=6), fake.Executor()
    asked: list[TrialRecord] = []
    after = Prepare(search.opened()[1].program({"cell": "LSTM"}), 4, 4)

    def afterwards(best: TrialRecord) -> Prepare:
        asked.append(best)
        return after

    records = search.run(executor, block=2, afterwards=afterwards)
    assert asked == [min(records[:4], key=lambda record: record.score)]
    assert orders(executor)[-1] is after


def test_a_worker_that_died_is_not_waited_for(simulation, fake) -> None:
    def fault(worker: int, block: Block, tick: int) -> Crashed | None:
        return Crashed("killed", gone=True) if len(block.runs) > 1 and tick == 2 else None

    executor = fake.Executor(fault=fault)
    records = simulation(space=NUMBERS, trials=4).run(executor, block=2)
    assert {record.state for record in records} == {"COMPLETE"}
    assert executor.blocks == [[0, 1], [0], [1], [2, 3], [2], [3]]
