"""What a search says about its trials while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.execution import Epoch
from rnnsearch.spec import Scalar

__all__ = [
    "WAITS",
    "BaselineRecord",
    "Confirmed",
    "Delivery",
    "Epoch",
    "FinalRun",
    "Lane",
    "Noting",
    "Observer",
    "Snapshot",
    "TrialRecord",
    "TrialState",
]

WAITS = "waits"
"""A trial's attribute in the study: whether a search that ended left it to the next call."""

TrialState = Literal["COMPLETE", "PRUNED", "FAIL", "RUNNING", "WAITING"]


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the leaderboard shows it.

    Attributes:
        number: Optuna's trial number, from 0.
        state: COMPLETE also where the time was up before its last epoch: then what it had reached
            counts, and its message says so. WAITING where a search ended before its first epoch,
            so that the next call trains it. RUNNING also where a kill left it so.
        score: The objective at the best epoch, the mean over the trial's runs; None where
            there was none.
        metrics: Every validation metric (``val_loss``, ``val_rmse``, …), alike.
        epochs: Trained, by the run that trained longest.
        seconds: Its share of the training time, over all runs.
        parameters: Weights of the model.
        params: Search parameter → value, those in use only.
        message: Why the state is not COMPLETE, or that the time was up.
        runs: How often it is trained: on each fold, from each seed.
        spread: Sample standard deviation of the score over the runs; None where there are not
            two runs with one.
        run_epochs: Epochs of each run, by its index; empty where none is known to have ended.
        run_scores: The objective of each run that has one, by its index, up to the first without.
        cut: Whether the time was up before all of its runs had their epochs.
        whole: Where it was cut, its first runs that had them.
        layers: What its recurrent layers showed at the end of its runs, the mean over them.
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
    run_scores: tuple[float, ...] = ()
    cut: bool = False
    whole: int = 0
    layers: tuple[LayerDiagnosis, ...] = ()

    @property
    def whole_scores(self) -> tuple[float, ...]:
        """Those of `run_scores` that are of runs which were trained to their end."""
        return self.run_scores[: self.whole] if self.cut else self.run_scores

    @property
    def ended(self) -> bool:
        """Whether it will not be trained any more."""
        return self.state not in ("RUNNING", "WAITING")

    @property
    def missing(self) -> int:
        """Runs without a score, of a trial that the time cut; it compares badly with others."""
        return self.runs - len(self.run_scores) if self.cut else 0


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
class FinalRun:
    """A run that ended well.

    Attributes:
        trial: Whose configuration it has.
        index: Which of that one's runs; those of the search come before.
        fold: Which division of the data; -1 where it trained on all but the test part.
        metrics: ``val_…`` at the epoch that stands for it.
        epochs: Up to the one that stands for it.
        parameters: Weights of the network.
        seconds: Its share of the training time.
    """

    trial: int
    index: int
    fold: int
    metrics: Mapping[str, float]
    epochs: int
    parameters: int
    seconds: float


@dataclass(frozen=True)
class Confirmed:
    """A trial that was trained again at the end.

    Attributes:
        trial: Its number.
        score: The mean of the objective over its new runs, which were not looked at before.
        low, high: Ends of the 95 % interval of that mean.
        metrics: ``val_…``, means over the new runs.
        runs: How many.
        parameters: Weights of one network.
        tied: Whether it can't be told apart from the winner, by the same parts of the data.
    """

    trial: int
    score: float
    low: float
    high: float
    metrics: Mapping[str, float]
    runs: int
    parameters: int
    tied: bool


@dataclass(frozen=True)
class Delivery:
    """What best.keras holds, or might have held.

    Attributes:
        kind: ``single`` network, ``bag`` of networks, ``ensemble`` of these and simple methods.
        score, low, high: Of the objective on the parts that no member was trained on.
        metrics: ``val_…`` there.
        test: ``test_…`` metrics; of what was not delivered none.
        shares: Trial, or simple method → what it weighs.
        networks: How many there are in it.
        parts: ``val_…`` of each part, in the order of the divisions; of one network none.
        parameters: Weights, of all of them.
        milliseconds: A sequence, in batches.
        delivered: Whether best.keras holds it.
    """

    kind: str
    score: float
    low: float
    high: float
    metrics: Mapping[str, float]
    shares: Mapping[str, float]
    networks: int
    parts: tuple[Mapping[str, float], ...] = ()
    test: Mapping[str, float] = field(default_factory=dict)
    parameters: int | None = None
    milliseconds: float = 0.0
    delivered: bool = False


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
        total: Of the whole search; None where only time ends it.
        best: The best COMPLETE trial so far.
        activity: What is running now: ``compiling GRU 2x32``, ``training GRU 2x32 (8 lanes)``.
        lanes: The runs in training.
        seconds_left: Estimate, None while there is nothing to estimate from.
    """

    done: int
    total: int | None
    pruned: int
    failed: int
    best: TrialRecord | None
    activity: str
    lanes: Sequence[Lane]
    epochs: int
    seconds_left: float | None


@runtime_checkable
class Noting(Protocol):
    """An observer that is also told what was guessed of the data."""

    def noted(self, notes: Sequence[str]) -> None:
        """Before anything is trained."""


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
