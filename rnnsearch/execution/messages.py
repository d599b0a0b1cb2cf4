"""What workers tell the driver. Everything here is pickled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.engines import RunKey
from rnnsearch.outcomes import Epoch

__all__ = [
    "Activity",
    "BlockDone",
    "Compare",
    "Crashed",
    "Ended",
    "Epochs",
    "Judged",
    "Measured",
    "Message",
    "Opened",
    "Put",
    "Ready",
    "Resumed",
    "RunState",
    "Rung",
]


@dataclass(frozen=True)
class Ready:
    """The backend is imported; trains on `device`."""

    device: str


@dataclass(frozen=True)
class Activity:
    """What the worker does now, in words."""

    text: str


@dataclass(frozen=True)
class Opened:
    """A block is about to train, in so many lanes."""

    lanes: int


@dataclass(frozen=True)
class Measured:
    """What the block's network costs.

    Attributes:
        costs: Cost → value, in the units of `rnnsearch.vocabulary.COSTS`.
        refused: Why none of its runs is trained; empty where they are.
    """

    costs: Mapping[str, float]
    refused: str = ""


@dataclass(frozen=True)
class Resumed:
    """Runs are taken up from a checkpoint; those of them that had ended end again.

    Attributes:
        curves: The learning curve of each so far.
        reached: What each had at rungs, as in `Rung`: epoch → best objective.
    """

    curves: Mapping[RunKey, Sequence[Epoch]]
    reached: Mapping[RunKey, Mapping[int, float]]


@dataclass(frozen=True)
class Epochs:
    """An epoch ended for these runs."""

    epochs: Mapping[RunKey, Epoch]


@dataclass(frozen=True)
class Rung:
    """Runs that reached a rung: run → (epoch, best objective so far). Waits for `Verdict`."""

    values: Mapping[RunKey, tuple[int, float]]


@dataclass(frozen=True)
class Compare:
    """These trials ended a stage: so many runs of each are over. Waits for `Verdict`."""

    trials: tuple[int, ...]
    runs: int


RunState = Literal["COMPLETE", "PRUNED", "FAIL", "CUT"]


@dataclass(frozen=True)
class Ended:
    """A run ended.

    Attributes:
        trial: Its trial.
        state: FAIL where it diverged; PRUNED also where another run of its trial did; CUT where
            the time was up, maybe before its first epoch.
        best: The epoch that stands for it: its best, or its last where the schedule keeps that;
            None if there is none.
        epochs: Epochs trained.
        seconds: Its share of the time the block took.
        parameters: Weights of the model.
        weights: The trainable weights at that epoch, if COMPLETE; if CUT, where there is one.
        message: Why the state is not COMPLETE.
        index: Which of its trial's runs it is.
        layers: What its recurrent layers showed at its end, where it was looked into.
    """

    trial: int
    state: RunState
    best: Epoch | None
    epochs: int
    seconds: float
    parameters: int
    weights: list[np.ndarray] | None = None
    message: str = ""
    index: int = 0
    layers: tuple[LayerDiagnosis, ...] = ()

    @property
    def key(self) -> RunKey:
        """What tells a run from every other of its block."""
        return self.trial, self.index


@dataclass(frozen=True)
class BlockDone:
    """Every run of the block ended; the worker holds this much memory, MiB."""

    memory: float


@dataclass(frozen=True)
class Judged:
    """What a network came to.

    Attributes:
        metrics: ``val_…`` of `Judge`, and ``test_…`` (none of these if the test part is empty).
        parameters: Weights.
        milliseconds: That a sequence of the test part took, in batches; 0 where there is none.
        errors: `entry_errors` of the test part, by what is ranked by; None where there are none.
    """

    metrics: Mapping[str, float]
    parameters: int = 0
    milliseconds: float = 0.0
    errors: np.ndarray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Put:
    """What each network of `PutOut` puts out, in its division's units: (N, …) arrays."""

    outputs: list[np.ndarray]


@dataclass(frozen=True)
class Crashed:
    """The order failed with an exception, or the process ended; the worker may be gone.

    Attributes:
        reason: Why.
        gone: Whether the process has ended.
        left: Whether it was somebody else's to end, which says nothing of what it trained.
    """

    reason: str
    gone: bool = field(default=False)
    left: bool = field(default=False)


Message = (
    Ready
    | Activity
    | Measured
    | Opened
    | Resumed
    | Epochs
    | Rung
    | Compare
    | Ended
    | BlockDone
    | Judged
    | Put
    | Crashed
)
