"""Do networks for separate sequences get better where they train three times as long?

    python benchmarks/longer.py --data FOLDER swedish_leaf medical_images …

Each set is an .npz with `x_train` and `y_train`; its test part is not looked at. What came out:
benchmarks/README.md, "Three times as long".
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rnnsearch
from benchmarks.machine import print_machine

_TIMES = 3

_NETWORK = {
    "cell": "GRU",
    "units": 64,
    "bidirectional": True,
    "pooling": "max",
    "augment": 0.5,
    "learning_rate": 5e-3,
    "dropout": 0.2,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare lengths of training out of fold.")
    parser.add_argument("sets", nargs="+", help="names of files in the folder, without .npz")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    print_machine()
    print("\n| set | sequences | learned | as usual | longer |\n|---|---:|---:|---:|---:|")
    for name in arguments.sets:
        with np.load(arguments.data / f"{name}.npz") as arrays:
            x, y = arrays["x_train"], arrays["y_train"]
        usual = _last_epochs(x, y, "auto")
        longer = _last_epochs(x, y, int(_TIMES * usual["epoch"]))
        learned = usual["loss"] / usual["val_loss"]
        found = " | ".join(
            f"{one['val_loss']:.4f}, {one['val_accuracy']:.3f}" for one in (usual, longer)
        )
        print(f"| {name} | {len(y)} | {learned:.2f} | {found} |", flush=True)


def _last_epochs(x: np.ndarray, y: np.ndarray, epochs: int | Literal["auto"]) -> pd.Series:
    """The last epoch of one configuration that trains as long as that, the mean of five folds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.npz"
        np.savez(file, x=x, y=y)
        spec: dict[str, Any] = {
            "task": "many_to_one",
            "data": {
                "source": "npz",
                "path": str(file),
                "target_kind": "class",
                "split": {"test": 0, "folds": 5},
            },
            "space": {name: [value] for name, value in _NETWORK.items()},
            "search": {"sampler": "grid", "trials": 1, "epochs": epochs, "confirm": 0},
        }
        curves = rnnsearch.search(spec, output=Path(folder) / "study").curves()
        return curves[curves["epoch"] == curves["epoch"].max()].mean(numeric_only=True)


if __name__ == "__main__":
    main()
