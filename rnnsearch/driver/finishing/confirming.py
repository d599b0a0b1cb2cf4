"""The best trials again, from other seeds: what they reach there is what they are worth.

The best of many scores is the luckiest one, too. So the trials that can't be told apart are trained
again, and only what that gives is published. Runs are handed out division by division, the better
trial first: when the time is up before all are done, the better ones have the most. A trial has as
many as say anything of it before the next has any: two, and of origins in time all, as they are no
alike divisions: what was judged from some of them compares with nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import BlockDone, Crashed, Ended
from rnnsearch.execution.worker_orders import Block, Cancel, Schedule
from rnnsearch.outcomes import TrialRecord

__all__ = ["Work", "confirm", "work_of"]

_TICK = 0.25
_GRACE = 10.0
"""Seconds that runs have to end their epoch after the time is up."""

_ATTEMPTS = 2

Keep = Callable[[Ended, Run, Program], None]
"""Called for each run that ended well, before the next message is read."""


@dataclass(frozen=True)
class Work:
    """Runs of one program.

    Attributes:
        program: Trains them.
        runs: Of one or several trials.
        schedule: When they stop.
        whole: Whether they train on all but the test part.
    """

    program: Program
    runs: tuple[Run, ...]
    schedule: Schedule
    whole: bool = False


def work_of(
    planner: Planner,
    records: Sequence[TrialRecord],
    known: frozenset[RunKey],
    runs_of: Callable[[int, TrialRecord], Sequence[Run]],
    *,
    together: int = 1,
    whole: bool = False,
) -> list[Work]:
    """The runs that are to be trained, those of one program together; the best trial's first.

    Args:
        planner: Knows the program of each trial.
        records: The trials, best first.
        known: Runs that are there already.
        runs_of: From a trial's place and record to its runs.
        together: Runs of a trial that are handed out behind each other; then those of the next.
        whole: As in `Work`.
    """
    found: dict[Program, list[tuple[int, int, int, Run]]] = {}
    for place, record in enumerate(records):
        runs = [
            (turn // together, place, turn, run)
            for turn, run in enumerate(runs_of(place, record))
            if run.key not in known
        ]
        if runs:
            found.setdefault(planner.program(record.params), []).extend(runs)
    regime = planner.regime
    return [
        Work(
            program,
            tuple(run for *_, run in sorted(runs, key=lambda each: each[:3])),
            regime.final_schedule(*(run.epochs for *_, run in runs)),
            whole,
        )
        for program, runs in found.items()
    ]


def confirm(
    executor: Executor,
    work: Sequence[Work],
    keep: Keep,
    *,
    lanes: int | None,
    deadline: float,
    tick: Callable[[str], None] = lambda activity: None,
    checkpoints: Path | None = None,
) -> None:
    """Have the workers do it, each a program at a time; each worker must be idle.

    Args:
        executor: The workers.
        work: What is to be done, the most important first.
        keep: Given what ended well.
        lanes: Of a block; None as the engine likes.
        deadline: When to stop, on the monotonic clock.
        tick: Told, now and then, what is going on.
        checkpoints: The folder where lanes are kept while they train.

    Raises:
        WorkerError: The same work failed twice.
    """
    _Confirming(executor, keep, lanes, deadline, tick, checkpoints).run(list(work))


class _Confirming:
    def __init__(
        self,
        executor: Executor,
        keep: Keep,
        lanes: int | None,
        deadline: float,
        tick: Callable[[str], None],
        checkpoints: Path | None = None,
    ) -> None:
        self._checkpoints = checkpoints
        self._executor = executor
        self._keep = keep
        self._lanes = lanes
        self._deadline = deadline
        self._tick = tick
        self._going: dict[int, Work] = {}
        self._left: dict[int, dict[RunKey, Run]] = {}
        self._failures: dict[Program, int] = {}
        self._heard: dict[int, float] = {}
        self._stopped = False

    def run(self, work: list[Work]) -> None:
        """See `confirm`."""
        while True:
            for worker in self._executor.workers:
                if work and worker not in self._going and not self._out_of_time():
                    self._send(worker, work.pop(0))
            if not self._going:
                return
            for worker, message in self._executor.receive(_TICK):
                self._heard[worker] = time.monotonic()
                work += self._handle(worker, message)
            work += self._look_for_silence()
            self._tick(", ".join(f"confirming {work.program}" for work in self._going.values()))
            self._look_at_the_clock()

    def _out_of_time(self) -> bool:
        return time.monotonic() >= self._deadline

    def _send(self, worker: int, work: Work) -> None:
        block = Block(
            work.program,
            work.runs,
            work.schedule,
            self._lanes,
            whole=work.whole,
            checkpoints=self._checkpoints,
            final=True,
        )
        self._going[worker] = work
        self._heard[worker] = time.monotonic()
        self._left[worker] = {run.key: run for run in work.runs}
        self._executor.send(worker, block)

    def _handle(self, worker: int, message: object) -> list[Work]:
        """Take a message; work that is to be tried again."""
        if worker not in self._going:
            return []
        if isinstance(message, Ended):
            run = self._left[worker].pop(message.key, None)
            if run is not None and message.state == "COMPLETE" and _finite(message):
                self._keep(message, run, self._going[worker].program)
        elif isinstance(message, BlockDone):
            del self._going[worker]
        elif isinstance(message, Crashed):
            return self._crashed(worker, message)
        return []

    def _crashed(self, worker: int, message: Crashed) -> list[Work]:
        work = self._going.pop(worker)
        if message.gone:
            self._executor.restart(worker)
        failed = self._failures.get(work.program, 0) + (not message.left)
        self._failures[work.program] = failed
        if self._failures[work.program] >= _ATTEMPTS:
            for busy in self._going:  # whoever asks next must not hear of what they do
                self._executor.restart(busy)
            raise WorkerError(f"a worker failed: {message.reason}")
        left = tuple(self._left[worker].values())
        return [Work(work.program, left, work.schedule, work.whole)] if left else []

    def _look_for_silence(self) -> list[Work]:
        """Start workers anew that hang; what they did is to be tried again."""
        patience, again = self._executor.patience, []
        for worker in list(self._going):
            silent = time.monotonic() - self._heard[worker]
            if patience is not None and silent > patience.seconds:
                reason = f"its worker ended no epoch for {silent:.0f} s (run.trial_timeout)"
                again += self._crashed(worker, Crashed(reason, gone=True))
        return again

    def _look_at_the_clock(self) -> None:
        if self._going and self._out_of_time() and not self._stopped:
            self._stopped = True
            for worker in self._going:
                self._executor.send(worker, Cancel())
        if self._stopped and time.monotonic() > self._deadline + _GRACE:
            for worker in list(self._going):
                del self._going[worker]
                self._executor.restart(worker)


def _finite(ended: Ended) -> bool:
    return ended.weights is not None and all(bool(np.isfinite(w).all()) for w in ended.weights)
