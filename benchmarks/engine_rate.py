"""How fast the fused engine trains, beside what the machine can do at most.

    python benchmarks/engine_rate.py
    python benchmarks/engine_rate.py --cells LSTM --units 128 --lanes 1 2 4 8

It opens the engine directly, without a search or a worker: what is timed is `advance`, after the
first one, which compiles. What the columns are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count, output_file, positive
from benchmarks.lanes import (
    GATES,
    MatrixRate,
    Shape,
    epoch_seconds,
    is_gpu,
    matrix_rate,
    open_lanes,
    prepare,
)
from benchmarks.machine import describe_machine, print_machine
from benchmarks.tables import table


@dataclass(frozen=True)
class Rate:
    """Lanes of one shape; the seconds are those of an epoch of all of them."""

    shape: Shape
    lanes: int
    seconds: float

    @property
    def sequences(self) -> float:
        """A second, of all lanes together."""
        return self.lanes * self.shape.sequences / self.seconds

    @property
    def flops(self) -> float:
        """A second."""
        return self.lanes * self.shape.flops / self.seconds


def main() -> None:
    arguments = _parse()
    prepare()
    peak = matrix_rate()
    quiet = arguments.json == Path("-")
    if not quiet:
        print_machine()
    rates = []
    for rate in _rates(arguments):
        rates.append(rate)
        print(f"{rate.shape}, {rate.lanes} lanes: {rate.seconds:.3f} s", file=sys.stderr)
    document = _document(rates, peak)
    if quiet:
        print(json.dumps(document))
        return
    print(_table(rates, peak))
    print(f"\nMatrix rate: {peak}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rate of the fused engine's training.")
    parser.add_argument("--cells", nargs="+", choices=list(GATES), default=list(GATES))
    parser.add_argument(
        "--units", nargs="+", type=count, default=[16, 32, 64, 128, 256], metavar="H"
    )
    parser.add_argument("--steps", nargs="+", type=count, default=[50, 200], metavar="T")
    parser.add_argument(
        "--lanes",
        nargs="+",
        type=count,
        metavar="K",
        help="default: one a core; 64 on an accelerator",
    )
    parser.add_argument("--batch", type=count, default=32, metavar="B", help="default: 32")
    parser.add_argument(
        "--sequences", type=count, default=512, metavar="N", help="of an epoch; default: 512"
    )
    parser.add_argument(
        "--seconds", type=positive, default=2.0, help="timed for each row, at least; default: 2"
    )
    parser.add_argument(
        "--json", type=output_file, metavar="FILE", help="also write it; - for nothing but that"
    )
    arguments = parser.parse_args()
    if arguments.batch > arguments.sequences:
        received = f"{arguments.batch} of {arguments.sequences}"
        parser.error(f"argument --batch: must be at most --sequences; received {received}")
    return arguments


def _rates(arguments: argparse.Namespace) -> Iterator[Rate]:
    lanes = arguments.lanes or [_default_lanes()]
    for cell, units, steps, width in product(
        arguments.cells, arguments.units, arguments.steps, lanes
    ):
        shape = Shape(cell, units, steps, arguments.batch, arguments.sequences)
        session = open_lanes(shape, width)
        yield Rate(shape, width, epoch_seconds(session.advance, arguments.seconds))


def _default_lanes() -> int:
    import jax

    return 64 if is_gpu() else len(jax.local_devices())


def _table(rates: list[Rate], peak: MatrixRate) -> str:
    header = ["cell", "H", "T", "lanes", "ms an epoch", "sequences/s", "GFLOP/s", "share"]
    rows = [
        [
            rate.shape.cell,
            *map(str, (rate.shape.units, rate.shape.steps, rate.lanes)),
            f"{1e3 * rate.seconds:.1f}",
            f"{rate.sequences:.0f}",
            f"{rate.flops / 1e9:.2f}",
            f"{rate.flops / peak.flops:.1%}",
        ]
        for rate in rates
    ]
    return table(header, rows, texts=("cell",))


def _document(rates: list[Rate], peak: MatrixRate) -> dict[str, Any]:
    return {
        "machine": describe_machine(),
        "matrix": asdict(peak),
        "rates": [
            {**asdict(rate), "sequences_per_second": rate.sequences, "flops": rate.flops}
            for rate in rates
        ],
    }


if __name__ == "__main__":
    main()
