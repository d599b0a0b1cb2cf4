"""The rate of a program at a number of lanes: whether they fit, and a short epoch of them timed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace

import jax
import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.engines.fused.compiled import CompiledProgram, Shape
from rnnsearch.engines.fused.reading import Data

__all__ = ["Measured"]

_BATCHES = 8
"""Of a timed epoch; its evaluation is as long as ever, as in a real one."""

_MARGIN = 0.9
"""Share of the device's memory that may be used: the allocator loses some, others hold some."""


class Measured:
    """A program on data, at any number of lanes.

    Args:
        compiled: The program.
        folds: What it trains on.
        data: The same, on the device.
    """

    def __init__(self, compiled: CompiledProgram, folds: Sequence[Dataset], data: Data) -> None:
        self._compiled = compiled
        self._shape = Shape.of(compiled.program, folds)
        self._data = data
        shapes = [array.shape for array in jax.tree.leaves(self._data)]
        text = f"{compiled.program!r} {self._shape} {shapes} {jax.__version__}"
        self.name = hashlib.sha256(text.encode()).hexdigest()[:16]

    def rate(self, width: int) -> float | None:
        """Sequences a second that so many lanes train together; None where they do not fit."""
        try:
            return self._timed(width) if self._fits(width) else None
        except jax.errors.JaxRuntimeError as error:
            if "RESOURCE_EXHAUSTED" not in str(error):
                raise
            return None

    def _fits(self, width: int) -> bool:
        has = self._compiled.placement.memory()
        if has is None:
            return True
        return self._compiled.memory(width, self._shape, self._data) <= _MARGIN * has

    def _timed(self, width: int) -> float:
        placement, shape = self._compiled.placement, replace(self._shape, steps=_BATCHES)
        epoch = self._compiled.epoch(width, shape, self._data)
        # Weights and learning rates of zero: nothing diverges, and the arithmetic is the same.
        blank = self._compiled.blank(width)._replace(alive=np.ones(width, np.bool_))
        states = jax.device_put(blank, placement.by_lane)
        orders = np.zeros((width, shape.steps, shape.batch), np.int32)
        order = jax.device_put(orders, placement.by_lane)
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            states, values = epoch(states, order, self._data)
            jax.block_until_ready(values)
            seconds.append(time.perf_counter() - started)
        return width * shape.steps * shape.batch / min(seconds)
