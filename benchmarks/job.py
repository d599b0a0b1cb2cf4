"""The jobs that every contender does: their data, their spaces, their budgets.

Contenders import everything that they must have in common from here, and nothing else from one
another. NumPy is the only library loaded, so that it adds to nobody's start-up.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = [
    "JOBS",
    "Data",
    "Job",
    "Space",
    "contender_parser",
    "count",
    "job_of",
    "load_data",
    "output_file",
    "positive",
    "print_outcome",
    "save_data",
]

_ROOT = Path(__file__).resolve().parents[1]
_CELLS = ("SimpleRNN", "LSTM", "GRU")
_SEQUENCES = 2048
_VALIDATION_SEQUENCES = 256
_STEPS = 50
_FEATURES = 4


@dataclass(frozen=True)
class Space:
    """What is searched; numbers but for dropout on a logarithmic scale.

    Attributes:
        cells, units, depths: Structural parameters; one value is fixed.
        learning_rate, clip_norm, dropout: Ranges. The norm is that of all gradients together.
        unroll_lengths: Only rnnsearch has it: the others have no counterpart and go without.
        batch_size: Fixed.
    """

    cells: tuple[str, ...]
    units: tuple[int, ...]
    depths: tuple[int, ...] = (1,)
    learning_rate: tuple[float, float] = (1e-4, 3e-2)
    clip_norm: tuple[float, float] = (0.1, 10.0)
    dropout: tuple[float, float] = (0.0, 0.5)
    unroll_lengths: tuple[int | str, ...] = ("full",)
    batch_size: int = 32


@dataclass(frozen=True)
class Job:
    """One search.

    Attributes:
        name: In `JOBS`.
        space: What is searched.
        trials: Configurations; None for as many as the time allows.
        epochs: Of each trial.
        patience: Epochs without improvement after which a trial stops; None: never.
        seed: Of the search. The data has its own, which is fixed.
        seconds: None, or what ends the search in place of a number of trials. Each contender
            then suggests and prunes as it usually does; otherwise at random and not at all.
    """

    name: str
    space: Space
    trials: int | None
    epochs: int
    patience: int | None = None
    seed: int = 0
    seconds: float | None = None

    @property
    def structure(self) -> tuple[str, int] | None:
        """Cell and units of a job with one program only."""
        space = self.space
        single = len(space.cells) == len(space.units) == len(space.depths) == 1
        return (space.cells[0], space.units[0]) if single else None

    def to_arguments(self) -> list[str]:
        """What `contender_parser` reads, but for the files."""
        values = {"job": self.name, "epochs": self.epochs, "seed": self.seed}
        if self.trials is not None:
            values["trials"] = self.trials
        return [part for name, value in values.items() for part in (f"--{name}", str(value))]


# The last is search_spaces/electricity.yaml, but for the limit.
JOBS = {
    job.name: job
    for job in (
        Job("small", Space(("GRU",), (32,)), trials=32, epochs=3),
        Job("lstm128", Space(("LSTM",), (128,)), trials=32, epochs=3),
        Job("mixed", Space(_CELLS, (32, 64), (1, 2)), trials=64, epochs=3),
        Job(
            "electricity",
            Space(
                _CELLS,
                (16, 32),
                learning_rate=(2e-3, 3e-2),
                dropout=(0.0, 0.3),
                unroll_lengths=(12, "full"),
                batch_size=64,
            ),
            trials=None,
            epochs=30,
            patience=10,
            seconds=60.0,
        ),
    )
}


class Data(NamedTuple):
    """Sequences (N, T, F) and targets (N, 1), float32 and scaled; and the target's scale."""

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    scale: np.ndarray

    def score(self, loss: float, job: Job) -> float:
        """What a contender says of a validation loss: the loss, or the RMSE in own units."""
        return math.sqrt(loss) * float(self.scale) if job.seconds is not None else loss


def contender_parser() -> argparse.ArgumentParser:
    """The arguments of a contender's process; `job_of` and `load_data` read them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", choices=JOBS, required=True)
    parser.add_argument("--trials", type=count)
    parser.add_argument("--epochs", type=count, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="what save_data wrote")
    parser.add_argument("--deadline", type=float, default=math.inf, help="UNIX time")
    return parser


def job_of(arguments: argparse.Namespace) -> Job:
    """The job that a contender's process was asked for."""
    changes = {name: getattr(arguments, name) for name in ("trials", "epochs", "seed")}
    return replace(JOBS[arguments.job], **changes)


def count(text: str) -> int:
    """A whole number from 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more; received {number}")
    return number


def positive(text: str) -> float:
    """A number above 0, for argparse."""
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0; received {text}")
    return number


def output_file(text: str) -> Path:
    """A file in a folder that is there, for argparse."""
    path = Path(text)
    if not path.resolve().parent.is_dir():
        raise argparse.ArgumentTypeError(f"must be in a folder that exists; received {text}")
    return path


def save_data(job: Job, path: Path) -> None:
    """Write the arrays that every contender of the job reads."""
    data = _electricity() if job.name == "electricity" else _synthetic()
    np.savez(path, **data._asdict())


def load_data(path: Path) -> Data:
    """What `save_data` wrote."""
    with np.load(path) as arrays:
        return Data(**arrays)


def _synthetic() -> Data:
    """Noise in, a bent mixture of its fading sums out.

    The target needs memory over some 20 steps and has unit variance, of which 1 % is noise: a
    mean squared error of 1 is that of the mean, 0.01 is the best there is.
    """
    rng = np.random.default_rng(2048)
    total = _SEQUENCES + _VALIDATION_SEQUENCES
    x = rng.standard_normal((total, _STEPS, _FEATURES))
    fading = 0.9 ** np.arange(_STEPS)[::-1]
    sums = np.einsum("ntf,t->nf", x, fading / np.linalg.norm(fading))
    clean = np.tanh(2 * sums[:, 0]) + sums[:, 1] - 0.5 * sums[:, 2] * sums[:, 3]
    y = 0.995 * clean / clean.std() + 0.1 * rng.standard_normal(total)
    x, y = x.astype(np.float32), y[:, None].astype(np.float32)
    train = slice(_SEQUENCES)
    rest = slice(_SEQUENCES, None)
    return Data(x[train], y[train], x[rest], y[rest], np.float64(1))


def _electricity() -> Data:
    """Training and validation part as rnnsearch prepares them for the shipped spec."""
    from rnnsearch.data import read
    from rnnsearch.spec import load

    spec = load(_ROOT / "search_spaces" / "electricity.yaml").spec
    dataset = read(spec.data, spec.task).dataset()
    train, validation = dataset.train, dataset.validation
    scale = dataset.target.scaling.scale[0]
    return Data(train.x, train.y, validation.x, validation.y, np.float64(scale))


def print_outcome(best: float, trials: int, device: str) -> None:
    """Say how it went, as the one line of JSON that the benchmark reads.

    Args:
        best: The best score of any trial at any epoch in time: see `Data.score`.
        trials: Trials that were trained to their end.
        device: What they ran on.
    """
    print(json.dumps({"best": float(best), "trials": trials, "device": device}), flush=True)
