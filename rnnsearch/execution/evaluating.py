"""A trained network on all parts of the data, in plain Keras layers. Imports a backend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import Inputs, count, join, take
from rnnsearch.data.texts.coding import Writing
from rnnsearch.engines import Program
from rnnsearch.execution.memory import ROWS
from rnnsearch.execution.messages import Judged
from rnnsearch.execution.worker_orders import Judge
from rnnsearch.files import replacing
from rnnsearch.models import Architecture
from rnnsearch.models.bag import standard_model
from rnnsearch.models.decoding import Decoder, generate
from rnnsearch.models.feeding import predict
from rnnsearch.models.stream_states import follow, with_states
from rnnsearch.tasks import entry_errors, loss_weights
from rnnsearch.tasks import judge as judge_outputs
from rnnsearch.tasks.text_metrics import written_as

__all__ = ["evaluate", "judge", "predict_evenly", "save_model", "test_errors"]


_TEXTS = 500
"""Texts of a part that are written to judge a network, at most; evenly spaced ones."""


def judge(
    order: Judge, dataset: Dataset, writing: Writing | None = None, rows: int = ROWS
) -> Judged:
    """Evaluate on the validation and the test part, and save if asked to.

    Args:
        order: The network.
        dataset: The parts.
        writing: How classes are read as text, where the network writes it.
        rows: Sequences predicted at once, at most.
    """
    architecture = order.program.architecture
    model = standard_model(architecture, order.weights)
    parts = {"val": dataset.validation, "test": dataset.test}
    if architecture.head.stream is None:
        predicted = predict_evenly(model, join(*(part.x for part in parts.values())), rows)
    else:
        predicted = np.concatenate([_follow(model, architecture, part) for part in parts.values()])
    metrics: dict[str, float] = {}
    for prefix, part in parts.items():
        own, predicted = predicted[: len(part)], predicted[len(part) :]
        if len(part):
            values = evaluate(own, order.program, part, dataset)
            metrics |= {f"{prefix}_{name}": value for name, value in values.items()}
    errors = test_errors(own, order.program, dataset)
    if writing is not None and architecture.head.source is not None:
        metrics |= _text_metrics(model, architecture, parts, writing)
    if order.save is not None:
        save_model(model, order.save)
    return Judged(metrics, model.count_params(), errors=errors)


def _text_metrics(
    model: keras.Model, architecture: Architecture, parts: Mapping[str, Part], writing: Writing
) -> dict[str, float]:
    """How good whole texts are that the network writes by itself, the likeliest token a step."""
    decoder = Decoder(model, architecture)
    metrics: dict[str, float] = {}
    for prefix, part in parts.items():
        if len(part):
            some = slice(0, None, -(-len(part) // _TEXTS))
            written = generate(decoder, take(part.x, some), architecture.head.steps)
            values = written_as(writing, part.y[some], written)
            metrics |= {f"{prefix}_{name}": value for name, value in values.items()}
    return metrics


def predict_evenly(model: keras.Model, x: Inputs, rows: int = ROWS) -> np.ndarray:
    """Predictions in batches of one size, filled up where they do not come out even.

    JAX compiles a program for each size.

    Args:
        model: What predicts.
        x: Sequences.
        rows: Of them at once, at most.
    """
    sequences = count(x)
    batches = max(1, -(-sequences // rows))
    size = -(-sequences // batches)
    filled = join(x, take(x, slice(batches * size - sequences)))
    return predict(model, filled, size)[:sequences]


def _follow(model: keras.Model, architecture: Architecture, part: Part) -> np.ndarray:
    """Predictions along a stream, whose states are carried from window to window."""
    if not len(part):
        return np.zeros((0, architecture.head.steps, architecture.head.width), np.float32)
    return follow(with_states(model, architecture), part.array, architecture)


def evaluate(
    outputs: np.ndarray, program: Program, part: Part, dataset: Dataset
) -> dict[str, float]:
    """Loss and metrics of a model's outputs on a part."""
    loss = program.loss
    weights, least = loss_weights(loss, dataset, part), keras.config.epsilon()
    return judge_outputs(outputs, part, dataset.target, loss, program.metrics, weights, least)


def test_errors(outputs: np.ndarray, program: Program, dataset: Dataset) -> np.ndarray | None:
    """`entry_errors` of the test part; None of a stream, which each program cuts anew."""
    if not len(dataset.test) or program.architecture.head.stream is not None:
        return None
    metric = program.objective.removeprefix("val_")
    return entry_errors(outputs, dataset.test, dataset.target, program.loss, metric)


def save_model(model: keras.Model, path: Path) -> None:
    """Save a model: a kill leaves the old file or the new one, whole."""
    with replacing(path) as aside:
        model.save(aside)
