"""weights/NNNNN.npz: the best weights of the best trials; NNNNN-RRR.npz those of each run."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import final

import numpy as np

from rnnsearch.errors import StudyError
from rnnsearch.files import NoArrays, read_arrays, replacing
from rnnsearch.outcomes import TrialRecord, rank_key
from rnnsearch.records.folder import StudyFolder
from rnnsearch.vocabulary import Direction, Objective

__all__ = ["BestWeights", "load_weights", "save_weights"]


def save_weights(path: Path, weights: Sequence[np.ndarray]) -> None:
    """Make or replace a file of arrays, which keeps their order."""
    arrays = {f"{index:05d}": np.asarray(array) for index, array in enumerate(weights)}
    with replacing(path) as aside:
        np.savez(aside, allow_pickle=False, **arrays)


def load_weights(path: Path) -> list[np.ndarray]:
    """The arrays that were saved, in their order.

    Raises:
        StudyError: The file is not what was saved.
        OSError: It can't be read.
    """
    try:
        arrays = read_arrays(path)
    except NoArrays as error:
        raise StudyError(
            f"Expected weights as a search saves them. Received: {path}, which can't be read "
            f"({error}); put back a copy, or start anew with --fresh"
        ) from error
    return [arrays[name] for name in sorted(arrays)]


@final
class BestWeights:
    """The weights of the `count` best COMPLETE trials, by `rnnsearch.outcomes.ranking`.

    Args:
        folder: Where they are kept.
        direction: Of the score.
        count: How many.
    """

    def __init__(
        self,
        folder: StudyFolder,
        direction: Direction = "minimize",
        count: int = 10,
    ) -> None:
        self._folder = folder
        self._objective = Objective("score", direction)
        self._count = count
        self._kept: list[tuple[int, tuple[bool, float], float, float, int]] = []

    def begin(self, trials: Iterable[TrialRecord]) -> None:
        """Keep the best of trials whose weights are on disk, and remove all other weights."""
        ranked = sorted(
            rank_key(trial, self._objective)
            for trial in trials
            if trial.state == "COMPLETE" and trial.score is not None
        )
        self._kept = ranked[: self._count]
        kept = {f"{number:05d}" for *_, number in self._kept}
        for path in self._folder.weights_folder.glob("*.npz"):
            trial, _, run = path.stem.partition("-")
            if trial not in kept and trial.isdecimal() and (not run or run.isdecimal()):
                path.unlink(missing_ok=True)

    def add(
        self,
        trial: TrialRecord,
        weights: Sequence[np.ndarray],
        networks: Mapping[int, Sequence[np.ndarray]] | None = None,
    ) -> None:
        """Save the weights of a trial that is now COMPLETE, if it is among the best.

        Args:
            trial: How it ended.
            weights: Of the run that stands for it.
            networks: Run → weights.
        """
        if trial.score is None:
            return
        entry = rank_key(trial, self._objective)
        if len(self._kept) == self._count and entry > self._kept[-1]:
            return
        for index, own in (networks or {}).items():
            save_weights(self._folder.run_weights(trial.number, index), own)
        save_weights(self._folder.weights(trial.number), weights)
        bisect.insort(self._kept, entry)
        for *_, worst in self._kept[self._count :]:
            for path in self._folder.weights_folder.glob(f"{worst:05d}*.npz"):
                path.unlink(missing_ok=True)
        del self._kept[self._count :]
