"""Reading one's own tokens in training: scheduled sampling, all steps at once.

In training a network reads the tokens of the data, in prediction its own, which may be wrong.
Scheduled sampling (Bengio et al., 2015) lets it read some of its own in training too. Step by step
that would undo what makes training fast, so the network runs twice, over all steps at once
(Duckworth et al., 2019): on the data's tokens, which gives one of its own for each step; and on a
mixture of both, which is what is trained.

Each token that is read, but the start, is replaced with probability 1 - `teacher_forcing` by the
network's own of the step before: the likeliest one, which is what it reads when whole texts are
judged, and never the end, after which nothing is read. No gradient goes through the first run,
which has dropout, too. The share is the same from the first epoch to the last. The layers are the
same in both runs, so no weight is added and the saved network knows nothing of it. Scores are those
after a right beginning still, which favours `teacher_forcing: 1`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

__all__ = ["OwnTokens"]

Tensor = Any


class OwnTokens(keras.Layer):
    """Replaces tokens of the data by those of the network, in training only.

    Each is replaced with probability 1 - `teacher_forcing`, a variable, by the likeliest token
    that the network put out at the step before, which is what it reads in prediction. That is
    never the end, after which nothing is read. The start symbol and padding stay.

    Args:
        teacher_forcing: Initial share of the data's tokens that stay.
    """

    def __init__(self, teacher_forcing: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._initial = teacher_forcing
        self.seed_generator = keras.random.SeedGenerator(0)

    def build(self, _: Any) -> None:
        """Create the share."""
        self.teacher_forcing = self.add_weight(
            shape=(),
            initializer=lambda shape, dtype=None: np.full(shape, self._initial, dtype),
            trainable=False,
            name="teacher_forcing",
        )
        self.built = True

    def compute_output_spec(self, inputs: Any, **_: Any) -> keras.KerasTensor:
        """Tokens as before."""
        return keras.KerasTensor(inputs[0].shape, inputs[0].dtype)

    def call(self, inputs: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        """Tokens (B, T) and the network's probabilities after each (B, T, C) to tokens (B, T).

        Class c is read as token c + 1; the last class is the end.
        """
        previous, chances = inputs
        if not training:
            return previous
        likeliest = ops.cast(ops.argmax(chances[..., :-1], axis=-1), previous.dtype) + 1
        start = previous[:, :1]
        own = ops.concatenate([start, likeliest[:, :-1]], axis=1)
        draws = keras.random.uniform(ops.shape(previous), seed=self.seed_generator)
        replaced = ops.logical_and(draws >= self.teacher_forcing, ops.not_equal(previous, 0))
        return ops.where(replaced, own, previous)
