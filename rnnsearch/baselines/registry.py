"""Every baseline, and which of them suit a dataset."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines.last_value import LastValue
from rnnsearch.baselines.logistic import Logistic
from rnnsearch.baselines.majority import Majority
from rnnsearch.baselines.mean import Mean
from rnnsearch.baselines.n_gram import NGram
from rnnsearch.baselines.nearest import Nearest
from rnnsearch.baselines.ridge import Ridge
from rnnsearch.baselines.seasonal_naive import SeasonalNaive
from rnnsearch.baselines.token_linear import TokenLinear
from rnnsearch.data import Dataset
from rnnsearch.tasks import Task

__all__ = ["BASELINES", "fit_baselines", "suitable"]

BASELINES: Sequence[Baseline] = (
    LastValue(),
    SeasonalNaive(),
    Mean(),
    Majority(),
    Ridge(),
    Logistic(),
    NGram(),
    Nearest(),
    TokenLinear(),
)
"""All of them, in the order in which they are reported."""


def suitable(task: Task, dataset: Dataset) -> list[Baseline]:
    """Those that can predict this data. Fits nothing."""
    return [baseline for baseline in BASELINES if baseline.suits(task, dataset)]


def fit_baselines(
    task: Task,
    dataset: Dataset,
    only: Collection[str] | None = None,
    like: Mapping[str, Fitted] | None = None,
) -> dict[str, Fitted]:
    """Name → each baseline that suits the data, fitted on its training part.

    Args:
        task: That is learned.
        dataset: What they are fitted on.
        only: Names of those that are wanted; None for all.
        like: What came of another division of the same data; None where this is the first.
    """
    wanted = [
        baseline for baseline in suitable(task, dataset) if only is None or baseline.name in only
    ]
    known = like or {}
    return {
        each.name: each.fit_like(task, dataset, known[each.name])
        if each.name in known
        else each.fit(task, dataset)
        for each in wanted
    }
