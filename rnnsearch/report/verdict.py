"""Whether the winner beats the baselines: computed for each part, and said as it is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rnnsearch.outcomes import cause_of
from rnnsearch.report.text import score
from rnnsearch.vocabulary import Objective

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Standing",
    "beyond",
    "certainty",
    "failures",
    "name_of_winner",
    "sentence",
    "standing",
    "standings",
]

_HARDLY = 0.05
"""Share of all networks together below which what is delivered is said not to be theirs."""


@dataclass(frozen=True)
class Standing:
    """The winner beside the baselines on one part.

    Attributes:
        part: ``validation`` or ``test``.
        metric: Such as ``val_rmse``, ``test_rmse``.
        winner: The winner's score, None where it is not known. On the validation part the mean
            over its runs; on the test part that of one of its networks.
        baselines: Name → score, where it is known; in the order of the summary.
        unbeaten: The baselines that are as good as the winner or better.
        spread: Standard deviation of the winner's score over its runs; None where it has one run,
            and on the test part.
        offered: What might have been delivered → its score, where that is known.
        by_chance: The baselines whose difference from the winner may be chance, on the test part.
        told: Unbeaten ones that are told earlier targets, which networks do not read.
    """

    part: str
    metric: str
    winner: float | None
    baselines: Mapping[str, float]
    unbeaten: tuple[str, ...]
    spread: float | None = None
    offered: Mapping[str, float] = field(default_factory=dict)
    by_chance: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def standings(summary: Mapping[str, Any]) -> list[Standing]:
    """The winner beside the baselines, on each part that it has a score on."""
    parts = [standing(summary, "validation"), standing(summary, "test")]
    return [part for part in parts if part.winner is not None]


def standing(summary: Mapping[str, Any], part: str) -> Standing:
    """The winner beside the baselines on one part, from summary.json's values."""
    objective = str(summary["objective"])
    metric = objective if part == "validation" else f"test_{objective.removeprefix('val_')}"
    winner = summary.get("winner") or {}
    delivered = _delivered(summary)
    own = winner.get("score") if part == "validation" else winner.get("test", {}).get(metric)
    if delivered is not None and part == "validation":
        own = delivered["score"]
    known: dict[str, float] = {}
    for baseline in summary.get("baselines", ()):
        if part == "validation":
            value = baseline.get("score")
        else:
            value = baseline.get("test", {}).get(metric)
        if value is not None and not math.isnan(value):
            known[baseline["name"]] = value
    ranking = Objective(objective, summary["direction"])
    unbeaten = tuple(
        name for name, value in known.items() if own is not None and not ranking.better(own, value)
    )
    deviation = winner.get("spread") if part == "validation" and delivered is None else None
    tied = [b["name"] for b in summary.get("baselines", ()) if b.get("test_tied")]
    by_chance = tuple(name for name in tied if name in known) if part == "test" else ()
    offered = _offered(summary, part, metric)
    told = tuple(b["name"] for b in summary.get("baselines", ()) if b.get("told"))
    told = tuple(name for name in told if name in unbeaten)
    return Standing(part, metric, own, known, unbeaten, deviation, offered, by_chance, told)


def _offered(summary: Mapping[str, Any], part: str, metric: str) -> dict[str, float]:
    """What was not delivered, by its kind, and its score."""
    found = {
        str(one["kind"]): one["score"] if part == "validation" else one["test"].get(metric)
        for one in summary.get("deliveries", ())
        if not one["delivered"]
    }
    return {kind: value for kind, value in found.items() if value is not None}


