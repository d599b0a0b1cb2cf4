"""Moving weights between models that have layers of the same name."""

from __future__ import annotations

import keras

from rnnsearch.models.architecture import Architecture
from rnnsearch.models.build import build_standard

__all__ = ["in_standard_order", "with_weights_of"]


def with_weights_of(whole: keras.Model, part: keras.Model) -> keras.Model:
    """A network, or a part of it, that is given the weights of the whole, layer by layer."""
    for layer in part.layers:
        if layer.weights:
            layer.set_weights(whole.get_layer(layer.name).get_weights())
    return part


def in_standard_order(model: keras.Model, architecture: Architecture) -> list[keras.Variable]:
    """The trainable variables of any kind of model, in the order of the standard one.

    Keras goes by the depth of layers in the graph, which layers without weights add to. So where
    an encoder and a decoder stand side by side, dropout would change the order.
    """
    variables: list[keras.Variable] = model.trainable_variables
    if architecture.head.source is None:
        return variables
    standard = build_standard(architecture, blank=True).trainable_variables
    layers = list(dict.fromkeys(_layer(variable) for variable in standard))
    return sorted(variables, key=lambda variable: layers.index(_layer(variable)))


def _layer(variable: keras.Variable) -> str:
    """The name of a variable's layer, whether both directions are one layer of ours or Keras's."""
    return str(variable.path).partition("/")[0].removeprefix("bidirectional_")
