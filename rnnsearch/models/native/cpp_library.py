"""The functions as a library, compiled for this processor by the compiler that the machine has."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import jax

from rnnsearch.files import cache_folder

__all__ = ["library"]

_SOURCE = Path(__file__).with_name("recurrence.cc")
_OPTIONS = ("-std=c++17", "-O3", "-march=native", "-mprefer-vector-width=512", "-shared", "-fPIC")
_COMPILERS = ("c++", "g++", "clang++")
_SECONDS = 120.0
"""For the compiler, which takes a second."""


@cache
def library() -> ctypes.CDLL | str:
    """The library, or why there is none. Built once for a processor, and kept."""
    named = os.environ.get("CXX")
    compiler = next(filter(None, map(shutil.which, (named,) if named else _COMPILERS)), None)
    if compiler is None:
        return f"no C++ compiler: none of {named or ', '.join(_COMPILERS)} is on the path"
    built = cache_folder("native") / f"{_fingerprint(compiler)}.so"
    if not built.exists() and (failure := _build(compiler, built)):
        return failure
    try:
        return ctypes.CDLL(str(built))
    except OSError as error:
        return f"{built} can't be loaded: {error}"


def _fingerprint(compiler: str) -> str:
    """Of all that decides what is built: source, compiler, interface and processor."""
    processor = platform.processor() + platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = set(about.read_text(encoding="utf-8", errors="replace").splitlines())
        processor += "".join(sorted(line for line in lines if line.startswith(("flags", "model"))))
    parts = (_SOURCE.read_text("utf-8"), compiler, jax.__version__, processor, *_OPTIONS)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _build(compiler: str, place: Path) -> str:
    """Compile it, aside first, so that no process finds it half written; why not, if it failed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        aside = Path(folder) / place.name
        command = [compiler, *_OPTIONS, "-I", jax.ffi.include_dir(), str(_SOURCE), "-o", str(aside)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{compiler} failed: {error}"
        if done.returncode:
            return f"{compiler} failed: {done.stderr.strip()[:500]}"
        aside.replace(place)
    return ""
