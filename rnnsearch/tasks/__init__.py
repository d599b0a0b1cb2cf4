"""Mappings between sequences: heads, losses, metrics and baselines."""

from __future__ import annotations

from rnnsearch.tasks._base import Head, Task
from rnnsearch.tasks.baselines import Baselines
from rnnsearch.tasks.many_to_many import ManyToMany
from rnnsearch.tasks.many_to_one import ManyToOne
from rnnsearch.tasks.metrics import METRICS, Metric, metric_values
from rnnsearch.tasks.one_to_many import OneToMany

__all__ = [
    "METRICS",
    "TASKS",
    "Baselines",
    "Head",
    "ManyToMany",
    "ManyToOne",
    "Metric",
    "OneToMany",
    "Task",
    "metric_values",
]

TASKS: dict[str, Task] = {task.name: task for task in (ManyToOne(), OneToMany(), ManyToMany())}
"""Every task by its name in a spec."""
