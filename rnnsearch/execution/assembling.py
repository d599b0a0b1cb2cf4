"""What networks put out, and several of them as one model. Imports a backend."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from rnnsearch.baselines import Graph
from rnnsearch.data import Dataset
from rnnsearch.execution.evaluating import evaluate, predict_evenly, save_model, test_errors
from rnnsearch.execution.memory import ROWS
from rnnsearch.execution.messages import Judged, Put
from rnnsearch.execution.worker_orders import Assemble, PutOut
from rnnsearch.models.bag import Branch, build_bag, standard_model
from rnnsearch.models.simple_members import member

__all__ = ["assemble", "put_out"]


def put_out(order: PutOut, folds: Sequence[Dataset], rows: int = ROWS) -> Put:
    """What each network puts out on the part of its own division, so many sequences at once."""
    model, found = None, []
    for fold, weights in order.networks:
        if model is None:
            model = standard_model(order.program.architecture, weights)
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        part = getattr(folds[fold], order.part)
        none = np.zeros((0,), np.float32)
        found.append(predict_evenly(model, part.x, rows) if len(part) else none)
    return Put(found)


def assemble(order: Assemble, dataset: Dataset, rows: int = ROWS) -> Judged:
    """Make, judge and save the model of several networks.

    Args:
        order: The networks.
        dataset: In the units that the model reads and puts out.
        rows: Sequences predicted at once, at most.
    """
    branches = [
        Branch(partial(_beside, graph, number), share)
        for number, (graph, share) in enumerate(order.branches, start=1)
    ]
    model = build_bag(order.networks, branches, order.program.architecture, order.favours)
    metrics: dict[str, float] = {}
    milliseconds, errors = 0.0, None
    if len(dataset.test):
        predict_evenly(model, dataset.test.x, rows)  # compiles
        started = time.perf_counter()
        predicted = predict_evenly(model, dataset.test.x, rows)
        milliseconds = 1000 * (time.perf_counter() - started) / len(dataset.test)
        values = evaluate(predicted, order.program, dataset.test, dataset)
        metrics = {f"test_{name}": value for name, value in values.items()}
        errors = test_errors(predicted, order.program, dataset)
    if order.save is not None:
        save_model(model, order.save)
    return Judged(metrics, model.count_params(), milliseconds, errors)


def _beside(graph: Graph, number: int, inputs: Mapping[str, Any]) -> Any:
    """A simple method as a part of the model."""
    given = dict(inputs) if len(inputs) > 1 else next(iter(inputs.values()))
    return member(graph, given, f"simple_{number}")
