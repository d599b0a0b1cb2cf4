"""What a search will cost: programs, time and memory, foretold; and what loses the fast path."""

from __future__ import annotations

import math
import shutil
import statistics
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from rnnsearch.driver.planning.programs import Programs
from rnnsearch.driver.planning.regime import UNBOUNDED
from rnnsearch.engines import Program
from rnnsearch.linting._base import Planned, Remark
from rnnsearch.linting.earlier import Earlier
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.native import has_function
from rnnsearch.models.native.cpp_library import compiler
from rnnsearch.spec import Scalar
from rnnsearch.vocabulary import CELLS, PRUNERS, SAMPLERS

__all__ = [
    "Costs",
    "foretold",
    "lost_lanes",
    "many_programs",
    "no_compiler",
    "no_kernels",
    "too_long",
]

_STEP, _FLOP = 0.37e-6, 12e-12
"""Seconds of a core for a step of a sequence, and for each operation of its matrices: two points
each of LSTM and GRU in benchmarks/README.md, "The engine alone"."""

_JUDGED = 2.0
"""Times that: to judge, to look at gradients, to keep. The same figures of whole searches."""

_ONE_BY_ONE = 3.0
"""Times as long for ``model.fit`` of one trial: benchmarks/README.md, "The engine alone"."""

_PROGRAM_SECONDS, _START_SECONDS = 1.7, 20.0
"""To build and compile one, once in the life of the cache; imports and the first."""

_EARLY = 0.5
"""Share of its epochs that a trial trains where a pruner or patience may end it."""

_GO_ON = 0.5
"""Share of trials that a race lets go on to all divisions, about."""

_WORKER, _PROGRAM = 345, 30
"""MiB of a worker, and of each program it holds: benchmarks/README.md, "A worker's memory"."""

_MIB = 2**20


@dataclass(frozen=True)
class Costs:
    """What a search will take, about.

    Attributes:
        programs: That are compiled, that of the feed-forward network left out.
        trials: For which there is time.
        seconds: Of the whole search, on cores as those of the benchmarks.
        memory: MiB of a worker that holds all programs.
        measured: Whether an earlier study of the same data has said how long a run takes.
    """

    programs: int
    trials: int
    seconds: float
    memory: int
    measured: bool = False


def foretold(planned: Planned, earlier: Earlier | None = None) -> Costs:
    """The costs of a search, by what training cost elsewhere or in an earlier study of it."""
    programs, regime = planned.programs, planned.programs.regime
    configs = planned.drawn[:50]
    known = None if earlier is None else earlier.seconds_per_run
    each = known or statistics.fmean(_run_seconds(planned, params) for params in configs)
    trials = planned.trials
    trained = trials * _runs(programs) / (1 - regime.confirm)
    compiled = _programs(planned)
    overhead = _START_SECONDS + _PROGRAM_SECONDS * compiled
    seconds = overhead + trained * each / (1 if known else planned.cores)
    timeout = planned.spec.search.timeout
    if timeout is not None and seconds > timeout:
        fitting = (timeout - overhead) / max(1e-9, seconds - overhead) * trials
        trials, seconds = max(1, min(trials, int(fitting))), timeout
    memory = max(_memory(planned, programs.program(params), compiled) for params in configs)
    return Costs(min(compiled, trials), trials, seconds, memory, known is not None)


