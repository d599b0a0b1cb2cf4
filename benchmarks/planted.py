"""Troubles that are planted in training, and how often the verdict names them.

    python benchmarks/planted.py
    python benchmarks/planted.py --kinds vanishing overfitting --runs 5
    python benchmarks/planted.py --others

Each kind is made 20 times, with other data and other weights: recurrent weights or a learning rate
that are too large, a sequence whose first step alone matters, and so on. What is counted is how
often `rnnsearch.diagnosis` gives the verdict of that name.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count
from benchmarks.lanes import prepare, program_of
from benchmarks.plants import KINDS, OTHERS, Planted
from benchmarks.tables import table

if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.diagnosis import Verdict

__all__ = ["verdicts"]


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
    parser.add_argument("--others", action="store_true", help="of other cells, optimizers and data")
    arguments = parser.parse_args()
    prepare()
    rows = []
    for kind in arguments.kinds:
        for planted in OTHERS[kind] if arguments.others else [KINDS[kind]]:
            found = verdicts(planted, arguments.runs, arguments.first)
            names = Counter(verdict.name for verdict in found)
            others = ", ".join(f"{n} {name}" for name, n in names.items() if name != kind)
            example = next((v.evidence for v in found if v.name == kind), found[0].evidence)
            by = f"{planted.cell}, {planted.optimizer}"
            rows.append([kind, by, f"{names[kind]} of {len(found)}", others, example])
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    texts = ("planted", "in", "else", "evidence of one")
    print(table(["planted", "in", "found", "else", "evidence of one"], rows, texts=texts))


if __name__ == "__main__":
    main()
