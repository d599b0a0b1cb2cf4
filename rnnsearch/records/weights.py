"""weights/NNNNN.npz: the best weights of the best trials, one file a trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnsearch.records.atomic import replacing
from rnnsearch.records.folder import StudyFolder

if TYPE_CHECKING:
    from rnnsearch.driver.trials import TrialRecord

__all__ = ["keep_best", "load_weights", "save_weights"]


def save_weights(path: Path, weights: Sequence[np.ndarray]) -> None:
    """Make or replace a file of arrays, which keeps their order."""
    arrays = {f"{index:05d}": np.asarray(array) for index, array in enumerate(weights)}
    with replacing(path) as aside:
        np.savez(aside, allow_pickle=False, **arrays)


def load_weights(path: Path) -> list[np.ndarray]:
    """The arrays that were saved, in their order."""
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in sorted(file.files)]


def keep_best(
    folder: StudyFolder,
    trials: Sequence[TrialRecord],
    n: int = 10,
    direction: Literal["minimize", "maximize"] = "minimize",
) -> None:
    """Remove the weights of all but the `n` best COMPLETE trials; ties go to the lower number."""
    sign = 1.0 if direction == "minimize" else -1.0
    ranked = sorted(
        (sign * trial.score, trial.number)
        for trial in trials
        if trial.state == "COMPLETE" and trial.score is not None
    )
    kept = {folder.weights(number) for _, number in ranked[:n]}
    for path in folder.weights_folder.glob("*.npz"):
        if path not in kept and path.stem.isdecimal():
            path.unlink(missing_ok=True)
