"""Which trials are trained again at the end: the best, and those that may be as good."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rnnsearch.driver.comparing.standing import difference
from rnnsearch.outcomes import TrialRecord, rank_key, ranked
from rnnsearch.vocabulary import Objective

__all__ = ["contenders"]

_MOST = 8
_LEAST = 3
"""Of so many at least the order is not believed, however clear it looks."""


def contenders(
    records: Sequence[TrialRecord], objective: Objective, folds: int, most: int = _MOST
) -> list[TrialRecord]:
    """The trials that can't be told apart from the best by what the search knows, best first.

    Trials that the end of the time has cut are among them, by what they reached on the divisions
    that they were trained on: where there was little time, they may be all there is.

    Args:
        records: Of the search.
        objective: What they are ranked by.
        folds: k of the data's division; 1 where it is divided once.
        most: As many at most.
    """
    order = _promising(records, objective)
    if not order:
        return []
    first = order[0]
    found = []
    for place, record in enumerate(order[: max(1, most)]):
        if place >= _LEAST and _is_apart(record, first, folds):
            continue
        found.append(record)
    return found


def _promising(records: Sequence[TrialRecord], objective: Objective) -> list[TrialRecord]:
    """The trials that were trained to their end on some division at least, best first.

    One that was on some only is placed by how much better or worse than the best on all it is on
    these: divisions differ more than configurations do.
    """
    complete = [one for one in ranked(records, objective) if not one.cut]
    cut = [r for r in records if (r.state == "PRUNED" or r.cut) and r.whole_scores]
    if not complete:
        most = max((len(one.whole_scores) for one in cut), default=0)
        return sorted(
            (one for one in cut if len(one.whole_scores) == most),
            key=lambda one: (objective.sort_key(statistics.fmean(one.whole_scores)), one.number),
        )
    measure = complete[0]
    placed = [(rank_key(one, objective), one) for one in complete]
    placed += [
        ((0, objective.sort_key(_expected(one, measure)), *rank_key(one, objective)[2:]), one)
        for one in cut
        if measure.run_scores
    ]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _expected(record: TrialRecord, measure: TrialRecord) -> float:
    """The score of a trial on all divisions, if it kept its distance from another's."""
    pairs = list(zip(record.whole_scores, measure.run_scores, strict=False))
    return statistics.fmean(measure.run_scores) + statistics.fmean(a - b for a, b in pairs)


def _is_apart(record: TrialRecord, first: TrialRecord, folds: int) -> bool:
    """Whether a trial is worse than the best for sure, by the divisions that both know."""
    common = min(len(record.whole_scores), len(first.whole_scores))
    if common < 2:
        return False
    one, other = record.whole_scores[:common], first.whole_scores[:common]
    return not difference(one, other, folds).holds_zero
