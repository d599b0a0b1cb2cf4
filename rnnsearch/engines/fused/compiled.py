"""Programs as machine code: compiled once for each shape, in the background if asked early."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.engines._base import Program, Run
from rnnsearch.engines.compiling import lane_numbers
from rnnsearch.engines.fused.flat_network import Network
from rnnsearch.engines.fused.lane_epoch import LaneState, epoch_function
from rnnsearch.engines.fused.optimizers import RULES
from rnnsearch.engines.fused.placement import Placement
from rnnsearch.engines.fused.probing import Prober
from rnnsearch.engines.fused.widths import update_seconds
from rnnsearch.engines.ragged import Lengths, lengths_of
from rnnsearch.models.in_kernels import in_kernels

__all__ = ["CompiledProgram", "Shape"]


@dataclass(frozen=True)
class Shape:
    """What of the data decides the machine code, beside the program.

    Attributes:
        steps: S, batches of the longest fold's epoch.
        batch: B.
        uneven: Whether another fold has fewer batches.
        lengths: That batches are cut to.
        epochs: E, trained in one call.
    """

    steps: int
    batch: int
    uneven: bool
    lengths: Lengths
    epochs: int = 1

    @classmethod
    def of(cls, program: Program, folds: Sequence[Dataset], epochs: int = 1) -> Shape:
        """The shape of a program's epoch on these folds, or of several."""
        sequences = [len(dataset.train) for dataset in folds]
        batch = min(program.batch_size, max(sequences))
        batches = {-(-count // batch) for count in sequences}
        uneven = len(batches) > 1
        return cls(max(batches), batch, uneven, lengths_of(program, folds), epochs)


class CompiledProgram:
    """A program's network and its epoch over K lanes. Safe to use from two threads."""

    def __init__(self, program: Program, placement: Placement) -> None:
        self.program = program
        self.placement = placement
        self._kernels = placement.kernels
        self.network = Network(program)
        self.prober = Prober(program, self.network)
        self._networks = {self.network.steps: self.network}
        self._lock = threading.Lock()
        self._executables: dict[Any, Any] = {}

    def epoch(self, width: int, shape: Shape, data: Any) -> Callable[..., Any]:
        """The compiled epochs: (states, orders (K, E·S, B), data) to (states, values (K, M)).

        Args:
            width: K.
            shape: Of the lanes' orders.
            data: `rnnsearch.engines.fused.data_reading.Data`; only its shapes matter.
        """
        compiled: Callable[..., Any] = self._executable(width, shape, data)
        return compiled

    def memory(self, width: int, shape: Shape, data: Any) -> int:
        """Bytes that an epoch of so many lanes needs on a device, as the compiler planned it."""
        planned = self._executable(width, shape, data).memory_analysis()
        return int(
            planned.temp_size_in_bytes
            + planned.argument_size_in_bytes
            + planned.output_size_in_bytes
            - planned.alias_size_in_bytes
        )

    def _executable(self, width: int, shape: Shape, data: Any) -> Any:
        placement = self.placement
        states = _described(self.blank(width), placement.by_lane)
        orders = jax.ShapeDtypeStruct(
            (width, shape.epochs * shape.steps, shape.batch), np.int32, sharding=placement.by_lane
        )
        described = _described(data, placement.replicated)
        # In a batch of lanes a switch would run over every length.
        lengths = shape.lengths if placement.mode == "map" else shape.lengths[-1:]
        key = (
            orders.shape,
            shape.epochs,
            shape.uneven,
            lengths,
            tuple(a.shape for a in jax.tree.leaves(described)),
        )
        # Whoever comes second waits for the first, who compiles the same.
        with self._lock:
            if key not in self._executables:
                given = states, orders, described
                self._executables[key] = self._compile(lengths, shape, width, given)
            return self._executables[key]

    def _compile(self, lengths: Lengths, shape: Shape, width: int, given: Any) -> Any:
        """The program of K lanes as machine code, without kernels where these do not compile."""
        placement = self.placement
        options = placement.options(update_seconds(self.program, width))
        networks = [self._at(length) for length in lengths]
        lane = epoch_function(self.program, networks, shape.uneven, shape.epochs)
        try:
            with in_kernels(self._kernels):
                return placement.over_lanes(lane).lower(*given).compile(options)
        except Exception as error:  # of whatever kind: a card may be too small for a kernel
            if self._kernels is None:
                raise
            said = " ".join(str(error).split())[:500]
            print(f"no kernels over lanes: {said}", file=sys.stderr, flush=True)
        self._kernels = None
        return self._compile(lengths, shape, width, given)

    def _at(self, length: int) -> Network:
        """The network over so many steps."""
        if length not in self._networks:
            architecture = self.program.architecture
            head = replace(architecture.head, steps=length)
            shorter = replace(architecture, head=head)
            self._networks[length] = Network(replace(self.program, architecture=shorter))
        return self._networks[length]

    def blank(self, width: int) -> LaneState:
        """The state of K lanes without a run, on the host."""
        weights = np.zeros((width, self.network.size), np.float32)
        number = np.zeros(width, np.float32)
        return LaneState(
            weights=weights,
            slots=(weights,) * RULES[self.program.optimizer].slots,
            steps=number,
            generators=(np.zeros((width, 2), np.uint32),) * self.network.generators,
            average=(weights,) if self.program.averages else (),
            best=weights,
            best_score=number,
            numbers=dict.fromkeys(lane_numbers(self.program, Run(0, 0, 1), 1), number),
            fold=np.zeros(width, np.int32),
            alive=np.zeros(width, np.bool_),
        )


def _described(tree: Any, sharding: Any) -> Any:
    return jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype, sharding=sharding), tree)
