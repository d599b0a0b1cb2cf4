"""Troubles that are planted in training, and how often the verdict names them.

    python benchmarks/planted.py
    python benchmarks/planted.py --kinds vanishing overfitting --runs 5

Each kind is made 20 times, with other data and other weights: recurrent weights or a learning rate
that are too large, a sequence whose first step alone matters, and so on. What is counted is how
often `rnnsearch.diagnosis` gives the verdict of that name.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count
from benchmarks.lanes import prepare, program_of
from benchmarks.tables import table

if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.diagnosis import Verdict

__all__ = ["KINDS", "Planted", "verdicts"]

_Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Planted:
    """A trouble.

    Attributes:
        data: From a generator and N to x (N, T, F) and y (N, 1).
        cell, units, optimizer, epochs: Of the training.
        numbers: Of the run, by their names in `rnnsearch.engines.Numbers`.
        recurrent: What recurrent weights are multiplied with before the first update.
        sequences: For training; as many validate.
    """

    data: Callable[[np.random.Generator, int], _Data]
    cell: str = "GRU"
    units: int = 8
    optimizer: str = "adam"
    epochs: int = 12
    numbers: dict[str, float] = field(default_factory=lambda: {"learning_rate": 0.01})
    recurrent: float = 1.0
    sequences: int = 128


def _mean(steps: int, noise: float = 0.0) -> Callable[[np.random.Generator, int], _Data]:
    """The mean of the first input, and noise: easy, and every step counts."""

    def make(rng: np.random.Generator, count: int) -> _Data:
        x = rng.standard_normal((count, steps, 2))
        mean = x[:, :, :1].mean(axis=1) * np.sqrt(steps)
        return x, mean + noise * rng.standard_normal((count, 1))

    return make


def _product(rng: np.random.Generator, count: int) -> _Data:
    """The product of the last two inputs, of which weights that hardly move show nothing."""
    x = rng.standard_normal((count, 12, 1))
    return x, x[:, -1] * x[:, -2]


def _first(rng: np.random.Generator, count: int) -> _Data:
    """The input of the first of 60 steps: all others are noise."""
    x = rng.standard_normal((count, 60, 1))
    return x, x[:, 0]


def _noise(rng: np.random.Generator, count: int) -> _Data:
    """Nothing to learn, but by heart."""
    return rng.standard_normal((count, 12, 4)), rng.standard_normal((count, 1))


def _huge(rng: np.random.Generator, count: int) -> _Data:
    """Inputs that were not scaled, of which the sign of the first step counts."""
    x = 1e3 * rng.standard_normal((count, 30, 2))
    return x, np.sign(x[:, 0, :1])


KINDS: dict[str, Planted] = {
    "healthy": Planted(_mean(12, noise=0.7), epochs=15, sequences=768),
    "exploding": Planted(
        _mean(40),
        cell="SimpleRNN",
        units=16,
        optimizer="sgd",
        numbers={"learning_rate": 0.5},
        recurrent=4.0,
    ),
    "diverged": Planted(
        _mean(12),
        cell="LSTM",
        units=2,
        optimizer="sgd",
        numbers={"learning_rate": 1.02},
        epochs=5,
    ),
    "vanishing": Planted(
        _first, cell="SimpleRNN", numbers={"learning_rate": 0.003}, recurrent=0.3, sequences=384
    ),
    "saturated": Planted(_huge, cell="SimpleRNN", units=16),
    "overfitting": Planted(
        _noise, units=64, numbers={"learning_rate": 0.01}, sequences=48, epochs=60
    ),
    "underfitting": Planted(_product, numbers={"learning_rate": 1e-6}, sequences=384),
    "still improving": Planted(_mean(12), numbers={"learning_rate": 0.0015}, epochs=10),
}


def verdicts(planted: Planted, runs: int, first: int = 0) -> list[Verdict]:
    """The verdicts on so many runs, each on data of its own.

    Args:
        planted: The trouble.
        runs: How many.
        first: Seed of the first.
    """
    from rnnsearch.diagnosis import Training, verdict_of
    from rnnsearch.engines import Numbers, Run
    from rnnsearch.engines.fused import FusedEngine

    folds = [_dataset(planted, seed) for seed in range(first, first + runs)]
    program = replace(
        program_of(folds[0], planted.cell, planted.units, 16, drops=False),
        optimizer=planted.optimizer,
        clip_mode=None,
        diagnoses=True,
    )
    session: Any = FusedEngine().open(program, folds, runs)
    numbers = Numbers(**planted.numbers)
    session.load({n: Run(n, first + n, planted.epochs, numbers, fold=n) for n in range(runs)})
    _scale_recurrent(session, planted.recurrent)
    curves: list[list[dict[str, float]]] = [[] for _ in range(runs)]
    for _ in range(planted.epochs):
        for lane, metrics in session.advance().items():
            curves[lane].append(metrics)
    params = {"cell": planted.cell, **planted.numbers}
    found = [
        verdict_of([Training(curve, session.diagnosis(lane), params, _constant(folds[lane]))])
        for lane, curve in enumerate(_until_lost(curve) for curve in curves)
    ]
    return [verdict for verdict in found if verdict is not None]


def _until_lost(curve: list[dict[str, float]]) -> list[dict[str, float]]:
    """As a search has it: a run ends with its first loss that is not finite."""
    for place, epoch in enumerate(curve):
        if not np.isfinite([epoch["loss"], epoch["val_loss"]]).all():
            return curve[: place + 1]
    return curve


def _dataset(planted: Planted, seed: int) -> Dataset:
    from rnnsearch.data import Dataset, Part, Scaling, Target

    count = planted.sequences
    x, y = (a.astype(np.float32) for a in planted.data(np.random.default_rng(seed), 2 * count))
    target = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
    train, rest = Part(x[:count], y[:count]), Part(x[count:], y[count:])
    return Dataset(train, rest, Part(x[:0], y[:0]), target, False)


def _constant(dataset: Dataset) -> float:
    """The loss of the training mean on the validation part."""
    return float(np.mean((dataset.validation.y - dataset.train.y.mean()) ** 2))


def _scale_recurrent(session: Any, factor: float) -> None:
    """Multiply every lane's recurrent weights, which no spec can do."""
    network = session._compiled.network
    states = session._states
    rows = []
    for flat in np.asarray(states.weights):
        arrays = [np.array(array) for array in network.unflatten(flat)]
        arrays[1] *= factor
        rows.append(np.concatenate([array.ravel() for array in arrays]))
    session._states = states._replace(weights=np.stack(rows).astype(np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description="Verdicts on troubles that are planted.")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--runs", type=count, default=20, help="of each kind; default: 20")
    parser.add_argument("--first", type=int, default=0, help="seed of the first; default: 0")
    arguments = parser.parse_args()
    prepare()
    rows = []
    for kind in arguments.kinds:
        found = verdicts(KINDS[kind], arguments.runs, arguments.first)
        names = Counter(verdict.name for verdict in found)
        others = ", ".join(f"{n} {name}" for name, n in names.items() if name != kind)
        example = next((v.evidence for v in found if v.name == kind), found[0].evidence)
        rows.append([kind, f"{names[kind]} of {len(found)}", others, example])
        print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    print(
        table(
            ["planted", "found", "else", "evidence of one"],
            rows,
            texts=("planted", "else", "evidence of one"),
        )
    )


if __name__ == "__main__":
    main()
