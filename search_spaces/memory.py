"""Tests of memory whose right answer is known: what the memory specs train on.

Each function makes N sequences anew from its seed and returns x and y.
"""

from __future__ import annotations

import numpy as np

__all__ = ["adding", "copying", "parity"]


def adding(
    steps: int = 100, sequences: int = 10_000, seed: int = 0, gap: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The adding problem (Hochreiter & Schmidhuber, 1997): remember two numbers, and add them.

    Of T random numbers between 0 and 1 two are marked, one in each half. The predictor that always
    says 1 has a mean squared error of 1/6; below 0.01 the problem counts as solved.

    Args:
        steps: T.
        sequences: N.
        seed: Of the numbers.
        gap: Steps at the end that have no mark; the halves are of those before.

    Returns:
        x (N, T, 2): the number, and 1 where it is marked; y (N,): the sum of the marked ones.
    """
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(size=(sequences, steps))
    marks = np.zeros((sequences, steps))
    rows = np.arange(sequences)
    marked = steps - gap
    marks[rows, rng.integers(0, marked // 2, sequences)] = 1
    marks[rows, rng.integers(marked // 2, marked, sequences)] = 1
    x = np.stack([numbers, marks], axis=2).astype(np.float32)
    return x, (numbers * marks).sum(axis=1).astype(np.float32)


def copying(
    length: int = 5, delay: int = 20, symbols: int = 8, sequences: int = 10_000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The copy task: hold some symbols for a while, then say them in order.

    Returns:
        x (N, T, symbols + 1) one-hot, of T = 2 · length + delay steps: the symbols, blanks, and in
        the last `length` steps the sign to answer; y (N, T): -1 is nothing, else the symbol.
    """
    rng = np.random.default_rng(seed)
    told = rng.integers(0, symbols, (sequences, length))
    steps = 2 * length + delay
    x = np.zeros((sequences, steps, symbols + 1), np.float32)
    np.put_along_axis(x[:, :length], told[..., None], 1, axis=2)
    x[:, -length:, symbols] = 1
    y = np.full((sequences, steps), -1, np.int64)
    y[:, -length:] = told
    return x, y


def parity(
    steps: int = 20, sequences: int = 10_000, seed: int = 0, shortest: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the number of ones is odd: any one bit that is missed spoils the answer.

    Args:
        steps: T.
        sequences: N.
        seed: Of the bits.
        shortest: The least bits that a sequence has; None: all have T.

    Returns:
        x (N, T, 1) of 0 and 1; y (N,) of 0 and 1; lengths (N,).
    """
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (sequences, steps, 1))
    lengths = rng.integers(shortest or steps, steps + 1, sequences)
    real = np.arange(steps) < lengths[:, None]
    return bits.astype(np.float32), (bits[..., 0] * real).sum(axis=1) % 2, lengths
