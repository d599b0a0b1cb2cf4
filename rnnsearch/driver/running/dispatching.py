"""Blocks out to workers that are free, and back to the queue from workers that are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from rnnsearch.driver.planning.plans import BlockPlan
from rnnsearch.driver.planning.queue import BlockQueue
from rnnsearch.driver.running.flight import Flight, Landing
from rnnsearch.execution import Executor
from rnnsearch.execution.worker_orders import Block, Prepare, Schedule

__all__ = ["Dispatch", "Limits"]


@dataclass(frozen=True)
class Limits:
    """How long blocks are, how wide, and when to stop.

    Attributes:
        block: Trials of a block; None: as many as suit the device and the trials.
        lanes: In which a block trains; None: as many as the engine likes.
        schedule: From the epochs of each of a block's runs to their patience, rungs and stages.
        timeout: Seconds, or None.
        memory: MiB that a worker may hold; one that holds more is replaced between blocks.
        latest: Seconds up to which it goes on where no trial has ended; None as for `timeout`.
        checkpoints: The folder where lanes are kept while they train.
        retries: How often a trial is tried again whose worker died.
        failures: Trials that fail in a row until the search ends; None: it goes on.
        costs: What is to be small beside the objective.
        below: Cost → what it must be below.
    """

    block: int | None
    lanes: int | None
    schedule: Callable[..., Schedule]
    timeout: float | None
    memory: float
    latest: float | None = None
    checkpoints: Path | None = None
    retries: int = 1
    failures: int | None = None
    costs: tuple[str, ...] = ()
    below: Mapping[str, float] = field(default_factory=dict)


@final
class Dispatch:
    """Who trains what.

    Args:
        queue, executor, limits: Of the search.
        afterwards: What is compiled while the last trials train, if that is known yet.

    Attributes:
        flights: Worker → the block that it trains.
        idle: Workers without one, those first that have waited longest.
    """

    def __init__(
        self,
        queue: BlockQueue,
        executor: Executor,
        limits: Limits,
        afterwards: Callable[[], Prepare | None],
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._limits = limits
        self._afterwards = afterwards
        self._attempts: dict[int, int] = {}
        self.flights: dict[int, Flight] = {}
        self.idle: list[int] = []

    def send_next(self) -> None:
        """Give the next block, if there is one, to the first worker that is free."""
        planned = self._queue.take()
        if planned is not None:
            worker = self.idle.pop(0)
            self._send(worker, planned)
            self._look_ahead(worker)

    def _send(self, worker: int, planned: BlockPlan) -> None:
        for plan in planned.plans:
            self._attempts[plan.number] = self._attempts.get(plan.number, 0) + 1
        lanes = planned.lanes or self._limits.lanes
        schedule = self._limits.schedule(*(run.epochs for run in planned.runs))
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
        self.flights[worker] = Flight(block, {plan.number: plan for plan in planned.plans})
        self._executor.send(worker, block)

    def _look_ahead(self, worker: int) -> None:
        """Have a worker that was just given a block compile what comes after it."""
        planned = self._queue.look_ahead()
        order: Prepare | None = None
        if planned is not None:
            lanes = planned.lanes or self._limits.lanes
            stride = self._limits.schedule(*(run.epochs for run in planned.runs)).stride
            order = Prepare(planned.program, len(planned.runs), lanes, stride)
        elif self._queue.all_asked:
            order = self._afterwards()
        if order is not None and order.program != self.flights[worker].block.program:
            self._executor.send(worker, order)

    def hand_on(self, flight: Flight) -> None:
        """Give what a worker that left has not ended to the next, as if it had not been begun."""
        for number in flight.open:
            self._attempts[number] -= 1
        if flight.open:
            self._queue.put_back([BlockPlan(list(flight.open.values()), lanes=flight.block.lanes)])

    def retry(self, flight: Flight, reason: str) -> list[Landing]:
        """Start the block's open trials again, each alone: one may have taken all down.

        Returns:
            What failed as often as it may; it is not tried again.
        """
        again, failed = [], []
        for number, plan in flight.open.items():
            if self._attempts[number] <= self._limits.retries:
                again.append(BlockPlan([plan], lanes=flight.block.lanes))
            else:
                failed.append(flight.failed(number, reason))
        self._queue.put_back(again)
        return failed
