"""What lanes do for an accelerator: throughput over their number, beside one trial at a time.

    python benchmarks/lanes_gpu.py --json results/lanes.jsonl
    python benchmarks/lanes_gpu.py --units 16 --steps 50 --lanes 1 2 4      # a small one, on a CPU

It needs JAX, Keras, pydantic and PyYAML; it goes without TensorFlow, Optuna and pandas and, with a
note, without torch. What the columns are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TypeVar

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import count, output_file, positive
from benchmarks.lanes import (
    GATES,
    MatrixRate,
    Shape,
    epoch_seconds,
    matrix_rate,
    open_lanes,
    prepare,
)
from benchmarks.machine import print_machine
from benchmarks.one_at_a_time import keras_epoch, torch_epoch
from benchmarks.tables import table

_Result = TypeVar("_Result")
_LANES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


@dataclass(frozen=True)
class Point:
    """One way to train at one width.

    Attributes:
        way: ``lanes``, or ``loops`` for lanes without kernels; ``keras`` or ``torch``, which
            train one trial at a time.
        shape: What each trial trains.
        lanes: Trials that train together.
        seconds: Of an epoch of all of them.
        memory: Bytes of the accelerator that were held at most; None on a CPU.
    """

    way: str
    shape: Shape
    lanes: int
    seconds: float
    memory: int | None

    @property
    def sequences(self) -> float:
        """A second, of all lanes together."""
        return self.lanes * self.shape.sequences / self.seconds


def main() -> None:
    arguments = _parse()
    prepare()
    print_machine()
    peak = _alone(matrix_rate)
    print(f"Matrix rate: {peak}", flush=True)
    if isinstance(peak, str):
        sys.exit(1)
    has_torch = importlib.util.find_spec("torch") is not None
    if "torch" in arguments.ways:
        print(_alone(_torch_device) if has_torch else "Skipped: torch is not installed", flush=True)
    for cell, units, steps in arguments.shapes:
        shape = Shape(cell, units, steps, arguments.batch, arguments.sequences)
        points = _measure(shape, arguments, has_torch)
        print(f"\n{shape}\n\n{_table(points, peak)}", flush=True)
        if arguments.json is not None:
            with arguments.json.open("a", encoding="utf-8") as file:
                for point in points:
                    file.write(json.dumps({**asdict(point), "matrix": asdict(peak)}) + "\n")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Throughput of lanes on an accelerator, beside one trial at a time."
    )
    parser.add_argument("--cells", nargs="+", choices=list(GATES), default=["LSTM", "GRU"])
    parser.add_argument("--units", nargs="+", type=count, default=[16, 64, 256], metavar="H")
    parser.add_argument("--steps", nargs="+", type=count, default=[50, 500], metavar="T")
    parser.add_argument(
        "--shapes",
        nargs="+",
        type=_shape,
        metavar="CELL-H-T",
        help="in place of all of --cells, --units and --steps: LSTM-64-50",
    )
    parser.add_argument(
        "--lanes", nargs="+", type=count, default=_LANES, metavar="K", help="default: 1 to 512"
    )
    parser.add_argument("--batch", type=count, default=32, metavar="B", help="default: 32")
    parser.add_argument(
        "--sequences", type=count, default=512, metavar="N", help="of an epoch; default: 512"
    )
    parser.add_argument(
        "--seconds", type=positive, default=1.0, help="timed for each row, at least; default: 1"
    )
    parser.add_argument(
        "--longest",
        type=positive,
        default=20.0,
        help="seconds of an epoch above which no more lanes are tried; default: 20",
    )
    parser.add_argument(
        "--ways",
        nargs="+",
        choices=list(_WAYS),
        default=["lanes", "keras", "torch"],
        help="default: lanes keras torch",
    )
    parser.add_argument(
        "--json", type=output_file, metavar="FILE", help="also append every row, as JSON"
    )
    arguments = parser.parse_args()
    arguments.lanes = sorted(set(arguments.lanes))
    every = product(arguments.cells, arguments.units, arguments.steps)
    arguments.shapes = arguments.shapes or list(every)
    if arguments.batch > arguments.sequences:
        received = f"{arguments.batch} of {arguments.sequences}"
        parser.error(f"argument --batch: must be at most --sequences; received {received}")
    return arguments


def _shape(text: str) -> tuple[str, int, int]:
    """A cell, H and T, from ``LSTM-64-50``."""
    cell, units, steps = text.split("-")
    if cell not in GATES:
        raise ValueError(cell)
    return cell, int(units), int(steps)


def _alone(function: Callable[..., _Result], *given: object) -> _Result | str:
    """The result of a function in a process of its own, so that its memory is known and freed.

    Returns:
        Or what went wrong, for a person: one way that runs out of memory does not end the rest.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(function, *given).result()
        except Exception as error:
            lines = str(error).strip().splitlines() or [""]
            return f"{type(error).__name__}: {lines[0][:200]}"


