"""Several networks as one: they share their inputs, and their outputs are averaged.

Networks may read the inputs in other units than the bag does (each was scaled by its own training
part), and fewer steps of them. What comes out is one model of plain Keras layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from rnnsearch.data import MASK_VALUE
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.models.networks import Affine, Network

__all__ = ["Branch", "build_bag", "standard_model"]

Tensor = Any

_LEAST = 1e-12
"""A chance, so that it has a logarithm."""


def standard_model(architecture: Architecture, weights: Sequence[np.ndarray]) -> keras.Model:
    """The model in plain Keras layers, with these trainable weights."""
    model = build_standard(architecture, blank=True)
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)
    return model


@dataclass(frozen=True)
class Branch:
    """A member that is no network of ours: a function of the bag's inputs by name.

    Attributes:
        build: To the outputs, in the bag's units.
        share: As of a network.
    """

    build: Callable[[Mapping[str, Tensor]], Tensor]
    share: float


def build_bag(
    networks: Sequence[Network],
    branches: Sequence[Branch] = (),
    reads: Architecture | None = None,
    favours: np.ndarray | None = None,
) -> keras.Model:
    """The average of all members. A single network without further ado is that network.

    Args:
        networks: One at least.
        branches: What stands beside them.
        reads: A network with the inputs that the bag has; None for those of the member that reads
            most steps.
        favours: (C,) what each class's chance is multiplied with, before they sum to one again.
    """
    if len(networks) == 1 and not branches and favours is None:
        (only,) = networks
        if all(affine.is_identity for affine in only.inputs.values()) and only.outputs is None:
            return _member(only)
    models = [_member(one) for one in networks]
    longest = max(models, key=_size) if reads is None else build_standard(reads, blank=True)
    inputs = {
        tensor.name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
        for tensor in longest.inputs
    }
    outputs = []
    for number, (one, model) in enumerate(zip(networks, models, strict=True), start=1):
        model.name = f"network_{number}"
        read = {t.name: _read(inputs[t.name], t, one, number) for t in model.inputs}
        put = model(read if len(read) > 1 else next(iter(read.values())))
        outputs.append(_weighed(put, one))
    outputs += [keras.ops.multiply(one.build(inputs), one.share) for one in branches]
    total = outputs[0] if len(outputs) == 1 else keras.layers.Add(name="average")(outputs)
    if favours is not None:
        total = _leaned(total, favours)
    given: Any = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    return keras.Model(given, total, name="rnnsearch_bag")


def _member(network: Network) -> keras.Model:
    """A network's model, which reads tokens that it was not shown as the unknown one."""
    model = standard_model(network.architecture, network.weights)
    if network.unseen:
        rows = model.get_layer("embedding").embeddings
        table = np.array(keras.ops.convert_to_numpy(rows))
        table[list(network.unseen)] = table[network.unknown]
        rows.assign(table)
    return model


def _size(model: keras.Model) -> int:
    return sum(math.prod(tensor.shape[1:]) for tensor in model.inputs)


def _read(tensor: Tensor, wanted: Tensor, network: Network, number: int) -> Tensor:
    """An input of the bag as a network reads it: its last steps, in the network's units."""
    surplus = tensor.shape[1] - wanted.shape[1] if len(tensor.shape) == 3 else 0
    if surplus:
        name = f"last_steps_{number}_{wanted.name}"
        tensor = keras.layers.Cropping1D((surplus, 0), name=name)(tensor)
    affine = network.inputs.get(wanted.name)
    if affine is None or affine.is_identity:
        return tensor
    scaled = _affine(tensor, affine)
    if not _masks(network.architecture, wanted.name):
        return scaled
    return keras.ops.where(keras.ops.equal(tensor, MASK_VALUE), tensor, scaled)


def _masks(architecture: Architecture, name: str) -> bool:
    source = architecture.head.source
    return bool(source.masked if name == "source" and source else architecture.head.masked)


def _leaned(chances: Tensor, favours: np.ndarray) -> Tensor:
    """(…, C) chances times (C,) factors, summing to one again."""
    ops = keras.ops
    logarithms = ops.log(ops.maximum(chances, _LEAST))
    added = ops.add(logarithms, np.log(favours).astype(np.float32))
    return keras.layers.Activation("softmax", name="leaning")(added)


def _affine(tensor: Tensor, affine: Affine) -> Tensor:
    # Not by Keras's Rescaling, which needs TensorFlow whatever the backend is.
    scale, offset = (np.asarray(a, np.float32) for a in (affine.scale, affine.offset))
    return keras.ops.add(keras.ops.multiply(tensor, scale), offset)


def _weighed(put: Tensor, network: Network) -> Tensor:
    """A network's outputs in the bag's units, times its share."""
    affine, share = network.outputs, network.share
    if affine is None or affine.is_identity:
        return keras.ops.multiply(put, share)
    return _affine(put, Affine(affine.scale * share, affine.offset * share))
