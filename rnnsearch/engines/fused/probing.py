"""How far back learning reaches in a trained network: one batch, forward and back, on the host."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import map_inputs, take
from rnnsearch.diagnosis import LayerDiagnosis, chosen_lags
from rnnsearch.engines._base import Program, Run
from rnnsearch.engines.compiling import lane_numbers
from rnnsearch.engines.devices import on_host
from rnnsearch.engines.fused.flat_network import Network
from rnnsearch.engines.keras_losses import make_loss
from rnnsearch.models.probes import Probes, probing
from rnnsearch.tasks import loss_weights

__all__ = ["Prober"]

Array = Any

_SEQUENCES = 16
"""Of the batch: gradients are means over them, and a few say how fast they fade."""

_QUICK = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""Compiled in a quarter of the usual time, as it runs once a run (benchmarks/diagnosis_cost.py)."""


class Prober:
    """Looks into the recurrent layers of one program's networks.

    Args:
        program: What was trained.
        network: Its model over all steps.
    """

    def __init__(self, program: Program, network: Network) -> None:
        self._program = program
        self._network = network
        self._lock = threading.Lock()
        self._compiled: dict[Any, Any] = {}

    def probe(
        self, weights: Sequence[np.ndarray], run: Run, dataset: Dataset
    ) -> tuple[LayerDiagnosis, ...]:
        """The layers that run forward in time.

        Args:
            weights: One array a trainable variable, in the standard order.
            run: With its numbers: what truncation cuts does not reach further back.
            dataset: Of its fold; its first training sequences are looked at.
        """
        stream = self._program.architecture.head.stream
        part = dataset.train
        chosen = np.arange(min(len(part), stream or _SEQUENCES))
        loss_weight = loss_weights(self._program.loss, dataset, part)[chosen]
        numbers = {
            name: np.float32(value) for name, value in lane_numbers(self._program, run, 1).items()
        }
        generators = self._network.initial_generators(run)
        arguments = (
            list(weights),
            numbers,
            generators,
            *_batch(part, chosen, loss_weight),
        )
        with on_host():
            found = self._executable(arguments)(*arguments)
        return tuple(_layer(name, *map(np.asarray, values)) for name, *values in _by_layer(found))

    def _executable(self, arguments: tuple[Any, ...]) -> Any:
        key = tuple(np.shape(leaf) for leaf in jax.tree.leaves(arguments))
        with self._lock:
            if key not in self._compiled:
                lowered = jax.jit(self._look).lower(*arguments)
                self._compiled[key] = _compiled_quickly(lowered)
            return self._compiled[key]

    def _look(
        self,
        weights: list[Array],
        numbers: dict[str, Array],
        generators: tuple[Array, ...],
        x: Any,
        y: Array,
        weight: Array,
    ) -> Any:
        """Norms (T, B), which steps are real (T, B), saturation (), forgetting (H,), by layer."""
        network, loss = self._network, make_loss(self._program.loss)
        hidden = network.no_hidden(len(y))

        def loss_of(nudges: dict[str, Array]) -> tuple[Array, Probes]:
            """The loss of a batch whose states are nudged, and its probes."""
            with probing(Probes(nudges)) as probes:
                predicted, *_ = network.predict(
                    weights, numbers, generators, x, hidden, training=False
                )
            return loss(y, predicted, weight), probes

        shapes: dict[str, tuple[int, int, int]] = {}

        def measure_shapes() -> Array:
            """The loss; it notes what shapes the nudges must have."""
            value, probes = loss_of({})
            shapes.update(probes.shapes)
            return value

        jax.eval_shape(measure_shapes)
        nudges = {name: jnp.zeros(shape) for name, shape in shapes.items()}

        def with_records(nudges: dict[str, Array]) -> tuple[Array, Any]:
            """The loss, and what was recorded on the way."""
            value, probes = loss_of(nudges)
            return value, (probes.real, probes.saturated, probes.forgetting)

        gradients, records = jax.grad(with_records, has_aux=True)(nudges)
        norms = {name: jnp.sqrt(jnp.sum(jnp.square(g), axis=-1)) for name, g in gradients.items()}
        return norms, *records


def _compiled_quickly(lowered: Any) -> Any:
    try:
        return lowered.compile(_QUICK)
    except jax.errors.JaxRuntimeError as error:
        if "No such compile option" not in str(error):
            raise
        return lowered.compile()  # another version of XLA, which has other options


def _by_layer(found: Any) -> list[tuple[Any, ...]]:
    norms, real, saturated, forgetting = found
    return [
        (
            name,
            norms[name],
            real[name],
            saturated[name],
            *([forgetting[name]] if name in forgetting else []),
        )
        for name in sorted(norms)
    ]


def _batch(
    part: Part, chosen: np.ndarray, weight: np.ndarray
) -> tuple[Any, np.ndarray, np.ndarray]:
    """What is read, what is learned, and the weight in the loss: of the last output alone."""
    y = np.asarray(part.y[chosen])
    if weight.ndim > 1:
        weighs = weight.reshape(*weight.shape[:2], -1).max(axis=-1) > 0
        last = weight.shape[1] - 1 - np.argmax(weighs[:, ::-1], axis=1)
        is_last = np.equal(np.arange(weight.shape[1]), last[:, None])
        weight = weight * is_last.reshape(*is_last.shape, *(1,) * (weight.ndim - 2))
    x = map_inputs(np.asarray, take(part.x, chosen))
    return x, y, weight.astype(np.float32)


def _layer(
    name: str,
    norms: np.ndarray,
    real: np.ndarray,
    saturated: np.ndarray,
    forgetting: np.ndarray | None = None,
) -> LayerDiagnosis:
    """A layer from norms (T, B) and which of these steps are real."""
    steps = len(norms)
    last = steps - 1 - np.argmax(real[::-1] > 0, axis=0)
    lags = chosen_lags(steps)
    reach = []
    for lag in lags:
        at = last - lag
        there = (at >= 0) & (real[np.maximum(at, 0), np.arange(len(at))] > 0)
        values = norms[np.maximum(at, 0), np.arange(len(at))][there]
        reach.append(float(values.mean()) if len(values) else 0.0)
    memory = longest = None
    if forgetting is not None:
        spans = -1 / np.log(np.clip(forgetting, 1e-6, 1 - 1e-6))
        memory, longest = float(np.median(spans)), float(spans.max())
    return LayerDiagnosis(name, lags, tuple(reach), float(saturated), memory, longest)
