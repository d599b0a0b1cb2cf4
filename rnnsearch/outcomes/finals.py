"""What the end of a search came to: runs that confirm the best, and what is delivered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnsearch.outcomes.json_values import known_to

__all__ = ["Confirmed", "Delivery", "FinalRun"]


@dataclass(frozen=True)
class FinalRun:
    """A run that ended well.

    Attributes:
        trial: Whose configuration it has.
        index: Which of that one's runs; those of the search come before.
        fold: Which division of the data; -1 where it trained on all but the test part.
        metrics: ``val_…`` at the epoch that stands for it.
        epochs: Up to the one that stands for it.
        parameters: Weights of the network.
        seconds: Its share of the training time.
    """

    trial: int
    index: int
    fold: int
    metrics: Mapping[str, float]
    epochs: int
    parameters: int
    seconds: float

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FinalRun:
        """The run of plain values, such as a study keeps."""
        return cls(**known_to(cls, values))


@dataclass(frozen=True)
class Confirmed:
    """A trial that was trained again at the end.

    Attributes:
        trial: Its number.
        score: The mean of the objective over its new runs, which were not looked at before.
        low, high: Ends of the 95 % interval of that mean.
        metrics: ``val_…``, means over the new runs.
        runs: How many.
        parameters: Weights of one network.
        tied: Whether it can't be told apart from the winner, by the same parts of the data.
    """

    trial: int
    score: float
    low: float
    high: float
    metrics: Mapping[str, float]
    runs: int
    parameters: int
    tied: bool

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Confirmed:
        """The record of plain values, such as summary.json has."""
        return cls(**_with_ends(known_to(cls, values)))


@dataclass(frozen=True)
class Delivery:
    """What best.keras holds, or might have held.

    Attributes:
        kind: ``single`` network, ``bag`` of networks, ``ensemble`` of these and simple methods.
        score, low, high: Of the objective on the parts that no member was trained on.
        metrics: ``val_…`` there.
        test: ``test_…`` metrics; of what was not delivered none.
        shares: Trial, or simple method → what it weighs.
        networks: How many there are in it.
        parts: ``val_…`` of each part, in the order of the divisions; of one network none.
        parameters: Weights, of all of them.
        milliseconds: A sequence, in batches.
        delivered: Whether best.keras holds it.
        leaning: The power of a class's share that its chance is divided by; 0 leaves it.
    """

    kind: str
    score: float
    low: float
    high: float
    metrics: Mapping[str, float]
    shares: Mapping[str, float]
    networks: int
    parts: tuple[Mapping[str, float], ...] = ()
    test: Mapping[str, float] = field(default_factory=dict)
    parameters: int | None = None
    milliseconds: float = 0.0
    delivered: bool = False
    leaning: float = 0.0

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Delivery:
        """The record of plain values, such as summary.json has."""
        return cls(**_with_ends(known_to(cls, values)))


def _with_ends(values: dict[str, Any]) -> dict[str, Any]:
    """With the ends of an interval that JSON does not have, as they are not finite."""
    ends = {"low": -math.inf, "high": math.inf}
    return values | {name: end for name, end in ends.items() if values.get(name, end) is None}
