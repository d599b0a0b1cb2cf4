"""What the driver and its workers say to each other. Everything here is pickled."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from rnnsearch.baselines import Graph
from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.models.networks import Network
from rnnsearch.outcomes import Epoch

__all__ = [
    "Activity",
    "Assemble",
    "Block",
    "BlockDone",
    "Cancel",
    "Compare",
    "Crashed",
    "Ended",
    "Epochs",
    "Exit",
    "Judge",
    "Judged",
    "Measured",
    "Message",
    "Opened",
    "Order",
    "Prepare",
    "Put",
    "PutOut",
    "Ready",
    "Resumed",
    "RunState",
    "Rung",
    "Schedule",
    "Verdict",
]


@dataclass(frozen=True)
class Schedule:
    """When runs stop before their last epoch, and which epoch stands for a run.

    Attributes:
        patience: Epochs without a new best after which a run stops, or None.
        rungs: Epochs after which the pruner is asked.
        keep: Whether a run is judged, and its weights taken, at its best epoch or its last.
        stages: How many of a trial's runs are trained before it is compared with others, and goes
            on with the next of them or ends; in rising order.
        stride: Epochs that are trained between two looks at a run. Its patience, its rungs and its
            epochs are multiples of it.
    """

    patience: int | None
    rungs: frozenset[int]
    keep: Literal["best", "last"] = "best"
    stages: tuple[int, ...] = ()
    stride: int = 1

    def stage(self, index: int) -> int:
        """In which stage a trial's run is trained, from 0."""
        return bisect.bisect_right(self.stages, index)


# --- From the driver to a worker -------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """Train these runs as lanes of one program, the next of them wherever a lane is free.

    Attributes:
        program: What trains them.
        runs: In the order in which they get a lane.
        schedule: When they stop.
        lanes: How many there are; None: as the engine likes.
        ended: Runs among `runs` that ended before, with the epochs that each had. They keep
            their lane for as long without training, so that the others start when they would
            have: what is decided at rungs depends on what was decided before.
        whole: Whether runs train on training and validation part together.
        checkpoints: The folder where lanes are kept while they train, and taken up from; None
            where they are not.
        final: Whether runs confirm trials, under indices of their own.
        costs: Those that are measured before anything is trained.
        limits: Cost → what it must be below for the block to be trained.
    """

    program: Program
    runs: tuple[Run, ...]
    schedule: Schedule
    lanes: int | None
    ended: Mapping[RunKey, int] = field(default_factory=dict)
    whole: bool = False
    checkpoints: Path | None = None
    final: bool = False
    costs: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The answer to `Rung` and to `Compare`: trials to stop, with all of their runs."""

    pruned: frozenset[int]


@dataclass(frozen=True)
class Cancel:
    """Stop every run of the block at the end of its epoch."""


@dataclass(frozen=True)
class Judge:
    """Evaluate weights on the validation and test parts; save the model where a path is given.

    Attributes:
        program: What trained them.
        weights: Trainable ones.
        save: Where the model goes.
        fold: The division of the data that they were trained on.
    """

    program: Program
    weights: list[np.ndarray]
    save: Path | None = None
    fold: int = -1


@dataclass(frozen=True)
class PutOut:
    """Tell what networks of one program put out on a part of the data.

    Attributes:
        program: Theirs.
        networks: The division of the data that each was trained on, and its weights.
        part: Of that division.
    """

    program: Program
    networks: tuple[tuple[int, list[np.ndarray]], ...]
    part: Literal["validation", "test"] = "validation"


@dataclass(frozen=True)
class Assemble:
    """Make one model of several networks, and evaluate it on the test part; save it if asked to.

    Attributes:
        program: Of any of them that reads most steps: what is judged, and by what.
        networks: The members.
        branches: Simple methods beside them, with the share of each.
        favours: (C,) what each class's chance is multiplied with; None where chances are left.
        save: Where the model goes.
    """

    program: Program
    networks: tuple[Network, ...]
    branches: tuple[tuple[Graph, float], ...] = ()
    favours: np.ndarray | None = None
    save: Path | None = None


@dataclass(frozen=True)
class Prepare:
    """Compile this program in the background: a block of so many runs of it comes next.

    As in `Block`, `lanes` is None where the engine chooses; `stride` as in `Schedule`.
    """

    program: Program
    runs: int
    lanes: int | None
    stride: int = 1


@dataclass(frozen=True)
class Exit:
    """End the worker."""


Order = Block | Verdict | Cancel | Prepare | Judge | PutOut | Assemble | Exit

# --- From a worker to the driver -------------------------------------------------------------


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
