"""How K lanes run on a device: one after the other on each core, or all as one batch.

On a CPU lanes are looped over (`jax.lax.map`), a share of them on each core: a batch of lanes
streams every lane's weights through the cache at each step, and loses (benchmarks/README.md).
On a GPU lanes are one batched computation (`jax.vmap`): a small recurrence leaves it idle.
"""

from __future__ import annotations

import importlib.util
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Literal

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from rnnsearch.data.inputs import aligned
from rnnsearch.engines._base import LaneMode
from rnnsearch.engines.devices import capability, has_gpu
from rnnsearch.engines.fused.lane_epoch import LaneState
from rnnsearch.engines.xla_options import LOW_LEVEL, unless_said
from rnnsearch.models.in_kernels import Kernels

__all__ = ["KernelMode", "Placement", "make_placement", "may_build"]

KernelMode = Literal["auto", "off", "interpret", "native"]
"""Kernels for recurrent layers. Where lanes are a batch: ``auto`` where the device is a GPU that
they are made for, ``interpret`` without one, for tests. Where they are looped over on a CPU:
functions in C++, if the machine has a compiler for them; if not, ``native`` says so."""

_Lane = Callable[[Any, Any, Any], Any]


class Placement(ABC):
    """Where lanes are and how a function of one becomes a function of K.

    Attributes:
        mode: ``map`` or ``vmap``.
        multiple: K is a multiple of this.
        kernels: For recurrent layers; None for loops over steps.
    """

    mode: Literal["map", "vmap"]
    multiple: int
    kernels: Kernels | None = None

    def __init__(self, devices: int) -> None:
        self.multiple = devices
        self._mesh = jax.sharding.Mesh(np.array(jax.local_devices()[:devices]), ("lanes",))
        self.by_lane = NamedSharding(self._mesh, PartitionSpec("lanes"))
        self.replicated = NamedSharding(self._mesh, PartitionSpec())

    @abstractmethod
    def options(self, update: float) -> dict[str, Any]:
        """For the compiler, of a program of which a GPU makes an update in so many seconds."""

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


class _Looped(Placement):
    mode = "map"

    def __init__(self, kernels: KernelMode) -> None:
        super().__init__(len(jax.local_devices()))
        if kernels == "native" or (kernels == "auto" and may_build()):
            self.kernels = _native(wanted=kernels == "native")

    def options(self, update: float) -> dict[str, Any]:
        """LLVM at a level that suits small loops."""
        return unless_said(LOW_LEVEL)

    def over_lanes(self, lane: _Lane) -> Any:
        """A loop over the lanes on each core."""

        def loop(states: LaneState, orders: Any, data: Any) -> Any:
            """One lane after the other."""
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
        """Without a copy: the host's arrays are read where they lie, if they lie well."""
        return super().put(jax.tree.map(_well_laid, data))

    def write(self, states: LaneState, fresh: Mapping[int, LaneState]) -> LaneState:
        """On the host, which is where a CPU's arrays are: no program to compile for it."""
        host = jax.tree.map(np.array, jax.device_get(states))
        for lane, state in fresh.items():
            jax.tree.map(lambda all_, one, lane=lane: all_.__setitem__(lane, one), host, state)
        placed: LaneState = jax.device_put(host, self.by_lane)
        return placed

    def read(self, arrays: Any, lane: int) -> np.ndarray:
        """From the host's memory."""
        return np.array(np.asarray(arrays)[lane])


def _well_laid(array: np.ndarray) -> np.ndarray:
    return aligned([array]) if array.ndim else array


_UNTUNED = {"xla_gpu_autotune_level": 0}
"""Kernels of matrix products are taken as they come, not timed: a program is made in 0.8 to 1.7 s
less, and its epochs take longer: a fifth where lanes are few, twice for LSTM-64 in 512 of them
(benchmarks/README.md)."""

