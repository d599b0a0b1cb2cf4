"""Writes what a search finds into its folder, as it finds it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.interrupting import look_for_stop
from rnnsearch.diagnosis import Verdict
from rnnsearch.driver import Observer, Snapshot
from rnnsearch.errors import WorkerError
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.records import (
    EpochsFile,
    StudyFolder,
    constant_loss,
    environment,
    leaderboard,
    metrics_of,
    verdict_on,
    verdicts_of_folder,
    write_environment,
    write_leaderboard,
)
from rnnsearch.spec import Spec
from rnnsearch.vocabulary import Direction

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Recorder"]

_VERDICTS = 6
"""Of the latest trials, that a display is told."""

_LEADERBOARD_SECONDS = 5.0
"""At most this often is the leaderboard written while trials end; always at the end."""

_LEADERBOARD_SHARE = 0.02
"""At most this part of the time goes into it: of thousands of trials it takes a while."""


class Recorder:
    """An observer that keeps everything and passes it on to the display.

    Args:
        folder: Of the study.
        spec: That is searched.
        engine: Which one.
        direction: Of the objective.
        display: Told what this is told, or None.
        found: What is known so far; the device is noted there.
        so_far: Called now and then with the trials while they end.
    """

    def __init__(
        self,
        folder: StudyFolder,
        spec: Spec,
        engine: str,
        direction: Direction,
        display: Observer | None,
        found: Found,
        so_far: Callable[[Sequence[TrialRecord]], None] = lambda records: None,
    ) -> None:
        self._folder = folder
        self._spec = spec
        self._engine = engine
        self._direction: Direction = direction
        self._display = display
        self._found = found
        self._so_far = so_far
        self._snapshot: Snapshot | None = None
        self._records: dict[int, TrialRecord] = {}
        self._constant: float | None = None
        self._verdicts: dict[int, Verdict] = {}
        self._latest: deque[tuple[int, str]] = deque(maxlen=_VERDICTS)
        self._epochs = EpochsFile(folder.epochs)
        self._due = self._noted = self._seen = 0.0

    def begin(self, records: Sequence[TrialRecord]) -> None:
        """What is known before the first worker starts, or once simple methods are fitted."""
        self._records = {record.number: record for record in records}
        self._constant = constant_loss(self._found.baselines)
        self._verdicts = verdicts_of_folder(self._folder, records, self._constant)
        self.write_leaderboard(list(records))

    def started(self, device: str) -> None:
        """Note where it runs; refuse where that is not what was asked for."""
        if self._spec.run.device == "gpu" and device.startswith("cpu"):
            raise WorkerError(
                f"run.device must be a device that {self._spec.run.backend} sees; received gpu, "
                f"and it sees {device}; install its GPU support (pip install 'rnnsearch[cuda]') "
                "or set device: auto"
            )
        self._found.device = device
        run = self._spec.run
        values = environment(device, run.backend, self._engine, self._spec.search.seed)
        write_environment(self._folder.environment, values)
        if self._display is not None:
            self._display.started(device)

    def concluding(self, activity: str) -> None:
        """Say what goes on at the end of a search, and how long that may take."""
        look_for_stop(self._folder.stop)
        if self._snapshot is None or self._display is None:
            return
        # None of trials that have all ended: what is left then is no part of them.
        left = self._snapshot.seconds_left or None
        if left is not None:
            left = max(0.0, left - (time.monotonic() - self._seen))
        self._display.progressed(
            replace(self._snapshot, activity=activity, lanes=(), seconds_left=left)
        )

    def progressed(self, snapshot: Snapshot) -> None:
        """Show how far the search is, and the latest verdicts; end it where a file asks for it."""
        look_for_stop(self._folder.stop)
        snapshot = replace(snapshot, verdicts=tuple(self._latest))
        self._snapshot, self._seen = snapshot, time.monotonic()
        if self._display is not None:
            self._display.progressed(snapshot)

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """Keep the curves; write the leaderboard now and then."""
        for run, curve in enumerate(curves):
            self._epochs.append(record.number, curve, run)
        self._records[record.number] = record
        verdict = verdict_on(record, metrics_of(curves), self._constant)
        if verdict is not None:
            self._verdicts[record.number] = verdict
            self._latest.append((record.number, verdict.name))
        if time.monotonic() > self._due:
            self.write_leaderboard(list(self._records.values()))
        self._note_so_far(record)
        if self._display is not None:
            self._display.ended(record, curves, weights)

    def _note_so_far(self, record: TrialRecord) -> None:
        """Write down what there is, should this process be killed; as often as the leaderboard."""
        started = time.monotonic()
        if record.state == "COMPLETE" and started > self._noted:
            self._so_far(list(self._records.values()))
            now = time.monotonic()
            self._noted = now + max(_LEADERBOARD_SECONDS, (now - started) / _LEADERBOARD_SHARE)

    def write_leaderboard(self, records: Sequence[TrialRecord]) -> None:
        """Write leaderboard.csv."""
        started = time.monotonic()
        frame = leaderboard(
            records,
            self._found.baselines,
            self._direction,
            self._found.confirmed,
            self._found.deliveries,
            self._verdicts,
            self._spec.search.costs,
        )
        write_leaderboard(self._folder.leaderboard, frame)
        now = time.monotonic()
        self._due = now + max(_LEADERBOARD_SECONDS, (now - started) / _LEADERBOARD_SHARE)
