"""The contract of an engine: K lanes of one program, trained an epoch at a time.

An engine *opens* a program on the folds of a dataset, which gives a `Session` of `width` lanes.
Runs of any fold are loaded into any lane, `advance` trains every loaded lane for one epoch and
evaluates it, and the best weights of each lane are kept until it is released. Lanes never affect
each other: what a run reports does not depend on its neighbours, not even on one that diverges,
nor on how far they are.

Engines do not decide: when a run ends is the caller's business, which is
`rnnsearch.execution.block_training`. Sessions are not thread-safe; `Engine.prepare` says what may
happen beside them. `rnnsearch.engines.keras_engine` is the reference that every other engine is
tested against.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from rnnsearch.vocabulary import Objective

# Scripts of KerasTuner need an engine's half of this, and nothing that reads files.
if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.diagnosis import LayerDiagnosis
    from rnnsearch.models import Architecture
    from rnnsearch.tasks import Loss

__all__ = [
    "Engine",
    "LaneMode",
    "Numbers",
    "Program",
    "Run",
    "RunKey",
    "SavedLane",
    "Session",
    "batch_order",
]

LaneMode = Literal["auto", "map", "vmap"]
"""How lanes run: one after the other on each core, as one batch, or as suits the device."""

RunKey = tuple[int, int]
"""A run's name: its trial's number, and which of the trial's runs it is."""


@dataclass(frozen=True)
class Program:
    """Everything that is compiled: two runs with equal programs can be lanes of one session.

    Attributes:
        architecture: The network.
        optimizer: A Keras optimizer's name, lower case.
        batch_size: B.
        clip_mode: ``global_norm``, ``norm``, ``value``; None where no run clips.
        loss: In scaled units.
        metrics: Names in `rnnsearch.vocabulary.METRICS`, in the target's own units.
        objective: The metric that decides which epoch was best: ``val_loss``, ``val_rmse``, …
        maximize: Whether more of the objective is better.
        window: T of the data's windows, None where the data has its own length.
        truncates, drops, drops_recurrent, decays, smooths, mixes_tokens, schedules, averages,
            augments: Whether any run uses an unroll length below T, dropout, recurrent dropout,
            weight decay, label smoothing, tokens of its own in training, a schedule of its
            learning rate, the average of its weights, sequences that are changed at random; the
            program leaves out the rest.
        diagnoses: Whether an epoch also says what its updates were like, and `Session.diagnosis`
            something. Nothing is trained otherwise by it.
    """

    architecture: Architecture
    optimizer: str
    batch_size: int
    clip_mode: str | None
    loss: Loss
    metrics: tuple[str, ...]
    objective: str
    maximize: bool
    window: int | None = None
    truncates: bool = True
    drops: bool = True
    drops_recurrent: bool = True
    decays: bool = True
    smooths: bool = True
    mixes_tokens: bool = False
    schedules: bool = False
    averages: bool = False
    augments: bool = False
    diagnoses: bool = False

    @property
    def goal(self) -> Objective:
        """The objective, and which way it is better."""
        return Objective(self.objective, "maximize" if self.maximize else "minimize")

    def __str__(self) -> str:
        return str(self.architecture)


@dataclass(frozen=True)
class Numbers:
    """The numeric parameters of one run: inputs of the program, one value a lane.

    Attributes:
        learning_rate: Step size.
        clip_norm: Bound of the gradient; infinite for none.
        unroll_length: k of truncated backpropagation; infinite for no cut.
        dropout, recurrent_dropout: Rates in [0, 1).
        weight_decay: Decoupled, per step times learning_rate.
        forget_bias: Initial bias of the LSTM's forget gate.
        momentum: Of sgd and rmsprop.
        beta_1, beta_2: Decay rates of the moments of adam, nadam and lion; None for the
            optimizer's own `beta_2`, which is 0.99 for lion and 0.999 for the others.
        rho: Decay rate of rmsprop's mean square.
        label_smoothing: Share of the target's probability spread over all classes, in training.
        teacher_forcing: Share of the tokens read in training that are those of the data.
        schedule: How the learning rate goes over the run's updates, those of all its epochs:
            ``constant``, or ``cosine`` after a warm-up, as `rnnsearch.engines.schedules` says.
        averaging: Share of the average of the weights that an update keeps, as Keras's
            `ema_momentum`; 0 for the weights themselves.
        augment: How much training sequences are changed at random, in [0, 1].
    """

    learning_rate: float
    clip_norm: float = math.inf
    unroll_length: float = math.inf
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    weight_decay: float = 0.0
    forget_bias: float = 1.0
    momentum: float = 0.0
    beta_1: float = 0.9
    beta_2: float | None = None
    rho: float = 0.9
    label_smoothing: float = 0.0
    teacher_forcing: float = 1.0
    schedule: Literal["constant", "cosine"] = "constant"
    averaging: float = 0.0
    augment: float = 0.0