_TUNED = 2.5e-3
"""Seconds of an update above which tuning pays: a trial has a thousand of them by default."""

_WHOLE = 2**26
"""Bytes of all lanes that are fetched for one of them: no program is compiled to take it out."""


class _Batched(Placement):
    mode = "vmap"

    def __init__(self, kernels: KernelMode) -> None:
        super().__init__(1)
        if kernels == "interpret" or (kernels == "auto" and _runs_kernels()):
            from rnnsearch.models.kernels import LaneKernels

            self.kernels = LaneKernels(interpret=kernels == "interpret")
        self._write_some = jax.jit(
            lambda states, lanes, some: jax.tree.map(lambda a, o: a.at[lanes].set(o), states, some),
            donate_argnums=0,
        )

    def options(self, update: float) -> dict[str, Any]:
        """Kernels as they come, where an update is short."""
        if not has_gpu() or update > _TUNED:
            return {}
        return unless_said(_UNTUNED)

    def over_lanes(self, lane: _Lane) -> Any:
        """One program whose arrays have an axis more."""
        return jax.jit(jax.vmap(lane, in_axes=(0, 0, None)), donate_argnums=0)

    def write(self, states: LaneState, fresh: Mapping[int, LaneState]) -> LaneState:
        """On the device, by a program for each power of two of them."""
        stacked = jax.tree.map(lambda *ones: np.stack(ones), *fresh.values())
        if len(fresh) == states.alive.shape[0]:  # all of them: no program to compile for it
            order = np.argsort(list(fresh))
            placed: LaneState = jax.device_put(
                jax.tree.map(lambda all_: all_[order], stacked), self.by_lane
            )
            return placed
        # A program for each power of two; the first lane is written again to make up for the rest.
        count = 1 << (len(fresh) - 1).bit_length()
        filled = jax.tree.map(
            lambda all_: np.concatenate([all_, *[all_[:1]] * (count - len(fresh))]), stacked
        )
        lanes = np.full(count, next(iter(fresh)), np.int32)
        lanes[: len(fresh)] = list(fresh)
        written: LaneState = self._write_some(states, lanes, filled)
        return written

    def read(self, arrays: Any, lane: int) -> np.ndarray:
        """By a copy of all lanes, where they are not too large."""
        if arrays.nbytes <= _WHOLE:
            return np.array(np.asarray(arrays)[lane])  # JAX keeps the copy for the next lane
        return np.array(jax.device_get(arrays[lane]))


_CAPABLE = 8.0
"""CUDA compute capability from which a GPU multiplies TF32."""


def _runs_kernels() -> bool:
    """Whether the device is such a GPU (AMD's say theirs in letters), and JAX has the compiler."""
    said = capability()
    if not said.replace(".", "", 1).isdigit() or float(said) < _CAPABLE:
        return False
    try:  # JAX 0.11 says that it will not always have it
        return importlib.util.find_spec("jax.experimental.pallas.triton") is not None
    except ModuleNotFoundError:
        return False


def may_build() -> bool:
    """Whether C++ is compiled unasked: on macOS a look for a compiler may open a window."""
    return sys.platform == "linux" and bool(jax.local_devices()[0].platform == "cpu")


def _native(wanted: bool) -> Kernels | None:
    """Functions in C++; None where they can't be had, which is said where they were wanted."""
    from rnnsearch.models.native.cpp_library import library
    from rnnsearch.models.native.cpp_recurrence import HostKernels

    if isinstance(found := library(), str):
        if wanted:
            print(f"no native kernels: {found}", file=sys.stderr, flush=True)
        return None
    return HostKernels()


def make_placement(mode: LaneMode, kernels: KernelMode = "auto") -> Placement:
    """The placement that suits the device, or the one that is asked for."""
    if mode == "auto":
        mode = "vmap" if has_gpu() else "map"
    return _Batched(kernels) if mode == "vmap" else _Looped(kernels)
