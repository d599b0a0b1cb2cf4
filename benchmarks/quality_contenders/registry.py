"""Every contender by name, how its process is run, and what its answer is worth."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders.registry import Contender, Failed, environment
from benchmarks.quality_contenders.question import Arrays, Question, ask
from benchmarks.quality_contenders.scores import score
from benchmarks.quality_contenders.sets import SETS, dataset, give
from rnnsearch.data import MASK_VALUE, Dataset

__all__ = ["CONTENDERS", "Finder", "Prepared", "missing", "prepare", "run"]


@dataclass(frozen=True)
class Finder(Contender):
    """A way to find a network, or to do without one.

    Attributes:
        seeded: Whether another seed may have another answer; else one run is enough.
        numbers, tokens, forecasts: Whether it predicts numbers, reads tokens, and forecasts.
    """

    seeded: bool = True
    numbers: bool = True
    tokens: bool = True
    forecasts: bool = True

    def suits(self, question: Question) -> bool:
        """Whether it can answer."""
        return (
            (self.numbers or question.classes)
            and (self.tokens or question.vocabulary is None)
            and (self.forecasts or not question.forecast)
        )


def _simple(method: str, **suited: bool) -> Finder:
    return Finder("simple", "jax", (), ("--method", method), seeded=False, **suited)


CONTENDERS = {
    "rnnsearch": Finder("rnnsearch_api", "jax", ("jax",)),
    "keras-tuner-jax": Finder("kerastuner", "jax", ("keras_tuner", "jax")),
    "keras-tuner-tensorflow": Finder(
        "kerastuner", "tensorflow", ("keras_tuner", "tensorflow", "tensorboard")
    ),
    "optuna-jax": Finder("optuna_loop", "jax", ("optuna", "jax")),
    "autokeras": Finder("autokeras_model", "jax", ("autokeras", "jax"), tokens=False),
    "linear": _simple("linear"),
    "naive": _simple("naive"),
    "dtw": _simple("dtw", numbers=False, tokens=False),
}


@dataclass(frozen=True)
class Prepared:
    """A data set, ready to be asked about.

    Attributes:
        question: For contenders.
        folder: Of its files.
        data: The arrays, with the truth of the test part.
    """

    question: Question
    folder: Path
    data: Dataset

    @property
    def truth(self) -> np.ndarray:
        """Classes (N,), or numbers in their own units."""
        return self.data.target.own_units(self.data.test.y, self.data.test.anchor)


def prepare(name: str, folder: Path, scratch: Path) -> Prepared:
    """Read a data set of a folder, and write what contenders read."""
    own = scratch / name
    given = give(name, folder, own)
    data, one = dataset(given), SETS[name]
    classes = data.target.kind == "class"
    y = data.train.y if classes else data.train.y.reshape(len(data.train), -1)
    question = Question(
        name=name,
        metric=one.metric,
        task=given.task,
        data=given.data,
        test=str(given.test),
        forecast=one.forecast,
        outputs=data.target.width if classes else y.shape[1],
        vocabulary=data.vocabulary,
        mask=MASK_VALUE if data.masked and data.vocabulary is None else None,
    )
    ask(question, Arrays(_sequences(data.train.x), y, _sequences(data.test.x)), own)
    return Prepared(question, own, data)


def _sequences(x: Any) -> np.ndarray:
    """What is read of the past; where steps ahead are known as well, the others go without."""
    return np.asarray(x["source"] if isinstance(x, dict) else x)


def missing(name: str) -> str | None:
    """What is not installed of what a contender needs; None if it can run."""
    absent = [need for need in CONTENDERS[name].needs if importlib.util.find_spec(need) is None]
    return f"{' and '.join(absent)} not installed" if absent else None


def run(name: str, prepared: Prepared, seconds: float, seed: int, scratch: Path) -> dict[str, Any]:
    """Start a contender's process, wait for its answer, and judge it.

    Returns:
        ``score``, ``error``, ``count``, ``trials``, and ``took`` in seconds.

    Raises:
        Failed: It ended with an error, took too long, or was judged on other sequences.
    """
    finder = CONTENDERS[name]
    command = [sys.executable, "-m", f"benchmarks.quality_contenders.{finder.module}"]
    command += ["--question", str(prepared.folder), "--seed", str(seed), *finder.arguments]
    with tempfile.TemporaryDirectory(prefix="contender-") as text:
        folder = Path(text)
        variables = environment(finder, scratch, folder)
        started = time.perf_counter()
        command += ["--deadline", str(time.time() + seconds)]
        said = _output(command, folder, variables, 1.5 * seconds + 60)
        took = time.perf_counter() - started
        with np.load(folder / "answer.npz") as arrays:
            answer = dict(arrays)
    outcome = json.loads(said.strip().splitlines()[-1])
    found = _judged(prepared, answer, outcome["scaled"])
    return {**found, "trials": outcome["trials"], "took": round(took, 1)}


def _output(command: list[str], folder: Path, variables: dict[str, str], limit: float) -> str:
    """What a process prints; it and those that it started end by the limit, in seconds."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, error = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f"given up after {limit:g} s") from None
    finally:
        if process.poll() is None:  # its workers are in its session
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode != 0:
        lines = error.strip().splitlines() or ["nothing said"]
        raise Failed(f"exit status {process.returncode}: {lines[-1][:300]}")
    return out


def _judged(prepared: Prepared, answer: dict[str, np.ndarray], scaled: bool) -> dict[str, Any]:
    """The score of an answer on the test part."""
    truth, test = prepared.truth, prepared.data.test
    told = answer.get("truth")
    if told is not None:
        # Of a table, sequences before the test part were read as well.
        told = told[-len(truth) :]
        if told.shape != truth.shape or not np.allclose(told, truth, rtol=1e-3, atol=1e-3):
            raise Failed("it was judged on other sequences than those of the test part")
    outputs = answer["outputs"][-len(truth) :]
    if prepared.question.classes:
        return score("accuracy", outputs, truth)
    outputs = outputs.reshape(truth.shape)
    own = prepared.data.target.own_units(outputs, test.anchor) if scaled else outputs
    return score("rmse", own, truth)
