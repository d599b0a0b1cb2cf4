"""Dividing sequences of tokens: by share or number, whole groups, and the file's own parts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest, name_rows, name_some
from rnnsearch.data.raw.text_rows import TextTable
from rnnsearch.data.splits import random_parts, said_part, stratified_parts, time_parts

if TYPE_CHECKING:
    from rnnsearch.spec.sources import TokensSplitSpec

__all__ = ["BLOCK", "Split", "known_already", "split_rows", "unit_parts"]

Three = tuple[np.ndarray, np.ndarray, np.ndarray]

BLOCK = 100
"""Rows that stay together where neighbouring ones are alike."""

_BLOCKS = 50
"""Blocks that there are at least, by default: those of a short file are shorter."""

_NAMES = ("training", "validation", "test")
_SAID = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """How N sequences are divided.

    Attributes:
        parts: Indices of the training, validation and test part.
        units: (N,) int, what must not be divided; None if each sequence stands alone.
        said: Whether the file says which are the validation part.
    """

    parts: Three
    units: np.ndarray | None
    said: bool


def split_rows(
    split: TokensSplitSpec,
    table: TextTable,
    positions: np.ndarray,
    labels: np.ndarray | None,
    block: int,
    problems: Problems,
) -> Split:
    """Which of N sequences belong to the training, the validation and the test part.

    Args:
        split: What the spec says.
        table: Where the columns of groups and of parts stand.
        positions: (N,) the table's row of each sequence.
        labels: (N,) int, the class of each, or None; asked for, or by default, each part has
            its share of every class.
        block: Rows that stay together where the spec does not say, in a file that is long.
        problems: Where to note what is wrong.

    Raises:
        InvalidData: A column is not there, or a part would be empty.
    """
    given = None
    if split.column is not None:
        given = _said_parts(table, split.column, positions, problems)
    units = None
    if split.group is not None:
        cells = _column(table, split.group, "data.split.group", problems)
        problems.raise_any()
        units = _numbered([cells[i] for i in positions])
    size = min(block, max(1, len(positions) // _BLOCKS)) if split.block == "auto" else split.block
    if units is None and size > 1 and given is None:
        units = np.arange(len(positions)) // size
    problems.raise_any()
    everything = np.arange(len(positions))
    own = everything if given is None else given[0]
    validation_size = 0.0 if given is not None and len(given[1]) else split.validation
    test_size = 0.0 if given is not None and len(given[2]) else split.test
    _check_sizes(len(own), validation_size, test_size, problems)
    parts = _divide(
        split,
        len(own),
        validation_size,
        test_size,
        None if labels is None else labels[own],
        None if units is None else units[own],
    )
    wanted = (1, validation_size, test_size)
    _check_filled([len(part) for part in parts], wanted, len(own), problems)
    train, validation, test = (own[part] for part in parts)
    said = given is not None and len(given[1]) > 0
    if given is not None:
        validation = given[1] if said else validation
        test = given[2] if len(given[2]) else test
    return Split((train, validation, test), units, said)


def _divide(
    split: TokensSplitSpec,
    count: int,
    validation: float,
    test: float,
    labels: np.ndarray | None,
    units: np.ndarray | None,
) -> Three:
    """Indices of each part."""
    sizes = [amount if amount >= 1 else round(amount * count) for amount in (validation, test)]
    shares = sizes[0] / count, sizes[1] / count
    in_time = split.by == "time"
    if units is not None:
        return unit_parts(units, int(sizes[0]), int(sizes[1]), None if in_time else split.seed)
    if in_time:
        borders = np.cumsum([len(part) for part in time_parts(count, *shares)[:2]])
        one, two, three = np.split(np.arange(count), borders)
        return one, two, three
    if labels is not None and split.by in ("auto", "stratified"):
        return stratified_parts(labels, *shares, split.seed)
    return random_parts(count, *shares, split.seed)


def unit_parts(units: np.ndarray, validation: int, test: int, seed: int | None) -> Three:
    """Parts of about so many sequences, each unit in one of them.

    Args:
        units: (N,) int from 0, the unit of each sequence.
        validation, test: Sequences wanted.
        seed: Of the order in which units are dealt; None keeps theirs, the last ones for test.
    """
    sizes = np.bincount(units)
    order = np.arange(len(sizes))
    if seed is not None:
        order = np.random.default_rng(seed).permutation(order)
    owner = np.zeros(len(sizes), dtype=np.int64)
    wanted, part, filled = (0, validation, test), 2, 0
    for unit in order[::-1]:
        # A part is full when one more unit would take it further from what is wanted.
        while part and (not wanted[part] or (filled and filled + sizes[unit] / 2 > wanted[part])):
            part, filled = part - 1, 0
        owner[unit] = part
        filled += sizes[unit]
    of = owner[units]
    return np.flatnonzero(of == 0), np.flatnonzero(of == 1), np.flatnonzero(of == 2)


def known_already(before: Sequence[Hashable], other: Sequence[Hashable]) -> np.ndarray:
    """(N,) bool, which of `other` are in the parts before it too."""
    known = set(before)
    return np.array([key in known for key in other], dtype=bool)


def _numbered(cells: Sequence[str]) -> np.ndarray:
    """(N,) int from 0, equal where cells are, in the order of their first appearance."""
    index: dict[str, int] = {}
    return np.array([index.setdefault(cell, len(index)) for cell in cells], dtype=np.int64)


def _column(table: TextTable, name: str, path: str, problems: Problems) -> Sequence[str]:
    """A column's cells; empty with a problem noted where it is not there."""
    if name in table.header:
        return table.column(name)
    must, advice = "must name a column of the file", name_nearest(name, table.header)
    problems.add(path, must, f"'{name}'", advice)
    return []


def _said_parts(
    table: TextTable, name: str, positions: np.ndarray, problems: Problems
) -> Three | None:
    """Which sequences the file says to be in each part."""
    cells = _column(table, name, "data.split.column", problems)
    if not cells:
        return None
    said = np.array([cells[position].lower() for position in positions])
    said = np.array([said_part(cell) or cell for cell in said.tolist()])
    strange = np.flatnonzero(~np.isin(said, _SAID))
    if len(strange):
        rows = table.rows[positions[strange]]
        received = f"'{cells[positions[strange[0]]]}' in {name_rows(rows)} of '{name}'"
        must, advice = "must be a column of train, validation and test", "correct the column"
        problems.add("data.split.column", must, received, advice)
        return None
    train, validation, test = (np.flatnonzero(said == part) for part in _SAID)
    if not len(train):
        must = "must say of some sequences that they train"
        problems.add("data.split.column", must, name_some(sorted(set(said.tolist()))))
    return train, validation, test


def _check_sizes(count: int, validation: float, test: float, problems: Problems) -> None:
    """Note numbers of sequences that leave nothing to train on."""
    wanted = sum(amount if amount >= 1 else amount * count for amount in (validation, test))
    if wanted >= count:
        received = f"{validation:g} and {test:g} of {count} sequences"
        must = "must leave something to train on"
        problems.add("data.split", must, received, "lower validation or test")
        problems.raise_any()


def _check_filled(
    sizes: Sequence[int], amounts: Sequence[float], count: int, problems: Problems
) -> None:
    """Note parts that were asked for and are empty."""
    if any(not size and amount for size, amount in zip(sizes, amounts, strict=True)):
        received = ", ".join(f"{n} {name}" for n, name in zip(sizes, _NAMES, strict=True))
        must, advice = "must leave a sequence in every part", "give more, or change the shares"
        problems.add("data.split", must, f"{received} sequences of {count}", advice)
        problems.raise_any()
