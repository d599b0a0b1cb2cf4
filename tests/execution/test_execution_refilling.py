"""A block of real networks in few lanes: what ends early leaves the curves of the others alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.engines import Engine, Numbers, Program, Run, RunKey
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.execution.block_training import Listener, train
from rnnsearch.execution.messages import Ended
from rnnsearch.execution.worker_orders import Block, Schedule
from rnnsearch.models import Architecture
from rnnsearch.outcomes import Epoch
from rnnsearch.tasks import TASKS, Loss

EPOCHS = 3


class Curves(Listener):
    """Notes what each run reports; prunes every fourth trial at its second epoch."""

    def __init__(self) -> None:
        self.curves: dict[int, list[Mapping[str, float]]] = {}
        self.ends: dict[int, Ended] = {}

    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        for (trial, _), epoch in epochs.items():
            self.curves.setdefault(trial, []).append(epoch.metrics)

    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        return frozenset(trial for trial, _ in values if trial % 4 == 3)

    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        raise AssertionError("runs without stages are compared with nobody's")

    def ended(self, ended: Ended) -> None:
        self.ends[ended.trial] = ended

    def cancelled(self) -> bool:
        return False


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(0)

    def part(count: int) -> Part:
        x = rng.normal(size=(count, 5, 1)).astype(np.float32)
        return Part(x, x.sum(axis=1))

    scaling = Scaling(np.zeros(1), np.ones(1))
    return Dataset(part(16), part(8), part(0), Target("numeric", ("y",), (), scaling), False)


@pytest.fixture(scope="module")
def program(dataset: Dataset) -> Program:
    task = TASKS["many_to_one"]
    return Program(
        architecture=Architecture("SimpleRNN", (2,), False, False, task.head(dataset)),
        optimizer="sgd",
        batch_size=8,
        clip_mode=None,
        loss=Loss("mse"),
        metrics=("rmse",),
        objective="val_loss",
        maximize=False,
        truncates=False,
        drops=False,
        drops_recurrent=False,
        decays=False,
    )


def trained(
    engine: Engine, program: Program, dataset: Dataset, runs: Sequence[Run], lanes: int
) -> Curves:
    block = Block(program, tuple(runs), Schedule(None, frozenset({2})), lanes)
    found = Curves()
    train(engine.open(program, [dataset], lanes), block, found)
    return found


@pytest.mark.parametrize(("kind", "count"), [(FusedEngine, 8), (KerasEngine, 5)])
def test_curves_are_those_of_each_run_alone(
    kind: type[Engine], count: int, program: Program, dataset: Dataset
) -> None:
    """An engine of one lane compiles each run anew, and has a run after each way to end in five.

    Of these it has only those alone that follow another end: 1, 3 and 4.
    """
    engine = kind()
    rates = [1e30 if trial % 3 == 2 else 1e-2 * (trial + 1) for trial in range(count)]
    runs = [Run(n, 100 + n, EPOCHS, Numbers(rate)) for n, rate in enumerate(rates)]
    together = trained(engine, program, dataset, runs, lanes=2)
    states = [together.ends[trial].state for trial in range(count)]
    expected = [
        *("COMPLETE", "COMPLETE", "FAIL", "PRUNED"),
        *("COMPLETE", "FAIL", "COMPLETE", "PRUNED"),
    ]
    assert states == expected[:count]
    for run in runs if kind is FusedEngine else (runs[1], runs[3], runs[4]):
        alone = trained(engine, program, dataset, [run], lanes=2)
        one, other = together.curves[run.trial], alone.curves[run.trial]
        assert len(one) == len(other)
        if states[run.trial] != "FAIL":
            assert one == other
            assert all(math.isfinite(value) for epoch in one for value in epoch.values())
