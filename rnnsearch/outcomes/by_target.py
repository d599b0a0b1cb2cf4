"""Whether the winner beats the baselines on each of several targets.

One score over all targets says nothing of those that it hardly weighs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rnnsearch.tasks.metrics import outputs_of
from rnnsearch.vocabulary import Objective

__all__ = ["TargetStanding", "Verdict", "each_target"]

Verdict = Literal["beats", "ties", "loses"]
"""What the winner does to a baseline."""

_SAME = 1e-3
"""Of the error: what scores of four digits can't tell apart."""

_PARTS = (("validation", "val_"), ("test", "test_"))


@dataclass(frozen=True)
class TargetStanding:
    """The winner beside the baselines on one target and part.

    Attributes:
        target: Its name.
        part: ``validation`` or ``test``.
        metric: Such as ``val_rmse_share``.
        winner: The error of what best.keras holds.
        baselines: Name → error.
        verdicts: Name → whether the winner beats it, ties with it or loses to it.
    """

    target: str
    part: str
    metric: str
    winner: float
    baselines: Mapping[str, float]
    verdicts: Mapping[str, Verdict]


def each_target(summary: Mapping[str, Any]) -> list[TargetStanding]:
    """Target by target, on each part that the winner has an error on; of one target nothing.

    Args:
        summary: summary.json's values.
    """
    winner = summary.get("winner") or {}
    delivered = next((one for one in summary.get("deliveries", ()) if one["delivered"]), winner)
    own = {**delivered.get("metrics", {}), **winner.get("test", {})}
    plain = [name.removeprefix("val_") for name in own if name.startswith("val_")]
    asked = [
        (target, part, f"{prefix}rmse_{target}")
        for target in outputs_of(plain)
        for part, prefix in _PARTS
    ]
    found = [_standing(summary, *one, own.get(one[2])) for one in asked]
    return [one for one in found if one is not None]


def _standing(
    summary: Mapping[str, Any], target: str, part: str, metric: str, own: float | None
) -> TargetStanding | None:
    """On one target and part; None where the winner has no error there."""
    if own is None:
        return None
    key = "metrics" if part == "validation" else "test"
    known: dict[str, float] = {}
    for baseline in summary.get("baselines", ()):
        error = baseline.get(key, {}).get(metric)
        if error is not None and math.isfinite(error):
            known[baseline["name"]] = error
    verdicts = {name: _verdict(own, error) for name, error in known.items()}
    return TargetStanding(target, part, metric, own, known, verdicts)


def _verdict(own: float, other: float) -> Verdict:
    if abs(own - other) <= _SAME * max(own, other):
        return "ties"
    return "beats" if Objective("rmse").better(own, other) else "loses"
