"""What prepared data looks like to everything above this folder.

A *source* (one file each) reads what the spec points at and returns `SequenceData`, which
gives a `Dataset` for each length of window. All arrays are scaled and ready for a model;
metrics are computed in the target's own units, which `Target` knows the way back to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data.inputs import Inputs, Sequences, count, join
from rnnsearch.data.places import Places
from rnnsearch.data.target import Scaling, Target, output_axes, unscaled
from rnnsearch.data.texts.coding import Writing
from rnnsearch.vocabulary import MAPPINGS, MappingFact

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MASK_VALUE",
    "Dataset",
    "Inputs",
    "Part",
    "Preparation",
    "Scaling",
    "SequenceData",
    "Target",
    "join_parts",
    "output_axes",
    "unscaled",
]

MASK_VALUE = -1e9
"""What every feature of a padding step holds; `keras.layers.Masking` looks for it."""


@dataclass(frozen=True)
class Part:
    """The training, validation or test part. N sequences.

    Attributes:
        x: (N, T, F) float32, or (N, F) for one_to_many. Padding steps stand *before* the
            sequence and hold MASK_VALUE in every feature. Or token ids (N, T) int32, where
            padding is 0. Or several arrays by name: ``vector`` (N, F) and ``previous`` (N, T)
            int32, the token before each step (one_to_many of tokens), or ``vector`` and ``ahead``
            (N, T, A) float32, what is known of each step; ``source``, a sequence
            as above, and ``previous``, or where numbers are put out ``ahead`` (N, T, A) float32,
            what is known of each step before, the last feature its place from 0 to 1
            (sequence_to_sequence). Padding of outputs and of ``previous`` stands at the end.
            Windows of a table are `Windowed`, and cut when they are read.
        y: Scaled numbers, float32: (N, O) or (N, T, O); or classes, int32: (N,) or (N, T).
        weight: (N, T) float32 where y has a time axis of T steps, 1 where a step of y counts
            and 0 where it is padding, was not observed, or counts in another sequence; None
            where all count or y has no time axis. (A ragged many_to_one needs none: which
            steps of x are real is said by MASK_VALUE.)
        naive: Name of a naive forecast → its values in the target's own units, shaped as
            y; NaN (-1 for classes) where the past does not reach back far enough. Empty
            where there are none.
        anchor: Shaped as y, float64: what y is the change from, linked as `Scaling` says; known
            when the forecast is made. None where y is the value itself.
    """

    x: Inputs
    y: np.ndarray
    weight: np.ndarray | None = None
    naive: dict[str, np.ndarray] = field(default_factory=dict)
    anchor: np.ndarray | None = None

    def __len__(self) -> int:
        return count(self.x)

    @property
    def sequences(self) -> Sequences:
        """`x`, where it is one array, or the windows of one table."""
        assert not isinstance(self.x, dict), "the network reads several arrays"
        return self.x

    @property
    def array(self) -> np.ndarray:
        """`sequences` as an array; windows are cut for it."""
        return np.asarray(self.sequences)

    @property
    def weights(self) -> np.ndarray:
        """`weight`, written out: 1 for each entry of y that is judged, float32 (N,) or (N, T)."""
        if self.weight is not None:
            return self.weight
        per_class = self.y.dtype.kind in "iu"
        return np.ones(self.y.shape if per_class else self.y.shape[:-1], np.float32)


def join_parts(parts: Sequence[Part]) -> Part:
    """The sequences of several parts as one."""
    if len(parts) == 1:
        return parts[0]
    first, weighted = parts[0], any(part.weight is not None for part in parts)
    return Part(
        join(*(part.x for part in parts)),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.weights for part in parts]) if weighted else None,
        {name: np.concatenate([part.naive[name] for part in parts]) for name in first.naive},
        None
        if first.anchor is None
        else np.concatenate([part.anchor for part in parts if part.anchor is not None]),
    )


@dataclass(frozen=True)
class Dataset:
    """Everything a program trains and is judged on.

    Attributes:
        train, validation, test: The parts; test may be empty (0 sequences), never None.
        target: What is predicted.
        masked: Whether any input step is padding, so that the model needs a Masking layer.
        output_steps: Length of the output sequence of one_to_many and of
            sequence_to_sequence, else None.
        vocabulary: Ids of input tokens (those of ``previous`` where there are two), with 0 for
            padding; None where inputs are numbers.
        source_vocabulary: Ids of the tokens of ``source``, likewise.
        stream: Rows B of one long sequence that is cut into windows: sequence n of a part goes
            on at n + B; None where sequences are separate.
        dealt: Whether sequences are dealt to parts at random one by one, so that their order, often
            that of their classes, says nothing.
    """

    train: Part
    validation: Part
    test: Part
    target: Target
    masked: bool
    output_steps: int | None = None
    vocabulary: int | None = None
    source_vocabulary: int | None = None
    stream: int | None = None
    dealt: bool = False


class Preparation(ABC):
    """The way from new raw data to model input and from model output back; kept as JSON.

    Attributes:
        task: The name of the mapping.
        target: What is predicted, with the way back to its own units.
        writing: How classes are read as text again, where text is written; else None.
    """

    task: str
    target: Target
    writing: Writing | None = None

    @property
    def mapping(self) -> MappingFact:
        """What is known of the task."""
        return MAPPINGS[self.task]

    @property
    def scalings(self) -> Mapping[str, Scaling]:
        """Name of an input of the Keras model → the scaling of its features, the last axis.

        The identity for features that are not scaled; nothing of inputs that are tokens. With
        `target.scaling`, all that differs between the preparations of the folds of one dataset.
        """
        return {}

    @property
    def past_is_known(self) -> bool:
        """Whether networks may know the targets of earlier steps, as naive forecasts do."""
        return True

    @property
    def unseen(self) -> tuple[int, ...]:
        """Ids of input tokens that the training part did not show, or too seldom."""
        return ()

    @property
    def unknown(self) -> int:
        """The id that is read in their place."""
        return 0

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Plain values: names, scaling, classes, window … readable by a person."""

    @abstractmethod
    def inputs(self, path: str) -> tuple[Inputs, pd.DataFrame]:
        """Read new data of the source's kind.

        Returns:
            x as in `Part.x`, and a frame of what identifies each prediction: its time
            stamp, or sequence and step. Its index says where the prediction stands among
            the outputs, (N·T, …) if they have steps; padding, and steps that another
            sequence predicts too, have no row.

        Raises:
            InvalidData: The file lacks a column, or is too short.
        """

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """Which inputs of new data lie far outside what training showed, a line each.

        Args:
            path: The data.
            targets: Whether it is judged, and needs nothing of what is yet to come.
        """
        return ()

    def anchors(self, path: str) -> np.ndarray | None:
        """`Part.anchor` of what `inputs(path)` predicts; None where values are predicted."""
        return None

    @abstractmethod
    def targets(self, path: str) -> Part:
        """Read new data that has targets, for `evaluate`: every sequence in one part.

        Raises:
            InvalidData: As `inputs`, and where the target is missing.
        """


