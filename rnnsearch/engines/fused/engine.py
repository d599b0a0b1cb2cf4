"""Sessions of K lanes: placing lanes on devices, loading runs, keeping programs warm."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from rnnsearch.data import Dataset
from rnnsearch.engines._base import Engine, Program, Run, Session, batch_order
from rnnsearch.engines.devices import describe_device, has_gpu
from rnnsearch.engines.fused.training import (
    Data,
    LaneState,
    Network,
    device_data,
    epoch_function,
    metric_names,
)
from rnnsearch.models.initial import dropout_seed, initial_weights

__all__ = ["FusedEngine"]

_WARM_PROGRAMS = 16


class FusedEngine(Engine):
    """Trains runs of equal program side by side.

    On a GPU lanes are one batched computation (`jax.vmap`): a small recurrence leaves it idle.
    On a CPU they are looped over (`jax.lax.map`), a share of them on each core, since a batch
    of lanes streams every lane's weights through the cache at each step.
    """

    def __init__(self) -> None:
        self._programs: OrderedDict[Program, _CompiledProgram] = OrderedDict()

    def open(self, program: Program, folds: Sequence[Dataset], width: int | None) -> Session:
        """A session of `width` lanes, rounded up to a multiple of the CPU's devices."""
        compiled = self._programs.pop(program, None) or _CompiledProgram(program)
        self._programs[program] = compiled
        if len(self._programs) > _WARM_PROGRAMS:
            self._programs.popitem(last=False)
        if width is None:
            width = 16 if compiled.lanes_at_once else 2 * compiled.devices
        return _FusedSession(compiled, folds[0], width)

    @property
    def device(self) -> str:
        """The accelerator, or the CPU."""
        return describe_device()


class _CompiledProgram:
    """A program's network and its epoch over all lanes; JAX compiles it at the first call."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.network = Network(program)
        self.lanes_at_once = has_gpu()
        devices = jax.local_devices()
        self.devices = 1 if self.lanes_at_once else len(devices)
        mesh = jax.sharding.Mesh(np.array(devices[: self.devices]), ("lanes",))
        self.by_lane = NamedSharding(mesh, PartitionSpec("lanes"))
        self.replicated = NamedSharding(mesh, PartitionSpec())
        self.epoch = self._over_lanes(epoch_function(program, self.network))

    def _over_lanes(self, lane: Callable[..., Any]) -> Callable[..., Any]:
        """From a function of one lane to one of K, of which the state's memory is reused."""
        if self.lanes_at_once:
            return jax.jit(jax.vmap(lane, in_axes=(0, 0, None)), donate_argnums=0)

        def loop(state: LaneState, order: Any, data: Data) -> Any:
            return jax.lax.map(lambda one: lane(one[0], one[1], data), (state, order))

        lanes, everywhere = PartitionSpec("lanes"), PartitionSpec()
        sharded = jax.shard_map(
            loop,
            mesh=self.by_lane.mesh,
            in_specs=(lanes, lanes, everywhere),
            out_specs=lanes,
            check_vma=False,
        )
        return jax.jit(sharded, donate_argnums=0)


