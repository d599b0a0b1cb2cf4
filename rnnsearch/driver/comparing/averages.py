"""Averages of what configurations put out, judged on the parts that none of them was trained on."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines.mixing import greedy, mixed, mixture_weights
from rnnsearch.data import Dataset
from rnnsearch.driver.comparing.standing import difference
from rnnsearch.tasks import Loss, judge, loss_weights

__all__ = ["Court", "Outputs", "averaged", "mean_of"]

_SHRINK = 0.75
"""How far shares of forecasts are drawn towards equal ones: the few origins say little of them."""

_RIVAL, _RIVAL_IN_TIME = 3.0, 1.75
"""Times the loss of the networks that a simple method may have, to stand beside them; fewer where
shares are drawn near to equal ones."""

_LEAST = 1e-7
"""Chance that nothing is thought to have less than, as in Keras's loss."""

_SLACK = 0.25
"""Standard errors by which an average of more may be worse and is still taken."""

_KEPT = 0.9
"""Share of what an average gains that fewer configurations must keep."""

_STRETCHES, _LEAST_STRETCH = 5, 40
"""Of a single division, which stand for divisions where shares are fitted; and the sequences of one
that say something of them."""

_MOST_FITTED = 20_000
"""Sequences of a single division that shares are fitted to."""

_ROUNDS = 20
"""Members of a greedy choice, counted as often as they joined."""

_MOST_ENTRIES = 200_000
"""Judged entries of all divisions up to which a greedy choice is worth its time."""

Outputs = Sequence[np.ndarray]
"""What a configuration puts out on the held-out part of each division: (N, …) arrays."""


def averaged(outputs: Sequence[Outputs], shares: Sequence[float]) -> list[np.ndarray]:
    """The weighted sum of several configurations' outputs on each division."""
    return [
        np.asarray(sum(share * array for share, array in zip(shares, of, strict=True)))
        for of in zip(*outputs, strict=True)
    ]


