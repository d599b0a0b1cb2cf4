"""Sequences that come again, value for value: one that was learned judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from rnnsearch.data.folds import Division
from rnnsearch.data.sequences.samples import Sample

__all__ = ["said_repeats"]

_MOST_BYTES = 1 << 31
"""Larger arrays are not looked through."""


def said_repeats(pool: Sample, test: Sample, divisions: Sequence[Division]) -> tuple[str, ...]:
    """Notes about sequences that are learned from and judge, too.

    Vectors that a sequence is written from come again by right, and so does silence: of these
    nothing is said.

    Args:
        pool: All sequences outside the test part.
        test: Those of the test part.
        divisions: The ways to divide the pool.
    """
    if pool.x.ndim != 3 or pool.x.shape[1] < 2 or pool.x.dtype.kind != "f":
        return ()
    if pool.x.nbytes + test.x.nbytes > _MOST_BYTES:
        return ()
    learned, asked = _contents(pool), _contents(test)
    known = {content for content in learned if content is not None}
    again = [i for i, content in enumerate(asked) if content in known]
    notes = []
    if again:
        notes.append(
            f"{len(again)} of {len(asked)} test sequences are in the training part, too, value for "
            f"value{_first(test, again)}: what is said of the test part is too good; leave them out"
        )
    held = max((_held_out(learned, each) for each in divisions), key=len, default=[])
    if held:
        notes.append(
            f"{len(held)} of {len(pool)} sequences outside the test part judge networks that have "
            f"learned the same values{_first(pool, held)}: leave out what comes again"
        )
    return tuple(notes)


def _contents(sample: Sample) -> list[int | None]:
    """A number that only the same values have, of each sequence; None where nothing changes."""
    moves = ((sample.x != sample.x[:, :1]) & ~np.isnan(sample.x)).any(axis=(1, 2))
    return [
        hash(x[:length].tobytes()) if moving else None
        for x, length, moving in zip(sample.x, sample.lengths, moves, strict=True)
    ]


def _held_out(contents: Sequence[int | None], division: Division) -> list[int]:
    """Places of sequences that a division holds out and learns from under another number."""
    train = Counter(contents[i] for i in division.train)
    return [
        i for i in division.validation.tolist() if contents[i] is not None and train[contents[i]]
    ]


def _first(sample: Sample, places: Sequence[int]) -> str:
    """Where the first of them was read from, if they come out of files."""
    return "" if sample.files is None else f" (such as {sample.files[places[0]]})"
