"""Configurations that are the same but for their seed: how often a search says that they tie.

    python benchmarks/ties.py
    python benchmarks/ties.py --searches 1000 --better 1.0

A search is simulated: each trial has a score on each division of the data, which is that of the
division, and noise of its own. Who is trained again, who wins and who ties with it is decided by
the code of the driver. Counted are searches in which every trial that was confirmed is said to tie
(*all tied*), and those in which each would by a comparison of its own (*one by one*). With
`--better` one configuration is better than the others by so many standard deviations of a run; then
*found* is how often it wins or ties, *told* the share of the others that are said to be worse.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count
from benchmarks.tables import table
from rnnsearch.driver.comparing.standing import near, simplest, tied
from rnnsearch.driver.finishing.contenders import contenders
from rnnsearch.outcomes import TrialRecord
from rnnsearch.vocabulary import Objective

__all__ = ["Ended", "simulated"]

_GOAL = Objective("val_loss")

_DIVISIONS = 6.0
"""How much more divisions of the data differ than runs of a configuration on one of them."""


@dataclass(frozen=True)
class Ended:
    """What a search came to: who was confirmed, who won, who is said to tie, by either rule."""

    confirmed: list[int]
    winner: int
    tied: list[int]
    near: list[int]


def simulated(
    rng: np.random.Generator,
    *,
    trials: int,
    folds: int,
    again: int,
    most: int,
    ordered: bool,
    better: float = 0.0,
) -> Ended:
    """One search of configurations that are the same, but for the first where it is better.

    Args:
        rng: Draws the scores.
        trials: Of the search.
        folds: Divisions on which it compares.
        again: Divisions on which the best are trained again.
        most: Trials that are.
        ordered: Whether divisions follow each other in time.
        better: By how much the first is, in standard deviations of a run.
    """
    exchangeable = 1 if ordered else folds

    def scores(divisions: np.ndarray, trial: int) -> tuple[float, ...]:
        drawn = divisions + rng.normal(size=len(divisions)) - (better if trial == 0 else 0.0)
        return tuple(float(one) for one in drawn)

    parts = rng.normal(scale=_DIVISIONS, size=folds)
    records = []
    for number in range(trials):
        own = scores(parts, number)
        mean = statistics.fmean(own)
        metrics = {"val_loss": mean}
        known = {"parameters": 100, "runs": folds, "run_scores": own}
        records.append(TrialRecord(number, "COMPLETE", mean, metrics, **known))
    chosen = contenders(records, _GOAL, exchangeable, most)
    fresh = rng.normal(scale=_DIVISIONS, size=again)
    confirmed = {one.number: scores(fresh, one.number) for one in chosen}
    winner = simplest(confirmed, dict.fromkeys(confirmed, 100), _GOAL, exchangeable)
    return Ended(
        list(confirmed),
        winner,
        tied(confirmed, winner, exchangeable),
        near(confirmed, winner, exchangeable),
    )


CASES = (
    (24, 3, 3, 3, False),
    (24, 3, 6, 5, False),
    (40, 5, 5, 8, False),
    (40, 5, 10, 8, False),
    (24, 3, 3, 5, True),
    (60, 2, 4, 8, True),
    (24, 1, 3, 4, False),
)
"""Trials, divisions, divisions of the end, trials of the end, whether in order of time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--searches", type=count, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--better", type=float, default=0.0)
    arguments = parser.parse_args()
    rows = []
    for case in CASES:
        trials, folds, again, most, ordered = case
        rng = np.random.default_rng([arguments.seed, *map(int, case)])
        ends = [
            simulated(
                rng,
                trials=trials,
                folds=folds,
                again=again,
                most=most,
                ordered=ordered,
                better=arguments.better,
            )
            for _ in range(arguments.searches)
        ]
        whole = sum(len(one.tied) == len(one.confirmed) - 1 for one in ends)
        before = sum(len(one.near) == len(one.confirmed) - 1 for one in ends)
        shape = [str(trials), str(folds), str(again), str(most), "yes" if ordered else "no"]
        row = [*shape, f"{whole} of {len(ends)}", f"{before} of {len(ends)}"]
        if arguments.better:
            row += _of_one_better(ends)
        rows.append(row)
    names = ["trials", "folds", "again", "confirmed", "ordered", "all tied", "one by one"]
    names += ["found", "told"] if arguments.better else []
    print(table(names, rows))


def _of_one_better(ends: list[Ended]) -> list[str]:
    """How often the better one is the winner or ties, and how many of the others are told apart."""
    found = [one for one in ends if 0 in (one.winner, *one.tied)]
    told = [
        1 - len(one.tied) / (len(one.confirmed) - 1)
        for one in ends
        if one.winner == 0 and len(one.confirmed) > 1
    ]
    share = f"{statistics.fmean(told):.0%}" if told else "-"
    return [f"{len(found)} of {len(ends)}", share]


if __name__ == "__main__":
    main()
