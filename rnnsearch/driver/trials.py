"""What a search says about its trials while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from rnnsearch.execution import Epoch
from rnnsearch.spec import Scalar

__all__ = ["BaselineRecord", "Epoch", "Lane", "Observer", "Snapshot", "TrialRecord", "TrialState"]

TrialState = Literal["COMPLETE", "PRUNED", "FAIL", "RUNNING"]


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the leaderboard shows it.

    Attributes:
        number: Optuna's trial number, from 0.
        state: RUNNING also where an interruption left it; it runs again on resume.
        score: The objective at the best epoch, the mean over the trial's runs; None where
            there was none.
        metrics: Every validation metric (``val_loss``, ``val_rmse``, …), alike.
        epochs: Trained, by the run that trained longest.
        seconds: Its share of the training time, over all runs.
        parameters: Weights of the model.
        params: Search parameter → value, those in use only.
        message: Why the state is not COMPLETE.
        runs: How often it is trained: on each fold, from each seed.
        spread: Sample standard deviation of the score over the runs; None where there are not
            two runs with one.
        run_epochs: Epochs of each run, by its index; empty where none is known to have ended.
    """

    number: int
    state: TrialState
    score: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    seconds: float = 0.0
    parameters: int | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    message: str = ""
    runs: int = 1
    spread: float | None = None
    run_epochs: tuple[int, ...] = ()


@dataclass(frozen=True)
class BaselineRecord:
    """A simple method's result on the validation part, and on the test part once that is known.

    Attributes:
        name: ``last_value``, ``seasonal_naive``, ``mean`` or ``majority``, ``linear``,
            ``feed_forward``.
        score: The objective's value on the validation part; None if it can't be computed
            for this method (a naive forecast has no cross-entropy). The mean over the folds.
        metrics: ``val_…`` names, as of trials.
        test: The same on the test part, ``test_…`` names, fitted on the last fold.
        runs: Folds.
        spread: Sample standard deviation of the score over them; None where there is one.
    """

    name: str
    score: float | None
    metrics: Mapping[str, float]
    seconds: float = 0.0
    parameters: int | None = None
    test: Mapping[str, float] = field(default_factory=dict)
    runs: int = 1
    spread: float | None = None


@dataclass(frozen=True)
class Lane:
    """A run in training, for the display; `run` is None where its trial has no other."""

    trial: int
    epoch: int
    score: float | None
    run: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The state of a search at one moment; what a display draws.

    Attributes:
        done: Trials that ended, over all resumes, of which `pruned` and `failed`.
        best: The best COMPLETE trial so far.
        activity: What is running now: ``compiling GRU 2x32``, ``training GRU 2x32 (8 lanes)``.
        lanes: The runs in training.
        seconds_left: Estimate, None while there is nothing to estimate from.
    """

    done: int
    total: int
    pruned: int
    failed: int
    best: TrialRecord | None
    activity: str
    lanes: Sequence[Lane]
    epochs: int
    seconds_left: float | None


class Observer(Protocol):
    """Who is told of a search's progress; called from the driver's thread, in order."""

    def started(self, device: str) -> None:
        """Workers are up and run on `device`, as the backend names it."""

    def progressed(self, snapshot: Snapshot) -> None:
        """Something changed; at most a few times a second."""

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """A trial ended.

        Args:
            record: How.
            curves: The learning curve of each of its runs.
            weights: Where the state is COMPLETE, those of its best run at its best epoch; of
                the best on the last fold where there are folds.
        """
