"""Sessions of K lanes of one compiled program, and which programs stay warm."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.engines._base import Engine, LaneMode, Program, Run, SavedLane, Session
from rnnsearch.engines.compiling import lane_numbers
from rnnsearch.engines.devices import describe_device, on_host
from rnnsearch.engines.fused.compiled import CompiledProgram, Shape
from rnnsearch.engines.fused.data_reading import Data, device_data
from rnnsearch.engines.fused.lane_epoch import LaneState, metric_names
from rnnsearch.engines.fused.placement import KernelMode, make_placement
from rnnsearch.engines.fused.saving import lane_arrays, lane_state
from rnnsearch.engines.fused.widths import fitting_width, full_width, wanted_width
from rnnsearch.engines.orders import Orders
from rnnsearch.engines.schedules import updates_of
from rnnsearch.models.cells import CELLS
from rnnsearch.tasks import Loss

__all__ = ["FusedEngine"]

_WARM_PROGRAMS = 16

_PLACED = 2
"""Data that stays on the device: that of recurrent networks, and that of those without memory."""


class FusedEngine(Engine):
    """Trains runs of equal program side by side.

    Args:
        mode: How lanes run: ``map`` one after the other on each core, ``vmap`` as one batch,
            ``auto`` what suits the device.
        kernels: Whether recurrent layers of a batch of lanes are kernels of their own.
    """

    def __init__(self, mode: LaneMode = "auto", kernels: KernelMode = "auto") -> None:
        self._placement = make_placement(mode, kernels)
        self._lock = threading.Lock()
        self._programs: OrderedDict[Program, CompiledProgram] = OrderedDict()
        self._placed: OrderedDict[Any, tuple[list[Dataset], Data]] = OrderedDict()

    def lanes(self, program: Program, folds: Sequence[Dataset], runs: int, epochs: int = 1) -> int:
        """One a core where lanes are looped over; in a batch as many as there are, and fit."""
        if self._placement.mode == "map":
            return self._placement.multiple
        wanted = wanted_width(runs, full_width(program))

        def needs(width: int) -> int | None:
            """Bytes of so many lanes by the compiler's plan; None where it can't place them."""
            try:
                return self._memory(program, folds, width, epochs)
            except jax.errors.JaxRuntimeError as error:
                if "RESOURCE_EXHAUSTED" not in str(error):
                    raise
                return None

        return fitting_width(wanted, needs, self._placement.memory())

    def _memory(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> int:
        """Bytes that so many lanes need; what was compiled to know it is what `open` takes."""
        shape = Shape.of(program, folds, epochs)
        return self._compiled(program).memory(width, shape, self._data(folds, program.loss))

    def open(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> Session:
        """A session of `width` lanes, rounded up to a multiple of the CPU's cores."""
        data, shape = self._data(folds, program.loss), Shape.of(program, folds, epochs)
        return _FusedSession(self._compiled(program), folds, data, self._width(width), shape)

    def prepare(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> None:
        """Compile the program for these shapes."""
        shape = Shape.of(program, folds, epochs)
        self._compiled(program).epoch(self._width(width), shape, self._data(folds, program.loss))

    def free(self) -> None:
        """Let go of data on the device and of compiled programs."""
        with self._lock:
            self._programs.clear()
            self._placed.clear()

    def _compiled(self, program: Program) -> CompiledProgram:
        with self._lock:
            compiled = self._programs.pop(program, None)
            if compiled is None:
                with on_host():
                    compiled = CompiledProgram(program, self._placement)
            self._programs[program] = compiled
            if len(self._programs) > _WARM_PROGRAMS:
                self._programs.popitem(last=False)
            return compiled

    def _data(self, folds: Sequence[Dataset], loss: Loss) -> Data:
        """The folds on the device, where they stay from one session to the next."""
        key = (loss, *(id(dataset) for dataset in folds))
        with self._lock:
            if key not in self._placed:
                data = self._placement.put(device_data(folds, loss))
                # The datasets are kept so that no other gets their identity.
                self._placed[key] = list(folds), data
            self._placed.move_to_end(key)
            if len(self._placed) > _PLACED:
                self._placed.popitem(last=False)
            return self._placed[key][1]

    def _width(self, width: int) -> int:
        multiple = self._placement.multiple
        return -(-width // multiple) * multiple

    @property
    def device(self) -> str:
        """The accelerator, or the CPU."""
        return describe_device()


class _FusedSession(Session):
    def __init__(
        self,
        compiled: CompiledProgram,
        folds: Sequence[Dataset],
        data: Data,
        width: int,
        shape: Shape,
    ) -> None:
        self.width = width
        self.parameters = compiled.network.size
        self._compiled = compiled
        self._placement = compiled.placement
        self._names = metric_names(compiled.program)
        self._shape = shape
        self._folds = folds
        self._sequences = [len(dataset.train) for dataset in folds]
        self._order = Orders(compiled.program, folds)
        self._calls = {shape.epochs: compiled.epoch(width, shape, data)}
        self._data = data
        self._states: LaneState = jax.device_put(compiled.blank(width), self._placement.by_lane)
        self._runs: dict[int, Run] = {}
        self._epochs: dict[int, int] = {}

    def load(self, runs: Mapping[int, Run]) -> None:
        """Write their first states into the lanes."""
        updates = {lane: self._updates(run) for lane, run in runs.items()}
        fresh = {lane: _loaded(self._compiled, run, updates[lane]) for lane, run in runs.items()}
        self._states = self._placement.write(self._states, fresh)
        for lane, run in runs.items():
            self._runs[lane] = run
            self._epochs[lane] = 0

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        """One call of the compiled program, for all lanes."""
        if epochs not in self._calls:
            shape = replace(self._shape, epochs=epochs)
            self._calls[epochs] = self._compiled.epoch(self.width, shape, self._data)
        orders = self._orders(epochs)
        self._states, values = self._calls[epochs](self._states, orders, self._data)
        for lane in self._runs:
            self._epochs[lane] += epochs
        table = np.asarray(values)
        return {
            lane: {name: float(v) for name, v in zip(self._names, table[lane], strict=True)}
            for lane in self._runs
        }

    def best_weights(self, lane: int) -> list[np.ndarray]:
        """Of the state that the program keeps beside the present one."""
        return self._weights(self._states.best, lane)

    def last_weights(self, lane: int) -> list[np.ndarray]:
        """Their average where the program averages."""
        (last,) = self._states.average or (self._states.weights,)
        return self._weights(last, lane)

    def diagnosis(self, lane: int) -> tuple[LayerDiagnosis, ...]:
        """On the host, by a program of its own; of the best weights where the last are lost."""
        compiled, run = self._compiled, self._runs[lane]
        program = compiled.program
        if not program.diagnoses or program.architecture.cell not in CELLS:
            return ()
        for weights in (self.last_weights(lane), self.best_weights(lane)):
            if all(np.isfinite(array).all() for array in weights):
                return compiled.prober.probe(weights, run, self._folds[run.fold])
        return ()

    def _weights(self, weights: Any, lane: int) -> list[np.ndarray]:
        flat = self._placement.read(weights, lane)
        return [np.array(array) for array in self._compiled.network.unflatten(flat)]

    def release(self, lane: int) -> None:
        """Mark the lane as not alive: it is computed, and changes nothing."""
        del self._runs[lane]
        alive = np.array([lane in self._runs for lane in range(self.width)])
        self._states = self._states._replace(alive=jax.device_put(alive, self._placement.by_lane))

    def states(self) -> dict[int, list[np.ndarray]]:
        """Of the lanes that hold a run."""
        return lane_arrays(self._states, self._runs)

    def restore(self, saved: Mapping[int, SavedLane]) -> frozenset[int]:
        """Write them as if they were first states."""
        blank = self._compiled.blank(1)
        known = {lane: lane_state(blank, one.arrays) for lane, one in saved.items()}
        fresh = {lane: state for lane, state in known.items() if state is not None}
        if fresh:
            self._states = self._placement.write(self._states, fresh)
        for lane in fresh:
            self._runs[lane], self._epochs[lane] = saved[lane].run, saved[lane].epochs
        return frozenset(fresh)

    def _updates(self, run: Run) -> int:
        return updates_of(run, self._sequences[run.fold], self._shape.batch)

    def _orders(self, epochs: int) -> Any:
        """(K, E·S, B) indices of training sequences, -1 where a batch is short."""
        steps, size = self._shape.steps, self._shape.batch
        orders = np.full((self.width, epochs, steps * size), -1, np.int32)
        for lane, run in self._runs.items():
            count, first = self._sequences[run.fold], sum(self._sequences[: run.fold])
            for epoch in range(epochs):
                order = self._order.of(run, self._epochs[lane] + epoch + 1)
                orders[lane, epoch, :count] = order + first
        return jax.device_put(orders.reshape(-1, epochs * steps, size), self._placement.by_lane)


def _loaded(compiled: CompiledProgram, run: Run, updates: int) -> LaneState:
    """A lane at the start of a run of so many updates."""
    network, blank = compiled.network, compiled.blank(1)
    weights = network.initial_weights(run)
    numbers = lane_numbers(compiled.program, run, updates)
    lane: LaneState = jax.tree.map(lambda array: array[0], blank)
    return lane._replace(
        weights=weights,
        average=(weights,) if compiled.program.averages else (),
        best=weights,
        best_score=np.float32(np.inf),
        generators=network.initial_generators(run),
        numbers={name: np.float32(value) for name, value in numbers.items()},
        fold=np.int32(run.fold),
        alive=np.bool_(True),
    )