class SequenceData(ABC):
    """A source, read, split and scaled. Picklable: workers get it as a file."""

    @property
    def folds(self) -> int:
        """How many ways there are to divide the data; 1 where it is divided once.

        Folds of separate sequences may be repeated: division r·k + f is fold f of repeat r.
        """
        return 1

    @property
    def repeats(self) -> int:
        """How often the data is divided into k folds; `folds` is a multiple of it."""
        return 1

    @property
    def ordered(self) -> bool:
        """Whether the parts follow each other in time, so that the latest of them matter most."""
        return False

    @property
    def past(self) -> bool:
        """Whether a sequence is the past of what is predicted, as windows of a table are."""
        return False

    @abstractmethod
    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The arrays for one length of window (None: the spec's, or the data has its own).

        Whatever the window, the same target steps are predicted in validation and test, so
        that the scores of different windows compare.

        Args:
            window: T.
            fold: Which of `folds`, from 0; -1 is the last. Each is scaled by its own training
                part, and all have arrays of the same shapes but for N. Of a table's folds the
                last has the largest training part, and it alone the test part; of folds of
                separate sequences each has it.
            rows: B, into how many a stream is cut: as many as a batch has sequences. Without
                effect on separate sequences.
        """

    def held_out(self, fold: int) -> np.ndarray | None:
        """Which sequences a division's validation part has, in its order.

        Args:
            fold: Of `dataset`.

        Returns:
            (N,) numbers that a sequence has in every division; None where no two hold out the same.
        """
        return None

    def places(
        self, part: Literal["validation", "test"], window: int | None, fold: int | None
    ) -> Places | None:
        """Where the sequences of a part are from, in its order; None where nothing says it.

        Args:
            part: Of them.
            window: T.
            fold: Of `dataset`; None for `whole`.
        """
        return None

    @abstractmethod
    def preparation(self, window: int | None = None, fold: int | None = None) -> Preparation:
        """What `predict` needs to treat new data as a fold was treated.

        Args:
            window: T.
            fold: Which; None for the preparation that is delivered: that of `whole`.
        """

    @abstractmethod
    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """What a final network may be trained on: everything outside the test part, where that
        can be had. The validation part judges nothing where it is part of the training part.

        Args:
            window, rows: As in `dataset`.
        """

    @abstractmethod
    def summary(self) -> list[tuple[str, str]]:
        """Label and text of what `check` prints: rows, sequences a part, shapes, season."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed of the data, and is to be said where it is used: a line each."""
        return ()

    @property
    def content(self) -> str:
        """What stands for the content of data that lies in no file; empty where files do."""
        return ""

    def packed(self, folder: Path) -> SequenceData:
        """What workers are given: the same, without what `dataset` has no need of.

        Args:
            folder: For files that workers map, and that stay as long as they run.
        """
        return self

    def in_memory(self) -> SequenceData:
        """What `packed` gives, with arrays in place of files: for who does not see these."""
        return self

    @property
    @abstractmethod
    def steps(self) -> int:
        """T of the longest sequence the recurrent layers run over."""
