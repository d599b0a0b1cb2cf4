"""What a network's predictions rest on: inputs and stretches of time taken from other sequences.

A feature is taken from another sequence of the part, all of its steps at once (permutation
importance, Breiman, 2001); so is a stretch of steps, all of its features at once (occlusion, Zeiler
& Fergus, 2014, by real values in place of grey). Of text each of the most frequent tokens is
taken out, others in its place. By how much the error grows says what it counted for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from rnnsearch.data import MASK_VALUE

__all__ = ["SEQUENCES", "counted"]

SEQUENCES = 300
"""Of a part that are worth looking at, at most."""

_STRETCHES = 12
_MOST_FEATURES = 24


def counted(
    x: np.ndarray, errors: Callable[[np.ndarray], float], names: Sequence[str]
) -> tuple[list[tuple[str, float]], list[tuple[int, int, float]]]:
    """By how much the error grows without each feature, and without each stretch of steps.

    Args:
        x: (N, T, F) sequences of numbers, or (N, T) of tokens; padding stands before them.
        errors: From such sequences to the mean error of what is predicted of them.
        names: Of the features, numbered where there are not as many; of tokens the symbols.

    Returns:
        Feature, or token, and growth; first and last step of a stretch, counted back from the last
        of a sequence, which is 1, and growth. Growth is a share of the error as it is.
    """
    usual = errors(x)
    if len(x) < 2 or not np.isfinite(usual) or usual <= 0:
        return [], []

    def growth(changed: np.ndarray) -> float:
        return errors(changed) / usual - 1

    rng = np.random.default_rng(0)
    others = _others(x, rng)
    without = _without_tokens(x, names, rng) if x.ndim == 2 else _without_features(x, others, names)
    by_name = sorted(
        ((name, growth(changed)) for name, changed in without), key=lambda pair: -pair[1]
    )
    steps = x.shape[1]
    edges = sorted({round(edge) for edge in np.linspace(0, steps, min(steps, _STRETCHES) + 1)})
    by_step = [
        (steps - last + 1, steps - first, growth(_swapped(x, others, slice(first, last))))
        for first, last in itertools.pairwise(edges)
    ]
    return by_name, by_step[::-1]


def _others(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same sequences in another order: one cycle, so that nobody is given its own."""
    order, places = rng.permutation(len(x)), np.empty(len(x), int)
    places[order] = np.roll(order, 1)
    return np.asarray(x[places])


def _swapped(
    x: np.ndarray, others: np.ndarray, steps: slice, features: slice = slice(None)
) -> np.ndarray:
    """The sequences with these steps and features from others.

    What is padding stays it, and nothing else becomes it.
    """
    where = (slice(None), steps, *((features,) if x.ndim == 3 else ()))
    changed, padding = x.copy(), 0 if x.ndim == 2 else MASK_VALUE
    changed[where] = others[where]
    return np.where((x == padding) | (changed == padding), x, changed)


def _without_features(
    x: np.ndarray, others: np.ndarray, names: Sequence[str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Each feature, and the sequences without it."""
    features = x.shape[2]
    known = names if len(names) == features else [f"feature {n + 1}" for n in range(features)]
    for place in range(min(features, _MOST_FEATURES)):
        yield str(known[place]), _swapped(x, others, slice(None), slice(place, place + 1))


def _without_tokens(
    x: np.ndarray, symbols: Sequence[str], rng: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """The most frequent tokens, and the sequences with others, as they come, in their places."""
    every = x[x > 0]
    tokens, counts = np.unique(every, return_counts=True)
    for token in tokens[np.argsort(-counts, kind="stable")][:_MOST_FEATURES].tolist():
        rest = every[every != token]
        if len(rest):
            name = repr(symbols[token - 1]) if token <= len(symbols) else "unknown"
            yield name, np.where(x == token, rng.choice(rest, x.shape), x)
