"""Lanes of the fused engine without a search around them, and the most that the machine can do.

Call `prepare` before anything imports JAX or Keras.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.machine import use_all_cores

if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.engines import Engine, Program, Session

__all__ = [
    "GATES",
    "MatrixRate",
    "Shape",
    "dataset_of",
    "epoch_seconds",
    "is_gpu",
    "matrix_rate",
    "open_lanes",
    "open_program",
    "prepare",
    "program_of",
    "training_data",
]

GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
_VALIDATION_SEQUENCES = 8
"""Few: it is training that is timed, and each epoch ends with a validation."""


@dataclass(frozen=True)
class Shape:
    """What one lane trains: one recurrent layer, the last step's output to one number.

    Attributes:
        cell: In `GATES`.
        units, steps, features, batch: H, T, F, B.
        sequences: Of an epoch.
    """

    cell: str
    units: int
    steps: int
    batch: int = 32
    sequences: int = 512
    features: int = 4

    @property
    def flops(self) -> float:
        """Of one lane's epoch: those of the recurrent layer's matrix products.

        Two for each weight, step and sequence forward, four backward: 6·G·H·(H+F)·N·T. What a
        cell does beside its products, the output layer, the optimizer and the validation are not
        counted, so that it can be compared with the rate of a matrix product.
        """
        weights = GATES[self.cell] * self.units * (self.units + self.features)
        return 6.0 * weights * self.sequences * self.steps

    def __str__(self) -> str:
        return f"{self.cell}-{self.units}, T = {self.steps}"


def prepare() -> None:
    """Settings of this process, and of those it starts, as a search gives them to its worker."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if "device_count" not in os.environ.get("XLA_FLAGS", ""):
        os.environ.update(use_all_cores())
    # Keras imports TensorFlow where it is installed, and nothing here needs it.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]


def is_gpu() -> bool:
    """Whether JAX has an accelerator."""
    import jax

    return any(device.platform != "cpu" for device in jax.local_devices())


def training_data(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and its mean over time as the target; (N, T, F) and (N, 1)."""
    count = shape.sequences + _VALIDATION_SEQUENCES
    x = np.random.default_rng(0).standard_normal((count, shape.steps, shape.features))
    y = x[:, :, :1].mean(axis=1) * np.sqrt(shape.steps)
    return x.astype(np.float32), y.astype(np.float32)


def open_lanes(shape: Shape, lanes: int, kernels: Literal["auto", "off"] = "auto") -> Session:
    """A session of the engine with every lane loaded; its recurrent layers in kernels, or not."""
    from rnnsearch.engines.fused import FusedEngine

    dataset = dataset_of(shape)
    program = program_of(dataset, shape.cell, shape.units, shape.batch)
    return open_program(program, dataset, lanes, FusedEngine("auto", kernels))


def program_of(
    dataset: Dataset, cell: str, units: int, batch: int, *, drops: bool = True
) -> Program:
    """A program of one recurrent layer, the last step's output to the target, Adam and clipping."""
    from rnnsearch.engines import Program
    from rnnsearch.models import Architecture
    from rnnsearch.tasks import TASKS

    task = TASKS["many_to_one"]
    return Program(
        Architecture(cell, (units,), False, False, task.head(dataset)),
        optimizer="adam",
        batch_size=batch,
        clip_mode="global_norm",
        loss=task.loss(dataset.target),
        metrics=task.metrics(dataset.target),
        objective="val_loss",
        maximize=False,
        truncates=False,
        drops=drops,
        drops_recurrent=False,
        decays=False,
        smooths=False,
    )


def open_program(
    program: Program, dataset: Dataset, lanes: int, engine: Engine | None = None
) -> Session:
    """A session with every lane loaded, each with a learning rate of its own.

    Args:
        program: What is trained.
        dataset: On what.
        lanes: How many.
        engine: A fused one; None takes one that knows no program yet.
    """
    from rnnsearch.engines import Numbers, Run
    from rnnsearch.engines.fused import FusedEngine

    session = (engine or FusedEngine()).open(program, [dataset], lanes)
    rates = np.geomspace(1e-3, 1e-2, lanes)
    numbers = [Numbers(float(rate), clip_norm=1.0, dropout=0.1) for rate in rates]
    session.load({i: Run(i, i, 1000, numbers[i]) for i in range(lanes)})
    return session


def dataset_of(shape: Shape) -> Dataset:
    """Training data, and a few sequences for validation."""
    from rnnsearch.data import Dataset, Part, Scaling, Target

    x, y = training_data(shape)
    train, rest = slice(shape.sequences), slice(shape.sequences, None)
    target = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
    empty = Part(x[:0], y[:0])
    return Dataset(Part(x[train], y[train]), Part(x[rest], y[rest]), empty, target, False)


def epoch_seconds(epoch: Callable[[], object], seconds: float) -> float:
    """The median time of an epoch: of two at least, and as many as the seconds hold.

    The first, which compiles, is not among them.
    """
    epoch()
    times: list[float] = []
    while len(times) < 2 or sum(times) < seconds:
        started = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


@dataclass(frozen=True)
class MatrixRate:
    """What a large matrix product reaches, in the precision that JAX trains with.

    Attributes:
        flops: A second.
        size: N of N × N.
        reduced: Whether the products of float32 were rounded below float32, as TF32 does.
    """

    flops: float
    size: int
    reduced: bool

    def __str__(self) -> str:
        precision = "float32, rounded as in TF32" if self.reduced else "float32"
        rate = f"{self.flops / 1e9:.0f} GFLOP/s"
        return f"{rate}, of a {self.size} × {self.size} product in {precision}"


def matrix_rate(seconds: float = 1.0) -> MatrixRate:
    """The rate of one matrix product on the whole device: all cores, or the accelerator."""
    import jax
    import jax.numpy as jnp

    size = 8192 if is_gpu() else 2048
    product = jax.jit(jnp.dot)
    # TF32 keeps 10 bits of a fraction: this becomes 1 in it, and the sum of its products `size`.
    above_one = jnp.full((size, size), 1 + 2.0**-12, jnp.float32)
    reduced = bool(product(above_one, jnp.ones_like(above_one))[0, 0] == size)
    # Noise, as a chip runs faster on a matrix of equal numbers.
    noise = jax.random.normal(jax.random.key(0), (size, size), jnp.float32)
    once = epoch_seconds(lambda: product(noise, noise).block_until_ready(), seconds)
    return MatrixRate(2.0 * size**3 / once, size, reduced)
