"""Blocks of more runs than lanes: refilled lanes, and a killed search that keeps the schedule."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rnnsearch.engines import Run
from rnnsearch.execution.messages import Crashed


class Killed(BaseException):
    """The driver is gone."""


def killed(fake: Any, at: int, **arguments: Any) -> Any:
    """An executor whose driver dies at the `at`-th `receive`."""

    class Dying(fake.Executor):  # type: ignore[name-defined,misc]
        steps = 0

        def receive(self, timeout: float | None) -> list[Any]:
            self.steps += 1
            if self.steps == at:
                raise Killed
            return super().receive(timeout)

    return Dying(**arguments)


def plain(records: list[Any]) -> list[Any]:
    """Records without what the clock says."""
    return [
        (r.number, r.state, r.score, r.spread, r.epochs, r.run_epochs, r.params, r.message)
        for r in records
    ]


def uneven(run: Run, epoch: int) -> float:
    """Runs that end, fall behind and diverge at different epochs, so that lanes come apart."""
    if run.trial % 7 == 3 and run.index == 0:
        return math.nan
    wobble = ((run.seed >> 3) % 89) / 89 + 0.3 * math.sin(run.seed % 97 + 2.1 * epoch)
    return 1.0 + wobble + 1 / epoch


def test_a_block_goes_through_fewer_lanes_than_it_has_trials(simulation, fake) -> None:
    search, executor = simulation(trials=10, pruner="hyperband"), fake.Executor()
    records = search.run(executor, block=10, lanes=2)
    assert executor.blocks == [list(range(10))]
    assert executor.orders[0].lanes == 2
    assert {record.state for record in records} == {"COMPLETE", "PRUNED"}
    assert len({(r.params["cell"], r.params["units"]) for r in records}) == 1
    # Never more than two at once, and never one alone while another waits.
    for snapshot in search.notes.snapshots:
        assert len(snapshot.lanes) <= 2


def test_lanes_do_not_change_what_a_run_reports(simulation, fake) -> None:
    wide = simulation("wide", trials=12)
    narrow = simulation("narrow", trials=12)
    one = wide.run(fake.Executor(curve=uneven), block=6, lanes=6)
    other = narrow.run(fake.Executor(curve=uneven), block=6, lanes=2)
    assert plain(one) == plain(other)
    assert wide.notes.curves == narrow.notes.curves


@pytest.mark.parametrize(
    ("sampler", "pruner", "lanes", "runs", "folds"),
    [
        ("tpe", "hyperband", 2, 1, 1),
        ("random", "asha", 3, 1, 1),
        ("random", "median", 2, 1, 1),
        ("random", "median", 3, 2, 1),
        ("qmc", "hyperband", 2, 2, 1),
        ("tpe", "race", 3, 1, 5),
    ],
)
def test_a_killed_search_keeps_the_schedule_of_its_lanes(
    simulation, fake, sampler, pruner, lanes, runs, folds
) -> None:
    settings = {
        **{"pruner": pruner, "sampler": sampler, "trials": 14, "patience": 4},
        **{"runs_per_trial": runs, "folds": folds},
    }
    whole = simulation("whole", **settings)
    expected = whole.run(fake.Executor(curve=uneven), block=7, lanes=lanes)
    assert {record.state for record in expected} == {"FAIL", "COMPLETE", "PRUNED"}
    search = simulation("cut", **settings)
    at, second, held = 4, False, 0
    while True:  # each process gets a little further into its block
        executor = killed(fake, at, curve=uneven)
        before = [record for record in search.records() if record.state != "RUNNING"]
        try:
            records = search.run(executor, block=7, lanes=lanes)
            break
        except Killed:
            held += any(order.ended for order in executor.orders)
        after = search.records()
        assert all(after[record.number] == record for record in before)
        begins = not second and "RUNNING" not in {record.state for record in after[:7]}
        at, second = (4, True) if begins else (at + 4, second)
    assert held > 2
    assert plain(records) == plain(expected)


def test_a_resumed_block_has_the_lanes_that_it_had(simulation, fake) -> None:
    search = simulation(trials=8)
    with pytest.raises(Killed):
        search.run(killed(fake, 7), block=8, lanes=3)
    executor = fake.Executor()
    search.run(executor, block=4, lanes=2)
    assert [order.lanes for order in executor.orders] == [3]


def test_what_has_ended_holds_its_lane_and_is_not_trained(simulation, fake) -> None:
    search = simulation(trials=6)
    with pytest.raises(Killed):
        search.run(killed(fake, 15), block=6, lanes=2)
    executor = fake.Executor()
    ticks = []
    executor.fault = lambda worker, block, tick: ticks.append(tick)
    search.run(executor, block=6, lanes=2)
    (order,) = executor.orders
    assert order.ended == {(0, 0): 9, (1, 0): 9}
    assert [run.trial for run in order.runs] == list(range(6))
    assert len(ticks) == 18  # of 27 in all


def test_blocks_that_ended_are_forgotten(simulation, fake) -> None:
    search = simulation(trials=12, sampler="tpe")
    search.run(fake.Executor(), block=4)
    study, _ = search.opened()
    assert study.user_attrs["blocks"] == [[8, 4, 4]]


def test_trials_that_had_no_lane_when_time_was_up_are_left_to_the_next_call(
    simulation, fake, monkeypatch
) -> None:
    from rnnsearch.driver import loop

    now = [100.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])

    def fault(worker: int, block: Any, tick: int) -> None:
        now[0] += 1

    search = simulation(trials=6)
    records = search.run(fake.Executor(fault=fault), block=6, lanes=2, timeout=11.5)
    states = [record.state for record in records]
    assert states == ["COMPLETE"] * 4 + ["RUNNING"] * 2
    records = search.run(fake.Executor(), block=6, lanes=2)
    assert [r.state for r in records] == ["COMPLETE"] * 6
    assert [r.cut for r in records] == [False] * 2 + [True] * 2 + [False] * 2


def test_trials_of_a_block_whose_worker_died_are_tried_again_in_as_many_lanes(
    simulation, fake
) -> None:
    def fault(worker: int, block: Any, tick: int) -> Crashed | None:
        return Crashed("killed", gone=True) if tick == 5 and len(block.runs) > 1 else None

    executor = fake.Executor(fault=fault)
    records = simulation(trials=4).run(executor, block=4, lanes=2)
    assert [record.state for record in records] == ["COMPLETE"] * 4
    assert executor.blocks == [[0, 1, 2, 3], [0], [1], [2], [3]]
    assert {order.lanes for order in executor.orders} == {2}
