"""Moving weights between models that have layers of the same name."""

from __future__ import annotations

import keras

__all__ = ["with_weights_of"]


def with_weights_of(whole: keras.Model, part: keras.Model) -> keras.Model:
    """A network, or a part of it, that is given the weights of the whole, layer by layer."""
    for layer in part.layers:
        if layer.weights:
            layer.set_weights(whole.get_layer(layer.name).get_weights())
    return part
