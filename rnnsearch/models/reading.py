"""The inputs of a network, and what its layers read of them at each step."""

from __future__ import annotations

from typing import Any, final

import keras

from rnnsearch.data import MASK_VALUE
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.layers import Layers
from rnnsearch.models.named_layers import NamedLayers
from rnnsearch.models.patches import patched
from rnnsearch.tasks import SourceInput

__all__ = ["Reading"]

Tensor = Any


@final
class Reading:
    """From inputs to steps: tokens embedded, numbers in patches and with changes, padding masked.

    Args:
        architecture: The network.
        layers: Kind of its layers.
        parts: Where they are made.

    Attributes:
        inputs: Name → tensor, of those that were asked for.
    """

    def __init__(self, architecture: Architecture, layers: Layers, parts: NamedLayers) -> None:
        self.inputs: dict[str, Tensor] = {}
        self._architecture = architecture
        self._layers = layers
        self._parts = parts
        self._known_patches: dict[str, Tensor] = {}

    def input(self, name: str, shape: tuple[int, ...], dtype: str = "float32") -> Tensor:
        """The input of a name, (B, *shape), made where there is none yet."""
        if name in self.inputs:
            return self.inputs[name]
        tensor = keras.Input(shape, batch_size=self._layers.rows, dtype=dtype, name=name)
        self.inputs[name] = tensor
        return tensor

    def steps(self, previous: Tensor | None = None) -> Tensor:
        """What the recurrent layers read at each step, (B, T, F).

        Args:
            previous: Tokens (B, T) to read in place of those of the model's input.
        """
        head = self._architecture.head
        if head.repeat is not None:
            vector = self.input("vector", (head.features,))
            x = self._parts.layer("repeat", keras.layers.RepeatVector, n=head.repeat)(vector)
            if head.ahead:
                ahead = self.input("ahead", (head.steps, head.ahead))
                return self._parts.layer("step", keras.layers.Concatenate)([x, ahead])
            if head.vocabulary is None:
                return x
            if previous is None:
                previous = self.input("previous", (head.steps,), "int32")
            embedded = self._embed(previous, head.vocabulary, False, "embedding")
            return self._parts.layer("step", keras.layers.Concatenate)([x, embedded])
        name = "sequence"
        if head.source is not None:
            name = "ahead" if head.vocabulary is None else "previous"
        if head.vocabulary is not None:
            tokens = self.input(name, (head.steps,), "int32") if previous is None else previous
            return self._embed(tokens, head.vocabulary, head.masked, "embedding")
        return self._numbers(name, head.steps, head.features, head.masked, "masking")

    def source(self, source: SourceInput) -> Tensor:
        """What an encoder reads at each step, (B, S, F)."""
        if source.vocabulary is not None:
            tokens = self.input("source", (source.steps,), "int32")
            return self._embed(tokens, source.vocabulary, source.masked, "encoder_embedding")
        size = (source.steps, source.features)
        return self._numbers("source", *size, source.masked, "encoder_masking")

    def known(self, name: str) -> Tensor:
        """(B, T) which steps of an input are not padding, as they are read."""
        if name in self._known_patches:
            return self._known_patches[name]
        return _known(self.inputs[name])

    def _embed(self, tokens: Tensor, vocabulary: int, masked: bool, name: str) -> Tensor:
        size = self._architecture.embedding_dim
        layer = self._parts.layer(
            name,
            keras.layers.Embedding,
            input_dim=vocabulary,
            output_dim=size,
            mask_zero=masked,
        )
        return self._parts.apply(layer, tokens)

    def _numbers(self, name: str, steps: int, features: int, masked: bool, masking: str) -> Tensor:
        """Steps of numbers as they are read: augmented, in patches, with changes, masked."""
        x, architecture = self.input(name, (steps, features)), self._architecture
        if name == "sequence" and architecture.head.augmentable:
            augment = self._layers.augment("augment", masked=masked)
            x = x if augment is None else augment(x)
        # What is known ahead of each of a decoder's steps stays beside it.
        if name != "ahead" and (architecture.patch > 1 or architecture.changes):
            known = _known(x) if masked else None
            x, known = patched(x, architecture.patch, known, changes=architecture.changes)
            self._known_patches[name] = known
        return keras.layers.Masking(MASK_VALUE, name=masking)(x) if masked else x


def _known(read: Tensor) -> Tensor:
    """(B, T) which steps are not padding, of tokens (B, T) or numbers (B, T, F)."""
    if len(read.shape) == 2:
        return keras.ops.not_equal(read, 0)
    return keras.ops.any(keras.ops.not_equal(read, MASK_VALUE), axis=-1)
