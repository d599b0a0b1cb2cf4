"""The head of a report: what to use, how sure that is, what it costs, and who lost why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnsearch.report import text
from rnnsearch.report.page._base import Chip
from rnnsearch.report.page.study import Study
from rnnsearch.report.verdict import Standing, beyond, name_of_winner, standings
from rnnsearch.vocabulary import METRICS, Objective

__all__ = ["answer", "chips", "judged_by", "losers", "warning"]

_MEANINGS = {
    "diverged": "the loss ran away",
    "exploding": "gradients exploded",
    "vanishing": "learning did not reach back far enough",
    "saturated": "activations were stuck at an end of their range",
    "underfitting": "hardly better than a naive prediction",
    "overfitting": "validation got worse while training went on",
    "still improving": "stopped while they were getting better",
    "healthy": "nothing wrong with how they learned: others were better",
}


def judged_by(study: Study) -> str:
    """The metric that ranks, in words, and which end of it is good."""
    name = study.objective.removeprefix("val_")
    known = {"loss": "the mean of what training minimizes"}
    known |= {name: fact.title for name, fact in METRICS.items()}
    meaning = f" ({known[name]})" if name in known else ""
    better = "larger" if study.goal.maximize else "smaller"
    return f"{study.summary['task']}, judged by {study.objective}{meaning}; {better} is better"


def answer(study: Study) -> list[str]:
    """Three sentences; of a search without a winner, what there is to say."""
    if study.summary.get("winner") is None:
        return _without_winner(study)
    return [_what_to_use(study), _how_sure(study), _what_it_costs(study)]


def _without_winner(study: Study) -> list[str]:
    ended = sum(record.ended for record in study.trials)
    if not ended:
        found = "No trial has come to its end yet: the same search command goes on."
        return ["There is nothing to use yet.", found, _spent(study)]
    best = _best_baseline(study)
    use = f"Use {best[0]}" if best else "Use a simple method"
    return [
        f"{use}: no network came to the end of its training.",
        "Below stands what went wrong in each trial, and what to try.",
        _spent(study),
    ]


def _best_baseline(study: Study) -> tuple[str, float] | None:
    goal = study.goal
    known = {
        b["name"]: b["score"] for b in study.summary.get("baselines", ()) if b["score"] is not None
    }
    return goal.best_of(list(known.items()), lambda item: item[1])


def _what_to_use(study: Study) -> str:
    winner = study.summary["winner"]
    cell = _network(winner["params"])
    parts = standings(study.summary)
    unbeaten = {name for part in parts for name in part.unbeaten}
    network = f"{name_of_winner(study.summary)}: {cell}"
    if not unbeaten:
        return f"Use {network}. It beats every simple method{_on(parts)}."
    if all(part.unbeaten for part in parts):
        names = _list(sorted(unbeaten))
        return f"Think of {names} first, which no network beats{_on(parts)}; the best is {network}."
    lost = next(part for part in parts if part.unbeaten)
    names = _list(sorted(lost.unbeaten))
    return f"Use {network}; but on the {lost.part} part {names} {_how_good(study, lost)}."


def _how_good(study: Study, lost: Standing) -> str:
    """What the baselines are beside a winner that does not beat them."""
    goal = Objective(lost.metric, study.summary["direction"])
    known = [lost.baselines[name] for name in lost.unbeaten]
    better = all(goal.better(score, lost.winner) for score in known)
    are = "is" if len(known) == 1 else "are"
    chance = all(name in lost.by_chance for name in lost.unbeaten)
    return f"{are} {'better' if better else 'as good or better'}{', maybe by chance' * chance}"


def _on(parts: Sequence[Standing]) -> str:
    names = " and ".join(part.part for part in parts)
    return f" on the {names} part{'s' if len(parts) > 1 else ''}" if names else ""


def _network(params: Mapping[str, Any]) -> str:
    """What a person calls a network by: ``bidirectional GRU, 2 layers of 32 units``."""
    way = "bidirectional " if params.get("bidirectional") is True else ""
    depth, units = params.get("depth"), params.get("units")
    layers = f", {depth} layer{'s' * (depth != 1)}" if depth is not None else ""
    of = f" of {units} units" if units is not None else ""
    also = {name: params[name] for name in ("pooling", "attention", "window") if name in params}
    more = text.configuration({k: v for k, v in also.items() if v not in ("none", "last")})
    return f"{way}{params.get('cell', 'network')}{layers}{of}{f', {more}' if more else ''}"


def _how_sure(study: Study) -> str:
    summary, parts = study.summary, standings(study.summary)
    if not parts:
        return "How good it is is not known: it was judged on no part of the data."
    first = parts[0]
    low, high = _interval(summary)
    score = f"Its {first.metric} is {text.score(first.winner)}"
    if low is not None and high is not None:
        score += f" (95 % interval {text.score(low)} to {text.score(high)})"
    score += _beside(study, first)
    confirmed = summary.get("confirmed", ())
    if confirmed:
        ties = [str(one["trial"]) for one in confirmed if one["tied"]]
        count = confirmed[0]["runs"]
        runs = f"{count} new run{'s' * (count != 1)}"
        told = (
            "no other trial ties with it" if len(ties) < 2 else f"trials {_list(ties)} tie with it"
        )
        score += f", confirmed in {runs}; {told}"
    elif sum(record.ended for record in study.trials) > 1:
        score += ", not confirmed: it is the best of several, and so probably too good"
    else:
        score += ", not confirmed by new runs"
    tested = next((part for part in parts if part.part == "test"), None)
    if tested is not None:
        score += f"; on the test part, used once, {text.score(tested.winner)}"
        score += _beside(study, tested)
    outside = beyond(summary)
    return f"{score}.{_in_reach(first, low, high)}{f' {outside}' if outside else ''}"


def _list(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    shown = list(names[:5]) + (["others"] if len(names) > 5 else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]])


def _beside(study: Study, part: Standing) -> str:
    """The best baseline of a part, in brackets."""
    goal = Objective(part.metric, study.summary["direction"])
    best = goal.best_of(list(part.baselines.items()), lambda item: item[1])
    return "" if best is None else f" beside {text.score(best[1])} of {best[0]}"


def _in_reach(part: Standing, low: float | None, high: float | None) -> str:
    """Which beaten baselines the interval holds: a small lead is no sure one."""
    if low is None or high is None:
        return ""
    within = [n for n, s in part.baselines.items() if low <= s <= high and n not in part.unbeaten]
    if not within:
        return ""
    lie, they = ("lies", "it") if len(within) == 1 else ("lie", "they")
    return f" Within the interval {lie} {_list(within)}: on other data {they} may be as good."


def _interval(summary: Mapping[str, Any]) -> tuple[float | None, float | None]:
    delivered = next((one for one in summary.get("deliveries", ()) if one["delivered"]), None)
    found = delivered or next(iter(summary.get("confirmed", ())), None)
    return (None, None) if found is None else (found["low"], found["high"])


def _what_it_costs(study: Study) -> str:
    summary = study.summary
    delivered = next((one for one in summary.get("deliveries", ()) if one["delivered"]), None)
    weights = (delivered or summary["winner"]).get("parameters")
    costs = f"It has {text.number(weights)} weights" if weights else "It is small"
    if delivered is not None and delivered["milliseconds"]:
        costs += f" and takes {text.score(delivered['milliseconds'])} ms a sequence, in batches"
    return f"{costs}. {_spent(study)}"


def _spent(study: Study) -> str:
    trials = sum(record.ended for record in study.trials)
    took = text.duration(study.summary.get("seconds"))
    device = study.summary.get("device", "-")
    return f"Finding out took {took} on {device}, for {trials} trial{'s' * (trials != 1)}."


def warning(study: Study) -> str:
    """What must be known before anything else; empty where there is nothing."""
    if study.summary.get("interrupted"):
        return (
            "This search was interrupted: what stands here is what it had found until then, and "
            "the same command goes on with it."
        )
    if sum(record.ended for record in study.trials) == 1:
        return "One trial is no search: nothing here says how good another network would be."
    return ""


def chips(study: Study) -> list[Chip]:
    """The figures that matter most."""
    found = []
    for part in standings(study.summary):
        mood = "bad" if part.unbeaten else "good"
        label = f"{part.metric}{_beside(study, part)}"
        found.append(Chip(label, text.score(part.winner), mood))
    low, high = _interval(study.summary)
    if low is not None and high is not None:
        found.append(Chip("95 % interval", f"{text.score(low)} – {text.score(high)}"))
    states = study.summary.get("states", {})
    ended = sum(record.ended for record in study.trials)
    pruned, failed = states.get("PRUNED", 0), states.get("FAIL", 0)
    of_them = {"stopped early": pruned, "failed": failed}
    more = [f"{count} {how}" for how, count in of_them.items() if count]
    label = ", ".join([f"trial{'s' * (ended != 1)}", *more])
    found.append(Chip(label, f"{ended}"))
    return found


def losers(study: Study) -> list[tuple[str, int, str]]:
    """Verdicts on all trials but the winner, most frequent first, with what they mean."""
    winner = (study.summary.get("winner") or {}).get("number")
    frame = study.diagnosis
    names = frame.loc[
        (frame["trial"] != winner) & frame["verdict"].astype("string").fillna("").ne(""), "verdict"
    ]
    counts = names.value_counts()
    return [(str(name), int(count), _MEANINGS.get(str(name), "")) for name, count in counts.items()]
