"""What became of a training: what the rules see of a run, and the verdict they come to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rnnsearch.diagnosis.layer_diagnosis import LayerDiagnosis

__all__ = ["FITTED", "LEARNED", "NAMES", "UNIMPROVED", "Training", "Verdict"]

LEARNED = 0.9
"""A loss above this share of a naive prediction's shows that nothing to speak of was learned."""

FITTED = 0.75
"""The same of training's loss, which is that of other data than the naive prediction's."""

UNIMPROVED = 0.97
"""Training's loss above this share of the first epoch's has not fallen."""

NAMES = (
    "diverged",
    "exploding",
    "saturated",
    "overfitting",
    "vanishing",
    "underfitting",
    "still improving",
    "healthy",
)
"""Verdicts, gravest first."""


@dataclass(frozen=True)
class Training:
    """One run as the rules see it.

    Attributes:
        curve: The metrics of each epoch that was evaluated, in order: ``loss``, ``val_loss`` and
            what `rnnsearch.engines.Session.advance` names.
        layers: What its recurrent layers showed at the end.
        params: Its configuration; suggestions speak of it.
        constant: The validation loss of the best prediction that reads no sequence, or None.
        stopped: Whether something else than its last epoch ended it.
    """

    curve: Sequence[Mapping[str, float]]
    layers: Sequence[LayerDiagnosis] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    constant: float | None = None
    stopped: bool = False

    def values(self, name: str) -> list[float]:
        """A metric by epoch; NaN where an epoch lacks it."""
        return [epoch.get(name, math.nan) for epoch in self.curve]

    @property
    def learned(self) -> bool:
        """Whether it came to more than a naive prediction, on either part of the data.

        Where there is little to learn, a network that fits its training part has learned.
        """
        losses = [value for value in self.values("val_loss") if math.isfinite(value)]
        training = [value for value in self.values("loss") if math.isfinite(value)]
        fell = bool(training) and min(training) <= UNIMPROVED * training[0]
        if self.constant is not None and losses:
            fitted = fell and min(training) <= FITTED * self.constant
            return fitted or min(losses) <= LEARNED * self.constant
        return not training or fell


@dataclass(frozen=True)
class Verdict:
    """What became of a training.

    Attributes:
        name: One of `NAMES`.
        evidence: The figures that it rests on.
        suggestion: What to try; empty where there is nothing to mend.
    """

    name: str
    evidence: str
    suggestion: str = ""

    def __str__(self) -> str:
        return self.name
