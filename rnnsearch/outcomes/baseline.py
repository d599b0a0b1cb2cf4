"""What a simple method came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnsearch.outcomes.json_values import known_to

__all__ = ["BaselineRecord"]


@dataclass(frozen=True)
class BaselineRecord:
    """A simple method's result on the validation part, and on the test part once that is known.

    Attributes:
        name: ``last_value``, ``seasonal_naive``, ``mean`` or ``majority``, ``linear``,
            ``feed_forward``.
        score: The objective's value on the validation part; None if it can't be computed
            for this method (a naive forecast has no cross-entropy). The mean over the folds.
        metrics: ``val_…`` names, as of trials.
        test: The same on the test part, ``test_…`` names, fitted on the last fold.
        test_tied: Whether its difference from what is delivered may be chance, on the test part;
            None where that isn't known.
        told: Whether it is told targets of earlier steps, which networks do not read.
        runs: Folds.
        spread: Sample standard deviation of the score over them; None where there is one.
    """

    name: str
    score: float | None
    metrics: Mapping[str, float]
    seconds: float = 0.0
    parameters: int | None = None
    test: Mapping[str, float] = field(default_factory=dict)
    runs: int = 1
    spread: float | None = None
    test_tied: bool | None = None
    told: bool = False

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BaselineRecord:
        """The record of plain values, such as summary.json has."""
        return cls(**known_to(cls, values))
