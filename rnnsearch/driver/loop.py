"""The search itself: blocks out to workers, results back to the study.

With one worker it is a function of the spec: a block is planned when all before it have ended (or,
where the sampler takes no notice of them, as soon as the one before it was sent), its runs get
their lanes in order, and trials that are due at the same time are put to the pruner in the order
of their numbers. A search that was killed and goes on trains the block that was cut, as it was and
in as many lanes, with the lanes of what has ended kept for as long as it took, and what was in
training taken up from its last checkpoint; it decides again only what was not decided. So it
suggests, prunes and ranks what it would have, had it not been killed. Three things are not of the
spec, and where they happen two searches may differ: more than one worker, whose blocks end in any
order; a timeout; and a worker that died, as its trials are tried again each alone, and reach their
rungs one after the other, not together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from rnnsearch.driver.planning.planner import Planner
from rnnsearch.driver.planning.queue import BlockQueue, block_size
from rnnsearch.driver.pruning.racing import Field
from rnnsearch.driver.running.dispatching import Dispatch, Limits
from rnnsearch.driver.running.failures import Failures
from rnnsearch.driver.running.flight import Flight, Landing
from rnnsearch.driver.running.rounds import Rounds
from rnnsearch.driver.running.tally import Tally
from rnnsearch.driver.running.time_up import Clock
from rnnsearch.driver.running.watching import Observer
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import (
    Activity,
    BlockDone,
    Compare,
    Crashed,
    Ended,
    Epochs,
    Measured,
    Message,
    Opened,
    Ready,
    Resumed,
    Rung,
)
from rnnsearch.execution.worker_orders import Cancel, Prepare, Verdict
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import BestWeights, commit, tell

if TYPE_CHECKING:
    import optuna

__all__ = ["Limits", "Search", "Stop"]

Stop = Literal["finished", "timeout", "no gain", "failures"]

_TICK = 0.25
"""Seconds between looks at the clock and updates of the display."""

_STARTS = 3
"""Times in a row that a worker may die before it is ready."""

_START_SECONDS = 300.0
"""How long the first worker may take until it is ready."""


class Search:
    """One search, from where its study stands to its last trial.

    Args:
        planner, executor, limits, tally: Of the search.
        observer: Told of its progress.
        study: Of the folder, from `open_study`.
        weights: Keeps those of the best trials.
        afterwards: From the best trial to what is compiled while the last ones train.
        field: What trials are compared with; those that ended before are in it.
        rounds: Tells when nothing more is gained, and the search ends; None where it goes on.
    """

    def __init__(
        self,
        planner: Planner,
        executor: Executor,
        limits: Limits,
        tally: Tally,
        observer: Observer,
        study: optuna.Study,
        weights: BestWeights,
        afterwards: Callable[[TrialRecord], Prepare | None] = lambda best: None,
        field: Field | None = None,
        rounds: Rounds | None = None,
    ) -> None:
        self._planner = planner
        self._executor = executor
        self._limits = limits
        self._tally = tally
        self._observer = observer
        self._study = study
        self._weights = weights
        self._rounds = rounds
        self._field = field or Field(tally.objective)
        self._queue = BlockQueue(planner, study)
        self._blocks = Dispatch(
            self._queue,
            executor,
            limits,
            lambda: None if tally.best is None else afterwards(tally.best),
        )
        self._failed_starts = 0
        self.failures = Failures(limits.failures, planner.structures())
        self._clock: Clock
        self._shown = 0.0

    def run(self) -> Stop:
        """Train until all trials are done or the time is up.

        What was done to the study is committed before a block goes out, after each round of
        messages, and at the end, whatever ends it.

        Raises:
            WorkerError: Workers can't be started.
        """
        self._clock = Clock(self._limits.timeout, self._limits.latest)
        try:
            while True:
                self._dispatch()
                idle = not self._blocks.flights and self._queue.is_open
                if idle and (self._clock.stopped or not self._more):
                    self._show(always=True)
                    return self._ended
                for worker, message in self._executor.receive(_TICK):
                    self._handle(worker, message)
                commit(self._study)
                self._look_at_the_clock()
                self._show()
        finally:
            commit(self._study)

    def _look_at_the_clock(self) -> None:
        """End what is in training when the time is up, and give up what does not end."""
        clock, complete = self._clock, self._tally.best is not None
        if not self._queue.is_open and clock.seconds > _START_SECONDS:
            raise WorkerError(f"no worker was ready after {_START_SECONDS:.0f} s")
        epochs = any(flight.curves for flight in self._blocks.flights.values())
        if clock.stop(complete=complete, judged=epochs or self._tally.any_ended):
            for worker in self._blocks.flights:
                self._executor.send(worker, Cancel())
        self._look_for_silence()
        if not clock.gave_up(complete=complete):
            return
        for worker, flight in list(self._blocks.flights.items()):
            for landing in flight.out_of_time():
                self._settle(landing, flight)
            del self._blocks.flights[worker]
            self._executor.restart(worker)

    def _look_for_silence(self) -> None:
        """Start workers anew that hang."""
        patience = self._executor.patience
        for worker, flight in list(self._blocks.flights.items()):
            silent = time.monotonic() - flight.heard
            if patience is not None and silent > patience.seconds:
                reason = f"its worker ended no epoch for {silent:.0f} s (run.trial_timeout)"
                self._crashed(worker, reason, gone=True)

    def _show(self, always: bool = False) -> None:
        if always or time.monotonic() - self._shown >= _TICK:
            lanes = [lane for flight in self._blocks.flights.values() for lane in flight.lanes()]
            texts = [flight.activity for flight in self._blocks.flights.values() if flight.activity]
            waits = "planning" if self._queue.is_open else "starting workers"
            activity = ", ".join(texts) or waits
            if self._clock.stopped:
                activity = "out of time: ending the epoch"
            self._observer.progressed(self._tally.snapshot(activity, lanes))
            self._shown = time.monotonic()

    @property
    def _ended(self) -> Stop:
        """What the search ended of."""
        if self._clock.stopped:
            return "timeout"
        if self.failures.too_many:
            return "failures"
        return "finished" if self._gains else "no gain"

    @property
    def _gains(self) -> bool:
        """Whether more trials may be worth it."""
        return self._rounds is None or not self._rounds.without_gain

    @property
    def _more(self) -> bool:
        """Whether there may be another block that is worth it."""
        return self._queue.more and self._gains and not self.failures.too_many

    def _dispatch(self) -> None:
        while self._blocks.idle and not self._clock.stopped and self._more:
            self._blocks.send_next()

    def _handle(self, worker: int, message: Message) -> None:
        match message:
            case Ready(device):
                self._ready(worker, device)
            case Crashed(reason, gone, left):
                self._crashed(worker, reason, gone, left)
            case _ if worker in self._blocks.flights:
                self._report(worker, self._blocks.flights[worker], message)

    def _report(self, worker: int, flight: Flight, message: Message) -> None:
        silent = flight.listened()
        if self._executor.patience is not None:
            self._executor.patience.note(silent)
        match message:
            case Activity(text):
                flight.activity = text
            case Opened(lanes):
                self._planner.note_lanes(flight.block.runs[0].trial, lanes)
            case Measured():
                flight.measured = message
            case Resumed():
                flight.resumed(message)
            case Epochs(epochs):
                flight.note(epochs)
            case Rung(values):
                self._executor.send(worker, Verdict(flight.pruned(values)))
            case Compare(trials, runs):
                dropped = flight.compared(trials, runs, self._field)
                self._executor.send(worker, Verdict(dropped))
            case Ended():
                landing = flight.close(message)
                if landing is not None:
                    self._settle(landing, flight)
            case BlockDone(memory):
                del self._blocks.flights[worker]
                if memory > self._limits.memory:
                    self._executor.restart(worker)
                else:
                    self._blocks.idle.append(worker)

    def _ready(self, worker: int, device: str) -> None:
        self._failed_starts = 0
        self._blocks.idle.append(worker)
        if not self._queue.is_open:
            planner = self._planner
            learns = not planner.asks_ahead
            usual = block_size(
                device, min(planner.total, planner.regime.expected), planner.structures, learns
            )
            self._queue.open(self._limits.block or usual)
            self._observer.started(device)

    def _settle(self, landing: Landing, flight: Flight) -> None:
        # The weights are on disk before the study says that there is a trial to have them.
        if landing.weights is not None:
            self._weights.add(landing.record, landing.weights, landing.networks)
        self._observer.ended(landing.record, landing.curves, landing.weights)
        tell(self._study, landing.record, self._limits.costs, self._limits.below)
        self._tally.add(landing.record)
        if self._rounds is not None:
            self._rounds.add([landing.record])
        self._field.add(landing.record)
        self.failures.add(landing.record, flight.block.program)

    def _crashed(self, worker: int, reason: str, gone: bool, left: bool = False) -> None:
        flight = self._blocks.flights.pop(worker, None)
        if flight is not None and left:
            self._blocks.hand_on(flight)
        elif flight is not None:
            for landing in self._blocks.retry(flight, reason):
                self._settle(landing, flight)
        elif worker not in self._blocks.idle:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise WorkerError(f"workers do not start: {reason}")
        if worker in self._blocks.idle:
            self._blocks.idle.remove(worker)
        if gone:
            self._executor.restart(worker)
        else:
            self._blocks.idle.append(worker)