@dataclass(frozen=True)
class Court:
    """Judges outputs on the held-out part of each division.

    Attributes:
        datasets: The divisions, in their order.
        ordered: Whether these are origins in time: then what was learned from little counts less,
            as what is delivered learns from all.
        loss: Of the networks.
        metrics: Names of those that are reported.
    """

    datasets: Sequence[Dataset]
    loss: Loss
    metrics: Sequence[str]
    ordered: bool = False

    def judged(self, outputs: Outputs) -> list[dict[str, float]]:
        """``val_…`` metrics and loss on each division."""
        pairs = zip(outputs, self.datasets, strict=True)
        return [self._one(array, dataset) for array, dataset in pairs]

    def bagged(self, columns: Sequence[Outputs], folds: int) -> tuple[list[int], list[np.ndarray]]:
        """Which configurations are averaged: each that makes the loss no worse, in their order.

        A worse one that can't be told apart may still spoil the average where its errors are large
        and rare; on the other hand averages of more are the safer, so that what makes no difference
        is tried. Of those, the fewest are left that keep the gain: each is computed for each
        prediction.

        Args:
            columns: What each puts out, the best first.
            folds: k of the data's division.

        Returns:
            Their places, and what their average puts out.
        """
        places, bag = [0], list(columns[0])
        losses = self._losses(bag)
        for place in range(1, len(columns)):
            more = [*places, place]
            tried = averaged([columns[one] for one in more], [1 / len(more)] * len(more))
            gap = difference(found := self._losses(tried), losses, folds)
            if gap.mean <= _SLACK * gap.error:
                places, bag, losses = more, tried, found
        return self._fewest(columns, places)

    def _fewest(
        self, columns: Sequence[Outputs], places: Sequence[int]
    ) -> tuple[list[int], list[np.ndarray]]:
        """The first of some configurations, no more than keep what their average gains.

        Where it gains nothing that shows, more are kept all the same, unless they are the same
        again: of configurations that can't be told apart one may be the worst on new data.
        """

        def average(count: int) -> list[np.ndarray]:
            """Of the first so many, each as much as the others."""
            return averaged([columns[one] for one in places[:count]], [1 / count] * count)

        every, alone = self._losses(average(len(places))), self._losses(average(1))
        gain = statistics.fmean(alone) - statistics.fmean(every)
        for count in range(1, len(places)):
            lost = statistics.fmean(self._losses(average(count))) - statistics.fmean(every)
            if every == alone or (gain > 0 and lost <= (1 - _KEPT) * gain):
                return list(places[:count]), average(count)
        return list(places), average(len(places))

    def picked(self, columns: Sequence[Outputs]) -> tuple[list[np.ndarray], np.ndarray] | None:
        """The average that a greedy choice makes of some configurations (Caruana et al., 2004).

        Args:
            columns: What each puts out, the best first.

        Returns:
            What it puts out on each division, chosen by the others, and the share of each by all;
            None where there is nothing to choose; of origins in time, which are few and unlike;
            and of so much data that choosing takes long and tells little.
        """
        places = range(len(self.datasets))
        entries = sum(one.validation.weights.size for one in self.datasets)
        if self.ordered or min(len(places), len(columns)) < 2 or entries > _MOST_ENTRIES:
            return None
        found = []
        for held_out in places:
            shares = self._greedy(columns, [place for place in places if place != held_out])
            found.append(mixed([column[held_out] for column in columns], shares))
        return found, self._greedy(columns, places)

    def _greedy(self, columns: Sequence[Outputs], places: Sequence[int]) -> np.ndarray:
        outputs, y, weights = self._entries(columns, places)
        return greedy(outputs, y, weights, self.loss, _ROUNDS)

    def clearly_better(self, one: Outputs, other: Outputs, folds: int) -> bool:
        """Whether one average's loss is smaller by more than a standard error, pair by pair."""
        gap = difference(self._losses(one), self._losses(other), folds)
        return -gap.mean > gap.error

    def _losses(self, outputs: Outputs) -> list[float]:
        return [one["val_loss"] for one in self.judged(outputs)]

    def mixed(self, columns: Sequence[Outputs]) -> tuple[list[np.ndarray], np.ndarray]:
        """The best mixture of some members, on each division by shares from the others.

        Args:
            columns: What each member puts out.

        Returns:
            What it puts out on each division, and its shares (k,) from all of them. Where there is
            one, perhaps with several seeds, stretches of it stand for divisions; where it is too
            short for them, nothing says more than that shares of what is any good are equal.
        """
        places = range(len(self.datasets))
        if all(one is self.datasets[0] for one in self.datasets):
            return self._mixed_in_stretches(columns)
        found = []
        for held_out in places:
            others = [place for place in places if place != held_out]
            shares = self._shares(columns, others)
            found.append(mixed([column[held_out] for column in columns], shares))
        return found, self._shares(columns, places)

    def _mixed_in_stretches(
        self, columns: Sequence[Outputs]
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """The same of one division: sequences that follow each other are held out together."""
        places = range(len(self.datasets))
        _, y, weights = self._entries([], [0])
        outputs = [np.mean(column, axis=0) for column in columns]
        stretches = np.arange(len(y)) * _STRETCHES // max(1, len(y))
        if len(y) < _STRETCHES * _LEAST_STRETCH:
            equal = mixture_weights(outputs, y, weights, self.loss, shrink=1.0)
            return [mixed([column[place] for column in columns], equal) for place in places], equal
        every = -(-len(y) // _MOST_FITTED)

        def shares(rows: np.ndarray) -> np.ndarray:
            """Of what these rows (M,) say, or a share of them where they are many."""
            some = np.flatnonzero(rows)[::every]
            return mixture_weights(
                [one[some] for one in outputs],
                y[some],
                weights[some],
                self.loss,
                folds=stretches[some],
            )

        found = [np.empty_like(one) for one in columns[0]]
        for stretch in range(_STRETCHES):
            held_out = stretches == stretch
            others = shares(~held_out)
            for place in places:
                found[place][held_out] = mixed([one[place][held_out] for one in columns], others)
        return found, shares(np.ones(len(y), bool))

    def rivals(self, columns: Mapping[str, Outputs], bag: Outputs) -> list[str]:
        """Which simple methods are good enough to stand beside networks: others only do harm."""
        most = (_RIVAL_IN_TIME if self.ordered else _RIVAL) * self._mean_loss(bag)
        return [name for name, column in columns.items() if self._mean_loss(column) <= most]

    def _mean_loss(self, outputs: Outputs) -> float:
        trust = [self._trust(one) for one in self.datasets]
        return float(np.average(self._losses(outputs), weights=trust))

    def _trust(self, dataset: Dataset) -> float:
        """What a division counts beside others."""
        most = max(len(one.train) for one in self.datasets)
        return (len(dataset.train) / most) ** 2 if self.ordered else 1.0

    def _shares(self, columns: Sequence[Outputs], places: Sequence[int]) -> np.ndarray:
        counts = [len(self.datasets[place].validation) for place in places]
        return mixture_weights(
            *self._entries(columns, places),
            self.loss,
            shrink=_SHRINK if self.ordered else None,
            folds=np.repeat(np.arange(len(places)), counts),
        )

    def _entries(
        self, columns: Sequence[Outputs], places: Sequence[int]
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Outputs of each, truth and weights of some divisions, one after the other."""
        parts = [self.datasets[place] for place in places]
        weights = [self._trust(one) * loss_weights(self.loss, one, one.validation) for one in parts]
        return (
            [np.concatenate([column[place] for place in places]) for column in columns],
            np.concatenate([one.validation.y for one in parts]),
            np.concatenate(weights),
        )

    def _one(self, outputs: np.ndarray, dataset: Dataset) -> dict[str, float]:
        part, loss = dataset.validation, self.loss
        weights = loss_weights(loss, dataset, part)
        values = judge(outputs, part, dataset.target, loss, self.metrics, weights, _LEAST)
        return {f"val_{name}": value for name, value in values.items()}


def mean_of(judged: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each metric over the divisions."""
    return {name: statistics.fmean(one[name] for one in judged) for name in judged[0]}
