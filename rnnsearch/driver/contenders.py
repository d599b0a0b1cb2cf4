"""Which trials are trained again at the end: the best, and those that may be as good."""

from __future__ import annotations

from collections.abc import Sequence

from rnnsearch.driver.ranking import ranked
from rnnsearch.driver.standing import difference
from rnnsearch.driver.trials import TrialRecord
from rnnsearch.vocabulary import Objective

__all__ = ["contenders"]

_MOST = 8
_LEAST = 3
"""Of so many at least the order is not believed, however clear it looks."""


def contenders(
    records: Sequence[TrialRecord], objective: Objective, folds: int, most: int = _MOST
) -> list[TrialRecord]:
    """The trials that can't be told apart from the best by what the search knows, best first.

    Args:
        records: Of the search.
        objective: What they are ranked by.
        folds: k of the data's division; 1 where it is divided once.
        most: As many at most.
    """
    order = ranked(records, objective)
    if not order:
        return []
    first = order[0]
    found = []
    for place, record in enumerate(order[: max(1, most)]):
        paired = len(record.run_scores) == len(first.run_scores)
        apart = place >= _LEAST and paired and len(first.run_scores) > 1
        if apart and not difference(record.run_scores, first.run_scores, folds).holds_zero:
            continue
        found.append(record)
    return found
