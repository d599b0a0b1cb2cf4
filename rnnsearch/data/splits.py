"""Dividing data into training, validation and test part."""

from __future__ import annotations

import numpy as np

__all__ = ["fold_parts", "random_parts", "stratified_parts", "time_parts"]

Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def time_parts(rows: int, validation: float, test: float) -> tuple[range, range, range]:
    """Training, validation and test part, one after the other in time."""
    tests = round(rows * test)
    border = rows - tests - round(rows * validation)
    return range(0, border), range(border, rows - tests), range(rows - tests, rows)


def fold_parts(
    rows: int,
    validation: float,
    test: float,
    folds: int,
    step: int | None = None,
    window: int | None = None,
) -> list[tuple[range, range, range]]:
    """`time_parts` of each fold, with a rolling origin (Tashman, 2000).

    The last fold is `time_parts`, and the only one with the test part. Where there are too few
    rows a training part is empty.

    Args:
        rows: All there are.
        validation, test: Shares of them; each fold's validation part is as long as the last's.
        folds: How many.
        step: From one fold's origin, where its validation part begins, to the next one's; None
            for the length of a validation part.
        window: Rows of a training part, at most; None for all that are before its origin.
    """
    train, held_out, tests = time_parts(rows, validation, test)
    found = []
    for back in range(folds - 1, -1, -1):
        origin = max(0, train.stop - back * (step or len(held_out)))
        begin = 0 if window is None else max(0, origin - window)
        rest = tests if back == 0 else range(rows, rows)
        found.append((range(begin, origin), range(origin, origin + len(held_out)), rest))
    return found


def random_parts(count: int, validation: float, test: float, seed: int) -> Three:
    """Indices of each part, drawn at random, each part in the data's order."""
    order = np.random.default_rng(seed).permutation(count)
    train, second, third = time_parts(count, validation, test)
    return tuple(np.sort(order[part.start : part.stop]) for part in (train, second, third))  # type: ignore[return-value]


def stratified_parts(labels: np.ndarray, validation: float, test: float, seed: int) -> Three:
    """As `random_parts`, with each class in (nearly) the same share in every part.

    Sequences are ordered by class, at random within it, and dealt to the parts so that
    after each one the parts' sizes are as near to their shares as can be. Every class
    keeps a member in the training part.

    Args:
        labels: (N,) int, the class of each sequence.
        validation, test: Shares.
        seed: Of the order within a class.
    """
    generator = np.random.default_rng(seed)
    shares = np.array([1 - validation - test, validation, test])
    owner = np.zeros(len(labels), dtype=np.int64)
    dealt = np.zeros(3)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        for position, member in enumerate(members):
            owed = shares * (dealt.sum() + 1) - dealt
            owed[shares == 0] = -np.inf
            owner[member] = 0 if position == 0 else int(owed.argmax())
            dealt[owner[member]] += 1
    return np.flatnonzero(owner == 0), np.flatnonzero(owner == 1), np.flatnonzero(owner == 2)
