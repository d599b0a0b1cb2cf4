"""Networks of one's own between a spec's data and its output; docs/cells.md names them."""

import keras
from keras import layers


def conv_lstm(units):
    """A convolution over time, and an LSTM on what it finds: (B, T, F) to (B, units)."""
    return keras.Sequential(
        [
            layers.Conv1D(units, 3, padding="causal", activation="relu"),
            layers.SpatialDropout1D(0.1),
            layers.LSTM(units),
        ]
    )


def attentive(units):
    """A GRU whose steps are weighed by attention to one another: (B, T, F) to (B, T, units)."""
    return keras.Sequential([layers.GRU(units, return_sequences=True), SelfAttention(units)])


@keras.saving.register_keras_serializable("my_networks")
class SelfAttention(keras.Layer):
    """Each step beside what it attends to, normalised."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True
        self.attention = layers.MultiHeadAttention(2, max(1, units // 2))
        self.norm = layers.LayerNormalization()

    def build(self, shape):
        """Make the weights."""
        self.attention.build(shape, shape)
        self.norm.build(shape)
        self.built = True

    def call(self, x, training=False):
        """(B, T, H) to the same."""
        return self.norm(x + self.attention(x, x, training=training))

    def get_config(self):
        """What a saved model makes it of again."""
        return {**super().get_config(), "units": self.units}
