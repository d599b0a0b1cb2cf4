"""The loop: what it does with workers that work, die, fail, stall and grow."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from rnnsearch.driver import loop
from rnnsearch.errors import WorkerError
from rnnsearch.execution.messages import BlockDone, Crashed, Ready
from rnnsearch.execution.worker_orders import Block, Cancel
from rnnsearch.outcomes import ranked
from rnnsearch.records import records
from rnnsearch.records.journal import Journal
from rnnsearch.vocabulary import Objective


def states(records: list[Any]) -> list[str]:
    return [record.state for record in records]


def plain(records: list[Any]) -> list[Any]:
    """Records without what the clock says."""
    return [(r.number, r.state, r.score, r.epochs, r.params, r.message) for r in records]


def test_a_search_trains_every_trial_in_blocks_of_one_program(simulation, fake) -> None:
    search, executor = simulation(trials=10), fake.Executor()
    records = search.run(executor, block=4)
    assert search.stop == "finished"
    assert states(records) == ["COMPLETE"] * 10
    assert executor.blocks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    for order in (order for _, order in executor.sent if isinstance(order, Block)):
        assert order.lanes is None
        for run in order.runs:
            assert records[run.trial].score == pytest.approx(fake.val_loss(run, 9))
    assert search.notes.device == "cpu (fake)"
    assert search.notes.snapshots[-1].done == search.notes.snapshots[-1].total == 10
    assert [len(search.notes.curves[trial]) for trial in range(10)] == [9] * 10


def test_trials_is_a_total_and_finished_trials_are_not_run_again(simulation, fake) -> None:
    search = simulation(trials=4)
    first = search.run(fake.Executor())
    more = simulation(trials=6)
    executor = fake.Executor()
    second = more.run(executor)
    assert executor.blocks == [[4, 5]]
    assert second[:4] == first
    again = fake.Executor()
    assert more.run(again) == second
    assert simulation(trials=3).run(again) == second
    assert again.blocks == []


def test_a_worker_that_dies_takes_down_its_running_trials_only(simulation, fake) -> None:
    deaths = []

    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        if [run.trial for run in block.runs] == [4, 5, 6, 7] and epoch == 3:
            deaths.append(worker)
            return Crashed("its worker was killed", gone=True)
        return None

    search, executor = simulation(), fake.Executor(fault=fault)
    records = search.run(executor)
    assert deaths == [0] and executor.restarts == [0]
    assert states(records) == ["COMPLETE"] * 12
    # Each alone: had one of them killed the worker, it would not take the others down again.
    assert executor.blocks == [[0, 1, 2, 3], [4, 5, 6, 7], [4], [5], [6], [7], [8, 9, 10, 11]]
    assert plain(records) == plain(simulation("calm").run(fake.Executor()))


@pytest.mark.parametrize("gone", [True, False])
def test_a_trial_that_fails_twice_is_recorded_with_the_reason(simulation, fake, gone) -> None:
    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        poisoned = any(run.trial == 5 for run in block.runs) and epoch == 2
        return Crashed("ValueError: no such kernel", gone) if poisoned else None

    search, executor = simulation(), fake.Executor(fault=fault)
    records = search.run(executor)
    assert records[5].state == "FAIL"
    assert records[5].message == "ValueError: no such kernel"
    assert (records[5].score, records[5].metrics) == (None, {})
    assert states(records[:5] + records[6:]) == ["COMPLETE"] * 11
    assert [block for block in executor.blocks if 5 in block] == [[4, 5, 6, 7], [5]]
    assert len(executor.restarts) == (2 if gone else 0)
    # The curve of a trial that ran again is of its last run.
    assert [len(search.notes.curves[trial]) for trial in (4, 5)] == [9, 1]


def test_a_worker_that_leaves_says_nothing_of_its_trials(simulation, fake) -> None:
    left: list[int] = []

    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        if block.runs[0].trial != 4 or epoch != 2 or len(left) > 4:
            return None
        left.append(worker)
        return Crashed("it left", gone=True, left=True)

    search, executor = simulation(), fake.Executor(fault=fault)
    records = search.run(executor)
    assert len(left) == 5 and states(records) == ["COMPLETE"] * 12
    # They are handed on together, and as often as it takes.
    assert executor.blocks == [[0, 1, 2, 3], *[[4, 5, 6, 7]] * 6, [8, 9, 10, 11]]
    assert plain(records) == plain(simulation("calm").run(fake.Executor()))


def test_workers_that_die_idle_are_no_failed_starts(simulation, fake) -> None:
    class Idle(fake.Executor):  # type: ignore[name-defined,misc]
        def receive(self, timeout: float | None) -> list[Any]:
            messages = super().receive(timeout)
            if any(isinstance(message, BlockDone) for _, message in messages):
                for number in range(7, 12):  # guests that come and go while the others work
                    messages += [(number, Ready("cpu")), (number, Crashed("", True, True))]
            return list(messages)

        def restart(self, worker: int) -> None:
            if worker < 7:
                super().restart(worker)

    assert states(simulation().run(Idle())) == ["COMPLETE"] * 12


def test_workers_that_never_start_end_the_search(simulation, fake) -> None:
    executor = fake.Executor(stillborn=frozenset({0}))
    with pytest.raises(WorkerError, match="workers do not start: no such device"):
        simulation().run(executor)
    assert len(executor.restarts) == 2


def test_a_worker_that_is_never_ready_ends_the_search(simulation, fake, monkeypatch) -> None:
    class Silent(fake.Executor):  # type: ignore[name-defined,misc]
        def receive(self, timeout: float | None) -> list[Any]:
            return []

    monkeypatch.setattr(loop, "_START_SECONDS", 0.05)
    with pytest.raises(WorkerError, match="no worker was ready after"):
        simulation().run(Silent())


def test_two_workers_share_the_trials(simulation, fake) -> None:
    search, executor = simulation(trials=16), fake.Executor(count=2)
    records = search.run(executor)
    assert states(records) == ["COMPLETE"] * 16
    assert sorted(n for block in executor.blocks for n in block) == list(range(16))
    assert {worker for worker, order in executor.sent if isinstance(order, Block)} == {0, 1}


def test_a_worker_that_dies_leaves_the_other_at_work(simulation, fake) -> None:
    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        return Crashed("killed", gone=True) if worker == 1 and epoch == 5 else None

    search, executor = simulation(), fake.Executor(count=2, fault=fault)
    records = search.run(executor)
    assert {record.state for record in records} <= {"COMPLETE", "FAIL"}
    assert len(records) == 12
    assert all(record.message == "killed" for record in records if record.state == "FAIL")
    blocks = [order for worker, order in executor.sent if worker == 0 and isinstance(order, Block)]
    assert all(records[r.trial].state == "COMPLETE" for b in blocks for r in b.runs)


def test_a_worker_that_grew_is_replaced_between_blocks(simulation, fake) -> None:
    executor = fake.Executor(memory=2000.0)
    records = simulation().run(executor)
    assert states(records) == ["COMPLETE"] * 12
    assert executor.restarts == [0, 0, 0]
    assert len(executor.blocks) == 3


def test_out_of_time_trials_are_recorded_and_the_search_returns(
    simulation, fake, monkeypatch
) -> None:
    clock = Clock(monkeypatch)

    def fault(worker: int, block: Block, epoch: int) -> None:
        clock.now += 1

    search, executor = simulation(), fake.Executor(fault=fault)
    records = search.run(executor, timeout=11.5)
    assert search.stop == "timeout"
    # The first block took 9 s, the second had 3 epochs.
    # A random sampler is asked for the third block while the second trains.
    assert states(records) == ["COMPLETE"] * 8 + ["RUNNING"] * 4
    assert {record.message for record in records[4:8]} == {"out of time at epoch 3 of 9"}
    # What they had reached counts.
    assert [record.cut for record in records[:8]] == [False] * 4 + [True] * 4
    for run in executor.orders[1].runs:
        assert records[run.trial].score == pytest.approx(fake.val_loss(run, 3))
        assert search.notes.weights[run.trial] is not None
    assert (0, Cancel()) in executor.sent
    assert executor.restarts == []
    # The same again goes on to the total, with as much time again.
    assert states(search.run(fake.Executor())) == ["COMPLETE"] * 12


@pytest.mark.parametrize("timeout", [0.0, 0.5, 3.5])
def test_time_that_is_too_short_for_a_trial_ends_with_the_best_epoch_so_far(
    simulation, fake, monkeypatch, timeout: float
) -> None:
    clock = Clock(monkeypatch)

    def fault(worker: int, block: Block, epoch: int) -> None:
        clock.now += 1

    search, executor = simulation(), fake.Executor(fault=fault)
    records = search.run(executor, timeout=timeout)
    assert search.stop == "timeout" and executor.blocks == [[0, 1, 2, 3]]
    reached = max(1, math.ceil(timeout))
    assert states(records)[:4] == ["COMPLETE"] * 4
    assert {record.epochs for record in records[:4]} == {reached}
    assert all(search.notes.weights[n] is not None for n in range(4))


def test_where_no_trial_ended_the_search_has_the_time_that_would_have_confirmed(
    simulation, fake, monkeypatch
) -> None:
    clock = Clock(monkeypatch)

    def fault(worker: int, block: Block, epoch: int) -> None:
        clock.now += 1

    records = simulation().run(fake.Executor(fault=fault), timeout=3.5, latest=6.5)
    assert {record.epochs for record in records[:4]} == {7}
    records = simulation("longer").run(fake.Executor(fault=fault), timeout=3.5, latest=60)
    # As soon as trials end, confirming them is worth more than training others.
    assert states(records) == ["COMPLETE"] * 4 + ["RUNNING"] * 4
    assert not any(record.cut for record in records)


def test_a_search_without_an_epoch_does_not_wait_for_ever(simulation, fake, monkeypatch) -> None:
    clock = Clock(monkeypatch)

    class Stuck(fake.Executor):  # type: ignore[name-defined,misc]
        def receive(self, timeout: float | None) -> list[Any]:
            clock.now += 1
            if self.blocks:
                self._stuck = frozenset({0})
            return super().receive(timeout)

    search, executor = simulation(), Stuck()
    assert states(search.run(executor, timeout=5)) == ["RUNNING"] * 8
    assert search.stop == "timeout" and executor.restarts == [0]
    # As long for the first epoch as for the first worker, and once more to end it.
    assert 5 + 300 < clock.now - 100 < 5 + 300 + 300 + 5


def test_of_trials_that_time_cut_those_with_all_their_runs_stand_first(
    simulation, fake, monkeypatch
) -> None:
    clock = Clock(monkeypatch)

    def fault(worker: int, block: Block, epoch: int) -> None:
        clock.now += 1

    search = simulation(trials=3, folds=5)
    records = search.run(fake.Executor(fault=fault), block=3, lanes=5, timeout=11.5)
    # Three blocks of lanes: all of the first trial, the second up to epoch 3, nothing of the third.
    assert [(r.state, len(r.run_scores), r.missing) for r in records] == [
        ("COMPLETE", 5, 0),
        ("COMPLETE", 5, 0),
        ("RUNNING", 0, 0),
    ]
    search = simulation("few", trials=2, folds=5)
    records = search.run(fake.Executor(fault=fault), block=2, lanes=3, timeout=11.5)
    assert [(r.state, len(r.run_scores), r.missing) for r in records] == [
        ("COMPLETE", 5, 0),
        ("COMPLETE", 1, 4),
    ]
    assert set(search.kept[1]) == {0}
    assert ranked(records, Objective("val_loss"))[0].number == 0
    worse = replace(records[0], score=99.0)
    assert ranked([worse, records[1]], Objective("val_loss"))[0] == worse


def test_an_epoch_without_end_is_not_waited_for(simulation, fake, monkeypatch) -> None:
    clock = Clock(monkeypatch)

    class Slow(fake.Executor):  # type: ignore[name-defined,misc]
        def receive(self, timeout: float | None) -> list[Any]:
            clock.now += 1
            if clock.now > 107:
                self._stuck = frozenset({0})
            return super().receive(timeout)

    search, executor = simulation(), Slow()
    records = search.run(executor, timeout=10)
    assert states(records) == ["PRUNED"] * 4 + ["RUNNING"] * 4
    assert {record.message for record in records[:4]} == {"out of time in epoch 6 of 9"}
    assert all(record.epochs == 5 and record.score is not None for record in records[:4])
    assert executor.restarts == [0]


def test_a_worker_that_dies_when_time_is_up_loses_nothing(simulation, fake, monkeypatch) -> None:
    clock = Clock(monkeypatch)

    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        clock.now += 10
        return Crashed("killed", gone=True) if epoch == 2 else None

    search = simulation()
    records = search.run(fake.Executor(fault=fault), timeout=15)
    # There was nothing to show, so one of them was tried again up to its first epoch.
    assert states(records) == ["COMPLETE"] + ["RUNNING"] * 7
    assert records[0].cut and records[0].epochs == 1
    assert states(search.run(fake.Executor())) == ["COMPLETE"] * 12


class Clock:
    """Seconds that pass only when a test lets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(loop.time, "monotonic", lambda: self.now)


