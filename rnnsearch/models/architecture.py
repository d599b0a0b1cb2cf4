"""What of a configuration decides the network: everything here changes the compiled program."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from rnnsearch.tasks import Head

__all__ = ["FEED_FORWARD", "Architecture", "Recurrent"]

FEED_FORWARD = "feed_forward"
"""In place of a cell's name: a network without memory, and the simple method that it is."""


@dataclass(frozen=True)
class Architecture:
    """A network, up to its weights and its numeric parameters.

    Attributes:
        cell: ``SimpleRNN``, ``LSTM``, ``GRU``; or ``feed_forward``, the network without
            memory that a recurrent one is compared with (ReLU layers on its features).
        units: H of each layer, bottom to top.
        bidirectional: Whether each layer also reads the sequence backwards; H doubles.
        layer_norm: Whether each layer's outputs are normalised.
        head: The task's input and output.
        embedding_dim: Numbers that each token becomes.
        attention: How a decoder weighs the encoder's outputs: ``none``, ``luong`` (dot product)
            or ``bahdanau`` (a small network).
        pooling: What the head reads of the last recurrent layer where there is one output a
            sequence: its ``last`` output, or the ``mean`` or ``max`` of those at all steps.
        patch: Consecutive steps that are read as one; of an encoder, those of the source.
        decoder: How an encoder's forecast is put out: by layers that run over its steps
            (``recurrent``), or all steps at once (``direct``).
        changes: Whether each step's differences from the step before stand beside it.
    """

    cell: str
    units: tuple[int, ...]
    bidirectional: bool
    layer_norm: bool
    head: Head
    embedding_dim: int = 0
    attention: str = "none"
    pooling: str = "last"
    patch: int = 1
    changes: bool = False
    decoder: str = "recurrent"

    @property
    def memoryless(self) -> bool:
        """Whether it reads features of a sequence, not the sequence."""
        return self.cell == FEED_FORWARD

    @property
    def longest(self) -> int:
        """The most steps that any recurrent layer runs over, of which a patch is one."""
        source = self.head.source
        if source is None:
            return -(-self.head.steps // self.patch)
        return max(self.head.steps, -(-source.steps // self.patch))

    def in_patches(self, steps: float) -> float:
        """Steps of a sequence as steps of the layers that read it, rounded up to whole patches.

        Those of an encoder stay as they are: beside it a decoder counts the same steps.
        """
        if math.isinf(steps) or self.head.source is not None:
            return steps
        return math.ceil(steps / self.patch)

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Architecture:
        """The inverse of `to_json`."""
        units, head = tuple(values["units"]), Head.from_json(values["head"])
        return cls(**values | {"units": units, "head": head})

    def __str__(self) -> str:
        shape = "-".join(str(units) for units in self.units)
        return f"{'Bi' if self.bidirectional else ''}{self.cell} {shape}"


@dataclass(frozen=True)
class Recurrent:
    """A recurrent layer to be made.

    Attributes:
        cell: ``SimpleRNN``, ``LSTM``, ``GRU``, or a class of the user's, ``module:Class``.
        units: H.
        name: Of the layer.
        steps: The most steps that any recurrent layer of the network runs over.
        sequences: Whether there is an output at every step, or only after the last.
        states: Whether the states after the last step are wanted too: the layer then returns
            a list, the output first.
        bidirectional: Whether the sequence is also read backwards; H doubles.
    """

    cell: str
    units: int
    name: str
    steps: int
    sequences: bool
    states: bool = False
    bidirectional: bool = False
