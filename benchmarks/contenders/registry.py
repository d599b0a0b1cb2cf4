"""Every contender by name, and how its process is run."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.job import JOBS, Job
from benchmarks.machine import use_all_cores

__all__ = ["CONTENDERS", "Contender", "Failed", "Measurement", "environment", "missing", "run"]

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 3600
"""Seconds after which a contender is given up."""


@dataclass(frozen=True)
class Contender:
    """A way to do a job.

    Attributes:
        module: In `benchmarks.contenders`, run as a script.
        backend: KERAS_BACKEND of its process.
        needs: Libraries without which it is skipped.
        arguments: Of its own, beside the job's.
        warm: Whether it finds the caches that its rehearsal left; else they are empty.
        all_cores: Whether its JAX sees a device a core.
        jobs: Names of those that it can do.
    """

    module: str
    backend: str
    needs: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    warm: bool = False
    all_cores: bool = False
    jobs: tuple[str, ...] = tuple(JOBS)


CONTENDERS = {
    "rnnsearch": Contender("rnnsearch_api", "jax", ("jax",)),
    "rnnsearch-warm": Contender("rnnsearch_api", "jax", ("jax",), warm=True),
    "rnnsearch-keras": Contender("rnnsearch_api", "jax", ("jax",), ("--engine", "keras")),
    "rnnsearch-build": Contender("kerastuner", "jax", ("jax",), ("--package", "rnnsearch")),
    "rnnsearch-build-tensorflow": Contender(
        "kerastuner", "tensorflow", ("tensorflow", "jax"), ("--package", "rnnsearch")
    ),
    "keras-tuner-tensorflow": Contender("kerastuner", "tensorflow", ("keras_tuner", "tensorflow")),
    "keras-tuner-jax": Contender("kerastuner", "jax", ("keras_tuner", "jax")),
    "optuna-jax": Contender("optuna_loop", "jax", ("optuna", "jax")),
    "prototype": Contender("prototype", "jax", ("jax",), all_cores=True, jobs=("small", "lstm128")),
}


@dataclass(frozen=True)
class Measurement:
    """One process, from its start to its end; the other values are `print_outcome`'s."""

    contender: str
    repeat: int
    seconds: float
    best: float
    trials: int
    device: str


class Failed(Exception):
    """A contender could not do the job; the text says why."""


def missing(names: Iterable[str], job: Job) -> dict[str, str]:
    """Of those that can't do the job, or whose library is not installed: name → what to say."""
    found: dict[str, str] = {}
    for name in names:
        needs = CONTENDERS[name].needs
        absent = [need for need in needs if importlib.util.find_spec(need) is None]
        if job.name not in CONTENDERS[name].jobs:
            found[name] = f"does {' and '.join(CONTENDERS[name].jobs)} only"
        elif absent:
            found[name] = f"{' and '.join(absent)} not installed"
    return found


def run(name: str, repeat: int, job: Job, data: Path, scratch: Path) -> Measurement:
    """Start a contender's process and wait for its end.

    Args:
        name: In `CONTENDERS`.
        repeat: What the measurement will say.
        job: What to do.
        data: Its data, in a file.
        scratch: A folder that lives as long as the benchmark.

    Raises:
        Failed: It ended with an error, took too long, or trained another number of trials.
    """
    contender = CONTENDERS[name]
    command = [sys.executable, "-m", f"benchmarks.contenders.{contender.module}"]
    command += [*job.to_arguments(), "--data", str(data), *contender.arguments]
    with tempfile.TemporaryDirectory(prefix="contender-") as folder:
        variables = environment(contender, scratch, Path(folder))
        if job.seconds is not None:
            command += ["--deadline", str(time.time() + job.seconds)]
        started = time.perf_counter()
        try:
            process = subprocess.run(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"given up after {_LONGEST} s") from None
        seconds = time.perf_counter() - started
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or ["nothing said"]
        raise Failed(f"exit status {process.returncode}: {lines[-1][:300]}")
    outcome = json.loads(process.stdout.strip().splitlines()[-1])
    if job.seconds is None and outcome["trials"] != job.trials:
        raise Failed(f"trained {outcome['trials']} trials of {job.trials}")
    return Measurement(name, repeat, seconds, **outcome)


def environment(contender: Contender, scratch: Path, folder: Path) -> dict[str, str]:
    """The user's, without what would give one contender settings that another has not.

    Args:
        contender: What it is for.
        scratch: Lives as long as the benchmark.
        folder: Lives as long as the process.
    """
    variables = dict(os.environ)
    variables.pop("JAX_COMPILATION_CACHE_DIR", None)
    return (
        variables
        | (use_all_cores() if contender.all_cores else {})
        | {
            "KERAS_BACKEND": contender.backend,
            "KERAS_HOME": str(folder / "keras"),
            # Keras imports Matplotlib, which lists the machine's fonts once in its life.
            "MPLCONFIGDIR": str(scratch / "matplotlib"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "XDG_CACHE_HOME": str((scratch if contender.warm else folder) / "cache"),
        }
    )