def test_all_of_a_block_report_at_a_rung_before_any_is_judged(simulation, fake) -> None:
    search = simulation(pruner="asha", trials=12)
    events: list[tuple[str, int]] = []
    study_of = search.opened

    def opened() -> Any:
        study, planner = study_of()
        prune = study.pruner.prune

        def noting(study: Any, trial: Any) -> bool:
            reported = [
                t.number
                for t in study.get_trials(deepcopy=False)
                if t.state.name == "RUNNING" and t.number // 4 == trial.number // 4
            ]
            assert all(study.get_trials()[n].last_step == trial.last_step for n in reported)
            events.append(("judged", trial.number))
            return prune(study, trial)

        study.pruner.prune = noting
        return study, planner

    search.opened = opened
    records = search.run(fake.Executor())
    judged = [number for _, number in events]
    assert judged[:4] == [0, 1, 2, 3]
    assert set(states(records)) == {"COMPLETE", "PRUNED"}
    assert all(r.message.startswith("pruned at epoch") for r in records if r.state == "PRUNED")


def test_a_trial_that_runs_again_reports_each_step_once(simulation, fake) -> None:
    def fault(worker: int, block: Block, epoch: int) -> Crashed | None:
        return Crashed("killed", gone=True) if epoch == 5 and len(block.runs) > 1 else None

    # A second report of a step is a warning of Optuna's, and warnings are errors here.
    search = simulation(pruner="median", trials=8)
    records = search.run(fake.Executor(fault=fault))
    assert {record.state for record in records} <= {"COMPLETE", "PRUNED"}
    trials = search.opened()[0].get_trials()
    complete = [t for t in trials if t.state.name == "COMPLETE"]
    assert complete
    for trial in complete:
        assert sorted(trial.intermediate_values) == list(range(1, 9))


