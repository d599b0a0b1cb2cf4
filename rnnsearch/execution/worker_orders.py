"""What the driver asks of its workers. Everything here is pickled."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from rnnsearch.baselines import Graph
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.models.networks import Network

__all__ = [
    "Assemble",
    "Block",
    "Cancel",
    "Exit",
    "Judge",
    "Order",
    "Prepare",
    "PutOut",
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
        fold: The division of the data that they were trained on; None for all but the test part.
    """

    program: Program
    weights: list[np.ndarray]
    save: Path | None = None
    fold: int | None = -1


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
