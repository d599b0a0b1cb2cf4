"""Initial weights from a seed alone: the same on every backend and in every lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from rnnsearch.vocabulary import CELLS

__all__ = ["dropout_seed", "initial_weights"]


def initial_weights(
    variables: Sequence[keras.Variable],
    seed: int,
    cell: str,
    forget_bias: float,
    *,
    zero_start: bool = False,
    own: Mapping[int, np.ndarray] | None = None,
) -> list[np.ndarray]:
    """Initial values of a model's trainable variables, by Keras's default rules.

    Kernels are Glorot uniform (Glorot & Bengio, 2010), recurrent kernels orthogonal (Saxe et
    al., 2014), embeddings uniform up to 0.05, scales one, the rest zero but for the LSTM's
    forget gate.

    Args:
        variables: The trainable variables, in the standard model's order.
        seed: Of the run.
        cell: Of the architecture.
        forget_bias: Initial bias of the LSTM's forget gate (Jozefowicz et al., 2015).
        zero_start: As `Head.zero_start`: the output layer's kernel is zero, too.
        own: `id` of a variable → its value, of cells of the user's, which draw their own.
    """
    weights, fact = [], CELLS.get(cell)  # none of a feed-forward network
    for index, variable in enumerate(variables):
        if own and id(variable) in own:
            weights.append(own[id(variable)].astype(np.float32))
            continue
        rng = np.random.default_rng([seed, index])
        shape = tuple(variable.shape)
        name = variable.path.rsplit("/", 1)[-1]
        value = _value(name, shape, rng)
        recurrent_bias = name == "bias" and "recurrent" in variable.path
        if recurrent_bias and fact is not None and fact.forget_gate is not None:
            value.reshape(fact.gates, -1)[fact.forget_gate] = forget_bias
        if zero_start and variable.path.split("/")[-2:] == ["output", "kernel"]:
            value = np.zeros(shape)
        weights.append(value.astype(np.float32))
    return weights


def _value(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if name == "kernel":
        limit = np.sqrt(6.0 / (shape[0] + shape[1]))
        return rng.uniform(-limit, limit, shape)
    if name == "embeddings":
        return rng.uniform(-0.05, 0.05, shape)
    if name == "scale":  # of additive attention
        limit = np.sqrt(3.0 / shape[0])
        return rng.uniform(-limit, limit, shape)
    if name == "recurrent_kernel":
        return _orthogonal(shape, rng)
    if name == "gamma":
        return np.ones(shape)
    if name in ("bias", "beta"):
        return np.zeros(shape)
    raise ValueError(f"Expected a known kind of weight. Received: {name!r}")


def _orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    rows, columns = shape
    q, r = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


def dropout_seed(seed: int, index: int) -> int:
    """The seed of a model's `index`-th generator of dropout masks in a run."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0] % 2**31)
