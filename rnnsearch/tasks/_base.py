"""The contract of a task: one mapping between sequences, with its head, loss and metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.data import Dataset, Target
from rnnsearch.data.inputs import Inputs, Sequences
from rnnsearch.tasks.losses import Loss, make_loss
from rnnsearch.tasks.metrics import output_metrics
from rnnsearch.vocabulary import METRICS, MappingFact

if TYPE_CHECKING:
    from rnnsearch.spec import LossSpec

__all__ = ["Head", "SourceInput", "Task"]


@dataclass(frozen=True)
class SourceInput:
    """The sequence that an encoder reads.

    Attributes:
        steps: T of the encoder.
        features: F; 1 for tokens.
        vocabulary: Ids of its tokens with 0 for padding, None if its steps are numbers.
        masked: Whether it has padding steps.
    """

    steps: int
    features: int
    vocabulary: int | None
    masked: bool


@dataclass(frozen=True)
class Head:
    """What a task asks of the network around its recurrent layers.

    Attributes:
        steps: T that the recurrent layers run over.
        features: F of the model's input.
        repeat: Times an input vector is repeated to make a sequence; None if it is one.
        sequences: Whether there is an output at every step, or only after the last.
        width: Outputs a step (O, or the number of classes).
        activation: Of the output layer.
        masked: Whether padding steps of the input must be masked.
        vocabulary: Ids of the tokens that are read at each step, with 0 for padding; None
            where steps are numbers. They are embedded. With `repeat`, the vector stands
            beside them at every step.
        source: The sequence that an encoder reads before, whose last states the recurrent
            layers start from; None where there is no encoder.
        ahead: Numbers known of each step (A), beside a vector that is repeated.
        recurrent: Whether anything is recurrent; else the layers are dense.
        stream: Rows of one long sequence whose hidden states are carried from batch to
            batch; None where every sequence starts anew.
        zero_start: Whether the output is 0 before training: where the change from a naive
            forecast is learned, the network starts as that forecast.
    """

    steps: int
    features: int
    repeat: int | None
    sequences: bool
    width: int
    activation: Literal["linear", "softmax"]
    masked: bool
    vocabulary: int | None = None
    source: SourceInput | None = None
    recurrent: bool = True
    stream: int | None = None
    ahead: int = 0
    zero_start: bool = False

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Head:
        """The inverse of `dataclasses.asdict`."""
        source = values["source"]
        return cls(**values | {"source": None if source is None else SourceInput(**source)})

    @property
    def reads_its_own(self) -> bool:
        """Whether the tokens read at each step are those that were put out at the one before."""
        beside = self.repeat is not None or self.source is not None
        return beside and self.vocabulary is not None

    @property
    def augmentable(self) -> bool:
        """Whether steps of numbers are read that may be moved: they have no output of their own."""
        return self.takes_patches and self.source is None

    @property
    def takes_patches(self) -> bool:
        """Whether steps of numbers are read that have no output each, so may be read in patches."""
        if self.source is not None:
            return self.source.vocabulary is None and self.vocabulary is None
        plain = self.vocabulary is None and self.repeat is None
        return self.recurrent and plain and not self.sequences


class Task(ABC):
    """One mapping. Stateless: an instance is shared by all programs and both engines."""

    mapping: MappingFact
    at_once = False
    """Whether a model without memory gives all steps of the output at once."""

    @property
    def name(self) -> str:
        """In a spec."""
        return self.mapping.name

    @abstractmethod
    def head(self, dataset: Dataset) -> Head:
        """The network's input and output for this data."""

    @abstractmethod
    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> Sequences | None:
        """What a model without memory is given in place of the sequence.

        Args:
            x: As in `Part.x`.
            vocabulary: Of the dataset.

        Returns:
            (N, D) where there is one output a sequence, (N, T, D) where there is one a step;
            padding replaced by 0. Windows of a table stay windows where they can. Used by the
            linear baseline and the feed-forward network. None where there is no such model: the
            outputs before are part of the input.
        """

    def loss(self, target: Target, asked: LossSpec | None = None) -> Loss:
        """The training loss, in scaled units: the usual one of the target, or that of a spec."""
        return make_loss(asked, target)

    def metrics(
        self, target: Target, loss: Loss | None = None, asked: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Names in `METRICS` that are reported: the usual ones, the first before all, and `asked`.

        Args:
            target: What is predicted.
            loss: That of the spec, where it is not the usual one.
            asked: Further names.
        """
        kinds = [target.kind, *(["quantile"] if loss and loss.quantiles else [])]
        if target.tokens:
            return tuple(dict.fromkeys(["perplexity", "bits", "accuracy", *asked]))
        usual = [name for name, metric in METRICS.items() if metric.usual and metric.kind in kinds]
        each = output_metrics(target.names) if target.kind == "numeric" else ()
        return tuple(dict.fromkeys([*usual, *each, *asked]))
