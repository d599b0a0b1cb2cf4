"""A block that is cut in its middle and taken up: what comes of it, and what it trains again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run, RunKey
from rnnsearch.execution import checkpoints
from rnnsearch.execution.block_training import Listener, train
from rnnsearch.execution.checkpoints import Checkpoints, Kept, checkpoint_trials
from rnnsearch.execution.messages import Ended
from rnnsearch.execution.worker_orders import Block, Schedule
from rnnsearch.outcomes import Epoch
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for
from tests.faults.simulated import SimulatedSession

PROGRAM = make_program("many_to_one", dataset_for("many_to_one", "numeric"))


class Cut(Exception):
    """The worker is gone."""


class Ear(Listener):
    """Keeps what it is told, and is cut at an epoch; stops trial 2 at the rung at epoch 4."""

    def __init__(self, cut_at: int = 10**6) -> None:
        self.trained: list[tuple[RunKey, int]] = []
        self.kept: dict[RunKey, Kept] = {}
        self.known: dict[RunKey, Ended] = {}
        self.rungs: list[Mapping[RunKey, tuple[int, float]]] = []
        self._cut_at = cut_at
        self._ticks = 0

    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        self.trained += [(key, epoch.number) for key, epoch in epochs.items()]
        self._ticks += 1
        if self._ticks == self._cut_at:
            raise Cut

    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        self.rungs.append(values)
        return frozenset({2}) & {trial for trial, _ in values}

    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        return frozenset()

    def ended(self, ended: Ended) -> None:
        assert ended.key not in self.known
        self.known[ended.key] = ended

    def cancelled(self) -> bool:
        return False

    def resumed(self, kept: Mapping[RunKey, Kept]) -> None:
        self.kept = dict(kept)


@pytest.fixture(autouse=True)
def at_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "INTERVAL", 0.0)
    monkeypatch.setattr(checkpoints, "AT_RUNG", 0.0)
    monkeypatch.setattr(checkpoints, "_SHARE", 1e9)


def block(folder: Path | None, ended: Mapping[RunKey, int] | None = None, **changes: Any) -> Block:
    runs = tuple(
        Run(trial, 10 * trial + index, 3 + trial % 2 * 4, Numbers(0.05 + 0.01 * trial), index)
        for trial in range(4)
        for index in range(2)
    )
    schedule = Schedule(None, frozenset({2, 4}))
    plain: dict[str, Any] = {"ended": ended or {}, "checkpoints": folder}
    return Block(PROGRAM, runs, schedule, 3, **{**plain, **changes})


def session() -> SimulatedSession:
    return SimulatedSession(3, "GRU")


def plain(ended: Ended) -> Any:
    weights = None if ended.weights is None else [array.tolist() for array in ended.weights]
    return {**vars(ended), "weights": weights, "seconds": 0.0}


def whole_trials(ended: Mapping[RunKey, Ended]) -> dict[RunKey, int]:
    """What a driver knows of trials that ended: the epochs of each of their runs."""
    return {
        key: one.epochs for key, one in ended.items() if {(key[0], 0), (key[0], 1)} <= set(ended)
    }


@pytest.mark.parametrize("cut_at", [1, 2, 3, 5, 8, 11, 13])
def test_a_block_that_is_cut_goes_on_with_its_lanes(tmp_path: Path, cut_at: int) -> None:
    alone, cut, again = Ear(), Ear(cut_at), Ear()
    train(session(), block(None), alone)
    with pytest.raises(Cut):
        train(session(), block(tmp_path), cut)
    ended = whole_trials(cut.known)
    train(session(), block(tmp_path, ended), again)

    known = {key: one for key, one in cut.known.items() if key in ended} | again.known
    assert {key: plain(one) for key, one in known.items()} == {
        key: plain(one) for key, one in alone.known.items()
    }
    # The epoch in which it was cut is all that is trained twice.
    twice = [one for one in again.trained if one in cut.trained]
    assert set(twice) <= set(cut.trained[-3:])
    for one in again.kept.values():
        assert [epoch.number for epoch in one.curve] == list(range(1, one.epochs + 1))
        assert all(one.reached[rung] for rung in (2, 4) if rung <= one.epochs)
    assert not list(tmp_path.iterdir()), "a block that has ended keeps no checkpoint"


def test_a_trial_alone_is_taken_up_from_its_blocks_file(tmp_path: Path) -> None:
    cut, again = Ear(6), Ear()
    with pytest.raises(Cut):
        train(session(), block(tmp_path), cut)
    whole = block(tmp_path)
    going = {key[0] for key, _ in cut.trained[-3:]}
    trial = min(number for number in going if (number, 0) not in whole_trials(cut.known))
    runs = tuple(run for run in whole.runs if run.trial == trial)
    train(session(), _alone(whole, runs), again)
    assert again.kept and not set(again.trained) & set(cut.trained[:-3])
    assert len(list(tmp_path.iterdir())) == 1, "the file that others wait for stays"


def _alone(whole: Block, runs: tuple[Run, ...]) -> Block:
    return Block(whole.program, runs, whole.schedule, 3, checkpoints=whole.checkpoints)


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04"])
def test_a_file_that_is_of_no_use_does_no_harm(
    tmp_path: Path, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "00000-00003-0000.npz").write_bytes(damage)
    ear = Ear()
    train(session(), block(tmp_path), ear)
    assert len(ear.known) == 8 and not ear.kept
    assert "is of no use" in capsys.readouterr().err


def test_a_run_of_another_seed_is_another_run(tmp_path: Path) -> None:
    with pytest.raises(Cut):
        train(session(), block(tmp_path), Ear(3))
    others = tuple(Run(r.trial, r.seed + 1, r.epochs, r.numbers, r.index) for r in block(None).runs)
    assert Checkpoints(_alone(block(tmp_path), others)).load() == {}


def test_a_name_says_which_trials_a_file_is_of(tmp_path: Path) -> None:
    path = Checkpoints(block(tmp_path)).path
    assert path is not None and checkpoint_trials(path) == range(4)
    final = Checkpoints(block(tmp_path, final=True)).path
    assert final is not None and checkpoint_trials(final) is None


def test_arrays_of_types_that_numpy_does_not_know_come_back(tmp_path: Path) -> None:
    import ml_dtypes

    of = Checkpoints(block(tmp_path))
    run, array = of._block.runs[0], np.arange(3).astype(ml_dtypes.bfloat16)
    of.write([Kept(run, 2, 0.5, None, Epoch(2, {"val_loss": float("nan")}), arrays=[array])])
    (kept,) = of.load().values()
    assert kept.arrays[0].view(ml_dtypes.bfloat16).tolist() == [0.0, 1.0, 2.0]
    assert kept.last is not None and np.isnan(kept.last.metrics["val_loss"])
