"""The verdict on each of several targets, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnsearch.outcomes import TargetStanding, each_target
from rnnsearch.report.text import score

__all__ = ["each_verdict"]

_WORDS = {"beats": "beats", "ties": "ties with", "loses": "loses to"}


def each_verdict(summary: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """A sentence a target and part, and whether every baseline is beaten; of one target nothing.

    ``share on the test part: beats mean (0.31), loses to linear (0.012) (test_rmse_share 0.013)``
    """
    return [
        (f"  {_sentence(one)}.", set(one.verdicts.values()) <= {"beats"})
        for one in each_target(summary)
        if one.baselines
    ]


def _sentence(one: TargetStanding) -> str:
    own = f"({one.metric} {score(one.winner)})"
    if set(one.verdicts.values()) == {"beats"}:
        return f"{one.target} on the {one.part} part: beats every baseline {own}"
    clauses = []
    for verdict, words in _WORDS.items():
        names = [
            f"{name} ({score(one.baselines[name])})"
            for name, found in one.verdicts.items()
            if found == verdict
        ]
        if names:
            clauses.append(f"{words} {', '.join(names)}")
    return f"{one.target} on the {one.part} part: {', '.join(clauses)} {own}"
