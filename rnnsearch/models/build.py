"""An architecture as a Keras model: one graph, of which the layers come in three kinds.

The same graph is built of plain Keras layers (`StandardLayers`: what is saved), of layers that
train by chunks (`ChunkedLayers`: the ``keras`` engine) or of layers whose numeric parameters are
variables (`GatedLayers`: the ``fused`` engine). Their trainable weights are the same, in the
same order, so that weights move freely between them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import keras

from rnnsearch.models.architecture import FEED_FORWARD, Architecture, Recurrent
from rnnsearch.models.blank import Apply, apply, apply_blank
from rnnsearch.models.direct import all_steps
from rnnsearch.models.layers import Layers, StandardLayers
from rnnsearch.models.named_layers import NamedLayers
from rnnsearch.models.own import is_own, own_output
from rnnsearch.models.pooling import pooled
from rnnsearch.models.reading import Reading
from rnnsearch.vocabulary import CELLS

__all__ = ["build", "build_encoder", "build_standard", "build_step", "state_names"]

Tensor = Any
States = list[list[Tensor]]
"""The states of each layer, bottom to top."""


def build(architecture: Architecture, layers: Layers, *, blank: bool = False) -> keras.Model:
    """The model of an architecture.

    Args:
        architecture: The network.
        layers: Kind of its layers.
        blank: Leave the initial weights out, which are zeros then: for whoever sets them all.

    Returns:
        A functional model to (B, width) or (B, T, width). Its input is an array: (B, T, F),
        token ids (B, T), or (B, F) where the head repeats a vector; or a dict of arrays:
        ``vector`` and ``previous`` (one_to_many of tokens) or ``ahead`` (of numbers, some of
        which are known of each step), ``source`` and ``previous``
        (sequence_to_sequence), or ``source`` and ``ahead`` where that puts out numbers. Where
        `layers` has state inputs, a stream's model has a dict of ``sequence`` and the
        `state_names`, and gives a dict of ``output`` and these. Weights are Keras's defaults
        until somebody sets them.
    """
    builder = _Builder(architecture, layers, apply_blank if blank else apply)
    if architecture.memoryless:
        return builder.feed_forward()
    return builder.recurrent()


def build_standard(
    architecture: Architecture,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    *,
    blank: bool = False,
) -> keras.Model:
    """The model of an architecture in plain Keras layers, as it is saved."""
    return build(architecture, StandardLayers(dropout, recurrent_dropout), blank=blank)


def build_encoder(architecture: Architecture) -> keras.Model:
    """The encoder alone, of plain layers with blank weights.

    From the source to a dict of the `state_names` that the decoder starts from and, where there
    is attention, ``encoded`` (B, S, H).
    """
    return _Builder(architecture, StandardLayers(), apply_blank).encoder()


def build_step(architecture: Architecture) -> keras.Model:
    """One step of a network that reads its own outputs, of plain layers with blank weights.

    Its input is a dict of ``previous`` (B, 1), the `state_names`, and where there are such
    ``vector`` (B, F), ``encoded`` (B, S, H) and ``known`` (B, S) bool, False where the source is
    padding. Its output is a dict of ``output`` (B, 1, C) and the `state_names`.
    """
    head = architecture.head
    repeat = None if head.repeat is None else 1
    single = replace(architecture, head=replace(head, steps=1, repeat=repeat))
    return _Builder(single, StandardLayers(), apply_blank).step()


def state_names(architecture: Architecture) -> list[list[str]]:
    """Names of the states of each layer of a stream, bottom to top."""
    states = CELLS[architecture.cell].states
    numbers = range(1, len(architecture.units) + 1)
    return [[f"state_{number}_{kind}" for kind in range(states)] for number in numbers]


class _Builder:
    """Puts the layers of an architecture together, each called on what the one before put out."""

    def __init__(self, architecture: Architecture, layers: Layers, apply: Apply) -> None:
        self._architecture = architecture
        self._layers = layers
        self._parts = NamedLayers(apply)
        self._reading = Reading(architecture, layers, self._parts)

    def recurrent(self) -> keras.Model:
        """A stack of recurrent layers, perhaps with an encoder before it."""
        head = self._architecture.head
        encoded, initial = self._encode() if head.source is not None else (None, None)
        if self._architecture.decoder == "direct":
            ahead = self._reading.input("ahead", (head.steps, head.features))
            outputs = all_steps(encoded, ahead, head.width, self._parts.layer, self._parts.apply)
            return self._model(outputs, "rnnsearch")
        if head.stream is not None and self._layers.state_inputs:
            initial = self._state_inputs()
        outputs, states = self._run(self._reading.steps(), initial, encoded)
        own = self._layers.own_tokens("own_tokens") if head.reads_its_own else None
        if own is not None:
            read = own([self._reading.inputs["previous"], outputs])
            outputs, states = self._run(self._reading.steps(read), initial, encoded)
        if states:
            outputs = {"output": outputs, **self._named(states)}
        return self._model(outputs, "rnnsearch")

    def _run(self, x: Tensor, initial: States | None, encoded: Tensor | None) -> tuple[Any, States]:
        """From what is read at each step to the network's output, and a stream's states."""
        head, architecture = self._architecture.head, self._architecture
        x, states = self._stack(
            x,
            initial,
            sequences=head.sequences,
            states=head.stream is not None and self._layers.state_inputs,
            bidirectional=architecture.bidirectional and head.source is None,
        )
        if encoded is not None and architecture.attention != "none":
            masked = head.source is not None and head.source.masked
            known = self._reading.known("source") if masked else None
            x = self._attend(x, self._narrow(encoded), known)
        return self._output(x), states

    def encoder(self) -> keras.Model:
        """The encoder alone."""
        encoded, states = self._encode()
        attends = self._architecture.attention != "none"
        joined = {"encoded": self._narrow(encoded)} if attends else {}
        return self._model({**self._named(states), **joined}, "encoder")

    def step(self) -> keras.Model:
        """One step, with states as inputs and outputs."""
        architecture, source = self._architecture, self._architecture.head.source
        x, states = self._stack(
            self._reading.steps(),
            self._state_inputs(),
            sequences=True,
            states=True,
            bidirectional=False,
        )
        if source is not None and architecture.attention != "none":
            encoded = self._reading.input("encoded", (source.steps, architecture.units[-1]))
            x = self._attend(x, encoded, self._reading.input("known", (source.steps,), "bool"))
        return self._model({"output": self._output(x), **self._named(states)}, "step")

    def _output(self, x: Tensor) -> Tensor:
        head = self._architecture.head
        dense = self._parts.layer(
            "output", keras.layers.Dense, units=head.width, activation=head.activation
        )
        return self._parts.apply(dense, x)

    def _named(self, states: States) -> dict[str, Tensor]:
        layers = zip(state_names(self._architecture), states, strict=True)
        return {n: s for names, kept in layers for n, s in zip(names, kept, strict=True)}

    def _model(self, outputs: Any, name: str) -> keras.Model:
        inputs: Any = self._reading.inputs
        if len(inputs) == 1:
            (inputs,) = inputs.values()
        return keras.Model(inputs, outputs, name=name)

    def _encode(self) -> tuple[Tensor, States]:
        """The encoder's outputs (B, T, H), and the states that the decoder starts from.

        Of an encoder that reads both ways the decoder's layers get the mean of the two states:
        they have as many units as one direction.
        """
        architecture, source = self._architecture, self._architecture.head.source
        assert source is not None
        both = architecture.bidirectional
        x, states = self._stack(
            self._reading.source(source),
            None,
            sequences=architecture.attention != "none",
            states=True,
            bidirectional=both,
            prefix="encoder_",
        )
        if both:
            states = [_mean_of_directions(kept, number) for number, kept in enumerate(states, 1)]
        return x, states

    def _state_inputs(self) -> States:
        units = self._architecture.units
        named = zip(state_names(self._architecture), units, strict=True)
        return [[self._reading.input(name, (size,)) for name in names] for names, size in named]

    def _stack(
        self,
        x: Tensor,
        initial: States | None,
        *,
        sequences: bool,
        states: bool,
        bidirectional: bool,
        prefix: str = "",
    ) -> tuple[Tensor, States]:
        """The recurrent layers: their output, and where asked for the states of each."""
        architecture = self._architecture
        found: States = []
        for number, units in enumerate(architecture.units, start=1):
            top = number == len(architecture.units)
            wanted = Recurrent(
                architecture.cell,
                units,
                f"{prefix}recurrent_{number}",
                architecture.longest,
                sequences or not top or architecture.pooling != "last",
                states,
                bidirectional,
            )
            layer = self._parts.once(wanted.name, partial(self._layers.recurrent, wanted))
            start = {} if initial is None else {"initial_state": initial[number - 1]}
            read, x = x, self._parts.apply(layer, x, **start)
            if states:
                x, *kept = x
                found.append(kept)
            if is_own(wanted.cell):
                x = own_output(layer, read, x, wanted)
            x = self._after_layer(x, prefix, number, pools=top)
        return x, found

    def _after_layer(self, x: Tensor, prefix: str, number: int, *, pools: bool = False) -> Tensor:
        architecture = self._architecture
        if architecture.layer_norm:
            norm = self._parts.layer(
                f"{prefix}layer_norm_{number}", keras.layers.LayerNormalization
            )
            x = self._parts.apply(norm, x)
        if pools and architecture.pooling != "last":
            known = self._reading.known("sequence") if architecture.head.masked else None
            x = pooled(x, architecture.pooling, known)
        dropout = self._parts.layer(f"{prefix}dropout_{number}", self._layers.dropout)
        return x if dropout is None else dropout(x)

    def _narrow(self, encoded: Tensor) -> Tensor:
        """An encoder's outputs in the decoder's size: the mean of both directions, if it has two.

        As of its states. A dense layer in this place learned a constant and nothing else.
        """
        if not self._architecture.bidirectional:
            return encoded
        halves = keras.ops.split(encoded, 2, axis=-1)
        return self._parts.layer("encoder_output", keras.layers.Average)(halves)

    def _attend(self, x: Tensor, encoded: Tensor, known: Tensor | None) -> Tensor:
        """Add a context to the decoder's outputs, and normalise the sum (Ba et al., 2016).

        The score is the dot product of Luong, Pham & Manning (2015), or the small network of
        Bahdanau, Cho & Bengio (2015). Luong's tanh of a dense layer, in place of the sum, saturated
        within some twenty updates (benchmarks/README.md).

        Args:
            x: The decoder's outputs (B, T, H).
            encoded: The encoder's (B, S, H).
            known: (B, S) bool, where these are no padding; None where none is.
        """
        kinds = {"luong": keras.layers.Attention, "bahdanau": keras.layers.AdditiveAttention}
        attention = self._parts.layer("attention", kinds[self._architecture.attention])
        context = self._parts.apply(attention, [x, encoded], mask=[None, known])
        added = self._parts.layer("attended", keras.layers.Add)([context, x])
        norm = self._parts.layer("attention_norm", keras.layers.LayerNormalization)
        return self._parts.apply(norm, added)

    def feed_forward(self) -> keras.Model:
        """Dense layers on features without memory: (B, D), or (B, T, D) for outputs a step."""
        architecture, head = self._architecture, self._architecture.head
        per_step = head.sequences and head.repeat is None
        x = self._reading.input(
            "features", (head.steps, head.features) if per_step else (head.features,)
        )
        for number, units in enumerate(architecture.units, start=1):
            dense = keras.layers.Dense(units, activation="relu", name=f"dense_{number}")
            x = self._after_layer(self._parts.apply(dense, x), "", number)
        if head.repeat is None:
            output = keras.layers.Dense(head.width, activation=head.activation, name="output")
            outputs = self._parts.apply(output, x)
        else:
            x = self._parts.apply(keras.layers.Dense(head.repeat * head.width, name="output"), x)
            outputs = keras.layers.Reshape((head.repeat, head.width), name="steps")(x)
        return self._model(outputs, FEED_FORWARD)


def _mean_of_directions(states: list[Tensor], number: int) -> list[Tensor]:
    """States of both directions, one after the other, to their means."""
    half = len(states) // 2
    pairs = zip(states[:half], states[half:], strict=True)
    return [
        keras.layers.Average(name=f"encoder_state_{number}_{kind}")(list(pair))
        for kind, pair in enumerate(pairs)
    ]