def _delivered(summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What best.keras holds, where the best trials were confirmed."""
    return next((one for one in summary.get("deliveries", ()) if one["delivered"]), None)


def name_of_winner(summary: Mapping[str, Any]) -> str:
    """What the winner is called: ``trial 12``, or the average that was made of several."""
    delivered, number = _delivered(summary), summary["winner"]["number"]
    if delivered is None:
        return f"trial {number}"
    if delivered["kind"] == "single":
        return f"trial {number}, trained on all data"
    networks = delivered["networks"]
    trials = sum(name.isdecimal() for name in delivered["shares"])
    of = f"trial {number}" if trials == 1 else f"trial {number} and {trials - 1} that tie with it"
    simple = [name for name in delivered["shares"] if not name.isdecimal()]
    of += f", with {' and '.join(simple)}" if simple else ""
    return f"the {delivered['kind']} of {networks} network{'s' * (networks != 1)} ({of})"


def _added(summary: Mapping[str, Any], delivered: Mapping[str, Any]) -> list[str]:
    """What networks and simple methods weigh in an ensemble, and what the networks add."""
    simple = {n: share for n, share in delivered["shares"].items() if not n.isdecimal()}
    if not simple:
        return []
    weighs = ", ".join(f"{name} {share:.0%}" for name, share in simple.items())
    alone = next((one for one in summary["deliveries"] if one["kind"] == "bag"), None)
    without = f"; the networks alone reach {score(alone['score'])}" if alone else ""
    known = {b["name"]: b["score"] for b in summary["baselines"] if b["name"] in simple}
    beside = ", ".join(f"{name} alone {score(value)}" for name, value in known.items())
    networks = 1 - sum(simple.values())
    found = [f"In it networks weigh {networks:.0%}, {weighs}{without}, {beside}."]
    if networks < _HARDLY:
        found.append(f"What it says is {' and '.join(simple)} in all but name, not the networks.")
    return found


def certainty(summary: Mapping[str, Any]) -> list[str]:
    """How sure the winner's score is, and which trials are as good; where they were confirmed."""
    delivered, confirmed = _delivered(summary), summary.get("confirmed", ())
    if delivered is None:
        return []
    metric, lines = summary["objective"], []
    if delivered["low"] is not None and delivered["high"] is not None:
        low, high = score(delivered["low"]), score(delivered["high"])
        lines.append(f"Its {metric} is {score(delivered['score'])}, 95 % interval {low} to {high}.")
        lines += [outside] if (outside := beyond(summary)) else []
    lines += _added(summary, delivered)
    if delivered.get("leaning"):
        power = f"{delivered['leaning']:g}"
        lines.append(
            f"Each class's chance is divided by its share to the power of {power}, as {metric} "
            "counts classes alike however rare: its chances are no frequencies."
        )
    if delivered["milliseconds"]:
        took = f"{score(delivered['milliseconds'])} ms a sequence, in batches"
        networks = delivered["networks"]
        lines.append(f"It computes {networks} network{'s' * (networks != 1)}, which takes {took}.")
    if not confirmed:
        lines.append("There was no time to confirm it: it is the best of the search as it stood.")
        return lines
    runs = confirmed[0]["runs"]
    ties = [f"trial {one['trial']}" for one in confirmed if one["tied"]]
    trials = f"{len(confirmed)} trials were" if len(confirmed) > 1 else "1 trial was"
    again = f"{trials} trained again, in {runs} new run{'s' * (runs != 1)} each"
    same = f"; {', '.join(ties)} can't be told apart" if len(ties) > 1 else ""
    lines.append(f"{again}{same}.")
    if summary.get("stop") == "no gain":
        lines.append("It stopped before the time was up: the last rounds gained next to nothing.")
    return lines


def beyond(summary: Mapping[str, Any]) -> str:
    """That the test part's score is worse than the interval; empty where it is not."""
    delivered, test = _delivered(summary), standing(summary, "test")
    if delivered is None or test.winner is None or delivered["low"] is None:
        return ""
    goal = Objective(test.metric, summary["direction"])
    worst = delivered["low"] if goal.maximize else delivered["high"]
    if worst is None or not goal.better(worst, test.winner):
        return ""
    return (
        f"Its {test.metric}, {score(test.winner)}, is worse than all of that interval: the test "
        "part is harder than those that validated, and new data may be so, too."
    )


def sentence(standing: Standing) -> str:
    """What may be claimed about the winner on one part.

    ``beats every baseline on the test part: test_rmse 0.41, the best of them linear with 0.43``
    or ``does NOT beat linear (0.41 vs 0.40) on the test part``.
    """
    if not standing.baselines:
        return f"no baseline has {standing.metric} on the {standing.part} part to compare with"
    own = score(standing.winner, standing.spread)
    if standing.unbeaten:
        names = ", ".join(
            f"{name} ({own} vs {score(standing.baselines[name])})" for name in standing.unbeaten
        )
        lost = f"does NOT beat {names} on the {standing.part} part ({standing.metric})"
        chance = [name for name in standing.unbeaten if name in standing.by_chance]
        lost += f"; the difference from {' and '.join(chance)} may be chance" * bool(chance)
        is_told = f"{' and '.join(standing.told)} {'is' if len(standing.told) == 1 else 'are'} told"
        read = f"; {is_told} the target of the row before, which the networks do not read"
        return lost + read * bool(standing.told)
    won = f"beats every baseline on the {standing.part} part ({standing.metric} {own})"
    chance = list(standing.by_chance)
    return won + (f"; its lead over {' and '.join(chance)} may be chance" * bool(chance))


def failures(frame: pd.DataFrame, top: int = 3) -> list[tuple[str, int]]:
    """The most frequent messages of trials that failed, or where none did, of those pruned.

    Or else of those that the time did not reach.
    """
    for state in ("FAIL", "PRUNED"):
        messages = [
            cause_of(str(message)) or "no reason was given"
            for message in frame.loc[frame["state"] == state, "message"]
        ]
        if messages:
            return Counter(messages).most_common(top)
    left = int(frame["state"].isin(["RUNNING", "WAITING"]).sum())
    return [("not trained yet; the same command goes on with it", left)] if left else []
