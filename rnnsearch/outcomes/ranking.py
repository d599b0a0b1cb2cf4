"""The order of trials: the one way, wherever they are ranked."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rnnsearch.outcomes.trial import TrialRecord
from rnnsearch.vocabulary import Objective

__all__ = ["rank_key", "ranked"]


def rank_key(
    record: TrialRecord, objective: Objective
) -> tuple[int, tuple[bool, float], float, float, int]:
    """What sorts trials from the best to the worst.

    One that time cut before all of its runs had a score stands behind those that have them all: on
    the others it might be worse. Of equal scores the one of smaller loss stands first, then the one
    of fewer weights: an accuracy on little data ties often, and which trial was asked for first
    says nothing.
    """
    loss = record.metrics.get("val_loss", math.inf)
    weights = math.inf if record.parameters is None else record.parameters
    loss = math.inf if math.isnan(loss) else loss  # NaN has no place in an order
    return record.missing, objective.sort_key(record.score), loss, weights, record.number


def ranked(records: Iterable[TrialRecord], objective: Objective) -> list[TrialRecord]:
    """The COMPLETE trials, best first."""
    done = [r for r in records if r.state == "COMPLETE" and r.score is not None]
    return sorted(done, key=lambda record: rank_key(record, objective))
