"""What a network costs at work, measured before it is trained. Imports a backend."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.data.inputs import as_array, count, take
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.vocabulary import COSTS

__all__ = ["costs_of", "refusal"]

_CALLS, _SECONDS = 30, 0.3
"""Calls that are timed, as far as there is time."""

_BATCH = 32
"""Sequences of a batch."""


def costs_of(
    architecture: Architecture, dataset: Dataset, asked: Sequence[str]
) -> dict[str, float]:
    """The costs of a network whose weights are not trained yet: they do not change them.

    Args:
        architecture: Of the network.
        dataset: Has sequences that it may read.
        asked: Names of costs.

    Returns:
        ``parameters`` and ``size``; where the latency is asked for, ``latency`` in milliseconds of
        one sequence alone, ``latency_in_batches`` of one of 32 at once, and ``latency_of_step`` of
        a single step, where a network may read step by step. The least of some calls: what other
        processes add is not the network's.
    """
    model = build_standard(architecture, blank=True)
    size = sum(4 * math.prod(weight.shape) for weight in model.weights)
    found: dict[str, float] = {"parameters": model.count_params(), "size": size}
    if "latency" not in asked:
        return found
    x = dataset.train.x
    rows = architecture.head.stream or min(_BATCH, count(x))
    alone = architecture.head.stream or 1
    found["latency"] = _milliseconds(model, as_array(take(x, slice(0, alone))))
    batch = _milliseconds(model, as_array(take(x, slice(0, rows))))
    found["latency_in_batches"] = batch / rows
    step = _one_step(architecture)
    if step is not None:
        array = np.asarray(as_array(take(x, slice(0, 1))))
        found["latency_of_step"] = _milliseconds(step, array[:, -1:])
    return found


def _one_step(architecture: Architecture) -> keras.Model | None:
    """The network over a single step, as it reads a stream; None where it can't."""
    head = architecture.head
    reads_on = head.source is None and head.repeat is None and head.stream is None
    plain = not architecture.bidirectional and architecture.patch == 1 and not architecture.changes
    if not (head.recurrent and reads_on and plain and head.vocabulary is None):
        return None
    return build_standard(replace(architecture, head=replace(head, steps=1)), blank=True)


def _milliseconds(model: keras.Model, x: Any) -> float:
    """The quickest of some calls of the compiled network, the first left out."""
    call: Callable[[Any], Any] = model.predict_on_batch
    call(x)
    times: list[float] = []
    ends = time.perf_counter() + _SECONDS
    while len(times) < _CALLS and (len(times) < 3 or time.perf_counter() < ends):
        started = time.perf_counter()
        call(x)
        times.append(1000 * (time.perf_counter() - started))
    return min(times)


def refusal(costs: Mapping[str, float], limits: Mapping[str, float]) -> str:
    """Why a network is not trained, such as ``not trained: parameters 33,100, must be below …``."""
    over = [
        f"{name} {costs[name]:,.7g}{_unit(name)}, must be below {limit:,.7g}{_unit(name)}"
        for name, limit in limits.items()
        if costs[name] >= limit
    ]
    return f"not trained: {'; '.join(over)} (search.constraints)" if over else ""


def _unit(name: str) -> str:
    unit = COSTS[name].unit
    return f" {unit}" if unit else ""
