"""minGRU: a GRU whose gates do not read the hidden state (Feng et al., 2024, arXiv 2410.01201)."""

import keras


@keras.saving.register_keras_serializable("my_cells")
class MinimalGRU(keras.Layer):
    """z = σ(W_z x + b_z), h' = (1 - z) h + z (W_h x + b_h): two thirds of a GRU's weights are gone.

    Args:
        units: H.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        """Weights of both products of the input, (F, 2·H)."""
        shape = (input_shape[-1], 2 * self.units)
        self.kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=shape[1:], initializer="zeros", name="bias")

    def call(self, inputs, states):
        """One step: (B, F) and [(B, H)] to the output and [the new state]."""
        share = keras.ops.matmul(inputs, self.kernel) + self.bias
        z, candidate = keras.ops.split(share, 2, axis=-1)
        z = keras.ops.sigmoid(z)
        h = (1 - z) * states[0] + z * candidate
        return h, [h]

    def get_config(self):
        """What makes it again when a model is loaded."""
        return {**super().get_config(), "units": self.units}