class Killed(BaseException):
    """The driver is gone."""


@pytest.mark.parametrize(
    ("sampler", "pruner", "kills"),
    [
        ("tpe", "hyperband", (1, 5, 9, 13, 14)),
        ("qmc", "asha", (1, 5, 9, 13, 14)),
        ("random", "median", (1, 25, 12)),
    ],
)
def test_a_killed_search_goes_on_as_if_it_had_not_been(
    simulation, fake, pruner, sampler, kills
) -> None:
    settings = {"pruner": pruner, "sampler": sampler, "trials": 16}
    whole = simulation("whole", **settings).run(fake.Executor())

    def killed(at: int) -> Any:
        class Dying(fake.Executor):  # type: ignore[name-defined,misc]
            steps = 0

            def receive(self, timeout: float | None) -> list[Any]:
                self.steps += 1
                if self.steps == at:
                    raise Killed
                return super().receive(timeout)

        return Dying()

    search = simulation("cut", **settings)
    for at in kills:
        with pytest.raises(Killed):
            search.run(killed(at))
    finished = [record for record in search.records() if record.state != "RUNNING"]
    records = search.run(fake.Executor())
    assert finished and all(records[record.number] == record for record in finished)
    assert plain(records) == plain(whole)


@pytest.mark.parametrize("pruner", ["hyperband", "none"])
def test_a_kill_loses_what_was_not_committed_and_nothing_else(
    simulation, fake, pruner, monkeypatch
) -> None:
    settings = {"sampler": "tpe", "pruner": pruner, "trials": 8}
    whole = simulation("whole", **settings).run(fake.Executor())

    commit = Journal.commit

    def commits(alive: int) -> Any:
        def counted(journal: Journal) -> None:
            nonlocal alive
            alive -= 1
            if alive == 0:
                raise Killed
            if alive > 0:
                commit(journal)

        return counted

    lost = 0
    for at in (2, 3, 4, 5, 9, 10, 11, 12):
        search = simulation("cut", **settings)
        search.opened()
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(Journal, "commit", commits(at + 1))  # one as the search opens it again
            search.run(fake.Executor())
        known = {r.number: r for r in simulation("cut", **settings).records()}
        lost += sum(known.get(number) != r for number, r in _in_memory(search).items())
        assert set(known) <= set(_in_memory(search))
    assert lost
    assert plain(simulation("cut", **settings).run(fake.Executor())) == plain(whole)


def _in_memory(search: Any) -> dict[int, Any]:
    """The records of a search's study, those included that a kill has lost."""
    return {record.number: record for record in records(search._study)}


def test_a_search_killed_while_it_asks_completes_trial_and_block(simulation, fake) -> None:
    search = simulation("cut", sampler="tpe", pruner="hyperband")
    for writes in (2, 5, 9, 13):
        study, planner = search.opened()
        storage = study._storage
        left = iter(range(writes))
        set_param = storage.set_trial_param

        def dying(*args: Any, left: Any = left, set_param: Any = set_param) -> None:
            if next(left, None) is None:
                raise Killed
            set_param(*args)

        storage.set_trial_param = dying  # type: ignore[method-assign]
        with pytest.raises(Killed):
            planner.resume(4)
            planner.next_block(4)
    executor = fake.Executor()
    records = search.run(executor)
    assert {record.state for record in records} <= {"COMPLETE", "PRUNED"}
    assert executor.blocks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    for first in (0, 4, 8):
        block = records[first : first + 4]
        assert len({(r.params["cell"], r.params["units"]) for r in block}) == 1
        assert len({r.params["learning_rate"] for r in block}) == 4
