"""A trial on its way: its models as lanes, or why `model.fit` trains them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras

from rnnsearch.ahead import usable_cores
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch
from rnnsearch.integrations.keras_tuner.facts import TOGETHER

if TYPE_CHECKING:
    from rnnsearch.engines.built import Lane, Trained
    from rnnsearch.integrations.keras_tuner.apart import ApartLane

__all__ = ["Job", "Pool", "build_as_recorded", "save_best", "too_many", "weight_count"]

_AHEAD = 256 * 2**20
"""Bytes of a trial's epochs that may wait for callbacks which the user's thread must call."""

_OF_A_WEIGHT = 16
"""Bytes: itself, what an optimizer keeps of it, and its best epoch's."""

_SHARE = 8
"""Of the memory, one in so many is for the weights of trials that are under way."""


@dataclass
class Job:
    """A trial between its models' making and its end.

    Attributes:
        trial: KerasTuner's.
        lanes: One an execution; empty if `model.fit` is to train it, or it failed.
        keepers: Theirs.
        futures: Of the lanes' training; of one without a result, callbacks are still to be called.
        error: What its building raised.
    """

    trial: Any
    lanes: list[Lane | ApartLane] = field(default_factory=list)
    keepers: list[BestEpoch] = field(default_factory=list)
    futures: list[Future[Trained | None]] = field(default_factory=list)
    error: Exception | None = None

    def results(self) -> list[Trained]:
        """What its lanes came to, once they did.

        Raises:
            Exception: What building or training raised.
        """
        if self.error is not None:
            raise self.error
        trained = []
        for lane, future in zip(self.lanes, self.futures, strict=True):
            done = future.result()
            trained.append(lane.train() if done is None else done)
        return trained

    @property
    def acted(self) -> bool:
        """Whether callbacks changed what was trained ahead of them."""
        return any(lane.acted for lane in self.lanes)


def too_many(jobs: Iterable[Job], memory: int | None) -> bool:
    """Whether models of so many trials at once take more of the memory than they may.

    Args:
        jobs: Of the trials.
        memory: Bytes there are; None if nobody knows.
    """
    weights = sum(weight_count(lane.model) for job in jobs for lane in job.lanes)
    return memory is not None and weights * _OF_A_WEIGHT * _SHARE > memory


def weight_count(model: keras.Model) -> int:
    """How many numbers a model has, frozen ones among them; 0 while it isn't built."""
    return sum(math.prod(one.shape) for one in model.weights)


class Pool:
    """Threads that train lanes, one a core: compiled programs run outside of Python's lock.

    Args:
        threads: Whether there are any.

    Attributes:
        threads: As given.
    """

    def __init__(self, threads: bool) -> None:
        self.threads = threads
        self._executor = ThreadPoolExecutor(usable_cores(), "lane") if threads else None
        self._lanes: list[Lane] = []

    def train(self, lane: Lane, callbacks: list[Any], ahead: bool) -> Future[Trained | None]:
        """Let a lane be trained, as far as may be without the thread that calls its callbacks.

        Args:
            lane: Of one execution.
            callbacks: Its.
            ahead: Whether to train it before callbacks that the user's thread must call.
        """
        self._lanes.append(lane)
        together = not lane.in_turn and all(type(one) in TOGETHER for one in callbacks)
        if self._executor is not None and together:
            return self._executor.submit(lane.train)
        if self._executor is not None and ahead and lane.size <= _AHEAD:
            return self._executor.submit(lane.run_ahead)
        nothing: Future[Trained | None] = Future()
        nothing.set_result(None)
        return nothing

    def close(self) -> None:
        """End training; what isn't finished stops at its epoch's end."""
        for lane in self._lanes:
            lane.stop()
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)


def save_best(job: Job, objective: Any, path: str | os.PathLike[str]) -> None:
    """Save the weights of the best epoch of all executions; those so far of a trial that fails.

    Args:
        job: The trial's.
        objective: Of the oracle.
        path: Of the weights.
    """
    over_all = BestEpoch(objective)
    chosen: Lane | ApartLane | None = None
    for lane, keeper in zip(job.lanes, job.keepers, strict=True):
        if lane.best is not None and over_all.offer(keeper.value):
            chosen = lane
        if not lane.ended:  # and what follows has not begun, under KerasTuner
            break
    if chosen is not None:
        chosen.with_best().save_weights(path)
        job.lanes[-1].leave()


def build_as_recorded(model: keras.Model, config: dict[str, Any]) -> None:
    """Build a model from its `get_build_config`, as JSON gives it back.

    Keras would build a subclassed model from neither lists nor, often, shapes: it is called. A
    `Sequential` it does build, for batches of the size that is recorded, or of any.

    Args:
        model: Not built.
        config: What was saved.
    """
    if "input_shape" in config and not isinstance(model, keras.Sequential):
        shape = _as_shapes(config["input_shape"])
        model(keras.tree.map_shape_structure(lambda size: keras.ops.zeros(size), shape))
    else:
        model.build_from_config(config)


def _as_shapes(part: Any) -> Any:
    """Shapes are tuples, which JSON made lists of; a size that varies is 1."""
    if isinstance(part, dict):
        return {name: _as_shapes(one) for name, one in part.items()}
    if all(size is None or isinstance(size, int) for size in part):
        return tuple(size or 1 for size in part)
    return [_as_shapes(one) for one in part]
