"""An export at work in a fresh process that can't import this package, compared with `predict`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rnnsearch.errors import StudyError

__all__ = ["Checked", "compared", "run_alone"]

_ALONE = """\
import runpy, sys
sys.modules["rnnsearch"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script without this package, wherever that is installed."""

_BOUND = 1e-5
"""Of the target's deviation, or of a probability: how far an export may be off."""

_ROUNDINGS = 16
"""Roundings of a raw number in 32 bits that may add up."""


@dataclass(frozen=True)
class Checked:
    """How an export compares with `predict`.

    Attributes:
        count: Sequences that were predicted by both.
        worst: The largest difference, in deviations of the target, or of probabilities.
        bound: What it may be.
    """

    count: int
    worst: float
    bound: float

    @property
    def equal(self) -> bool:
        """Whether it is no more than rounding."""
        return self.worst <= self.bound


def run_alone(folder: Path) -> np.ndarray:
    """What an export's ``use.py`` predicts of its ``examples.npz``.

    Raises:
        StudyError: It ended with an error.
    """
    with TemporaryDirectory() as aside:
        put = Path(aside) / "found.npy"
        script = folder.absolute() / "use.py"
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _ALONE, str(script), str(put)],
            capture_output=True,
            text=True,
            cwd=aside,
            check=False,
        )
        if done.returncode or not put.exists():
            said = done.stderr.strip().splitlines()
            raise StudyError(
                "Expected the export to run in a process of its own. Received: "
                f"{said[-1] if said else f'exit status {done.returncode}'}; run: python {script}"
            )
        found: np.ndarray = np.load(put, allow_pickle=False)
    return found


def compared(
    found: np.ndarray,
    expected: np.ndarray,
    scale: np.ndarray,
    counts: np.ndarray | None,
    roughness: float,
    loses: float = 0.0,
) -> Checked:
    """Two predictions of the same sequences.

    Args:
        found, expected: (N, …, O).
        scale: (O,) deviations of the target, ones for probabilities.
        counts: (N, T) bool, which steps are compared; None for all.
        roughness: As of a `RawForm`.
        loses: As of a `Format`.
    """
    if found.shape != expected.shape:
        worst = float("inf")
    else:
        differences = np.abs(found.astype(np.float64) - expected) / scale
        if counts is not None:
            differences = differences[counts]
        worst = float(differences.max(initial=0))
        worst = worst if np.isfinite(worst) else float("inf")
    rounding = _ROUNDINGS * float(np.finfo(np.float32).eps) * roughness
    return Checked(len(found), worst, _BOUND + rounding + loses)
