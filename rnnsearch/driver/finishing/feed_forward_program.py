"""What trains a network without memory, about as large as a recurrent one."""

from __future__ import annotations

import math
from dataclasses import replace

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.data.inputs import take
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program
from rnnsearch.execution.worker_orders import Prepare
from rnnsearch.models import FEED_FORWARD, Architecture
from rnnsearch.outcomes import TrialRecord
from rnnsearch.tasks import Head, Task

__all__ = [
    "LEARNING_RATES",
    "feed_forward_program",
    "has_feed_forward",
    "memoryless",
    "prepare_feed_forward",
]

LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
"""At which it is trained."""

_LAYERS = 2


def prepare_feed_forward(
    planner: Planner, data: SequenceData, task: Task, best: TrialRecord
) -> Prepare | None:
    """The order to compile it ahead, should this trial be the best; None where there is none."""
    recurrent = planner.with_longest_window(best.params)
    dataset = data.dataset(recurrent.window)
    if not has_feed_forward(task, dataset):
        return None
    program = feed_forward_program(recurrent, best.parameters or 0, task, dataset)
    epochs = planner.runs(best.number, best.params)[0].epochs
    lanes = len(LEARNING_RATES)
    return Prepare(program, lanes, lanes, planner.regime.plain_schedule(epochs).stride)


def feed_forward_program(
    recurrent: Program, parameters: int, task: Task, dataset: Dataset
) -> Program:
    """The program of a network without memory that has about as many weights as a recurrent one.

    Args:
        recurrent: Batch size, loss and metrics are its own.
        parameters: Weights of the recurrent one.
        task: Gives what the network sees in place of the sequence.
        dataset: The data, of any fold.
    """
    return replace(
        recurrent,
        architecture=memoryless(recurrent.architecture.head, parameters, task, dataset),
        optimizer="adam",
        clip_mode=None,
        truncates=False,
        drops=False,
        drops_recurrent=False,
        decays=False,
    )


def memoryless(head: Head, parameters: int, task: Task, dataset: Dataset) -> Architecture:
    """Two dense layers.

    Args:
        head: Of the recurrent network.
        parameters: Weights, about.
        task: Gives what they read.
        dataset: The data, of any fold.
    """
    features = _memoryless_width(task, dataset)
    assert features is not None
    outputs = head.width * (head.steps if task.at_once else 1)
    return Architecture(
        cell=FEED_FORWARD,
        units=(_units(parameters, features, outputs),) * _LAYERS,
        bidirectional=False,
        layer_norm=False,
        head=replace(
            head,
            features=features,
            repeat=head.steps if task.at_once else None,
            masked=False,
            vocabulary=None,
            source=None,
            ahead=0,
        ),
    )


def has_feed_forward(task: Task, dataset: Dataset) -> bool:
    """Whether there is a network without memory to compare with.

    Of a stream n-grams are it, and the features of a long text would fill the memory.
    """
    if dataset.stream is not None:
        return False
    return task.mapping.recurrent and _memoryless_width(task, dataset) is not None


def _memoryless_width(task: Task, dataset: Dataset) -> int | None:
    """D of what a network without memory is given."""
    features = task.memoryless_features(take(dataset.train.x, slice(1)), dataset.vocabulary)
    return None if features is None else int(features.shape[-1])


def _units(parameters: int, features: int, outputs: int) -> int:
    """H of two dense layers with about as many weights: H² + (features + outputs) H ≈ weights."""
    linear = features + outputs + _LAYERS
    return max(4, round((-linear + math.sqrt(linear**2 + 4 * parameters)) / 2))
