"""How much a worker grows a trial, once it is warm.

    python benchmarks/worker_memory.py

A real search of one-epoch trials on small arrays, once with one program and once with twelve. What
the worker says that it holds is noted at the end of each block, and what it grew by is put down
to a new program, where it is the program's first block, or else to the block's trials. A program
that comes from the cache of compiled ones takes less than one that is compiled.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
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


class _Block(NamedTuple):
    """A block that ended: its program, its trials, MiB that the worker then held."""

    program: str
    trials: int
    memory: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--programs", nargs="+", choices=SPACES, default=list(SPACES))
    arguments = parser.parse_args()
    for label, text in describe_machine().items():
        print(f"{label}: {text}")
    print(
        "\n| programs | trials | MiB at the end | MiB a new program | MiB a trial of a known one |"
    )
    print("|---:|---:|---:|---:|---:|")
    for programs in arguments.programs:
        blocks = _blocks(SPACES[programs], arguments.trials)
        new, known = _growth(blocks)
        cells = (programs, arguments.trials, f"{blocks[-1].memory:.0f}", new, known)
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def _growth(blocks: Sequence[_Block]) -> tuple[str, str]:
    """MiB that a new program takes, but for the first, and that a trial of a known one does."""
    seen = {blocks[0].program}
    new, known, trials = [], 0.0, 0
    for before, block in pairwise(blocks):
        if block.program in seen:
            known += block.memory - before.memory
            trials += block.trials
        else:
            new.append(block.memory - before.memory)
        seen.add(block.program)
    return f"{np.mean(new):.1f}" if new else "-", f"{known / trials:.3f}" if trials else "-"


def _blocks(space: dict[str, Any], trials: int) -> list[_Block]:
    """The blocks of a search, in order."""
    x = np.random.default_rng(0).normal(size=(128, 12, 2)).astype(np.float32)
    spec = {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": space,
        "search": {"trials": trials, "epochs": 1, "sampler": "random", "pruner": "none"},
        "run": {"engine": "fused", "device": "cpu"},
    }
    arrays = rnnsearch.Arrays((x, x.sum(axis=(1, 2))[:, None]))
    blocks: list[_Block] = []
    handle = Search._report

    def noting(self: Search, worker: int, flight: Any, message: Any) -> None:
        handle(self, worker, flight, message)
        if isinstance(message, BlockDone):
            block = flight.block
            blocks.append(_Block(str(block.program), len(block.runs), message.memory))

    with (
        tempfile.TemporaryDirectory() as path,
        mock.patch.object(Search, "_report", noting),
    ):
        rnnsearch.search(spec, arrays=arrays, output=Path(path) / "study")
    return blocks


if __name__ == "__main__":
    main()
