"""Mappings between sequences: heads, losses, metrics, and how outputs are judged."""

from __future__ import annotations

from rnnsearch.tasks._base import Head, SourceInput, Task
from rnnsearch.tasks.entry_errors import entry_errors
from rnnsearch.tasks.judging import judge
from rnnsearch.tasks.losses import Loss, arranged, class_weights, loss_weights, mean_loss, own_units
from rnnsearch.tasks.many_to_many import ManyToMany
from rnnsearch.tasks.many_to_one import ManyToOne
from rnnsearch.tasks.metrics import (
    Facts,
    median_of,
    metric_value,
    metric_values,
    output_metrics,
    outputs_of,
)
from rnnsearch.tasks.one_to_many import OneToMany
from rnnsearch.tasks.one_to_one import OneToOne
from rnnsearch.tasks.sequence_to_sequence import SequenceToSequence

__all__ = [
    "TASKS",
    "Facts",
    "Head",
    "Loss",
    "ManyToMany",
    "ManyToOne",
    "OneToMany",
    "OneToOne",
    "SequenceToSequence",
    "SourceInput",
    "Task",
    "arranged",
    "class_weights",
    "entry_errors",
    "judge",
    "loss_weights",
    "mean_loss",
    "median_of",
    "metric_value",
    "metric_values",
    "output_metrics",
    "outputs_of",
    "own_units",
]

TASKS: dict[str, Task] = {
    task.name: task
    for task in (OneToOne(), OneToMany(), ManyToOne(), ManyToMany(), SequenceToSequence())
}
"""Every task by its name in a spec."""
