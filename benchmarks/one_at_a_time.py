"""What lanes are compared with: Keras on JAX and torch, one trial after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.lanes import GATES, Shape, training_data

__all__ = ["keras_epoch", "torch_epoch"]


def keras_epoch(shape: Shape) -> Callable[[], object]:
    """An epoch of `model.fit` on JAX; with cuDNN's LSTM where Keras finds it."""
    import keras

    x, y = (array[: shape.sequences] for array in training_data(shape))
    model = keras.Sequential(
        [
            keras.Input((shape.steps, shape.features)),
            getattr(keras.layers, shape.cell)(shape.units),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-3, global_clipnorm=1.0), loss="mse")
    return lambda: model.fit(x, y, batch_size=shape.batch, verbose=0)


def torch_epoch(shape: Shape) -> Callable[[], object]:
    """An epoch of a plain torch loop over data on the device; with cuDNN on a GPU."""
    import torch

    assert shape.cell in GATES
    device = "cuda" if torch.cuda.is_available() else "cpu"
    arrays = (array[: shape.sequences] for array in training_data(shape))
    x, y = (torch.from_numpy(array).to(device) for array in arrays)
    layer = torch.nn.RNN if shape.cell == "SimpleRNN" else getattr(torch.nn, shape.cell)
    recurrent = layer(shape.features, shape.units, batch_first=True).to(device)
    output = torch.nn.Sequential(torch.nn.Dropout(0.1), torch.nn.Linear(shape.units, 1)).to(device)
    weights = [*recurrent.parameters(), *output.parameters()]
    optimizer = torch.optim.Adam(weights, 1e-3)

    def step(batch: Any) -> None:
        optimizer.zero_grad()
        states, _ = recurrent(x[batch])
        loss = torch.nn.functional.mse_loss(output(states[:, -1]), y[batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()

    def epoch() -> None:
        for batch in torch.randperm(len(x), device=device).split(shape.batch):
            step(batch)
        if device == "cuda":
            torch.cuda.synchronize()

    return epoch
