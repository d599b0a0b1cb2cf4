"""How much a worker grows a trial, once it is warm.

    python benchmarks/worker_memory.py

A real search of one-epoch trials on small arrays, once with one program and once with twelve. What
the worker says that it holds is noted at the end of each block.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from machine import describe_machine

import rnnsearch
from rnnsearch.driver.loop import Search
from rnnsearch.execution.messages import BlockDone

NUMERIC = {
    "learning_rate": {"min": 1e-4, "max": 1e-2, "log": True},
    "clip_norm": {"min": 0.1, "max": 10.0, "log": True},
    "dropout": {"min": 0.0, "max": 0.5},
}

SPACES: dict[str, dict[str, Any]] = {
    "1": {"cell": "GRU", "units": 16, **NUMERIC},
    "12": {"cell": ["SimpleRNN", "LSTM", "GRU"], "units": [8, 16, 24, 32], **NUMERIC},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--warm", type=int, default=100, help="trials before the slope is taken")
    parser.add_argument("--programs", nargs="+", choices=SPACES, default=list(SPACES))
    arguments = parser.parse_args()
    for label, text in describe_machine().items():
        print(f"{label}: {text}")
    print("\n| programs | trials | MiB when warm | MiB at the end | MiB a trial |")
    print("|---:|---:|---:|---:|---:|")
    for programs in arguments.programs:
        ended, memory = _memory(SPACES[programs], arguments.trials)
        warm = [(n, held) for n, held in zip(ended, memory, strict=True) if n >= arguments.warm]
        slope = np.polyfit(*zip(*warm, strict=True), 1)[0]
        cells = (programs, arguments.trials, f"{warm[0][1]:.0f}", f"{memory[-1]:.0f}")
        print(f"| {' | '.join(map(str, cells))} | {slope:.3f} |", flush=True)


def _memory(space: dict[str, Any], trials: int) -> tuple[list[int], list[float]]:
    """At the end of each block: trials that have ended, and MiB that the worker holds."""
    x = np.random.default_rng(0).normal(size=(128, 12, 2)).astype(np.float32)
    spec = {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": space,
        "search": {"trials": trials, "epochs": 1, "sampler": "random", "pruner": "none"},
        "run": {"engine": "fused", "device": "cpu"},
    }
    arrays = rnnsearch.Arrays((x, x.sum(axis=(1, 2), keepdims=False)[:, None]))
    with tempfile.TemporaryDirectory() as path, _blocks() as (ended, memory):
        rnnsearch.search(spec, arrays=arrays, output=Path(path) / "study")
    return ended, memory


@contextmanager
def _blocks() -> Any:
    """Note what workers say at the end of each block of the search inside."""
    ended: list[int] = []
    memory: list[float] = []
    handle = Search._report

    def noting(self: Search, worker: int, flight: Any, message: Any) -> None:
        handle(self, worker, flight, message)
        if isinstance(message, BlockDone):
            ended.append((ended[-1] if ended else 0) + len(flight.block.runs))
            memory.append(message.memory)

    with mock.patch.object(Search, "_report", noting):
        yield ended, memory


if __name__ == "__main__":
    main()
