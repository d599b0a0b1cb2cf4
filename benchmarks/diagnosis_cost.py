"""What the diagnosis of training costs: epochs with and without it in turn, and the look at layers.

    python benchmarks/diagnosis_cost.py
    python benchmarks/diagnosis_cost.py --cells LSTM --units 64 --steps 200 --pairs 40

Two programs that differ in `diagnoses` alone train the same lanes, an epoch each in turn; which is
first changes from pair to pair. The cost is the median over pairs of the ratio of processor times,
with the quartiles of that ratio, so that other programs on the machine disturb little. What the
columns are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count
from benchmarks.lanes import (
    GATES,
    Shape,
    dataset_of,
    is_gpu,
    open_program,
    prepare,
    program_of,
)
from benchmarks.machine import print_machine
from benchmarks.tables import table

if TYPE_CHECKING:
    from rnnsearch.engines import Session


def main() -> None:
    arguments = _parse()
    prepare()
    print_machine()
    rows = [
        _row(Shape(cell, units, steps), arguments.lanes, arguments.pairs)
        for cell, units, steps in product(arguments.cells, arguments.units, arguments.steps)
    ]
    header = ["cell", "H", "T", "cost", "low", "high", "compile s", "with it", "look s", "ms a run"]
    print(table(header, rows, texts=("cell",)))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Cost of the diagnosis of training.")
    parser.add_argument("--cells", nargs="+", choices=list(GATES), default=list(GATES))
    parser.add_argument("--units", nargs="+", type=count, default=[16, 64], metavar="H")
    parser.add_argument("--steps", nargs="+", type=count, default=[50], metavar="T")
    parser.add_argument("--lanes", type=count, default=2, metavar="K", help="default: 2")
    parser.add_argument("--pairs", type=count, default=30, help="of epochs; default: 30")
    return parser.parse_args()


def _row(shape: Shape, lanes: int, pairs: int) -> list[str]:
    """The cost for one shape, as a share of an epoch and in seconds."""
    dataset = dataset_of(shape)
    plain = program_of(dataset, shape.cell, shape.units, shape.batch)
    started = _now()
    without = open_program(plain, dataset, lanes)
    between = _now()
    with_it = open_program(replace(plain, diagnoses=True), dataset, lanes)
    compiled = between - started, _now() - between
    ratios = _ratios(without, with_it, pairs)
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75]) - 1
    first, again = _seconds(with_it, 0), _seconds(with_it, lanes - 1)
    print(f"{shape}: {middle:+.1%}", file=sys.stderr)
    return [
        shape.cell,
        *map(str, (shape.units, shape.steps)),
        *(f"{share:+.1%}" for share in (middle, low, high)),
        *(f"{seconds:.2f}" for seconds in (*compiled, first)),
        f"{1e3 * again:.0f}",
    ]


def _now() -> float:
    """Of the processor; of the clock where an accelerator trains."""
    return time.perf_counter() if is_gpu() else time.process_time()


def _ratios(without: Session, with_it: Session, pairs: int) -> list[float]:
    for session in (without, with_it):
        session.advance()
    found = []
    for index in range(pairs):
        order = (without, with_it) if index % 2 else (with_it, without)
        taken = {}
        for session in order:
            started = _now()
            session.advance()
            taken[id(session)] = _now() - started
        found.append(taken[id(with_it)] / taken[id(without)])
    return found


def _seconds(session: Session, lane: int) -> float:
    started = _now()
    session.diagnosis(lane)
    return _now() - started


if __name__ == "__main__":
    main()
