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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rnnsearch.driver.failures import Failures
from rnnsearch.driver.flight import Flight, Landing
from rnnsearch.driver.planner import Planner
from rnnsearch.driver.plans import BlockPlan
from rnnsearch.driver.queue import BlockQueue, block_size
from rnnsearch.driver.racing import Field
from rnnsearch.driver.rounds import Rounds
from rnnsearch.driver.tally import Tally
from rnnsearch.driver.time_up import Clock
from rnnsearch.driver.watching import Observer
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import (
    Activity,
    Block,
    BlockDone,
    Cancel,
    Compare,
    Crashed,
    Ended,
    Epochs,
    Measured,
    Message,
    Opened,
    Prepare,
    Ready,
    Resumed,
    Rung,
    Schedule,
    Verdict,
)
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


@dataclass(frozen=True)
class Limits:
    """How long blocks are, how wide, and when to stop.

    Attributes:
        block: Trials of a block; None: as many as suit the device and the trials.
        lanes: In which a block trains; None: as many as the engine likes.
        schedule: From the epochs of a block's runs to their patience, rungs and stages.
        timeout: Seconds, or None.
        latest: Seconds up to which it goes on where no trial has ended; None as for `timeout`.
        memory: MiB that a worker may hold; one that holds more is replaced between blocks.
        costs: What is to be small beside the objective.
        below: Cost → what it must be below.
    """

    block: int | None
    lanes: int | None
    schedule: Callable[[int], Schedule]
    timeout: float | None
    memory: float
    latest: float | None = None
    checkpoints: Path | None = None
    retries: int = 1
    failures: int | None = None
    costs: tuple[str, ...] = ()
    below: Mapping[str, float] = field(default_factory=dict)


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
        self._afterwards = afterwards
        self._rounds = rounds
        self._field = field or Field(tally.objective)
        self._queue = BlockQueue(planner, study)
        self._attempts: dict[int, int] = {}
        self._flights: dict[int, Flight] = {}
        self._idle: list[int] = []
        self._failed_starts = 0
        self.failures = Failures(limits.failures, planner.structures())
        self._clock = Clock(limits.timeout, limits.latest)
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
                idle = not self._flights and self._queue.is_open
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
        epochs = any(flight.curves for flight in self._flights.values())
        if clock.stop(complete=complete, judged=epochs or self._tally.any_ended):
            for worker in self._flights:
                self._executor.send(worker, Cancel())
        self._look_for_silence()
        if not clock.gave_up(complete=complete):
            return
        for worker, flight in list(self._flights.items()):
            for landing in flight.out_of_time():
                self._settle(landing, flight)
            del self._flights[worker]
            self._executor.restart(worker)

    def _look_for_silence(self) -> None:
        """Start workers anew that hang."""
        patience = self._executor.patience
        for worker, flight in list(self._flights.items()):
            silent = time.monotonic() - flight.heard
            if patience is not None and silent > patience.seconds:
                reason = f"its worker ended no epoch for {silent:.0f} s (run.trial_timeout)"
                self._crashed(worker, reason, gone=True)

    def _show(self, always: bool = False) -> None:
        if always or time.monotonic() - self._shown >= _TICK:
            lanes = [lane for flight in self._flights.values() for lane in flight.lanes()]
            texts = [flight.activity for flight in self._flights.values() if flight.activity]
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
        while self._idle and not self._clock.stopped and self._more:
            planned = self._queue.take()
            if planned is not None:
                worker = self._idle.pop(0)
                self._send(worker, planned)
                self._look_ahead(worker)

    def _look_ahead(self, worker: int) -> None:
        """Have a worker that was just given a block compile what comes after it."""
        planned = self._queue.look_ahead()
        order: Prepare | None = None
        if planned is not None:
            lanes = planned.lanes or self._limits.lanes
            stride = self._limits.schedule(planned.runs[0].epochs).stride
            order = Prepare(planned.program, len(planned.runs), lanes, stride)
        elif self._queue.all_asked and self._tally.best is not None:
            order = self._afterwards(self._tally.best)
        if order is not None and order.program != self._flights[worker].block.program:
            self._executor.send(worker, order)

    def _send(self, worker: int, planned: BlockPlan) -> None:
        for plan in planned.plans:
            self._attempts[plan.number] = self._attempts.get(plan.number, 0) + 1
        lanes = planned.lanes or self._limits.lanes
        schedule = self._limits.schedule(planned.runs[0].epochs)
        block = Block(
            planned.program,
            planned.runs,
            schedule,
            lanes,
            planned.epochs,
            checkpoints=self._limits.checkpoints,
            costs=tuple(dict.fromkeys((*self._limits.costs, *self._limits.below))),
            limits=self._limits.below,
        )
        self._flights[worker] = Flight(block, {plan.number: plan for plan in planned.plans})
        self._executor.send(worker, block)

    def _handle(self, worker: int, message: Message) -> None:
        match message:
            case Ready(device):
                self._ready(worker, device)
            case Crashed(reason, gone, left):
                self._crashed(worker, reason, gone, left)
            case _ if worker in self._flights:
                self._report(worker, self._flights[worker], message)

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
                del self._flights[worker]
                if memory > self._limits.memory:
                    self._executor.restart(worker)
                else:
                    self._idle.append(worker)

    def _ready(self, worker: int, device: str) -> None:
        self._failed_starts = 0
        self._idle.append(worker)
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
        flight = self._flights.pop(worker, None)
        if flight is not None and left:
            self._hand_on(flight)
        elif flight is not None:
            self._retry(flight, reason)
        elif worker not in self._idle:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise WorkerError(f"workers do not start: {reason}")
        if worker in self._idle:
            self._idle.remove(worker)
        if gone:
            self._executor.restart(worker)
        else:
            self._idle.append(worker)

    def _hand_on(self, flight: Flight) -> None:
        """Give what a worker that left has not ended to the next, as if it had not been begun."""
        for number in flight.open:
            self._attempts[number] -= 1
        if flight.open:
            self._queue.put_back([BlockPlan(list(flight.open.values()), lanes=flight.block.lanes)])

    def _retry(self, flight: Flight, reason: str) -> None:
        """Start the block's open trials again, each alone: one may have taken all down."""
        again = []
        for number, plan in flight.open.items():
            if self._attempts[number] <= self._limits.retries:
                again.append(BlockPlan([plan], lanes=flight.block.lanes))
            else:
                self._settle(flight.failed(number, reason), flight)
        self._queue.put_back(again)
