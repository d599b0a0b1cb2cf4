"""Scores with their standard errors, who wins, and the tables that show it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tables import table

__all__ = ["Mean", "compare", "mean_scores", "score", "tables"]

_REFERENCE = "rnnsearch"
_RESAMPLES = 1000


@dataclass(frozen=True)
class Mean:
    """The score of a contender on a set.

    Attributes:
        value: The mean over seeds.
        error: Its standard error: over seeds, or of one seed that of the test part.
        seeds: How many.
    """

    value: float
    error: float
    seeds: int


def score(metric: str, outputs: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """The score of predictions for N sequences.

    Args:
        metric: accuracy, of probabilities (N, C) and classes (N,); or rmse, of numbers alike.
        outputs, truth: The predictions, and what was true.

    Returns:
        ``score``; ``error``, its standard error for other sequences of this kind: the binomial
        one, or by resampling the sequences; ``count``, N.
    """
    count = len(truth)
    if not np.isfinite(outputs).all():
        return {"score": None, "error": None, "count": count}
    if metric == "accuracy":
        share = float((outputs.argmax(axis=-1) == truth).mean())
        return {"score": share, "error": math.sqrt(share * (1 - share) / count), "count": count}
    squared = ((outputs - truth) ** 2).reshape(count, -1).mean(axis=1)
    drawn = np.random.default_rng(0).integers(count, size=(_RESAMPLES, count))
    error = float(np.sqrt(squared[drawn].mean(axis=1)).std(ddof=1))
    return {"score": math.sqrt(squared.mean()), "error": error, "count": count}


def mean_scores(lines: Iterable[dict[str, Any]]) -> dict[tuple[str, str], Mean]:
    """(set, contender) → its score, of lines that have one."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        if line.get("score") is not None:
            found.setdefault((line["set"], line["contender"]), []).append(line)
    return {key: _mean(ones) for key, ones in found.items()}


def _mean(lines: Sequence[dict[str, Any]]) -> Mean:
    values = [line["score"] for line in lines]
    if len(values) == 1:
        return Mean(values[0], lines[0]["error"], 1)
    spread = statistics.stdev(values) / math.sqrt(len(values))
    return Mean(statistics.mean(values), spread, len(values))


def compare(ours: Mean, other: Mean, metric: str) -> str:
    """win, tie or loss: a tie where they differ by no more than one standard error.

    A method without seeds has no error over seeds: against a mean over seeds its own is 0.
    """
    least = min(ours.seeds, other.seeds)
    errors = [one.error for one in (ours, other) if one.seeds > 1 or ours.seeds == least]
    difference = ours.value - other.value if metric == "accuracy" else other.value - ours.value
    if abs(difference) <= math.hypot(*errors):
        return "tie"
    return "win" if difference > 0 else "loss"


def tables(lines: Sequence[dict[str, Any]], order: Sequence[str], sets: Sequence[str]) -> str:
    """The scores on each set, and what comes of rnnsearch against each contender.

    Args:
        lines: One a run, all of the same seconds.
        order: Contenders in the order of the columns.
        sets: Those of the rows; ones without a line are left out.
    """
    means = mean_scores(lines)
    names = [name for name in order if any(line["contender"] == name for line in lines)]
    metrics = {line["set"]: line["metric"] for line in lines}
    shown = [name for name in sets if name in metrics]
    rows = [
        [
            *(name, metrics[name], _count(lines, name)),
            *(_cell(lines, means, name, one, metrics[name]) for one in names),
        ]
        for name in shown
    ]
    scores = table(["set", "metric", "test", *names], rows, texts=("set", "metric"))
    against = [_against(means, metrics, shown, name, lines) for name in names]
    header = ["rnnsearch against", "wins", "ties", "losses", "lost on", "seconds", "trials"]
    return f"{scores}\n\n{table(header, against, texts=('rnnsearch against', 'lost on'))}"


def _count(lines: Sequence[dict[str, Any]], name: str) -> str:
    counts = [line["count"] for line in lines if line["set"] == name and "count" in line]
    return str(counts[0]) if counts else "–"


def _cell(
    lines: Sequence[dict[str, Any]],
    means: dict[tuple[str, str], Mean],
    name: str,
    contender: str,
    metric: str,
) -> str:
    """A score, or why there is none; the best of a set is bold."""
    mean = means.get((name, contender))
    if mean is None:
        there = [one for one in lines if (one["set"], one["contender"]) == (name, contender)]
        if not there:
            return "–"
        return "not installed" if "not installed" in there[-1].get("failed", "") else "failed"
    digits = 3 if metric == "accuracy" else max(0, 3 - math.floor(math.log10(mean.value or 1)))
    text = f"{mean.value:.{digits}f} ± {mean.error:.{digits}f}"
    others = [one.value for (of, _), one in means.items() if of == name]
    best = max(others) if metric == "accuracy" else min(others)
    return f"**{text}**" if mean.value == best else text


def _against(
    means: dict[tuple[str, str], Mean],
    metrics: dict[str, str],
    sets: Sequence[str],
    contender: str,
    lines: Sequence[dict[str, Any]],
) -> list[str]:
    """A row of the second table."""
    results = {
        name: compare(means[name, _REFERENCE], means[name, contender], metrics[name])
        for name in sets
        if contender != _REFERENCE and (name, _REFERENCE) in means and (name, contender) in means
    }
    counts = [str(list(results.values()).count(result)) for result in ("win", "tie", "loss")]
    if contender == _REFERENCE:
        counts = ["", "", ""]
    lost = ", ".join(name for name, result in results.items() if result == "loss")
    own = [one for one in lines if one["contender"] == contender and "took" in one]
    medians = [
        f"{statistics.median(one[key] for one in own):.{digits}f}" if own else "–"
        for key, digits in (("took", 1), ("trials", 0))
    ]
    return [f"({contender})" if contender == _REFERENCE else contender, *counts, lost, *medians]
