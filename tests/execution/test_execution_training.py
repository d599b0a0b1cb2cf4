"""The course of a block, with a session that trains nothing and a listener that notes all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.engines import Program, Run, RunKey, Session
from rnnsearch.execution.block_training import Listener, train
from rnnsearch.execution.messages import Ended
from rnnsearch.execution.worker_orders import Block, Schedule
from rnnsearch.models import Architecture
from rnnsearch.outcomes import Epoch
from rnnsearch.tasks import Head, Loss

HEAD = Head(
    steps=4, features=1, repeat=None, sequences=False, width=1, activation="linear", masked=False
)
PROGRAM = Program(
    architecture=Architecture("GRU", (2,), False, False, HEAD),
    optimizer="adam",
    batch_size=8,
    clip_mode=None,
    loss=Loss("mse"),
    metrics=("rmse", "r2"),
    objective="val_rmse",
    maximize=False,
)
NO_STOP = Schedule(None, frozenset())

Curve = Callable[[int, int], float]
"""Trial and epoch → val_rmse."""


class FakeSession(Session):
    """Lanes whose val_rmse is given, and whose weights are the number of their best epoch."""

    parameters = 7

    def __init__(self, width: int, curve: Curve) -> None:
        self.width = width
        self.runs: dict[int, Run] = {}
        self.loads: list[dict[int, int]] = []
        self.released: list[int] = []
        self._curve = curve
        self._values: dict[int, list[float]] = {}

    def load(self, runs: Mapping[int, Run]) -> None:
        assert not set(runs) & set(self.runs), "a lane that trains must not be loaded"
        self.loads.append({lane: run.trial for lane, run in runs.items()})
        self.runs.update(runs)
        self._values.update({lane: [] for lane in runs})

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        for lane, run in self.runs.items():
            for _ in range(epochs):
                self._values[lane].append(self._curve(run.trial, len(self._values[lane]) + 1))
        return {
            lane: {"loss": 1.0, "val_loss": 1.0, "val_r2": math.nan, "val_rmse": values[-1]}
            for lane, values in self._values.items()
            if lane in self.runs
        }

    def best_weights(self, lane: int) -> list[np.ndarray]:
        return [np.array(np.argmin(self._values[lane]) + 1)]

    def last_weights(self, lane: int) -> list[np.ndarray]:
        return [np.array(len(self._values[lane]))]

    def release(self, lane: int) -> None:
        self.released.append(self.runs.pop(lane).trial)


class Notes(Listener):
    """Notes what it is told; prunes and cancels as it is asked to."""

    def __init__(
        self,
        prune: Callable[[int, int], bool] = lambda trial, epoch: False,
        cancel_after: float = math.inf,
        drop: frozenset[int] = frozenset(),
    ) -> None:
        self.compared: list[tuple[tuple[int, ...], int]] = []
        self._drop = drop
        self.seen: list[dict[int, int]] = []
        self.asked: list[dict[int, tuple[int, float]]] = []
        self.ends: dict[int, Ended] = {}
        self.by_run: dict[RunKey, Ended] = {}
        self._prune = prune
        self._cancel_after = cancel_after

    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        self.seen.append({trial: epoch.number for (trial, _), epoch in epochs.items()})

    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        self.asked.append({trial: value for (trial, _), value in values.items()})
        return frozenset(t for (t, _), (epoch, _) in values.items() if self._prune(t, epoch))

    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        self.compared.append((trials, runs))
        return self._drop & frozenset(trials)

    def ended(self, ended: Ended) -> None:
        assert ended.key not in self.by_run
        self.by_run[ended.key] = ended
        self.ends[ended.trial] = ended

    def cancelled(self) -> bool:
        return len(self.seen) >= self._cancel_after


def block(trials: int, schedule: Schedule = NO_STOP, epochs: int = 6) -> Block:
    runs = tuple(Run(trial, seed=0, epochs=epochs) for trial in range(trials))
    return Block(PROGRAM, runs, schedule, trials)


def falling(trial: int, epoch: int) -> float:
    return trial + 1 / epoch


def test_early_stopping_keeps_the_best_epoch() -> None:
    def best_at_two(trial: int, epoch: int) -> float:
        return abs(epoch - 2.0) if trial == 0 else 1 / epoch

    session, notes = FakeSession(2, best_at_two), Notes()
    train(session, block(2, Schedule(3, frozenset()), epochs=9), notes)

    stopped, ran_on = notes.ends[0], notes.ends[1]
    assert (stopped.state, stopped.epochs, stopped.message) == ("COMPLETE", 5, "")
    assert stopped.best is not None and stopped.best.number == 2
    assert stopped.best.metrics["val_rmse"] == 0
    assert stopped.weights is not None and stopped.weights[0] == 2
    assert stopped.parameters == 7
    assert (ran_on.state, ran_on.epochs, ran_on.best and ran_on.best.number) == ("COMPLETE", 9, 9)


@pytest.mark.parametrize(("maximize", "best"), [(False, 6), (True, 1)])
def test_the_objective_decides_which_epoch_is_best(maximize: bool, best: int) -> None:
    notes = Notes()
    one = block(1)
    train(FakeSession(1, falling), replace(one, program=replace(PROGRAM, maximize=maximize)), notes)
    assert notes.ends[0].best is not None
    assert notes.ends[0].best.number == best


def test_rungs_are_asked_at_their_epochs_with_the_best_so_far() -> None:
    def rising(trial: int, epoch: int) -> float:
        return trial + epoch

    notes = Notes()
    train(FakeSession(2, rising), block(2, Schedule(None, frozenset({2, 4, 6}))), notes)
    # None at epoch 6: the runs have ended there.
    assert notes.asked == [{0: (2, 1.0), 1: (2, 2.0)}, {0: (4, 1.0), 1: (4, 2.0)}]


def test_pruned_runs_are_released_and_their_lanes_refilled() -> None:
    session = FakeSession(2, falling)
    notes = Notes(prune=lambda trial, epoch: trial in (0, 3) and epoch == 2)
    train(session, block(5, Schedule(None, frozenset({2, 4})), epochs=5), notes)

    assert session.loads == [{0: 0, 1: 1}, {0: 2}, {1: 3}, {0: 4}]
    assert sorted(session.released) == [0, 1, 2, 3, 4]
    assert {t: end.state for t, end in notes.ends.items()} == {
        0: "PRUNED", 1: "COMPLETE", 2: "COMPLETE", 3: "PRUNED", 4: "COMPLETE",
    }  # fmt: skip
    assert notes.ends[0].message == "pruned at epoch 2"
    assert notes.ends[0].best is not None and notes.ends[0].weights is None
    # Each run counts its own epochs, whenever it was loaded.
    assert {t: end.epochs for t, end in notes.ends.items()} == {0: 2, 1: 5, 2: 5, 3: 2, 4: 5}
    for trial in range(5):
        numbers = [seen[trial] for seen in notes.seen if trial in seen]
        assert numbers == list(range(1, notes.ends[trial].epochs + 1))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_run_that_diverges_fails_and_its_neighbours_go_on(value: float) -> None:
    session, notes = (
        FakeSession(3, lambda t, e: value if (t, e) == (1, 3) else falling(t, e)),
        Notes(),
    )
    train(session, block(3), notes)
    assert notes.ends[1].state == "FAIL"
    assert notes.ends[1].message == "diverged: val_rmse is not finite at epoch 3"
    assert notes.ends[1].epochs == 3
    assert notes.ends[1].weights is None
    # val_r2 is NaN all along, as where it is undefined: no sign of divergence.
    assert [notes.ends[trial].state for trial in (0, 2)] == ["COMPLETE", "COMPLETE"]
    assert [notes.ends[trial].epochs for trial in (0, 2)] == [6, 6]


def test_a_run_may_diverge_in_its_first_epoch() -> None:
    notes = Notes()
    train(FakeSession(1, lambda t, e: math.nan), block(1, Schedule(2, frozenset({1}))), notes)
    assert notes.ends[0].message == "diverged: val_rmse is not finite at epoch 1"
    assert notes.asked == []


def test_cancelled_runs_are_cut_with_what_they_reached() -> None:
    session, notes = FakeSession(2, falling), Notes(cancel_after=2)
    train(session, block(3), notes)
    assert [notes.ends[trial].state for trial in range(3)] == ["CUT"] * 3
    assert [notes.ends[trial].weights is None for trial in range(3)] == [False, False, True]
    assert notes.ends[0].message == "out of time at epoch 2 of 6"
    assert notes.ends[0].best is not None and notes.ends[0].best.number == 2
    assert notes.ends[2].message == "out of time before its first epoch"
    assert notes.ends[2].best is None
    assert session.runs == {}


def test_seconds_are_shared_between_the_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000))
    monkeypatch.setattr("rnnsearch.execution.block_training.time.perf_counter", lambda: next(clock))
    notes = Notes()
    train(FakeSession(2, falling), block(2, epochs=4), notes)
    assert [notes.ends[trial].seconds for trial in range(2)] == [2.0, 2.0]


def test_a_run_that_diverges_takes_the_others_of_its_trial_with_it() -> None:
    runs = [Run(trial, 0, 6, index=index) for trial in range(2) for index in range(3)]
    notes, session = Notes(), FakeSession(2, lambda t, e: math.nan if (t, e) == (0, 2) else 1 / e)
    train(session, replace(block(1), runs=tuple(runs)), notes)
    assert {key: end.state for key, end in notes.by_run.items()} == {
        (0, 0): "FAIL", (0, 1): "PRUNED", (0, 2): "PRUNED",
        (1, 0): "COMPLETE", (1, 1): "COMPLETE", (1, 2): "COMPLETE",
    }  # fmt: skip
    assert notes.by_run[0, 1].message == "another run of the trial diverged"
    assert [notes.by_run[0, index].epochs for index in range(3)] == [2, 2, 0]


def test_pruning_a_trial_ends_its_runs_that_wait_or_are_elsewhere() -> None:
    runs = [Run(0, 0, 6, index=index) for index in range(3)]
    notes = Notes(prune=lambda trial, epoch: epoch == 4)
    one = replace(block(1, Schedule(None, frozenset({4}))), runs=tuple(runs))
    train(FakeSession(2, falling), one, notes)
    assert [notes.by_run[0, index].epochs for index in range(3)] == [4, 4, 0]
    assert {end.state for end in notes.by_run.values()} == {"PRUNED"}


def test_runs_that_ended_before_hold_their_lanes_as_long_as_they_did() -> None:
    schedule = Schedule(None, frozenset({2, 3}))

    def course(ended: dict[RunKey, int]) -> tuple[Notes, FakeSession]:
        session = FakeSession(2, falling)
        notes = Notes(prune=lambda trial, epoch: (trial, epoch) in ((0, 2), (3, 3)))
        train(session, replace(block(6, schedule, epochs=5), ended=ended), notes)
        return notes, session

    whole, first = course({})
    cut, second = course({(0, 0): 2, (1, 0): 5})
    # At the first tick 0 and 1 have the lanes, at the third 2 gets one of them, and so on.
    assert first.loads == [{0: 0, 1: 1}, {0: 2}, {1: 3}, {0: 4}, {1: 5}]
    assert second.loads == [{0: 2}, {1: 3}, {0: 4}, {1: 5}]
    assert [asked for asked in whole.asked if set(asked) - {0, 1}] == cut.asked
    assert set(cut.ends) == {2, 3, 4, 5}
    assert all(cut.ends[trial] == replace(whole.ends[trial], seconds=cut.ends[trial].seconds)
               for trial in cut.ends)  # fmt: skip
    # Where only they hold lanes, nothing is trained.
    assert [seen for seen in cut.seen if not seen] == []


def test_a_run_that_never_had_a_lane_does_not_get_one() -> None:
    session = FakeSession(1, falling)
    train(session, replace(block(3, epochs=4), ended={(0, 0): 0, (1, 0): 3}), Notes())
    assert session.loads == [{0: 2}]


def test_every_third_diverges_every_fourth_is_pruned_the_rest_is_as_alone() -> None:
    def curve(trial: int, epoch: int) -> float:
        return math.nan if trial % 3 == 2 and epoch == 3 else trial + math.sin(trial * epoch)

    schedule = Schedule(3, frozenset({2}))
    together = Notes(prune=lambda trial, epoch: trial % 4 == 3)
    train(FakeSession(3, curve), block(24, schedule, epochs=7), together)
    for trial in range(24):
        alone = Notes(prune=lambda trial, epoch: trial % 4 == 3)
        run = Run(trial, seed=0, epochs=7)
        train(FakeSession(1, curve), replace(block(1, schedule), runs=(run,)), alone)
        one, other = together.ends[trial], alone.ends[trial]
        assert replace(one, seconds=0.0) == replace(other, seconds=0.0)
    states = [together.ends[trial].state for trial in range(24)]
    assert {s: states.count(s) for s in states} == {"COMPLETE": 12, "FAIL": 6, "PRUNED": 6}


def test_trials_are_compared_after_a_stage_and_those_dropped_train_no_more() -> None:
    runs = tuple(Run(t, 0, 2, index=i, fold=i) for t in range(3) for i in range(4))
    session, notes = FakeSession(2, falling), Notes(drop=frozenset({1}))

    train(session, Block(PROGRAM, runs, Schedule(None, frozenset(), stages=(2,)), 2), notes)

    assert notes.compared == [((0, 1, 2), 2)]
    first = [run for load in session.loads[:3] for run in load.values()]
    assert sorted(first) == [0, 0, 1, 1, 2, 2], "two runs of each trial come first"
    states = {key: ended.state for key, ended in notes.by_run.items()}
    assert states == {
        (t, i): "PRUNED" if t == 1 and i > 1 else "COMPLETE" for t in range(3) for i in range(4)
    }
    assert notes.by_run[1, 2].message == "worse than others after 2 runs"


def test_a_stage_that_was_over_before_is_not_compared_again() -> None:
    runs = tuple(Run(t, 0, 2, index=i) for t in range(2) for i in range(3))
    ended = {(0, 0): 2, (0, 1): 2, (1, 0): 2, (1, 1): 2, (0, 2): 2, (1, 2): 0}
    notes = Notes()

    schedule = Schedule(None, frozenset(), stages=(2,))
    train(FakeSession(2, falling), Block(PROGRAM, runs, schedule, 2, ended), notes)

    assert notes.compared == []
    assert notes.by_run == {}


def test_the_last_epoch_stands_for_a_run_where_that_is_kept() -> None:
    def best_at_two(trial: int, epoch: int) -> float:
        return abs(epoch - 2.0)

    notes = Notes()
    train(FakeSession(1, best_at_two), block(1, Schedule(None, frozenset(), keep="last")), notes)

    ended = notes.ends[0]
    assert ended.best is not None and ended.best.number == 6
    assert ended.weights is not None and int(ended.weights[0]) == 6


def test_a_stride_is_trained_between_two_looks() -> None:
    session, notes = FakeSession(1, falling), Notes()
    train(session, block(2, Schedule(None, frozenset(), keep="last", stride=3)), notes)

    assert [list(seen.values()) for seen in notes.seen] == [[3], [6], [3], [6]]
    assert [notes.ends[trial].epochs for trial in (0, 1)] == [6, 6]
