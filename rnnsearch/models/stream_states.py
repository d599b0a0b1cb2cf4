"""Running along a stream with a model whose states are inputs and outputs."""

from __future__ import annotations

import keras
import numpy as np

from rnnsearch.models.architecture import Architecture
from rnnsearch.models.build import build, state_names
from rnnsearch.models.layers import StandardLayers
from rnnsearch.models.moved_weights import with_weights_of

__all__ = ["follow", "no_states", "with_states"]


def no_states(architecture: Architecture, rows: int) -> dict[str, np.ndarray]:
    """The states before a stream begins, zeros (B, H), by name."""
    layers = zip(state_names(architecture), architecture.units, strict=True)
    return {name: np.zeros((rows, units), np.float32) for names, units in layers for name in names}


def with_states(model: keras.Model, architecture: Architecture) -> keras.Model:
    """A trained network whose states are inputs and outputs."""
    layers = StandardLayers(state_inputs=True)
    return with_weights_of(model, build(architecture, layers, blank=True))


def follow(
    model: keras.Model, x: np.ndarray, architecture: Architecture, rows: int | None = None
) -> np.ndarray:
    """Outputs (N, T, C) at every window of a stream, whose states are carried.

    Args:
        model: Of `build` with layers that have state inputs.
        x: (N, T) windows, of which sequence n goes on at n + B.
        architecture: Its network.
        rows: B; None for as many as it was trained with.
    """
    rows = rows or architecture.head.stream
    assert rows is not None
    states, found = no_states(architecture, rows), []
    for start in range(0, len(x), rows):
        outputs = model.predict_on_batch({"sequence": x[start : start + rows], **states})
        found.append(outputs["output"])
        states = {name: outputs[name] for name in states}
    return np.concatenate(found)
