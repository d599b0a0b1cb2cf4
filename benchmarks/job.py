"""The job that every contender does: its data, its space, its budget.

Contenders import everything that they must have in common from here, and nothing else from one
another. NumPy is the only library loaded, so that it adds to nobody's start-up.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = [
    "BATCH_SIZE",
    "CLIP_NORM",
    "DROPOUT",
    "FEATURES",
    "LEARNING_RATE",
    "STEPS",
    "Data",
    "Job",
    "job_parser",
    "make_data",
    "print_outcome",
]

SEQUENCES = 2048
VALIDATION_SEQUENCES = 256
STEPS = 50
FEATURES = 4
BATCH_SIZE = 32

# Ranges searched; the first two on a logarithmic scale.
LEARNING_RATE = (1e-4, 3e-2)
CLIP_NORM = (0.1, 10.0)
DROPOUT = (0.0, 0.5)


@dataclass(frozen=True)
class Job:
    """What the command line can change.

    Attributes:
        cell: The recurrent layer: SimpleRNN, LSTM or GRU.
        units: H, the size of its state.
        trials: Configurations, suggested at random.
        epochs: Of each trial; none stops early.
        seed: Of the random search. The data has its own, which is fixed.
    """

    cell: str
    units: int
    trials: int
    epochs: int
    seed: int

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Job:
        """The job that was asked for; further arguments are left alone."""
        return cls(**{name: getattr(arguments, name) for name in cls.__dataclass_fields__})

    def to_arguments(self) -> list[str]:
        """The inverse of `from_arguments`."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return [part for name, value in values.items() for part in (f"--{name}", str(value))]


class Data(NamedTuple):
    """Sequences (N, T, F) and targets (N, 1), float32."""

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray


def job_parser() -> argparse.ArgumentParser:
    """The arguments of a job; parent of the parsers of this benchmark and of its contenders."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--cell", choices=["SimpleRNN", "LSTM", "GRU"], default="GRU")
    parser.add_argument("--units", type=_count, default=32, metavar="N", help="default: 32")
    parser.add_argument("--trials", type=_count, default=32, metavar="N", help="default: 32")
    parser.add_argument("--epochs", type=_count, default=3, metavar="N", help="default: 3")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random search")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more; received {number}")
    return number


def make_data() -> Data:
    """Noise in, a bent mixture of its fading sums out.

    The target needs memory over some 20 steps and has unit variance, of which 1 % is noise: a
    mean squared error of 1 is that of the mean, 0.01 is the best there is.
    """
    rng = np.random.default_rng(2048)
    count = SEQUENCES + VALIDATION_SEQUENCES
    x = rng.standard_normal((count, STEPS, FEATURES))
    fading = 0.9 ** np.arange(STEPS)[::-1]
    sums = np.einsum("ntf,t->nf", x, fading / np.linalg.norm(fading))
    clean = np.tanh(2 * sums[:, 0]) + sums[:, 1] - 0.5 * sums[:, 2] * sums[:, 3]
    y = 0.995 * clean / clean.std() + 0.1 * rng.standard_normal(count)
    x, y = x.astype(np.float32), y[:, None].astype(np.float32)
    return Data(x[:SEQUENCES], y[:SEQUENCES], x[SEQUENCES:], y[SEQUENCES:])


def print_outcome(best: float, trials: int, device: str) -> None:
    """Say how it went, as the one line of JSON that the benchmark reads.

    Args:
        best: The smallest validation loss of any trial at any epoch.
        trials: Trials that were trained to their last epoch.
        device: What they ran on.
    """
    print(json.dumps({"best": float(best), "trials": trials, "device": device}), flush=True)
