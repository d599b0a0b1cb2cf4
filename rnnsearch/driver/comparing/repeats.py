"""What several repeats of k folds say of the same sequences, averaged.

What is delivered averages networks. Judged division by division, each sequence is judged by one of
them, which is worse than their average, and what is no network, and gains less from an average,
looks better beside it than it is. Where a sequence was held out in several repeats, the networks
that did not see it are averaged before it is judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.driver.comparing.averages import Outputs

__all__ = ["Repeats"]


@dataclass(frozen=True)
class Repeats:
    """The divisions that judge, and what is averaged in each.

    Attributes:
        datasets: All divisions, of which some judge.
        judging: Places of those that do: of one repeat, or all where none is whole.
        others: For each of these, other places that hold out some of the same sequences → where
            these are in either: two arrays of rows.
    """

    datasets: Sequence[Dataset]
    judging: tuple[int, ...]
    others: tuple[Mapping[int, tuple[np.ndarray, np.ndarray]], ...]

    @classmethod
    def of(cls, data: SequenceData, folds: Sequence[int], window: int | None) -> Repeats:
        """Of some divisions.

        Args:
            data: What is divided.
            folds: Of each division, its number; one may come twice, trained from another seed.
            window: T.
        """
        once = {fold: data.dataset(window, fold) for fold in dict.fromkeys(folds)}
        datasets = [once[fold] for fold in folds]
        rows = [data.held_out(fold) for fold in folds]
        every = tuple(range(len(folds)))
        k = data.folds // data.repeats
        whole = [place for place in every if rows[place] is not None and k > 1]
        judging = _first_repeat([folds[place] for place in whole], k)
        if judging is None:
            return cls(datasets, every, tuple({} for _ in every))
        places = tuple(whole[at] for at in judging)
        others = tuple(_others(rows, whole, place) for place in places)
        return cls(datasets, places, others)

    @property
    def judged(self) -> list[Dataset]:
        """The divisions that judge."""
        return [self.datasets[place] for place in self.judging]

    def averaged(self, outputs: Outputs) -> list[np.ndarray]:
        """What is put out on these, each sequence by all that did not see it.

        Args:
            outputs: On every division.
        """
        return [
            self._averaged(outputs, place, others)
            for place, others in zip(self.judging, self.others, strict=True)
        ]

    def _averaged(
        self, outputs: Outputs, place: int, others: Mapping[int, tuple[np.ndarray, np.ndarray]]
    ) -> np.ndarray:
        total = np.array(outputs[place], np.float64)
        count = np.ones(len(total))
        for other, (own, its) in others.items():
            total[own] += self._in_units_of(place, other, np.asarray(outputs[other])[its])
            count[own] += 1
        return np.asarray(total / count.reshape(-1, *[1] * (total.ndim - 1)), np.float32)

    def _in_units_of(self, place: int, other: int, outputs: np.ndarray) -> np.ndarray:
        """Outputs in the scaling of another division: each has that of its training part."""
        mine, its = self.datasets[place].target, self.datasets[other].target
        if mine.kind == "class":
            return outputs
        return mine.scaling.apply(its.scaling.invert(outputs))


def _first_repeat(folds: Sequence[int], k: int) -> list[int] | None:
    """Places of the divisions of a repeat that is complete; None without one."""
    by_repeat: dict[int, dict[int, int]] = defaultdict(dict)
    for place, fold in enumerate(folds):
        by_repeat[fold // k].setdefault(fold % k, place)
    complete = (found for found in by_repeat.values() if len(found) == k)
    first = next(complete, None)
    return None if first is None else [first[fold] for fold in range(k)]


def _others(
    rows: Sequence[np.ndarray | None], places: Sequence[int], place: int
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """The other places that hold out some of the same sequences, and where these are in either."""
    shared = {other: _shared(rows, place, other) for other in places if other != place}
    return {other: found for other, found in shared.items() if len(found[0])}


def _shared(
    rows: Sequence[np.ndarray | None], place: int, other: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where the sequences that two divisions hold out are in either."""
    mine, its = rows[place], rows[other]
    assert mine is not None and its is not None
    _, own, there = np.intersect1d(mine, its, return_indices=True)
    return own, there
