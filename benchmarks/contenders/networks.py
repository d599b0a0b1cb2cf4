"""What the contenders that call Keras share: the network, the device, the end of the time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import keras

from benchmarks.job import Job

__all__ = ["BestInTime", "build_network", "compiled", "device", "stoppers"]


def build_network(
    shape: Sequence[int], cell: str, units: int, depth: int, dropout: keras.layers.Layer | float
) -> keras.Sequential:
    """Recurrent layers, each with dropout on its output, and one number out of the last.

    Args:
        shape: (T, F).
        cell: A Keras layer's name.
        units: H of each layer.
        depth: Layers.
        dropout: The rate; or a layer that drops, for a network of depth 1.
    """
    model = keras.Sequential([keras.Input(tuple(shape))])
    for number in range(1, depth + 1):
        model.add(getattr(keras.layers, cell)(units, return_sequences=number < depth))
        model.add(keras.layers.Dropout(dropout) if isinstance(dropout, float) else dropout)
    model.add(keras.layers.Dense(1))
    return model


def compiled(model: keras.Model, learning_rate: float, clip_norm: float) -> keras.Model:
    """The model, ready for `fit`."""
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate, global_clipnorm=clip_norm)
    model.compile(optimizer=optimizer, loss="mse")
    return model


def device() -> str:
    """``gpu`` where the backend sees one, else ``cpu``."""
    names = [name.lower() for name in keras.distribution.list_devices()]
    return "cpu" if all(name.startswith("cpu") for name in names) else "gpu"


class BestInTime(keras.callbacks.Callback):
    """The smallest validation loss of all trials; ends the one that is in training too late.

    Attributes:
        best: Of epochs that ended in time.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self.best = math.inf
        self._deadline = deadline

    def __deepcopy__(self, memo: dict[int, Any]) -> BestInTime:
        # KerasTuner trains with a copy for each trial, and this one is for all of them.
        return self

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.time() > self._deadline

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note the loss, if it was in time."""
        if self.late:
            self.model.stop_training = True
        elif logs is not None and logs["val_loss"] < self.best:
            self.best = logs["val_loss"]


def stoppers(job: Job) -> list[keras.callbacks.Callback]:
    """Early stopping, for a job that has it."""
    if job.patience is None:
        return []
    return [keras.callbacks.EarlyStopping("val_loss", patience=job.patience)]
