"""A worker's process, begun before its order is known: it imports its backend meanwhile.

What the command `search` imports takes about as long as what a worker does, and neither needs the
other. So the worker of a search as most are is begun first; a search that turns out to be another
one ends it, and begins its own.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import IO

from rnnsearch.files import cache_folder
from rnnsearch.pipes import inherited

__all__ = [
    "Begun",
    "begin",
    "begun_for",
    "end_waiting",
    "environment_of",
    "importing",
    "search_of",
    "start_worker",
    "usable_cores",
]

_SEARCHING = "rnnsearch.api.searches.searching"

_SAID = re.compile(r"^\s*[\"']?(backend|engine|device|executor|workers)[\"']?\s*:", re.MULTILINE)
"""Keys of a spec that decide a worker's environment."""


@dataclass
class Begun:
    """A worker that has been told nothing yet.

    Attributes:
        process: The operating system's.
        connection: Our end.
        output: What it prints until its setup.
        environment: What it was begun with.
    """

    process: subprocess.Popen[bytes]
    connection: Connection
    output: IO[bytes]
    environment: Mapping[str, str]

    def end(self) -> None:
        """End the process."""
        self.connection.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.output.close()


_waiting: list[Begun] = []


def usable_cores() -> int:
    """CPU cores that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment_of(
    backend: str, device: str, engine: str, threads: int, cache: Path | None
) -> dict[str, str]:
    """The environment of a worker: its backend, its device, its cores, quiet logs.

    Args:
        backend, device, engine, threads, cache: As in `rnnsearch.execution.WorkerSetup`.
    """
    environment = dict(os.environ)
    package_parent = str(Path(__file__).resolve().parents[1])
    environment |= {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")])),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    if device == "cpu":
        environment |= {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    environment.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if engine == "fused":
        flags = f"--xla_force_host_platform_device_count={threads}"
        environment["XLA_FLAGS"] = f"{environment.get('XLA_FLAGS', '')} {flags}".strip()
    if cache is not None:
        environment.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache))
        environment.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
    return environment


def begin(environment: Mapping[str, str]) -> Begun:
    """Begin a worker: as a module, so that the user's script is not run again."""
    ours, theirs = Pipe()
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is ended
    with theirs:
        process = start_worker(theirs.fileno(), environment, output)
    return Begun(process, ours, output, environment)


def start_worker(
    descriptor: int, environment: Mapping[str, str], output: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    """Start a worker's process, to which a user's files (keras.py, random.py) are no modules: `-P`.

    Args:
        descriptor: The worker's end of a connection to the driver.
        environment: From `environment_of`.
        output: Where it prints until it is told where to; where this process does if None.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rnnsearch.execution.worker", str(descriptor)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        # Ctrl-C is for the driver alone.
        **inherited(descriptor),
    )


def begun_for(environment: Mapping[str, str]) -> Begun:
    """A worker with this environment: the one that waits, if that has it; a fresh one else."""
    for number, begun in enumerate(_waiting):
        if begun.environment == environment and begun.process.poll() is None:
            return _waiting.pop(number)
    return begin(environment)


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Without looking for garbage: importing makes hardly any, and the search is a sixth of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextlib.contextmanager
def search_of(
    spec: Path, backend: str | None, engine: str | None, device: str | None, workers: object
) -> Iterator[None]:
    """Begin the worker of a search of this spec, if it can be known, before anything is imported.

    One that is not taken is ended after the block, if not before.

    Args:
        spec: The file. What its `run` section says is not looked into: then nothing is begun.
        backend, engine, device, workers: Options in place of its own.
    """
    # Where the API has been imported there is nothing to be gained.
    unusual = engine or workers or backend not in (None, "jax") or not _is_usual(spec)
    if _SEARCHING in sys.modules or unusual:
        yield
        return
    programs = cache_folder("programs")
    environment = environment_of("jax", device or "auto", "fused", usable_cores(), programs)
    _waiting.append(begin(environment))
    try:
        yield
    finally:
        end_waiting()


def end_waiting() -> None:
    """End the workers that nobody has taken."""
    while _waiting:
        _waiting.pop().end()


def _is_usual(spec: Path) -> bool:
    """Whether a spec can be read and leaves a worker's environment to its defaults."""
    try:
        return _SAID.search(spec.read_text(encoding="utf-8")) is None
    except (OSError, UnicodeDecodeError):  # which the search itself will report
        return False