def _programs(planned: Planned) -> int:
    """As many as the space has, or as there are blocks."""
    blocks = -(-planned.trials // planned.block)
    structures = planned.space.program_count()
    return blocks if structures is None else min(blocks, structures)


def _runs(programs: Programs) -> float:
    """That a trial trains, about: some are dropped on their way."""
    regime = programs.regime
    if regime.stages:
        return regime.stages[0] + _GO_ON * (regime.runs - regime.stages[0])
    early = PRUNERS[regime.pruner].by_epochs or regime.patience(10) is not None
    return regime.runs * (_EARLY if early else 1.0)


def _run_seconds(planned: Planned, params: Mapping[str, Scalar]) -> float:
    """Of one core, for one run to its last epoch."""
    programs = planned.programs
    program = programs.program(params)
    epochs = programs.regime.epochs(program.batch_size)
    step = step_seconds(program.architecture)
    slower = 1.0 if planned.engine == "fused" else _ONE_BY_ONE
    return epochs * programs.regime.sequences * program.architecture.longest * step * slower


def step_seconds(network: Architecture) -> float:
    """Of one core, to train a step of one sequence and to judge it."""
    ways = 2 if network.bidirectional else 1
    gates = CELLS[network.cell].gates if network.cell in CELLS else 4
    reads = (network.head.source or network.head).features * network.patch
    found = 0.0
    for units in network.units:
        found += ways * (_STEP + _FLOP * 6 * gates * units * (units + reads))
        reads = ways * units
    return _JUDGED * found


def _memory(planned: Planned, program: Program, compiled: int) -> int:
    """MiB of a worker: what it holds anyway, its programs, and the data of a batch in each lane."""
    network = program.architecture
    ways = 2 if network.bidirectional else 1
    gates = CELLS[network.cell].gates if network.cell in CELLS else 4
    outputs = program.batch_size * network.longest * ways * sum(network.units) * (gates + 2) * 4
    dataset = planned.first
    steps = len(dataset.train) + len(dataset.validation) + len(dataset.test)
    if not planned.data.past:  # windows of a table are cut when they are read
        steps *= network.longest
    arrays = 4 * steps * network.head.features * network.patch
    held = _WORKER + _PROGRAM * compiled + (planned.cores * outputs * 2 + 2 * arrays) / _MIB
    return math.ceil(held)


def many_programs(planned: Planned) -> Iterator[Remark]:
    """More structures than blocks: most of the space is never seen, and lanes stay narrow."""
    structures, blocks = planned.space.program_count(), -(-planned.trials // planned.block)
    if planned.programs.regime.trials == UNBOUNDED:
        return
    if structures is None or structures > 20 * blocks:
        count = "more than 100,000" if structures is None else f"{structures:,}"
        widest = _widest(planned)
        yield Remark(
            "costs",
            f"space.{widest}",
            f"the space has {count} structures, each a program of its own, and {blocks} blocks of "
            f"{planned.block} trials see {blocks} of them",
            f"list a few values of {widest}, such as powers of two, or ask for more trials",
        )


def _widest(planned: Planned) -> str:
    """The structural parameter with the most values."""
    domains = planned.space.domains
    named = [name for name in domains if planned.space.is_structural(name)]
    return max(named, key=lambda name: domains[name].size() or math.inf)


def lost_lanes(planned: Planned) -> Iterator[Remark]:
    """Choices for which trials are trained one at a time."""
    spec, block = planned.spec, planned.block
    if planned.engine != "fused":
        key = "run.engine" if spec.run.engine == "keras" else "run.backend"
        yield Remark(
            "costs",
            key,
            "trials are trained one at a time by model.fit, not as lanes of one program",
            "leave engine at auto and backend at jax, unless you need it so",
        )
    elif block == 1 and planned.trials > 1:
        said = "each trial may have a program of its own: none shares a compilation"
        if not SAMPLERS[spec.search.sampler].shares:
            yield Remark("costs", "search.sampler", said, "use tpe")
        elif spec.search.block == 1:
            yield Remark("costs", "search.block", said, "leave it at auto")
        else:
            yield Remark("costs", "search.trials", said, "from 8 trials on some share theirs")
    cell = spec.space.get("cell")
    for value in cell.values if cell is not None else ():
        if ":" in str(value) and planned.engine == "fused":
            yield Remark(
                "costs",
                "space.cell",
                f"{value} runs by Keras's own loop over steps, not by the engine's recurrences",
                "nothing, if it is what you want to try: see docs/cells.md",
            )


_KERNEL_UNITS = (16, 32, 64)
"""H for which a GPU has kernels over lanes: `rnnsearch.models.kernels`."""


def no_kernels(planned: Planned) -> Iterator[Remark]:
    """On a GPU that is asked for: what runs neither in kernels over lanes nor in cuDNN."""
    if planned.spec.run.device != "gpu":
        return
    if planned.engine == "fused":
        yield from _no_lane_kernels(planned)
    else:
        yield from _no_cudnn(planned)


def _no_lane_kernels(planned: Planned) -> Iterator[Remark]:
    units = planned.space.domains.get("units")
    values = (32,) if units is None else units.candidates() or ()
    slow = [value for value in values if value not in _KERNEL_UNITS]
    if slow:
        shown = ", ".join(str(value) for value in slow[:6]) + (" …" if len(slow) > 6 else "")
        yield Remark(
            "costs",
            "space.units",
            f"of {shown} units layers run in a loop over steps: kernels over lanes are made for "
            "16, 32 and 64",
            "use these where you can: their epochs take about half as long",
        )


def no_compiler(planned: Planned) -> Iterator[Remark]:
    """On a CPU: layers that would be functions in C++, if they could be built."""
    on_cpu = planned.spec.run.device == "cpu" or not shutil.which("nvidia-smi")
    if planned.engine != "fused" or not on_cpu or sys.platform != "linux" or compiler():
        return
    space = planned.space
    cells, units = (
        space.domains[name].candidates() or () if name in space.domains else (space.defaults[name],)
        for name in ("cell", "units")
    )
    if any(has_function(str(cell), int(str(width))) for cell, width in product(cells, units)):
        yield Remark(
            "costs",
            "run.device",
            "recurrent layers run in loops over steps, as there is no C++ compiler to build their "
            "functions with",
            "install one (g++ or clang++): epochs of LSTM and GRU of 16 to 64 units take about two "
            "thirds as long",
        )


def _no_cudnn(planned: Planned) -> Iterator[Remark]:
    space, jax = planned.space, planned.spec.run.backend == "jax"
    if space.can_exceed_zero("recurrent_dropout"):
        why = "recurrent_dropout above 0 keeps Keras from cuDNN's kernels"
        yield Remark("costs", "space.recurrent_dropout", why, "use dropout, or the fused engine")
    if planned.first.masked:
        why = "sequences of different lengths are masked, for which Keras has no cuDNN kernel"
        if planned.spec.run.backend != "tensorflow":
            yield Remark("costs", "data", why, "use the fused engine, which needs none")
    cells = space.domains.get("cell")
    slow = [c for c in (cells.values if cells is not None else ()) if c not in ("LSTM", "GRU")]
    slow += [c for c in (cells.values if cells is not None else ()) if jax and c == "GRU"]
    if slow:
        named = " and ".join(map(str, slow))
        why = f"{named} has no cuDNN kernel on {planned.spec.run.backend}"
        yield Remark("costs", "space.cell", why, "use LSTM, or the fused engine")


def too_long(planned: Planned, costs: Costs) -> Iterator[Remark]:
    """More trials than there is time for."""
    search, regime = planned.spec.search, planned.programs.regime
    if search.timeout is None or regime.trials == UNBOUNDED:
        return
    if costs.trials < regime.trials / 2:
        yield Remark(
            "costs",
            "search.timeout",
            f"there is time for some {costs.trials} of {regime.trials} trials on {planned.cores} "
            "cores",
            "ask for fewer trials, or leave trials at auto",
        )