@dataclass(frozen=True)
class Run:
    """One training from scratch.

    Attributes:
        trial: The trial it belongs to.
        seed: Decides initial weights, the order of the data and dropout masks.
        epochs: At most. A schedule of the learning rate ends with the last of them.
        numbers: Its numeric parameters.
        index: Which of its trial's runs, from 0.
        fold: Which of the session's datasets it trains on.
    """

    trial: int
    seed: int
    epochs: int
    numbers: Numbers = field(default_factory=lambda: Numbers(1e-3))
    index: int = 0
    fold: int = 0

    @property
    def key(self) -> RunKey:
        """What tells a run from every other of its block."""
        return self.trial, self.index


class SavedLane(NamedTuple):
    """A run as `Session.states` gave it, after so many epochs."""

    run: Run
    epochs: int
    arrays: Sequence[np.ndarray]


class Session(ABC):
    """K lanes of one program on one dataset, or on the folds of one."""

    width: int
    """K."""
    parameters: int
    """Trainable weights of the model, of one lane."""

    @abstractmethod
    def load(self, runs: Mapping[int, Run]) -> None:
        """Start runs from scratch, lane → run, in place of whatever those lanes held."""

    @abstractmethod
    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        """Train every loaded lane for one epoch, then evaluate it on its validation part.

        Where weights are averaged, it is their average that is evaluated.

        Args:
            epochs: How many to train, with an evaluation after the last only: where an epoch
                is a handful of updates, that and the call take a good part of the time. The
                best weights are then the best of those evaluated. Each number may be compiled
                for; `Engine.open` and `Engine.prepare` do it for the one that they are told.

        Returns:
            Lane → metrics: ``loss`` (mean over the last epoch's batches, weighted by their
            sequences, as Keras reports it), ``val_loss`` and ``val_<metric>``. Values may be
            NaN where a run diverges; that is no error here. Of a program that diagnoses, the
            fused engine adds, over the updates since the last evaluation: ``gradient_norm``
            before clipping (the median) and ``gradient_norm_max``, inf where a gradient was not
            finite; ``clipped``, the share of updates that clipping changed; ``update_ratio``,
            the median size of an update beside that of the weights.
        """

    @abstractmethod
    def best_weights(self, lane: int) -> list[np.ndarray]:
        """Trainable weights at the lane's best epoch so far, in the standard model's order.

        The first epoch counts as best until another beats it; NaN never does. Of a program
        that averages, the average at that epoch. At any time from the lane's first epoch to its
        release.
        """

    @abstractmethod
    def last_weights(self, lane: int) -> list[np.ndarray]:
        """Trainable weights after the last epoch that the lane trained, else as `best_weights`."""

    def diagnosis(self, lane: int) -> tuple[LayerDiagnosis, ...]:
        """What the recurrent layers of the lane's last weights show on a batch, first to last.

        Nothing where the program does not diagnose, the weights are not finite, or the engine
        does not look into layers.
        """
        return ()

    @abstractmethod
    def release(self, lane: int) -> None:
        """Leave the lane out of further epochs."""

    def states(self) -> dict[int, list[np.ndarray]]:
        """All that each loaded lane needs to go on, in arrays; none where the engine can't say."""
        return {}

    def restore(self, saved: Mapping[int, SavedLane]) -> frozenset[int]:
        """Put what `states` gave into lanes, in place of whatever those held.

        Returns:
            The lanes that now go on. Others, whose arrays are of no use, are as they were.
        """
        return frozenset()


class Engine(ABC):
    """Opens programs. Keeps compiled ones warm for the next session."""

    @abstractmethod
    def lanes(self, program: Program, folds: Sequence[Dataset], runs: int, epochs: int = 1) -> int:
        """How many lanes to open for so many runs, by what suits the program and the device.

        May compile what an `open` with these arguments needs, to know its memory.
        """

    @abstractmethod
    def open(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> Session:
        """A session of lanes, whose `width` says how many there are.

        Args:
            program: What is trained.
            folds: What runs train on, each on the one that it names.
            width: Lanes, at least. Fewer if the engine can't (`keras` has one).
            epochs: What `Session.advance` will be asked for.
        """

    @abstractmethod
    def prepare(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> None:
        """Compile what the next `open` with these arguments will need.

        This and `lanes` are called on a thread of their own while a session trains, never while
        another method of the engine runs.
        """

    @abstractmethod
    def free(self) -> None:
        """Let go of the device's memory that no session needs; what was there is made again.

        Called between sessions, as `open` is.
        """

    @property
    @abstractmethod
    def device(self) -> str:
        """What it trains on, for a person: ``cpu (2 cores)``, ``NVIDIA H100 80GB HBM3``."""


def batch_order(seed: int, epoch: int, sequences: int) -> np.ndarray:
    """A random order of the training sequences in an epoch (from 1): (N,) int32."""
    return np.random.default_rng([seed, epoch]).permutation(sequences).astype(np.int32)
