"""k folds of separate sequences: how many there are, and which sequence each holds out.

What is divided is the *pool*: every sequence outside the test part. Each repeat divides all of it
anew, so that it holds out each sequence once (Kohavi, 1995). Division r·k + f is fold f of
repeat r.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.splits import largest_first

__all__ = ["Division", "Folds", "Pool", "fold_owners", "one_fold", "quantile_bins", "usual_folds"]

_AUTO = ((200, 5, 3), (2_000, 5, 1), (20_000, 3, 1))
"""Sequences at most, and the folds and repeats for them: few sequences judge badly, and cost
little."""

_KEY = "data.split.folds"


@dataclass(frozen=True)
class Division:
    """One way to divide a pool.

    Attributes:
        train, validation: Indices of its sequences, in order.
    """

    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True)
class Folds:
    """All ways to divide a pool.

    Attributes:
        divisions: k of each repeat, one repeat after the other.
        repeats: How often the pool is divided anew.
        said: What there is to know of it, as `check` shows it; empty where nobody asked.
    """

    divisions: tuple[Division, ...]
    repeats: int = 1
    said: str = ""

    def __len__(self) -> int:
        """Divisions in all."""
        return len(self.divisions)


@dataclass(frozen=True)
class Pool:
    """What is divided.

    Attributes:
        count: N, its sequences.
        holdout: The one division that shares or the data itself give.
        strata: (N,) int, of which each fold has its share; None if only its size matters.
        groups: (N,) what must not be divided; None if each sequence stands alone.
        names: Of the strata, where these are classes.
        fixed: Why the validation part can be no other; empty if it can.
        single: Why there is one fold by default; empty if their number decides.
        ordered: Whether sequences follow each other in time: then each fold is trained on those
            before the ones that it holds out, with a rolling origin (Tashman, 2000).
        gap: Sequences before an origin that share steps with those after it; they are left out.
    """

    count: int
    holdout: Division
    strata: np.ndarray | None = None
    groups: np.ndarray | None = None
    names: Sequence[Any] = ()
    fixed: str = ""
    single: str = ""
    ordered: bool = False
    gap: int = 0

    def folds(self, asked: tuple[int, int] | None, seed: int, problems: Problems) -> Folds:
        """Its divisions.

        Args:
            asked: Folds and repeats; None to choose them.
            seed: Of the order in which sequences are dealt.
            problems: Where to note what can't be had.
        """
        if asked is None:
            return self._chosen(seed)
        folds, repeats = asked
        if folds > 1 and self.fixed:
            advice = "leave the validation part out of the data, or remove folds"
            problems.add(_KEY, f"must be 1 or auto where {self.fixed}", str(folds), advice)
            return one_fold(self.holdout)
        if folds > self._most:
            what = "sequences" if self.groups is None else "groups of sequences"
            must = f"must be at most {self._most}, the {what} outside the test part"
            problems.add(_KEY, must, str(folds), "lower it")
            return one_fold(self.holdout)
        if folds == 1:
            return one_fold(self.holdout)
        if self.ordered:
            most = self._most_origins(least=1)
            if folds > most:
                must = f"must be at most {most}, as each fold is trained on what is before it"
                problems.add(_KEY, must, str(folds), "lower it, or data.split.validation")
                return one_fold(self.holdout)
            return self._rolling(folds, "")
        return self._divided(folds, repeats, seed, "")

    def _chosen(self, seed: int) -> Folds:
        """As many folds as suit the number of sequences."""
        single = self.fixed or self.single
        found = usual_folds(self.count)
        if not single and found is None:
            single = f"there are {self.count:,} sequences outside the test part"
        if not single and self._most < 2:
            single = "all sequences outside the test part are of one group"
        if single or found is None:
            return one_fold(self.holdout, f"1 (auto): {single}")
        folds, repeats = found
        if self.ordered:
            most = self._most_origins(least=(len(self.holdout.train) + 1) // 2)
            why = f"auto: {self.count:,} sequences outside the test part"
            if min(folds, most) < 2:
                return one_fold(self.holdout, f"1 ({why}, which follow each other in time)")
            return self._rolling(min(folds, most), why)
        why = f"auto: {self.count:,} sequences outside the test part"
        if folds > self._most:
            folds = self._most
            why += f", {folds} groups" if self.groups is not None else ""
        return self._divided(folds, repeats, seed, why)

    def _most_origins(self, least: int) -> int:
        """Origins that leave so many sequences, at least, before the first."""
        held_out = len(self.holdout.validation)
        room = len(self.holdout.train) - self.gap - least
        return 1 + max(0, room // max(1, held_out))

    def _rolling(self, folds: int, why: str) -> Folds:
        """Each holds out as many as the last, the sequences right before those of the next."""
        held_out, border = len(self.holdout.validation), len(self.holdout.train)
        divisions = []
        for back in range(folds - 1, 0, -1):
            origin = border - back * held_out
            train = np.arange(max(1, origin - self.gap))
            divisions.append(Division(train, np.arange(origin, origin + held_out)))
        text = f"{folds}" + (f" ({why})" if why else "")
        text += f", each trained on the sequences before those that it holds out, {held_out}"
        return Folds((*divisions, self.holdout), 1, f"{text}; the last:")

    @property
    def _most(self) -> int:
        """Folds that can be filled."""
        if self.groups is not None:
            return len(np.unique(self.groups))
        return int((~self._alone).sum())

    @property
    def _alone(self) -> np.ndarray:
        """(N,) bool, the only member of a class: held out, no network could know the class."""
        if self.strata is None or not len(self.names) or self.groups is not None:
            return np.zeros(self.count, bool)
        return np.asarray(np.bincount(self.strata, minlength=len(self.names))[self.strata] == 1)

    def _divided(self, folds: int, repeats: int, seed: int, why: str) -> Folds:
        divisions = []
        dealt = np.flatnonzero(~self._alone)
        strata = None if self.strata is None else self.strata[dealt]
        groups = None if self.groups is None else self.groups[dealt]
        for repeat in range(repeats):
            owner = np.full(self.count, -1)
            generator = np.random.default_rng([seed, repeat])
            owner[dealt] = fold_owners(len(dealt), folds, strata, groups, generator)
            divisions += [
                Division(np.flatnonzero(owner != fold), np.flatnonzero(owner == fold))
                for fold in range(folds)
            ]
        return Folds(tuple(divisions), repeats, self._text(folds, divisions, why))

    def _text(self, folds: int, divisions: Sequence[Division], why: str) -> str:
        """``5 × 3 repeats (auto: …), each class in the same share, …``."""
        repeats = len(divisions) // folds
        text = f"{folds}" + (f" × {repeats} repeats" if repeats > 1 else "")
        text += f" ({why})" if why else ""
        if self.groups is not None:
            text += ", no group divided"
        elif self.strata is not None:
            what = "each class" if len(self.names) else "small and large numbers"
            text += f", {what} in the same share"
        sizes = sorted({len(division.validation) for division in divisions})
        held_out = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else f"{sizes[0]}"
        text += f", {held_out} held out"
        if self._alone.any():
            named = name_some(self.names[index] for index in self.strata[self._alone])  # type: ignore[index]
            text += f"; the only one of {named} is always trained on"
        return f"{text}; the last:"


def usual_folds(sequences: int) -> tuple[int, int] | None:
    """Folds and repeats that suit so many sequences; None where one validation part does."""
    found = [(folds, repeats) for most, folds, repeats in _AUTO if sequences <= most]
    return found[0] if found else None


def one_fold(holdout: Division, said: str = "") -> Folds:
    """A pool that is divided once."""
    return Folds((holdout,), 1, said)


def quantile_bins(values: np.ndarray) -> np.ndarray:
    """(N,) int, equally many of the smallest values, the next ones, …: 10 bins or N / 5."""
    bins = max(1, min(10, len(values) // 5))
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(rank * bins // max(1, len(values)))


def fold_owners(
    count: int,
    folds: int,
    strata: np.ndarray | None,
    groups: np.ndarray | None,
    generator: np.random.Generator,
    *,
    roughly: bool = False,
) -> np.ndarray:
    """(N,) int, the fold that holds out each sequence.

    Alone, sequences are ordered by stratum, at random within it, and dealt one to each fold in
    turn: of a stratum and in all, folds differ by one sequence at most. Groups are dealt the
    larger first, each to the fold that lacks most of what is in it, as `group_parts` does.

    Args:
        count: N.
        folds: k, no more than there are sequences or groups.
        strata: (N,) int, or None.
        groups: (N,), or None.
        generator: Of the order.
        roughly: See `largest_first`.
    """
    kind = np.zeros(count, np.int64) if strata is None else strata
    if groups is None:
        order = generator.permutation(count)
        order = order[np.argsort(kind[order], kind="stable")]
        owner = np.empty(count, np.int64)
        owner[order] = np.arange(count) % folds
        return owner
    names, group = np.unique(groups, return_inverse=True)
    kinds, kind = np.unique(kind, return_inverse=True)
    content = np.zeros((len(names), len(kinds)))
    np.add.at(content, (group, kind), 1)
    content /= content.sum(axis=0)  # a class counts as much as any other, however rare
    order = largest_first(np.bincount(group), generator, roughly=roughly)
    of_group = np.full(len(names), -1)
    lacking = np.full((folds, len(kinds)), 1 / folds)
    for left, member in zip(range(len(order), 0, -1), order, strict=True):
        worth = lacking @ content[member]
        empty = np.setdiff1d(np.arange(folds), of_group)
        if left <= len(empty):
            worth[np.setdiff1d(np.arange(folds), empty)] = -np.inf
        of_group[member] = int(worth.argmax())
        lacking[of_group[member]] -= content[member]
    return np.asarray(of_group[group])
