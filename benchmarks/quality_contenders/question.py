"""What a contender is asked, and what it answers: files between its process and the benchmark's.

NumPy is the only library loaded, so that it adds to nobody's start-up.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["SPACE", "Answer", "Arrays", "Question", "Space", "ask", "asked"]


@dataclass(frozen=True)
class Space:
    """That of a usual user; the learning rate on a logarithmic scale. The rest is for the peers."""

    cells: tuple[str, ...] = ("LSTM", "GRU")
    units: tuple[int, ...] = (16, 32, 64)
    depths: tuple[int, ...] = (1, 2)
    learning_rate: tuple[float, float] = (3e-4, 1e-2)
    dropout: tuple[float, float] = (0.0, 0.5)
    batch_size: int = 32
    epochs: int = 100
    patience: int = 10


SPACE = Space()


@dataclass(frozen=True)
class Question:
    """One data set.

    Attributes:
        name: Of the set.
        metric: accuracy or rmse.
        task, data, test: As in `Given`.
        forecast: Whether the sequences follow each other in time.
        outputs: Classes, or numbers that are predicted.
        vocabulary: Numbers of tokens, with 0 for padding; None where inputs are numbers.
        mask: What every feature of a padding step holds; None where there is none.
        seed: Of the search.
    """

    name: str
    metric: str
    task: str
    data: dict[str, Any]
    test: str
    forecast: bool
    outputs: int
    vocabulary: int | None
    mask: float | None
    seed: int = 0

    @property
    def classes(self) -> bool:
        """Whether classes are predicted."""
        return self.metric == "accuracy"


@dataclass(frozen=True)
class Arrays:
    """Scaled sequences (N, T, F), or ids (N, T); and numbers (N, O), or classes (N,)."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray

    def divided(self, question: Question) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """(x, y) to train on and to validate with: a fifth, of forecasts the last."""
        count = len(self.x)
        if question.forecast:
            kept = count - count // 5
            return (self.x[:kept], self.y[:kept]), (self.x[kept:], self.y[kept:])
        from sklearn.model_selection import train_test_split

        train, rest = train_test_split(
            np.arange(count),
            # A stratified part has room for every class.
            test_size=max(count // 5, question.outputs),
            stratify=self.y if question.classes else None,
            random_state=question.seed,
        )
        return (self.x[train], self.y[train]), (self.x[rest], self.y[rest])


@dataclass(frozen=True)
class Answer:
    """What a contender says.

    Attributes:
        outputs: For the test part: class probabilities (N, C), or numbers (N, O).
        scaled: Whether numbers are scaled as `Arrays.y` is; else they are in their own units.
        trials: Configurations that were tried.
        truth: What the contender took for the truth, in own units, where it read the test part
            itself: a check that it was judged on the same.
    """

    outputs: np.ndarray
    scaled: bool
    trials: int
    truth: np.ndarray | None = None

    def give(self) -> None:
        """Write it where the benchmark looks for it: the folder that the process runs in."""
        extra = {} if self.truth is None else {"truth": self.truth}
        np.savez("answer.npz", outputs=self.outputs, **extra)
        print(json.dumps({"scaled": self.scaled, "trials": self.trials}), flush=True)


def ask(question: Question, arrays: Arrays, folder: Path) -> None:
    """Write what `asked` reads."""
    (folder / "question.json").write_text(json.dumps(asdict(question)), encoding="utf-8")
    np.savez(folder / "arrays.npz", x=arrays.x, y=arrays.y, x_test=arrays.x_test)


def asked() -> tuple[Question, Arrays, argparse.Namespace]:
    """What this process is asked, and its arguments: ``deadline`` (UNIX time) and ``method``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--question", type=Path, required=True, help="the folder of `ask`")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--deadline", type=float, required=True, help="UNIX time")
    parser.add_argument("--method", default="", help="of simple.py")
    arguments = parser.parse_args()
    values = json.loads((arguments.question / "question.json").read_text("utf-8"))
    with np.load(arguments.question / "arrays.npz") as arrays:
        read = Arrays(**arrays)
    return Question(**{**values, "seed": arguments.seed}), read, arguments
