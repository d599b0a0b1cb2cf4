"""Ragged sequences in batches of like length: seconds of an epoch, of compiling, and the loss.

    python benchmarks/ragged.py
    python benchmarks/ragged.py --sets long --units 64 --epochs 10

Two lanes of the fused engine, once with batches of like length, each cut to the least of a few
lengths that holds it, and once with mixed ones over all steps. Both take turns in one process, an
epoch each. What the columns are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.job import count
from benchmarks.lanes import open_program, prepare, program_of
from benchmarks.machine import print_machine
from benchmarks.tables import table

VOWELS = Path(__file__).resolve().parents[1] / "search_spaces" / "data" / "japanese_vowels.npz"
SETS = ("japanese_vowels", "prompts", "long", "names")
WAYS = ("like length", "mixed")


class Cost(NamedTuple):
    """Seconds to compile, of each epoch, and the validation loss after the last of a lane."""

    compiling: float
    epochs: list[float]
    loss: float
    lengths: tuple[int, ...]


def main() -> None:
    arguments = _parse()
    prepare()
    print_machine()
    rows = []
    for name in arguments.sets:
        costs = _costs(name, arguments)
        for way, cost in costs.items():
            seconds = statistics.median(cost.epochs)
            pairs = zip(cost.epochs, costs["mixed"].epochs, strict=True)
            ratio = statistics.median(own / other for own, other in pairs)
            rows.append(
                [
                    name,
                    way,
                    ", ".join(map(str, cost.lengths)),
                    f"{cost.compiling:.2f}",
                    f"{seconds:.4f}",
                    f"{ratio:.2f}",
                    f"{cost.loss:.4f}",
                ]
            )
    header = ["sequences", "batches", "lengths", "compiling, s", "epoch, s", "ratio", "loss"]
    print(table(header, rows, ["sequences", "batches", "lengths"]))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Batches of like length against mixed ones.")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--cell", default="GRU")
    parser.add_argument("--units", type=count, default=32)
    parser.add_argument("--batch", type=count, default=16)
    parser.add_argument("--epochs", type=count, default=15)
    return parser.parse_args()


def _lengths(name: str) -> tuple[np.ndarray, int]:
    """Of the sequences of a set, and how many features they have."""
    if name == "japanese_vowels":
        with np.load(VOWELS) as arrays:
            return arrays["lengths_train"].astype(np.int64), arrays["x_train"].shape[2]
    rng = np.random.default_rng(0)
    if name == "prompts":  # half a second to 1.3 s, as the recordings of spoken_language
        return rng.integers(31, 82, 108), 24
    if name == "names":  # of people, in letters; an embedding has 16 numbers
        return np.clip(rng.poisson(5, 10_000) + 2, 2, 20), 16
    return np.clip(rng.lognormal(np.log(60), 0.6, 1000), 5, 250).astype(np.int64), 8


def _dataset(name: str) -> Any:
    """Sequences of these lengths: which of three classes had the largest mean is learned."""
    from rnnsearch.data import MASK_VALUE, Dataset, Part, Scaling, Target

    lengths, features = _lengths(name)
    steps, rng = int(lengths.max()), np.random.default_rng(1)

    def part(lengths: np.ndarray) -> Part:
        x = rng.normal(size=(len(lengths), steps, features)).astype(np.float32)
        y = rng.integers(0, 3, len(lengths)).astype(np.int32)
        x[np.arange(len(y)), :, y] += 0.3
        x[np.arange(steps)[None] < steps - lengths[:, None]] = MASK_VALUE
        return Part(x, y)

    target = Target("class", ("y",), (0, 1, 2), Scaling(np.zeros(1), np.ones(1)))
    held_out = rng.choice(lengths, max(16, len(lengths) // 5))
    return Dataset(part(lengths), part(held_out), part(held_out[:0]), target, True)


def _costs(name: str, arguments: argparse.Namespace) -> dict[str, Cost]:
    from rnnsearch.engines import ragged

    dataset = _dataset(name)
    sessions, compiling, lengths = {}, {}, {}
    for way in WAYS:
        # Whether it would pay is what is measured: here it is always done, or never.
        worth = 1 if way == "like length" else 10**12
        with mock.patch.multiple(ragged, _WORTH=worth, _LEAST_SAVED=0.0):
            program = program_of(dataset, arguments.cell, arguments.units, arguments.batch)
            lengths[way] = ragged.lengths_of(program, [dataset])
            started = time.perf_counter()
            sessions[way] = open_program(program, dataset, 2)
            compiling[way] = time.perf_counter() - started
    epochs: dict[str, list[float]] = {way: [] for way in WAYS}
    losses: dict[str, float] = {}
    for epoch in range(arguments.epochs):
        for way in WAYS[:: 1 if epoch % 2 else -1]:
            started = time.perf_counter()
            values = sessions[way].advance()
            epochs[way].append(time.perf_counter() - started)
            losses[way] = values[0]["val_loss"]
    return {way: Cost(compiling[way], epochs[way][1:], losses[way], lengths[way]) for way in WAYS}


if __name__ == "__main__":
    main()
