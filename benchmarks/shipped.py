"""What finished searches came to, as a table in Markdown: docs/results.md is made with it.

python main.py search search_spaces/weather.yaml
python benchmarks/shipped.py results/weather
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machine import print_machine
from rnnsearch import Results

_HEADLINES = ("accuracy", "rmse", "bits", "perplexity")
"""What a reader looks for, where a search had it: its objective may be the loss."""

_COLUMNS = (
    ("last_value",),
    ("seasonal_naive",),
    ("mean", "majority"),
    ("linear",),
    ("feed_forward",),
    ("n_gram",),
)
"""Baselines of a column; of several there is one."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Show what finished searches came to.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    found = [Results.open(folder).summary for folder in parser.parse_args().folders]
    print_machine()
    print("\n".join([*_winners(found), "", *_scores(found)]))


def _winners(summaries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was delivered, and what it took."""
    lines = ["| spec | delivered | trials | seconds |", "|---|---|---|---|"]
    for one in summaries:
        states = one["states"]
        failed = f", {states['FAIL']} failed" if states.get("FAIL") else ""
        trials = f"{sum(states.values())}, {states.get('PRUNED', 0)} pruned{failed}"
        lines.append(f"| {one['name']} | {_delivered(one)} | {trials} | {one['seconds']:.0f} |")
    return lines


def _delivered(summary: Mapping[str, Any]) -> str:
    winner = summary["winner"]
    named = f"trial {winner['number']}: {_network(winner['params'])}"
    made = next((one for one in summary["deliveries"] if one["delivered"]), None)
    if made is None:
        return named
    simple = [f"{n} {share:.0%}" for n, share in made["shares"].items() if not n.isdigit()]
    beside = f", with {', '.join(simple)}" if simple else ""
    return f"{made['kind']} of {made['networks']} networks ({named}){beside}"


def _network(params: Mapping[str, Any]) -> str:
    ways = "bidirectional " if params.get("bidirectional") else ""
    pooling = params.get("pooling", "last")
    pooled = f", {pooling} of all steps" if pooling != "last" else ""
    size = f"{params.get('depth', 1)} × {params.get('units', '?')} units"
    return f"{ways}{params.get('cell', 'network')}, {size}{pooled}"


def _scores(summaries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Delivered and baselines, where nothing was trained on and on the test part."""
    heads = [" or ".join(names).replace("_", " ") for names in _COLUMNS]
    lines = [f"| spec | metric | part | delivered | networks alone | {' | '.join(heads)} |"]
    lines.append("|---|---|---|" + "---|" * (len(heads) + 2))
    for one in summaries:
        metrics = one["winner"]["metrics"]
        name = next((n for n in _HEADLINES if f"val_{n}" in metrics), "loss")
        lines += [_row(one, name, part) for part in ("val", "test")]
    return lines


def _row(summary: Mapping[str, Any], metric: str, part: str) -> str:
    key = f"{part}_{metric}"
    kinds = {one["kind"]: one for one in summary["deliveries"]}
    made = next((one for one in kinds.values() if one["delivered"]), None)
    values = [_of(summary["winner"] if made is None else made, key, summary)]
    values.append(_of(kinds.get("bag"), key, summary))
    baselines = {one["name"]: one for one in summary["baselines"]}
    present = [next((baselines[n] for n in names if n in baselines), None) for names in _COLUMNS]
    values += [_of(one, key, summary) for one in present]
    known = [value for value in values if value is not None]
    best = (max if metric == "accuracy" else min)(known) if known else None
    texts = ["–" if v is None else _text(v, v == best) for v in values]
    if part == "test" and summary["objective"] == f"val_{metric}":
        for place, one in enumerate(present, start=2):
            texts[place] += " ≈" if one is not None and one.get("test_tied") else ""
    head = f"{summary['name']} | {metric}" if part == "val" else " | "
    where = "out of fold" if part == "val" else "test"
    return f"| {head} | {where} | {' | '.join(texts)} |"


def _of(one: Mapping[str, Any] | None, key: str, summary: Mapping[str, Any]) -> float | None:
    """A score of a delivery, a trial or a baseline."""
    if one is None:
        return None
    places = [one.get("metrics") or {}, one.get("test") or {}]
    if one.get("delivered"):
        places.append(summary["winner"].get("test") or {})
    return next((place[key] for place in places if key in place), None)


def _text(value: float, best: bool) -> str:
    text = (
        f"{value:.3f}"
        if abs(value) < 10
        else f"{value:.1f}"
        if abs(value) < 100
        else f"{value:.0f}"
    )
    return f"**{text}**" if best else text


if __name__ == "__main__":
    main()
