"""Which rows of tokens are outside the test part, and the folds that these are divided into."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.folds import Division, Folds, Pool, quantile_bins
from rnnsearch.data.tokens.token_parts import Split, known_already
from rnnsearch.data.tokens.token_rows import Rows

if TYPE_CHECKING:
    from rnnsearch.data.collecting import Problems
    from rnnsearch.spec.sources import RowsSource

__all__ = ["divide_pool", "sequence_keys", "without_repeated"]


def divide_pool(
    source: RowsSource,
    rows: Rows,
    labels: np.ndarray | None,
    classes: tuple[Any, ...],
    split: Split,
    problems: Problems,
) -> tuple[np.ndarray, Folds]:
    """Indices of all sequences outside the test part, and the ways to divide them."""
    train, validation, _ = split.parts
    pool = np.sort(np.concatenate([train, validation]))
    strata = None
    if source.split.by in ("auto", "stratified"):
        if rows.kind == "numeric":
            strata = quantile_bins(rows.target[pool, 0])
        elif labels is not None:
            strata = labels[pool]
    single = "to write texts takes long to learn" if rows.kind == "text" else ""
    ways = Pool(
        len(pool),
        Division(np.searchsorted(pool, train), np.searchsorted(pool, validation)),
        strata,
        None if split.units is None else split.units[pool],
        classes if labels is not None else (),
        "the file says which rows are the validation part" if split.said else "",
        single,
        ordered=source.split.by == "time" and split.units is None,
    )
    return pool, ways.folds(source.split.asked_folds, source.split.seed, problems)


def without_repeated(
    pool: np.ndarray, folds: Folds, keys: Sequence[Hashable], *, drop: bool
) -> tuple[np.ndarray, Folds, int]:
    """Without what is validated on and trained on too, if that is to be left out.

    Args:
        pool: Indices of the sequences that are divided.
        folds: Into which divisions.
        keys: Of every sequence, as `sequence_keys`.
        drop: Whether to leave them out.

    Returns:
        The pool without sequences that no division has, the folds, and how many sequences of
        the last validation part were, or are, in its training part too.
    """
    divisions, count = [], 0
    for division in folds.divisions:
        known = [keys[i] for i in pool[division.train]]
        again = known_already(known, [keys[i] for i in pool[division.validation]])
        count = int(again.sum())
        kept = division.validation[~again] if drop else division.validation
        divisions.append(Division(division.train, kept))
    used = np.unique(
        np.concatenate([index for d in divisions for index in (d.train, d.validation)])
    )
    placed = tuple(
        Division(np.searchsorted(used, d.train), np.searchsorted(used, d.validation))
        for d in divisions
    )
    return pool[used], replace(folds, divisions=placed), count


def sequence_keys(rows: Rows) -> list[Hashable]:
    """What makes two sequences the same: the text that is read, or, of a vector, all of it."""
    if rows.sequence:
        return [tuple(tokens) for tokens in rows.sequence]
    columns = [rows.numbers.tolist(), *(labels.tolist() for labels in rows.texts.values())]
    inputs = zip(*columns, strict=True)
    return [
        (*map(str, values), *target) for values, target in zip(inputs, rows.target, strict=True)
    ]
