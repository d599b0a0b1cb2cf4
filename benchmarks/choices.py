"""What do pooling and augmentation do for few sequences? Out-of-fold log loss on training parts.

    python benchmarks/choices.py --data FOLDER

Of each data set a part of its training part is learned from, and its test part is not looked at.
What is compared and what came out: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rnnsearch
from benchmarks.machine import print_machine

_SETS = {"trace": 50, "acsf1": 60, "japanese_vowels": 54, "coffee": 28}
"""Training sequences of each that are learned from, as many of each class as there are."""

_POOLING = ("last", "mean", "max")
_AUGMENT = (0.0, 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare pooling and augmentation out of fold.")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="runs of a fold")
    arguments = parser.parse_args()
    print_machine()
    heads = [f"{pooling}, {augment:g}" for pooling in _POOLING for augment in _AUGMENT]
    print(f"| pooling, augment | {' | '.join(heads)} |", "|---|" + "---|" * len(heads), sep="\n")
    for name, sequences in _SETS.items():
        found = dict(_losses(arguments.data / f"{name}.npz", sequences, arguments.seeds))
        cells = [f"{found[pooling, augment]:.3f}" for pooling in _POOLING for augment in _AUGMENT]
        print(f"| {name}, {sequences} sequences | {' | '.join(cells)} |", flush=True)


def _losses(path: Path, sequences: int, seeds: int) -> Iterator[tuple[tuple[str, float], float]]:
    """Pooling and augmentation, and the mean log loss over folds and seeds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.npz"
        np.savez(file, **_part(path, sequences))
        results = rnnsearch.search(_spec(file, seeds), output=Path(folder) / "study")
        for _, row in results.leaderboard.iterrows():
            if str(row["trial"]).isdigit():
                yield (row["params_pooling"], float(row["params_augment"])), row["val_loss"]


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


def _spec(file: Path, seeds: int) -> dict[str, Any]:
    space = {"cell": "GRU", "units": 32, "bidirectional": True, "learning_rate": 5e-3}
    return {
        "task": "many_to_one",
        "data": {
            "source": "npz",
            "path": str(file),
            "target_kind": "class",
            "split": {"test": 0, "folds": 5},
        },
        "space": {**space, "pooling": list(_POOLING), "augment": list(_AUGMENT), "dropout": 0.2},
        "search": {
            "sampler": "grid",
            "trials": len(_POOLING) * len(_AUGMENT),
            "pruner": "none",
            "runs_per_trial": seeds,
            "confirm": 0,
        },
    }


if __name__ == "__main__":
    main()
