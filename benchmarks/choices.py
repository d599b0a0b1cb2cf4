"""What do pooling, augmentation and reading backwards do for few sequences? Log loss out of fold.

    python benchmarks/choices.py --data FOLDER

Of each data set a part of its training part is learned from, and its test part is not looked at.
What is compared and what came out: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rnnsearch
from benchmarks.machine import print_machine

_SETS = {"trace": 50, "acsf1": 60, "japanese_vowels": 54, "coffee": 28}
"""Training sequences of each that are learned from, as many of each class as there are."""

_FIXED = {
    "cell": "GRU",
    "units": 32,
    "bidirectional": True,
    "pooling": "max",
    "augment": 0.5,
    "learning_rate": 5e-3,
    "dropout": 0.2,
}
"""What is not varied."""

_VARIED: tuple[dict[str, tuple[Any, ...]], ...] = (
    {"pooling": ("last", "mean", "max"), "augment": (0.0, 0.5)},
    {"bidirectional": (False, True)},
)
"""What is compared with each other, a table each."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare ways to read sequences out of fold.")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="runs of a fold")
    arguments = parser.parse_args()
    print_machine()
    for varied in _VARIED:
        points = list(itertools.product(*varied.values()))
        heads = [", ".join(str(value) for value in point) for point in points]
        print(
            f"\n| {', '.join(varied)} | {' | '.join(heads)} |",
            "|---" * (len(heads) + 1) + "|",
            sep="\n",
        )
        for name, sequences in _SETS.items():
            file = arguments.data / f"{name}.npz"
            found = dict(_losses(file, sequences, varied, arguments.seeds))
            cells = [f"{found[point]:.4f}" for point in points]
            print(f"| {name}, {sequences} sequences | {' | '.join(cells)} |", flush=True)


def _losses(
    path: Path, sequences: int, varied: Mapping[str, tuple[Any, ...]], seeds: int
) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Each point of what is varied, and the mean log loss over folds and seeds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.npz"
        np.savez(file, **_part(path, sequences))
        results = rnnsearch.search(_spec(file, varied, seeds), output=Path(folder) / "study")
        for _, row in results.leaderboard.iterrows():
            if str(row["trial"]).isdigit():
                yield tuple(row[f"params_{name}"] for name in varied), row["val_loss"]


def _part(path: Path, sequences: int) -> dict[str, np.ndarray]:
    """Some of the training sequences, the same share of each class."""
    from sklearn.model_selection import train_test_split

    with np.load(path) as arrays:
        names = [name for name in arrays.files if name.endswith("_train")]
        parts = {name.removesuffix("_train"): arrays[name] for name in names}
    places = np.arange(len(parts["y"]))
    if sequences < len(places):
        places, _ = train_test_split(
            places, train_size=sequences, stratify=parts["y"], random_state=1
        )
    return {name: values[places] for name, values in parts.items()}


def _spec(file: Path, varied: Mapping[str, tuple[Any, ...]], seeds: int) -> dict[str, Any]:
    return {
        "task": "many_to_one",
        "data": {
            "source": "npz",
            "path": str(file),
            "target_kind": "class",
            "split": {"test": 0, "folds": 5},
        },
        "space": {**_FIXED, **{name: list(values) for name, values in varied.items()}},
        "search": {
            "sampler": "grid",
            "trials": math.prod(len(values) for values in varied.values()),
            "pruner": "none",
            "runs_per_trial": seeds,
            "confirm": 0,
        },
    }


if __name__ == "__main__":
    main()
