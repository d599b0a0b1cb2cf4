"""A block of runs through a session: refilling lanes, early stopping, rungs, divergence.

The same for every engine and wherever it runs. Runs end in one of four ways: at their last
epoch or after `patience` epochs without a new best (COMPLETE), stopped at a rung or cancelled
(PRUNED), or with a loss or an objective that is no finite number (FAIL).
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from rnnsearch.engines import Program, Run, Session
from rnnsearch.execution.messages import Block, Ended, Epoch, RunState

__all__ = ["Listener", "train"]


class Listener(ABC):
    """Who is told how the runs of a block fare, and decides which go on."""

    @abstractmethod
    def epochs(self, epochs: Mapping[int, Epoch]) -> None:
        """These trials ended an epoch."""

    @abstractmethod
    def rung(self, values: Mapping[int, tuple[int, float]]) -> frozenset[int]:
        """Which of these trials to stop; trial → (epoch, best objective so far)."""

    @abstractmethod
    def ended(self, ended: Ended) -> None:
        """A run ended."""

    @abstractmethod
    def cancelled(self) -> bool:
        """Whether to stop all runs now."""


@dataclass
class _Progress:
    """A run in its lane."""

    run: Run
    epochs: int = 0
    seconds: float = 0.0
    best: Epoch | None = None

    def add(self, metrics: Mapping[str, float], program: Program, seconds: float) -> None:
        self.epochs += 1
        self.seconds += seconds
        value = metrics[program.objective]
        if self.best is None or _better(value, self.best.metrics[program.objective], program):
            self.best = Epoch(self.epochs, metrics)

    @property
    def since_best(self) -> int:
        return self.epochs - (self.best.number if self.best else 0)


def _better(value: float, than: float, program: Program) -> bool:
    return value > than if program.maximize else value < than


def train(session: Session, block: Block, listener: Listener) -> None:
    """Train every run of a block to its end, in as many lanes as the session has."""
    waiting = deque(block.runs)
    lanes: dict[int, _Progress] = {}
    _fill(session, lanes, waiting, range(session.width))
    while lanes:
        if listener.cancelled():
            _cancel(session, lanes, waiting, listener)
            return
        started = time.perf_counter()
        results = session.advance()
        seconds = (time.perf_counter() - started) / len(lanes)
        for lane, metrics in results.items():
            lanes[lane].add(metrics, block.program, seconds)
        listener.epochs(
            {
                progress.run.trial: Epoch(progress.epochs, results[lane])
                for lane, progress in lanes.items()
            }
        )
        free = _end_runs(session, lanes, results, block, listener)
        free += _prune(session, lanes, block, listener)
        _fill(session, lanes, waiting, sorted(free))


def _fill(
    session: Session, lanes: dict[int, _Progress], waiting: deque[Run], free: range | list[int]
) -> None:
    fresh = {lane: waiting.popleft() for lane, _ in zip(free, list(waiting), strict=False)}
    if fresh:
        session.load(fresh)
        lanes.update({lane: _Progress(run) for lane, run in fresh.items()})


def _end_runs(
    session: Session,
    lanes: dict[int, _Progress],
    results: Mapping[int, Mapping[str, float]],
    block: Block,
    listener: Listener,
) -> list[int]:
    """End the runs that diverged, had their epochs or ran out of patience."""
    schedule, objective = block.schedule, block.program.objective
    free = []
    for lane, progress in list(lanes.items()):
        wrong = _not_finite(results[lane], objective)
        if wrong is not None:
            message = f"diverged: {wrong} is not finite at epoch {progress.epochs}"
            _end(session, lanes, lane, listener, "FAIL", message)
        elif progress.epochs >= progress.run.epochs or (
            schedule.patience is not None and progress.since_best >= schedule.patience
        ):
            _end(session, lanes, lane, listener, "COMPLETE")
        else:
            continue
        free.append(lane)
    return free


def _not_finite(metrics: Mapping[str, float], objective: str) -> str | None:
    """What shows that a run diverged. Another metric may be undefined on the data: R² is."""
    names = ("loss", "val_loss", objective)
    return next((name for name in names if not math.isfinite(metrics.get(name, 0.0))), None)


def _prune(
    session: Session, lanes: dict[int, _Progress], block: Block, listener: Listener
) -> list[int]:
    """End the runs that reached a rung and are told to stop."""
    objective = block.program.objective
    asked = {
        progress.run.trial: (progress.epochs, progress.best.metrics[objective])
        for progress in lanes.values()
        if progress.best is not None and progress.epochs in block.schedule.rungs
    }
    if not asked:
        return []
    pruned = listener.rung(asked)
    free = [lane for lane, progress in lanes.items() if progress.run.trial in pruned]
    for lane in free:
        epochs = lanes[lane].epochs
        _end(session, lanes, lane, listener, "PRUNED", f"pruned at epoch {epochs}")
    return free


def _cancel(
    session: Session, lanes: dict[int, _Progress], waiting: deque[Run], listener: Listener
) -> None:
    for lane, progress in list(lanes.items()):
        message = f"out of time at epoch {progress.epochs} of {progress.run.epochs}"
        _end(session, lanes, lane, listener, "PRUNED", message)
    for run in waiting:
        listener.ended(Ended(run.trial, "PRUNED", None, 0, 0.0, session.parameters,
                             message="out of time before its first epoch"))  # fmt: skip


def _end(
    session: Session,
    lanes: dict[int, _Progress],
    lane: int,
    listener: Listener,
    state: RunState,
    message: str = "",
) -> None:
    progress = lanes.pop(lane)
    weights = session.best_weights(lane) if state == "COMPLETE" else None
    session.release(lane)
    listener.ended(
        Ended(
            progress.run.trial,
            state,
            progress.best,
            progress.epochs,
            progress.seconds,
            session.parameters,
            weights,
            message,
        )
    )
