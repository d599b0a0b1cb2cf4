"""Trackers by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rnnsearch.trackers._base import Tracker
from rnnsearch.trackers.jsonl import JsonLines
from rnnsearch.trackers.mlflow import MLflow
from rnnsearch.trackers.tensorboard import TensorBoard
from rnnsearch.trackers.wandb import WandB

__all__ = ["TRACKERS"]

TRACKERS: Mapping[str, Callable[[], Tracker]] = {
    "jsonl": JsonLines,
    "mlflow": MLflow,
    "tensorboard": TensorBoard,
    "wandb": WandB,
}
