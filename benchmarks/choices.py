"""What do pooling, augmentation, size and scaling do for few sequences? Log loss out of fold.

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

_FEW = {"trace": 50, "acsf1": 60, "japanese_vowels": 54, "coffee": 28}
_SOME = {
    "faces_ucr": 200,
    "word_synonyms": 267,
    "medical_images": 381,
    "cricket_x": 390,
    "swedish_leaf": 500,
}
_CURVES = {"olive_oil": 30, "wine": 57, "meat": 60, "car": 60, "ham": 109, "fish": 175}
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

_TABLES: tuple[tuple[dict[str, int], dict[str, tuple[Any, ...]]], ...] = (
    (_FEW, {"pooling": ("last", "mean", "max"), "augment": (0.0, 0.5)}),
    (_FEW, {"bidirectional": (False, True)}),
    (_SOME, {"units": (16, 32, 64), "augment": (0.0, 0.5)}),
    (_CURVES, {"scaling": ("standard", "per_step")}),
)
"""Data sets, and what is compared on them, a table each; `scaling` is the data's."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare ways to read sequences out of fold.")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="runs of a fold")
    arguments = parser.parse_args()
    print_machine()
    for sets, varied in _TABLES:
        sets = {name: count for name, count in sets.items() if _file(arguments, name).exists()}
        points = list(itertools.product(*varied.values()))
        heads = [", ".join(str(value) for value in point) for point in points]
        print(
            f"\n| {', '.join(varied)} | {' | '.join(heads)} |",
            "|---" * (len(heads) + 1) + "|",
            sep="\n",
        )
        for name, sequences in sets.items():
            found = dict(_losses(_file(arguments, name), sequences, varied, arguments.seeds))
            cells = [f"{found[point]:.4f}" for point in points]
            print(f"| {name}, {sequences} sequences | {' | '.join(cells)} |", flush=True)


def _file(arguments: argparse.Namespace, name: str) -> Path:
    return Path(arguments.data) / f"{name}.npz"


def _losses(
    path: Path, sequences: int, varied: Mapping[str, tuple[Any, ...]], seeds: int
) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Each point of what is varied, and the mean log loss over folds and seeds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.npz"
        np.savez(file, **_part(path, sequences))
        spaced = {name: values for name, values in varied.items() if name != "scaling"}
        for number, scaling in enumerate(varied.get("scaling", ("auto",))):
            spec = _spec(file, spaced, seeds, scaling)
            results = rnnsearch.search(spec, output=Path(folder) / f"study{number}")
            for _, row in results.leaderboard.iterrows():
                if str(row["trial"]).isdigit():
                    point = {name: row[f"params_{name}"] for name in spaced} | {"scaling": scaling}
                    yield tuple(point[name] for name in varied), row["val_loss"]


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


def _spec(
    file: Path, varied: Mapping[str, tuple[Any, ...]], seeds: int, scaling: str
) -> dict[str, Any]:
    return {
        "task": "many_to_one",
        "data": {
            "source": "npz",
            "path": str(file),
            "target_kind": "class",
            "scaling": scaling,
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
