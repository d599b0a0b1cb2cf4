"""Where a short search's time goes before its first epoch, in a process as a worker is.

    python benchmarks/start_cost.py

Twice: the second process finds the programs of the first in JAX's cache, as the second search of a
day does. Seconds are of the clock, from the start of Python's main module.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_BEGAN = time.perf_counter()

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_LANES = 32


class _Stages:
    """Says how long each stage took since the last."""

    def __init__(self) -> None:
        self._last = _BEGAN

    def done(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{now - self._last:7.2f}  {what}", flush=True)
        self._last = now


def _worker() -> None:
    """What a worker does up to its second epoch."""
    stages = _Stages()
    import rnnsearch.execution.worker  # noqa: F401

    stages.done("import of the worker, NumPy with it")
    import jax

    stages.done("import of JAX")
    from rnnsearch.execution.importing import import_keras_alone

    import_keras_alone(find_devices=True)
    stages.done("import of Keras, devices looked for beside")
    jax.devices()
    stages.done("devices found")
    from benchmarks.lanes import Shape, open_lanes

    stages.done("import of the benchmark")
    session = open_lanes(Shape("GRU", 32, 50, 32, 2048), _LANES)
    stages.done("program built and compiled, or taken from the cache; data placed; lanes loaded")
    session.advance()
    stages.done("first epoch")
    session.advance()
    stages.done("second epoch")


def main() -> None:
    if sys.argv[1:] == ["--worker"]:
        _worker()
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "KERAS_BACKEND": "jax",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "JAX_COMPILATION_CACHE_DIR": folder,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        }
        for programs in ("empty", "filled"):
            print(f"\ncache of programs {programs}:", flush=True)
            started = time.perf_counter()
            command = [sys.executable, __file__, "--worker"]
            subprocess.run(command, env=os.environ | environment, check=True)
            print(f"{time.perf_counter() - started:7.2f}  the whole process", flush=True)


if __name__ == "__main__":
    main()
