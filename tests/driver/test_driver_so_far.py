"""The best of a search so far, where the time was up in the middle of a trial."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from rnnsearch.driver.finishing.so_far import best_so_far
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import StudyFolder, save_weights
from rnnsearch.vocabulary import Objective

LOSS = Objective("val_loss")
DIVISIONS = 5
PARAMS = {"cell": "GRU", "units": 4, "learning_rate": 0.01, "dropout": 0.0, "recurrent_dropout": 0}

Found = tuple[int, dict[int, list[int]]]
"""The best trial; and of each trial of the bag, the runs whose networks are in it."""


@pytest.fixture
def found(simulation, divided, tmp_path: Path) -> Callable[..., Found]:
    _, planner = simulation("so_far", folds=DIVISIONS, confirm=0.3).opened()
    folder = StudyFolder(tmp_path / "weights")
    folder.create()

    def _found(*scores: Sequence[float], kept: Sequence[int] | None = None) -> Found:
        trials = [_trial(number, values) for number, values in enumerate(scores)]
        for number in range(len(trials)) if kept is None else kept:
            save_weights(folder.weights(number), [np.zeros(1)])
            for index in range(len(scores[number])):
                save_weights(folder.run_weights(number, index), [np.zeros(1)])
        so_far = best_so_far(planner, divided, LOSS, trials, folder)
        assert so_far is not None
        members: dict[int, list[int]] = {}
        for one in so_far.members:
            members.setdefault(one.trial, []).append(one.index)
        assert so_far.delivery(LOSS, DIVISIONS).score == statistics.fmean(
            so_far.best.run_scores[: len(members[so_far.best.number])]
        )
        return so_far.best.number, members

    return _found


def _trial(number: int, scores: Sequence[float]) -> TrialRecord:
    """One with a score of each division, or else cut by the time."""
    cut = len(scores) < DIVISIONS
    score = statistics.fmean(scores)
    metrics = {"val_loss": score}
    return TrialRecord(
        number,
        "COMPLETE",
        score,
        metrics,
        params=PARAMS,
        runs=DIVISIONS,
        run_scores=tuple(scores),
        cut=cut,
        whole=len(scores) if cut else 0,
    )


WHOLE = (0.6, 0.5, 0.7, 0.6, 0.6)


def test_a_cut_trial_that_is_better_on_each_division_it_has_is_the_best(found) -> None:
    assert found(WHOLE, (0.2, 0.1, 0.15)) == (1, {1: [0, 1, 2]})
    assert found(WHOLE, (0.2, 0.2), (0.1, 0.1)) == (2, {2: [0, 1]})


@pytest.mark.parametrize("cut", [(0.1,), (0.1, 0.51), (0.59, 0.49, 0.71)])
def test_a_cut_trial_that_may_be_worse_stands_behind(found, cut) -> None:
    assert found(WHOLE, cut) == (0, {0: [0, 1, 2, 3, 4]})


def test_a_cut_trial_whose_networks_were_not_kept_is_not_delivered(found) -> None:
    assert found(WHOLE, (0.2, 0.1, 0.15), kept=[0]) == (0, {0: [0, 1, 2, 3, 4]})
