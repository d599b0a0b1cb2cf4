"""A block of runs through a session: refilling lanes, early stopping, rungs, divergence.

The same for every engine and wherever it runs. Runs end in one of four ways: at their last
epoch or after `patience` epochs without a new best (COMPLETE), stopped at a rung (PRUNED),
cancelled (CUT), or with a loss or an objective that is no finite number (FAIL). A run that fails
takes the other runs of its trial with it, which has no score without it.

A trial of several runs may be trained in stages: some of its runs first, the others only if the
trial is still worth it, which is asked when that stage of all trials is over.

Lanes go in step, an epoch at a time, each at an epoch of its own run. At the end of each, the
lanes that got free take the next runs of the block; no lane waits for another. Runs that ended
before the block was sent hold their lane as long as they did then, so the order in which the
others start and reach their rungs is that of a block that was never cut. Runs that were cut in
training and left a checkpoint go on from it, when their lane was held as long as they had trained.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping

from rnnsearch.engines import Run, RunKey, Session
from rnnsearch.execution.checkpoints import Checkpoints, Kept
from rnnsearch.execution.lane_holding import LaneHolders
from rnnsearch.execution.messages import Ended, RunState
from rnnsearch.execution.worker_orders import Block
from rnnsearch.outcomes import Epoch

__all__ = ["Listener", "train"]


class Listener(ABC):
    """Who is told how the runs of a block fare, and decides which go on."""

    @abstractmethod
    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        """These runs ended an epoch."""

    @abstractmethod
    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        """Which trials to stop; these runs of theirs have (epoch, best objective so far)."""

    @abstractmethod
    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        """Which of these trials to stop, so many runs of each of which have ended."""

    @abstractmethod
    def ended(self, ended: Ended) -> None:
        """Told of a run that has ended."""

    @abstractmethod
    def cancelled(self) -> bool:
        """Whether to stop all runs now."""

    def resumed(self, kept: Mapping[RunKey, Kept]) -> None:  # noqa: B027 - few listen for it
        """These runs are taken up; those of them that have ended are told of next."""


def train(session: Session, block: Block, listener: Listener) -> None:
    """Train every run of a block to its end, in as many lanes as the session has."""
    checkpoints = Checkpoints(block)
    _Course(session, block, listener, checkpoints, checkpoints.load()).run()


class _Course:
    """One block's way through a session.

    Attributes:
        _waiting: Runs without a lane yet, in order: those of the first stage before all others.
        _stage: That is trained.
        _lanes: Who holds each lane.
        _ended: Runs that ended before → epochs that each had.
        _done: Runs of several of a trial that ended here, while its others go on.
    """

    def __init__(
        self,
        session: Session,
        block: Block,
        listener: Listener,
        checkpoints: Checkpoints,
        kept: Mapping[RunKey, Kept],
    ) -> None:
        self._session = session
        self._block = block
        self._listener = listener
        # A run that was stopped before its first epoch never had a lane.
        runs = [run for run in block.runs if block.ended.get(run.key) != 0]
        self._checkpoints = checkpoints
        self._kept = kept
        self._done = {key: one for key, one in self._kept.items() if one.ended is not None}
        self._ended = {**block.ended, **{key: one.epochs for key, one in self._done.items()}}
        self._waiting = deque(sorted(runs, key=lambda run: self._stage_of(run)))
        self._stage = 0
        self._stride = block.schedule.stride
        self._lanes = LaneHolders(session)

    def run(self) -> None:
        """Train all runs, each in the next lane that is free."""
        lanes = range(self._session.width)
        self._take_up()
        self._fill(lanes)
        while self._lanes.any or self._waiting:
            if self._listener.cancelled():
                self._cancel()
                return
            if not self._lanes.any:
                self._next_stage()
                self._fill(lanes)
                continue
            training, held = self._lanes.training, self._lanes.held
            ticks = self._stride if training else min(held.values())
            free = self._advance() if training else []
            free += self._lanes.let_pass(ticks)
            self._fill(sorted(free))
        self._checkpoints.remove()

    def _take_up(self) -> None:
        """Tell what is known of runs that were cut, and end those of them that had ended."""
        if self._kept:
            self._listener.resumed(self._kept)
        for one in self._done.values():
            assert one.ended is not None
            self._listener.ended(one.ended)

    def _stage_of(self, run: Run) -> int:
        return self._block.schedule.stage(run.index)

    def _next_stage(self) -> None:
        """Go on to the next stage with runs, with the trials that are still worth it."""
        self._stage = self._stage_of(self._waiting[0])
        ended, runs = self._ended, self._block.schedule.stages[self._stage - 1]
        going = {run.trial for run in self._waiting if run.key not in ended}
        if going:
            trials = tuple(sorted(going))
            for trial in sorted(self._listener.compare(trials, runs)):
                self._stop(trial, f"worse than others after {runs} runs")

    def _fill(self, free: Iterable[int]) -> None:
        """Give the free lanes to the runs that wait."""
        fresh: dict[int, Run] = {}
        for lane in free:
            if not self._waiting or self._stage_of(self._waiting[0]) > self._stage:
                break
            run = self._waiting.popleft()
            if run.key in self._ended:
                self._lanes.held[lane] = self._ended[run.key]
            elif run.key in self._kept:
                self._lanes.lay_down(lane, self._kept[run.key])
            else:
                fresh[lane] = run
        self._lanes.load(fresh)

    def _advance(self) -> list[int]:
        """Train in every lane up to the next look; the lanes that it leaves free."""
        before = set(self._lanes.training)
        started = time.perf_counter()
        results = self._session.advance(self._stride)
        seconds = (time.perf_counter() - started) / len(self._lanes.training)
        for lane, metrics in results.items():
            self._lanes.training[lane].add(metrics, self._block.program, seconds, self._stride)
        self._listener.epochs(
            {
                progress.run.key: Epoch(progress.epochs, results[lane])
                for lane, progress in self._lanes.training.items()
            }
        )
        self._end_runs(results)
        self._prune()
        self._keep()
        return list(before - set(self._lanes.training))

    def _keep(self) -> None:
        """Write a checkpoint, if it is time for one."""
        rungs = self._block.schedule.rungs
        training, asleep = self._lanes.training, self._lanes.asleep.values()
        if not self._checkpoints.due(rung=any(p.epochs in rungs for p in training.values())):
            return
        states = self._session.states()
        kept = [one.kept(states[lane]) for lane, one in training.items() if lane in states]
        going = {run.trial for run in self._waiting} | {one.run.trial for one in kept}
        going |= {one.run.trial for one in asleep}
        self._done = {key: one for key, one in self._done.items() if key[0] in going}
        self._checkpoints.write([*kept, *asleep, *self._done.values()])

    def _end_runs(self, results: Mapping[int, Mapping[str, float]]) -> None:
        """End the runs that diverged, had their epochs or ran out of patience."""
        patience, objective = self._block.schedule.patience, self._block.program.objective
        for lane, progress in list(self._lanes.training.items()):
            if lane not in self._lanes.training:  # stopped with another run of its trial
                continue
            wrong = _not_finite(results[lane], objective)
            if wrong is not None:
                message = f"diverged: {wrong} is not finite at epoch {progress.epochs}"
                self._end(lane, "FAIL", message)
                self._stop(progress.run.trial, "another run of the trial diverged")
            elif progress.epochs >= progress.run.epochs or (
                patience is not None and progress.since_best >= patience
            ):
                self._end(lane, "COMPLETE")

    def _prune(self) -> None:
        """End the runs of trials that reached a rung and are told to stop."""
        objective = self._block.program.objective
        asked = {
            progress.run.key: (progress.epochs, progress.best.metrics[objective])
            for progress in self._lanes.training.values()
            if progress.best is not None and progress.epochs in self._block.schedule.rungs
        }
        for progress in self._lanes.training.values():
            if progress.run.key in asked:
                progress.reached[progress.epochs] = asked[progress.run.key][1]
        if asked:
            for trial in sorted(self._listener.rung(asked)):
                self._stop(trial, "pruned at epoch {epoch}")

    def _stop(self, trial: int, message: str) -> None:
        """End every run of a trial that has not ended."""
        asleep = self._lanes.asleep.items()
        self._lanes.wake([lane for lane, one in asleep if one.run.trial == trial])
        for lane, progress in list(self._lanes.training.items()):
            if progress.run.trial == trial:
                self._end(lane, "PRUNED", message.format(epoch=progress.epochs))
        for run in [run for run in self._waiting if run.trial == trial]:
            self._waiting.remove(run)
            self._leave_out(run, message.format(epoch=0))

    def _cancel(self) -> None:
        self._lanes.wake(list(self._lanes.asleep))
        for lane, progress in list(self._lanes.training.items()):
            message = f"out of time at epoch {progress.epochs} of {progress.run.epochs}"
            self._end(lane, "CUT", message)
        for run in self._waiting:
            self._leave_out(run, "out of time before its first epoch", "CUT")

    def _leave_out(self, run: Run, message: str, state: RunState = "PRUNED") -> None:
        """A run ends without having had a lane."""
        if run.key not in self._ended:
            parameters = self._session.parameters
            ended = Ended(run.trial, state, None, 0, 0.0, parameters, None, message, run.index)
            self._listener.ended(ended)

    def _end(self, lane: int, state: RunState, message: str = "") -> None:
        progress = self._lanes.training.pop(lane)
        last, session = self._block.schedule.keep == "last", self._session
        weights = None
        if state == "COMPLETE" or (state == "CUT" and progress.epochs):
            weights = session.last_weights(lane) if last else session.best_weights(lane)
        layers = session.diagnosis(lane) if self._block.program.diagnoses else ()
        session.release(lane)
        ended = Ended(
            progress.run.trial,
            state,
            progress.last if last else progress.best,
            progress.epochs,
            progress.seconds,
            self._session.parameters,
            weights,
            message,
            progress.run.index,
            layers,
        )
        if state == "COMPLETE" and self._block.checkpoints is not None:
            self._done[progress.run.key] = progress.kept(weights or (), ended)
        self._listener.ended(ended)


def _not_finite(metrics: Mapping[str, float], objective: str) -> str | None:
    """What shows that a run diverged. Another metric may be undefined on the data: R² is."""
    names = ("loss", "val_loss", objective)
    return next((name for name in names if not math.isfinite(metrics.get(name, 0.0))), None)
