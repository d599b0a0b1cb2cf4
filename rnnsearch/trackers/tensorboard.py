"""TensorBoard: the curves of each trial, and its HParams table. Needs no TensorFlow.

tensorboard --logdir results/electricity/tensorboard
"""

from __future__ import annotations

import importlib
import math
import os
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, final

from rnnsearch.data.extras import import_extra
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.trackers._base import Search, Tracker

__all__ = ["TensorBoard"]

_METRIC = "score"
_VERSION = "brain.Event:2"
"""What a file of events begins with."""


@final
class TensorBoard(Tracker):
    """``tensorboard/`` in the study's folder: a folder of events a trial."""

    def __init__(self) -> None:
        self._folder = Path()

    def begin(self, search: Search) -> None:
        """Say what the table shows."""
        purpose = "run.trackers: tensorboard"
        import_extra("tensorboard", "tensorboard", "tensorboard", purpose)
        self._folder = search.folder / "tensorboard"
        hparams = importlib.import_module("tensorboard.plugins.hparams.summary_v2")
        names = [name for name in search.spec["space"] if isinstance(name, str)]
        experiment = hparams.hparams_config_pb(
            hparams=[hparams.HParam(name) for name in names],
            metrics=[hparams.Metric(_METRIC, display_name=search.objective)],
        )
        self._write(self._folder, [(experiment, 0)])

    def trial(self, record: TrialRecord, curves: Sequence[Sequence[Epoch]]) -> None:
        """A folder of its own: parameters, curves, score."""
        hparams = importlib.import_module("tensorboard.plugins.hparams.summary_v2")
        folder = self._folder / f"trial-{record.number:05d}"
        params = {
            name: value if isinstance(value, (bool, int, float, str)) else str(value)
            for name, value in record.params.items()
        }
        summaries = [(hparams.hparams_pb(params, trial_id=folder.name), 0)]
        summaries += [
            (_scalar(f"{name}/run_{number}" if len(curves) > 1 else name, value), one.number)
            for number, curve in enumerate(curves)
            for one in curve
            for name, value in one.metrics.items()
            if math.isfinite(value)
        ]
        if record.score is not None:
            summaries.append((_scalar(_METRIC, record.score), record.epochs))
        self._write(folder, summaries)

    def end(self, summary: Mapping[str, Any]) -> None:
        """Nothing more is to be said: files are closed as they are written."""

    def _write(self, folder: Path, summaries: Iterable[tuple[Any, int]]) -> None:
        events = importlib.import_module("tensorboard.compat.proto.event_pb2")
        # TensorBoard's own writer of files would import TensorFlow where that is installed.
        files = importlib.import_module("tensorboard.summary.writer.record_writer")
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        name = f"events.out.tfevents.{now:.6f}.{platform.node()}.{os.getpid()}"
        writer = files.RecordWriter((folder / name).open("wb"))
        writer.write(events.Event(wall_time=now, file_version=_VERSION).SerializeToString())
        for summary, step in summaries:
            event = events.Event(wall_time=now, step=step, summary=summary)
            writer.write(event.SerializeToString())
        writer.close()


def _scalar(name: str, value: float) -> Any:
    summaries = importlib.import_module("tensorboard.compat.proto.summary_pb2")
    return summaries.Summary(value=[summaries.Summary.Value(tag=name, simple_value=float(value))])
