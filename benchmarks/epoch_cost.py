"""What an epoch costs beside its updates, and what ways to train cost.

    python benchmarks/epoch_cost.py

CPU time of `Session.advance` on every core, of programs and calls that take turns: other work on
the machine disturbs it less than it does wall clock. What the tables are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count
from benchmarks.lanes import Shape, prepare, program_of, training_data
from benchmarks.machine import print_machine
from benchmarks.tables import table

if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.engines import Numbers, Session

WAYS: dict[str, tuple[dict[str, bool], dict[str, Any]]] = {
    "constant rate, weights themselves": ({}, {}),
    "the same once more": ({}, {}),
    "cosine": ({"schedules": True}, {"schedule": "cosine"}),
    "cosine, average": (
        {"schedules": True, "averages": True},
        {"schedule": "cosine", "averaging": 0.99},
    ),
    "cosine, average, augmented": (
        {"schedules": True, "averages": True, "augments": True},
        {"schedule": "cosine", "averaging": 0.99, "augment": 0.5},
    ),
}
"""What of `Program` each way sets, and what of `Numbers`."""


def main() -> None:
    parser = argparse.ArgumentParser(description="What an epoch costs beside its updates.")
    parser.add_argument("--rounds", type=count, default=40, help="calls of each; default: 40")
    parser.add_argument("--units", type=count, default=32, metavar="H", help="default: 32")
    arguments = parser.parse_args()
    prepare()
    print_machine()
    print(_ways(arguments.units, arguments.rounds))
    print()
    print(_calls(arguments.units, arguments.rounds))


def _ways(units: int, rounds: int) -> str:
    dataset = _dataset(Shape("GRU", units, 50), validation=8)
    calls = {
        name: _session(dataset, units, 32, *settings).advance for name, settings in WAYS.items()
    }
    seconds = _in_turns(calls, rounds)
    base = seconds[next(iter(WAYS))]
    rows = [
        [
            name,
            f"{1e3 * statistics.median(found):.2f}",
            f"{statistics.median(f / b for f, b in zip(found, base, strict=True)):.3f}",
        ]
        for name, found in seconds.items()
    ]
    header = ["GRU, 16 updates of 32 sequences", "ms", "ratio"]
    return table(header, rows, texts=header[:1])


def _calls(units: int, rounds: int) -> str:
    """Epochs of five updates, some in one call."""
    several = (1, 2, 5, 10, 20)
    dataset = _dataset(Shape("GRU", units, 50, 8, 40), validation=10)
    sessions = {epochs: _session(dataset, units, 8, *WAYS["cosine, average"]) for epochs in several}
    calls = {
        str(epochs): (lambda s=session, e=epochs: s.advance(e))
        for epochs, session in sessions.items()
    }
    seconds = _in_turns(calls, rounds)
    medians = {name: statistics.median(found) / int(name) for name, found in seconds.items()}
    rows = [
        [name, f"{1e3 * median:.2f}", f"{median / medians['1']:.2f}"]
        for name, median in medians.items()
    ]
    return table(["epochs in a call", "ms an epoch", "ratio"], rows)


def _dataset(shape: Shape, validation: int) -> Dataset:
    from rnnsearch.data import Dataset, Part, Scaling, Target

    x, y = training_data(replace(shape, sequences=shape.sequences + validation))
    train, rest = slice(shape.sequences), slice(shape.sequences, shape.sequences + validation)
    target = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
    return Dataset(
        Part(x[train], y[train]), Part(x[rest], y[rest]), Part(x[:0], y[:0]), target, False
    )


def _session(
    dataset: Dataset, units: int, batch: int, flags: Mapping[str, bool], numbers: Mapping[str, Any]
) -> Session:
    import jax

    from rnnsearch.engines import Numbers, Run
    from rnnsearch.engines.fused import FusedEngine

    program = replace(program_of(dataset, "GRU", units, batch), **flags)
    lanes = len(jax.local_devices())
    session = FusedEngine().open(program, [dataset], lanes)
    own: Numbers = Numbers(3e-3, clip_norm=1.0, dropout=0.1, **numbers)
    session.load({lane: Run(lane, lane, 100_000, own) for lane in range(lanes)})
    return session


def _in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each call in every round; the first, which may compile, is left out."""
    for call in calls.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.process_time()
            call()
            seconds[name].append(time.process_time() - started)
    return seconds


if __name__ == "__main__":
    main()