def _measure(shape: Shape, arguments: argparse.Namespace, has_torch: bool) -> list[Point]:
    """All ways for one shape; those that fail are noted."""
    points: list[Point] = []
    for way in arguments.ways:
        if way == "torch" and not has_torch:
            continue
        one = _alone(_WAYS[way], shape, way, arguments)
        if isinstance(one, str):
            print(f"\nSkipped: {shape}: {one}", flush=True)
        else:
            points += one
    return points


def _lane_points(shape: Shape, way: str, arguments: argparse.Namespace) -> list[Point]:
    """Widths in ascending order, since what is known of the memory is its peak so far."""
    prepare()
    points: list[Point] = []
    for lanes in arguments.lanes:
        try:
            session = open_lanes(shape, lanes, kernels="off" if way == "loops" else "auto")
            once = epoch_seconds(session.advance, arguments.seconds)
        except Exception as error:
            if not points:
                raise
            reason = str(error).splitlines()[:1]
            print(f"\n{shape}: no more than {points[-1].lanes} lanes: {reason}", flush=True)
            break
        points.append(Point(way, shape, lanes, once, _jax_memory()))
        del session
        if once > arguments.longest:
            break
    return points


def _keras_points(shape: Shape, way: str, arguments: argparse.Namespace) -> list[Point]:
    prepare()
    once = epoch_seconds(keras_epoch(shape), arguments.seconds)
    return [Point(way, shape, 1, once, _jax_memory())]


def _torch_points(shape: Shape, way: str, arguments: argparse.Namespace) -> list[Point]:
    import torch

    seconds = arguments.seconds
    if torch.cuda.is_available():
        once = epoch_seconds(torch_epoch(shape), seconds)
        return [Point(way, shape, 1, once, torch.cuda.max_memory_allocated())]
    times = []
    for threads in {1, torch.get_num_threads()}:  # for a small layer more threads may be slower
        torch.set_num_threads(threads)
        times.append(epoch_seconds(torch_epoch(shape), seconds))
    return [Point(way, shape, 1, min(times), None)]


_WAYS = {
    "lanes": _lane_points,
    "loops": _lane_points,
    "keras": _keras_points,
    "torch": _torch_points,
}


def _torch_device() -> str:
    import torch

    if not torch.cuda.is_available():
        return f"torch {torch.__version__} has no CUDA and trains on the CPU"
    tf32 = "in TF32" if torch.backends.cudnn.allow_tf32 else "in float32"
    return f"torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()} {tf32}"


def _jax_memory() -> int | None:
    import jax

    statistics = jax.local_devices()[0].memory_stats()
    return None if statistics is None else int(statistics["peak_bytes_in_use"])


def _table(points: Sequence[Point], peak: MatrixRate) -> str:
    alone = [point.sequences for point in points if point.way in ("keras", "torch")]
    rows = [
        [
            point.way,
            str(point.lanes),
            f"{1e3 * point.seconds:.1f}",
            f"{point.sequences:.0f}",
            f"{point.lanes * point.shape.flops / point.seconds / peak.flops:.2%}",
            "–" if point.memory is None else f"{point.memory / 2**20:.0f}",
            f"{point.sequences / max(alone):.2f}" if alone else "–",
        ]
        for point in points
    ]
    header = ["way", "lanes", "ms an epoch", "sequences/s", "share", "MiB", "speed-up"]
    return table(header, rows, texts=("way",))


if __name__ == "__main__":
    main()
