"""Ragged sequences: batches of like length, and the lengths that a step is compiled for.

Padding stands before each sequence and is masked: a batch gives the same from its last L steps,
where L are those of its longest sequence. So batches of like length need fewer steps than mixed
ones, where a program can run over a shorter length. It is compiled once more for each, so only
where many sequences are ragged enough to pay for it; the order is the same in every engine.

16 batches' worth are drawn at random, sorted by length, cut into batches, and the batches shuffled:
every sequence comes once an epoch. Looped lanes of the fused engine run each batch over the least
of up to four lengths that holds it; what else runs, runs over all steps with the same result, but
for the masks of dropout between recurrent layers, which are drawn for as many steps as are run.
Batches are less mixed by it: where length goes with the target, so do the sequences of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.engines._base import Program

__all__ = ["Lengths", "batches_of_like_length", "is_real", "lengths_of", "real_lengths"]

_LEAST_SAVED = 0.25
"""Share of the steps that must be saved in all: batches are less mixed for it."""

_WORTH = 5_000
"""Steps of sequences that a further length must save in an epoch, against its compilation: as
many as train in about a second over a hundred epochs (benchmarks/README.md)."""

_PLACES = 8
"""Lengths are chosen among so many parts of T."""

_MOST = 4
"""Lengths, T included."""

_POOL = 16
"""Batches that are drawn at random before their sequences are sorted by length."""

Lengths = tuple[int, ...]
"""Steps that a program is compiled for, the fewest first and T last."""


def is_real(x: Any) -> Any:
    """(N, T) which steps of sequences (N, T, F) or ids (N, T) are no padding; of any backend."""
    return x != 0 if x.ndim == 2 else x[:, :, 0] != np.float32(MASK_VALUE)


def real_lengths(x: np.ndarray) -> np.ndarray:
    """(N,) steps that are no padding, of sequences that are padded at the front."""
    known = is_real(x)
    return np.asarray(known.shape[1] - known.argmax(axis=1))


def lengths_of(program: Program, folds: Sequence[Dataset]) -> Lengths:
    """The lengths that a program's batches are cut to; T alone where others would not pay."""
    head = program.architecture.head
    plain = head.source is None and head.stream is None and head.repeat is None
    # Counted in what a recurrent layer takes for a step; what is cut off is whole patches.
    patch, steps = program.architecture.patch, program.architecture.longest
    if not (head.masked and plain):
        return (head.steps,)
    real = np.concatenate([real_lengths(dataset.train.array) for dataset in folds])
    real = -(-real // patch)
    places = {-(-steps * part // _PLACES) for part in range(1, _PLACES)}
    candidates = [
        (*shorter, steps)
        for count in range(_MOST)
        for shorter in combinations(sorted(places), count)
    ]
    best = min(candidates, key=lambda lengths: _cost(real, lengths))
    saved = 1 - _run(real, best) / (steps * len(real))
    shorter = best[:-1] if saved >= _LEAST_SAVED else ()
    return (*(length * patch for length in shorter), head.steps)


def _run(real: np.ndarray, lengths: Lengths) -> int:
    """Steps of all sequences (N,), each cut to the least length that holds it."""
    return int(np.array(lengths)[np.searchsorted(lengths, real)].sum())


def _cost(real: np.ndarray, lengths: Lengths) -> int:
    return _run(real, lengths) + _WORTH * len(lengths)


def batches_of_like_length(
    order: np.ndarray, real: np.ndarray, batch: int, generator: np.random.Generator
) -> np.ndarray:
    """A random order (N,) with the sequences of each batch of like length.

    The order is cut into pools of batches, a pool's sequences are sorted by length, and the
    batches of all pools are shuffled; a short one stays the last. Sequences that are equally long
    stay in random order.

    Args:
        order: A permutation.
        real: (N,) steps of each sequence.
        batch: B.
        generator: Shuffles the batches.
    """
    size = _POOL * batch
    pools = [order[start : start + size] for start in range(0, len(order), size)]
    ordered = np.concatenate([pool[np.argsort(real[pool], kind="stable")] for pool in pools])
    whole = len(order) // batch
    batches = ordered[: whole * batch].reshape(whole, batch)
    shuffled = batches[generator.permutation(whole)].ravel()
    return np.concatenate([shuffled, ordered[whole * batch :]])
