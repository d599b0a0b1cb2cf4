"""The functions as a library, compiled for this processor by the compiler that the machine has.

A library is kept only after a process of its own has run it and found it right: an instruction
that the processor lacks would end a worker, not raise an error.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from rnnsearch.files import Locked, cache_folder, locked, replacing, write_text

__all__ = ["NotBuilt", "compiler", "library"]

_SOURCE = Path(__file__).with_name("recurrence.cc")
_OPTIONS = ("-std=c++17", "-O3", "-march=native", "-mprefer-vector-width=512", "-shared", "-fPIC")
_COMPILERS = ("c++", "g++", "clang++")
_SECONDS = 120.0
"""For the compiler, which takes a second, and for the trial, which takes three."""
_LOOKS = 0.05
"""Seconds between looks, while another process builds."""
_FROM_OUTSIDE = [
    number
    for name in ("SIGHUP", "SIGINT", "SIGKILL", "SIGTERM")
    if (number := getattr(signal, name, None)) is not None
]
"""Signals, as to a group of processes that is to end, that say nothing of a library."""


class NotBuilt(Exception):
    """Why there is no library; `lasting` where another attempt would end alike."""

    def __init__(self, why: str, lasting: bool) -> None:
        super().__init__(why)
        self.lasting = lasting


def compiler() -> str | None:
    """The C++ compiler: the one that ``CXX`` names, or else the first of the usual on the path."""
    named = os.environ.get("CXX")
    return next(filter(None, map(shutil.which, (named,) if named else _COMPILERS)), None)


@cache
def library() -> ctypes.CDLL | str:
    """The library, or why there is none. Built and tried once for a processor, and kept."""
    found = compiler()
    if found is None:
        named = os.environ.get("CXX") or ", ".join(_COMPILERS)
        return f"no C++ compiler: none of {named} is on the path"
    built = cache_folder("native") / f"{_fingerprint(found)}.so"
    try:
        return _library(found, built)
    except NotBuilt as failure:
        if failure.lasting:
            with contextlib.suppress(OSError):
                write_text(built.with_suffix(".failed"), str(failure))
        return str(failure)
    except OSError as error:
        return f"no library in {built.parent}: {error}"


def _library(compiler: str, built: Path) -> ctypes.CDLL:
    """What is kept, or built now; what another process builds is waited for."""
    failed = built.with_suffix(".failed")
    built.parent.mkdir(parents=True, exist_ok=True)
    while not built.exists():
        if failed.exists():
            why = failed.read_text("utf-8", errors="replace")
            raise NotBuilt(f"{why} (so it was before: remove {failed} to try again)", False)
        try:
            with locked(built.with_suffix(".lock")):
                if not built.exists():
                    _build(compiler, built)
        except Locked:
            time.sleep(_LOOKS)
    return ctypes.CDLL(str(built))


def _fingerprint(compiler: str) -> str:
    """Of all that decides what is built: source, compiler, interface and processor."""
    import jax

    processor = platform.processor() + platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = set(about.read_text(encoding="utf-8", errors="replace").splitlines())
        processor += "".join(sorted(line for line in lines if line.startswith(("flags", "model"))))
    parts = (_SOURCE.read_text("utf-8"), compiler, jax.__version__, processor, *_OPTIONS)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _build(compiler: str, place: Path) -> None:
    """Compile it and try it, aside first, so that no process finds it half written or untried.

    Raises:
        NotBuilt: The compiler or the trial failed.
    """
    import jax

    with replacing(place) as aside:
        include = ("-I", jax.ffi.include_dir())
        _run(compiler, [compiler, *_OPTIONS, *include, str(_SOURCE), "-o", str(aside)])
        trial = [sys.executable, "-P", "-m", "rnnsearch.models.native.cpp_trial", str(aside)]
        _run("the trial of the functions", trial)


def _run(name: str, command: list[str]) -> None:
    environment = os.environ | {"JAX_PLATFORMS": "cpu"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{name} failed: {error}", lasting=False) from error
    if done.returncode:
        said = done.stderr.strip()[-500:] or f"it ended with {done.returncode}"
        outside = -done.returncode in _FROM_OUTSIDE
        raise NotBuilt(f"{name} failed: {said}", lasting=not outside)