class _FusedSession(Session):
    def __init__(self, compiled: _CompiledProgram, dataset: Dataset, width: int) -> None:
        self.width = -(-width // compiled.devices) * compiled.devices
        self.parameters = sum(int(np.prod(v.shape)) for v in _trainable(compiled.network))
        self._compiled = compiled
        self._names = metric_names(compiled.program)
        self._sequences = len(dataset.train)
        self._data = jax.device_put(device_data(dataset), compiled.replicated)
        self._runs: dict[int, Run] = {}
        self._epochs: dict[int, int] = {}
        self._best: list[np.ndarray] | None = None
        empty = jax.tree.map(np.asarray, _empty_lane(compiled.network))
        stacked = jax.tree.map(lambda a: np.repeat(a[None], self.width, axis=0), empty)
        self._state = jax.device_put(stacked, compiled.by_lane)

    def load(self, runs: Mapping[int, Run]) -> None:
        host = jax.tree.map(np.array, jax.device_get(self._state))
        for lane, run in runs.items():
            fresh = _loaded_lane(self._compiled, run)
            jax.tree.map(lambda all_, one, lane=lane: all_.__setitem__(lane, one), host, fresh)
            self._runs[lane] = run
            self._epochs[lane] = 0
        self._place(host)

    def advance(self) -> dict[int, dict[str, float]]:
        for lane in self._runs:
            self._epochs[lane] += 1
        self._state, values = self._compiled.epoch(self._state, self._orders(), self._data)
        self._best = None
        table = np.asarray(values)
        return {
            lane: {name: float(v) for name, v in zip(self._names, table[lane], strict=True)}
            for lane in self._runs
        }

    def best_weights(self, lane: int) -> list[np.ndarray]:
        if self._best is None:
            self._best = jax.device_get(self._state.best)
        return [weights[lane] for weights in self._best]

    def release(self, lane: int) -> None:
        del self._runs[lane]
        alive = np.array([lane in self._runs for lane in range(self.width)])
        self._state = self._state._replace(alive=jax.device_put(alive, self._compiled.by_lane))

    def _place(self, host: LaneState) -> None:
        self._state = jax.device_put(host, self._compiled.by_lane)
        self._best = None

    def _orders(self) -> Any:
        """(K, S, B) indices of training sequences, -1 where the last batch is short."""
        size = min(self._compiled.program.batch_size, self._sequences)
        steps = -(-self._sequences // size)
        orders = np.full((self.width, steps * size), -1, np.int32)
        for lane, run in self._runs.items():
            order = batch_order(run.seed, self._epochs[lane], self._sequences)
            orders[lane, : self._sequences] = order
        return jax.device_put(orders.reshape(-1, steps, size), self._compiled.by_lane)


def _trainable(network: Network) -> list[keras.Variable]:
    variables: list[keras.Variable] = network.model.trainable_variables
    return variables


def _values(variables: list[keras.Variable]) -> list[np.ndarray]:
    return [np.array(variable.numpy()) for variable in variables]


def _empty_lane(network: Network) -> LaneState:
    trainable = _values(_trainable(network))
    return LaneState(
        trainable=trainable,
        frozen=_values(network.model.non_trainable_variables),
        optimizer=_values(network.optimizer.variables),
        best=trainable,
        best_score=np.float32(np.inf),
        clip_norm=np.float32(np.inf),
        weight_decay=np.float32(0),
        alive=np.bool_(False),
    )


def _loaded_lane(compiled: _CompiledProgram, run: Run) -> LaneState:
    network, numbers = compiled.network, run.numbers
    lane = _empty_lane(network)
    cell = compiled.program.architecture.cell
    trainable = initial_weights(_trainable(network), run.seed, cell, numbers.forget_bias)
    optimizer = lane.optimizer
    optimizer[network.learning_rate_index] = np.float32(numbers.learning_rate)
    return lane._replace(
        trainable=trainable,
        best=trainable,
        optimizer=optimizer,
        frozen=_frozen(compiled, run),
        clip_norm=np.float32(numbers.clip_norm),
        weight_decay=np.float32(numbers.weight_decay),
        alive=np.bool_(True),
    )


def _frozen(compiled: _CompiledProgram, run: Run) -> list[np.ndarray]:
    """Values of the non-trainable variables: numeric parameters and states of generators."""
    numbers = run.numbers
    steps = compiled.program.architecture.head.steps
    known = {
        "unroll_length": np.float32(min(numbers.unroll_length, steps)),
        "dropout": np.float32(numbers.dropout),
        "recurrent_dropout": np.float32(numbers.recurrent_dropout),
    }
    values: list[np.ndarray] = []
    generators = 0
    for variable in compiled.network.model.non_trainable_variables:
        name = variable.path.rsplit("/", 1)[-1]
        if name == "seed_generator_state":
            values.append(np.array([dropout_seed(run.seed, generators), 0], variable.dtype))
            generators += 1
        else:
            values.append(np.asarray(known[name]))
    return values
