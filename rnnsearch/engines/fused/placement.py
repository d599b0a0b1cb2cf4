"""How K lanes run on a device: one after the other on each core, or all as one batch.

On a CPU lanes are looped over (`jax.lax.map`), a share of them on each core: a batch of lanes
streams every lane's weights through the cache at each step, and loses (benchmarks/README.md).
On a GPU lanes are one batched computation (`jax.vmap`): a small recurrence leaves it idle.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from rnnsearch.data.inputs import aligned
from rnnsearch.engines._base import LaneMode
from rnnsearch.engines.devices import has_gpu
from rnnsearch.engines.fused.training import LaneState

__all__ = ["Placement", "make_placement"]

_Lane = Callable[[Any, Any, Any], Any]


class Placement(ABC):
    """Where lanes are and how a function of one becomes a function of K.

    Attributes:
        mode: ``map`` or ``vmap``.
        multiple: K is a multiple of this.
        options: For the compiler.
    """

    mode: Literal["map", "vmap"]
    multiple: int
    options: ClassVar[Mapping[str, Any]]

    def __init__(self, devices: int) -> None:
        self.multiple = devices
        self._mesh = jax.sharding.Mesh(np.array(jax.local_devices()[:devices]), ("lanes",))
        self.by_lane = NamedSharding(self._mesh, PartitionSpec("lanes"))
        self.replicated = NamedSharding(self._mesh, PartitionSpec())

    @abstractmethod
    def over_lanes(self, lane: _Lane) -> Any:
        """From a function of a lane's state, a lane's order and the data to one of K lanes.

        The memory of the states is reused.
        """

    def put(self, data: Any) -> Any:
        """Data from the host, for every lane to read."""
        return jax.device_put(data, self.replicated)

    @abstractmethod
    def write(self, states: LaneState, fresh: Mapping[int, LaneState]) -> LaneState:
        """Put these lanes, given as NumPy arrays, in place of what was there."""

    def memory(self) -> int | None:
        """Bytes that the device has for us, or None where it does not say."""
        known = (jax.local_devices()[0].memory_stats() or {}).get("bytes_limit")
        return None if known is None else int(known)

    @abstractmethod
    def read(self, arrays: Any, lane: int) -> np.ndarray:
        """A lane of (K, …), on the host."""


_LOW_LEVEL = {"xla_backend_optimization_level": 1}
"""LLVM's level. Its highest, XLA's default, makes slower code of a recurrence's small loops and
takes longer to make it: benchmarks/README.md."""


class _Looped(Placement):
    mode = "map"
    # XLA_FLAGS is where users say otherwise.
    options: ClassVar[Mapping[str, Any]] = (
        {} if "xla_backend_optimization_level" in os.environ.get("XLA_FLAGS", "") else _LOW_LEVEL
    )

    def __init__(self) -> None:
        super().__init__(len(jax.local_devices()))

    def over_lanes(self, lane: _Lane) -> Any:
        def loop(states: LaneState, orders: Any, data: Any) -> Any:
            return jax.lax.map(lambda one: lane(one[0], one[1], data), (states, orders))

        lanes, everywhere = PartitionSpec("lanes"), PartitionSpec()
        sharded = jax.shard_map(
            loop,
            mesh=self._mesh,
            in_specs=(lanes, lanes, everywhere),
            out_specs=lanes,
            check_vma=False,
        )
        return jax.jit(sharded, donate_argnums=0)

    def put(self, data: Any) -> Any:
        # The host's arrays are read where they lie, by every core, if they lie well.
        return super().put(jax.tree.map(_well_laid, data))

    def write(self, states: LaneState, fresh: Mapping[int, LaneState]) -> LaneState:
        # Through the host, which is where a CPU's arrays are: no program to compile for it.
        host = jax.tree.map(np.array, jax.device_get(states))
        for lane, state in fresh.items():
            jax.tree.map(lambda all_, one, lane=lane: all_.__setitem__(lane, one), host, state)
        placed: LaneState = jax.device_put(host, self.by_lane)
        return placed

    def read(self, arrays: Any, lane: int) -> np.ndarray:
        return np.array(np.asarray(arrays)[lane])


def _well_laid(array: np.ndarray) -> np.ndarray:
    return aligned([array]) if array.ndim else array


class _Batched(Placement):
    mode = "vmap"
    options: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__(1)
        self._write_one = jax.jit(
            lambda states, lane, one: jax.tree.map(lambda a, o: a.at[lane].set(o), states, one),
            donate_argnums=0,
        )

    def over_lanes(self, lane: _Lane) -> Any:
        return jax.jit(jax.vmap(lane, in_axes=(0, 0, None)), donate_argnums=0)

    def write(self, states: LaneState, fresh: Mapping[int, LaneState]) -> LaneState:
        for lane, state in fresh.items():
            states = self._write_one(states, np.int32(lane), state)
        return states

    def read(self, arrays: Any, lane: int) -> np.ndarray:
        return np.array(jax.device_get(arrays[lane]))


def make_placement(mode: LaneMode) -> Placement:
    """The placement that suits the device, or the one that is asked for."""
    if mode == "auto":
        mode = "vmap" if has_gpu() else "map"
    return _Batched() if mode == "vmap" else _Looped()
