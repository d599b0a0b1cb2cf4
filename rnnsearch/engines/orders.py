"""The order in which runs see the training sequences, the same in every engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.engines._base import Program, Run, batch_order
from rnnsearch.engines.ragged import batches_of_like_length, lengths_of, real_lengths

__all__ = ["Orders"]


class Orders:
    """The orders of a program's epochs, so that equal runs see equal batches.

    Random, but for a stream, whose windows follow each other; of ragged sequences in batches of
    like length, where these pay.

    Args:
        program: What is trained.
        folds: What on.
    """

    def __init__(self, program: Program, folds: Sequence[Dataset]) -> None:
        self._program = program
        self._sequences = [len(dataset.train) for dataset in folds]
        self._real: list[np.ndarray] | None = None
        if len(lengths_of(program, folds)) > 1:
            self._real = [real_lengths(dataset.train.array) for dataset in folds]

    def of(self, run: Run, epoch: int) -> np.ndarray:
        """The order of a run's fold in an epoch (from 1): (N,) int32."""
        sequences = self._sequences[run.fold]
        if self._program.architecture.head.stream is not None:
            return np.arange(sequences, dtype=np.int32)
        order = batch_order(run.seed, epoch, sequences)
        if self._real is None:
            return order
        generator = np.random.default_rng([run.seed, epoch, 1])
        size = self._program.batch_size
        return batches_of_like_length(order, self._real[run.fold], size, generator)
