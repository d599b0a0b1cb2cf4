"""What this machine brings for searches, and what about it is known to go wrong.

Nothing is imported to be looked at: versions come from the packages' metadata, devices from a
process for each backend.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from rnnsearch.errors import InvalidInput
from rnnsearch.files.cache import cache_folder, limit
from rnnsearch.records.environment import environment

__all__ = ["Diagnosis", "Finding", "Seen", "doctor", "findings"]

_BACKENDS = ("jax", "tensorflow", "torch")
_OTHERS = (
    "keras-tuner",
    "tensorboard",
    "onnx",
    "onnxruntime",
    "openvino",
    "ai-edge-litert",
    "fastapi",
    "uvicorn",
    "mlflow-skinny",
    "wandb",
    "psycopg",
    "ray",
    "darts",
    "pyarrow",
    "soundfile",
    "pillow",
    "sacrebleu",
    "resvg-py",
    "optuna-dashboard",
)
"""Of the extras; a test compares."""
_PLUGINS = ("jax-cuda12-plugin", "jax-cuda13-plugin")
_PATIENCE = 120
"""Seconds that a backend may take to name its devices."""

_DEVICES = {
    "jax": "import jax; found = [f'{d.platform}:{d.id} {d.device_kind}' for d in jax.devices()]",
    "tensorflow": "import tensorflow; "
    "found = [d.name for d in tensorflow.config.list_physical_devices()]",
    "torch": "import torch; found = ['cpu'] + [torch.cuda.get_device_name(i) "
    "for i in range(torch.cuda.device_count())]",
}


@dataclass(frozen=True)
class Finding:
    """Something that goes wrong, or may.

    Attributes:
        serious: Whether searches fail for it.
        found: What is so.
        advice: What to do about it.
    """

    serious: bool
    found: str
    advice: str


@dataclass(frozen=True)
class Diagnosis:
    """What was looked at.

    Attributes:
        machine: Python, platform, CPUs.
        packages: Name → version; None where it is not installed.
        devices: Backend that is installed → what it computes on, or what went wrong as text.
        variables: Those of the environment that backends or this package read.
        cache: Folder → bytes in it.
        limit: Bytes that the cache may take; None where the variable says no size.
        free: Bytes free on the cache's disk.
        findings: The serious ones first.
    """

    machine: Mapping[str, Any]
    packages: Mapping[str, str | None]
    devices: Mapping[str, list[str] | str]
    variables: Mapping[str, str]
    cache: Mapping[str, int]
    limit: float | None
    free: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing serious was found."""
        return not any(one.serious for one in self.findings)


def doctor() -> Diagnosis:
    """Look at this machine. Each installed backend is asked for its devices, for some seconds."""
    known = environment("", "", "", 0)
    packages = {**known["packages"], **{name: _version(name) for name in (*_OTHERS, *_PLUGINS)}}
    devices = {name: _devices(name) for name in _BACKENDS if packages[name] is not None}
    read = ("KERAS_", "JAX_", "XLA_", "TF_CPP_", "TF_XLA_", "CUDA_", "RNNSEARCH_", "OMP_")
    variables = {name: value for name, value in sorted(os.environ.items()) if name.startswith(read)}
    folder = cache_folder("")
    sizes = {one.name: _size(one) for one in sorted(folder.glob("*")) if one.is_dir()}
    try:
        most = limit()
    except InvalidInput:
        most = None
    parent = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(parent).free
    machine = {name: known[name] for name in ("python", "platform", "machine", "cpus")}
    card = shutil.which("nvidia-smi") is not None
    writable = os.access(parent, os.W_OK)
    seen = Seen(packages, devices, variables, most, free, card, _unmet(), writable)
    return Diagnosis(machine, packages, devices, variables, sizes, most, free, findings(seen))


@dataclass(frozen=True)
class Seen:
    """What findings are drawn from.

    Attributes:
        packages, devices, variables, limit, free: As of a `Diagnosis`.
        card: Whether the machine has the programs of an NVIDIA card.
        unmet: Requirements of this package that are not met, as text.
        writable: Whether the cache can be written to.
    """

    packages: Mapping[str, str | None]
    devices: Mapping[str, list[str] | str]
    variables: Mapping[str, str]
    limit: float | None
    free: int
    card: bool
    unmet: Sequence[str] = ()
    writable: bool = True


def findings(seen: Seen) -> tuple[Finding, ...]:
    """What is known to go wrong with this, the serious first."""
    found = [Finding(True, one, "run: pip install --upgrade rnnsearch") for one in seen.unmet]
    for name, answer in seen.devices.items():
        if isinstance(answer, str):
            advice = f"install {name} anew, or choose another backend with run.backend"
            found.append(Finding(True, f"{name} does not start: {answer}", advice))
    found += _of_jax(seen)
    found += _of_variables(seen)
    if seen.packages.get("tensorflow") and not seen.packages.get("tensorboard"):
        what = "KerasTuner's own tuners on TensorFlow need tensorboard, which is not installed"
        found.append(Finding(False, what, "where you use them: pip install tensorboard"))
    if not seen.writable:
        what = "the cache can't be written to: all is compiled each time"
        found.append(Finding(False, what, "set XDG_CACHE_HOME to a folder of yours"))
    if seen.free < 1e9:
        what = f"{seen.free / 1e9:.1f} GB are free where the cache is"
        found.append(Finding(seen.free < 1e8, what, "make room, or set RNNSEARCH_CACHE_GB lower"))
    return tuple(sorted(found, key=lambda one: not one.serious))


def _of_jax(seen: Seen) -> list[Finding]:
    """JAX's parts, and whether it sees the card."""
    found, packages = [], seen.packages
    jax, lib = packages.get("jax"), packages.get("jaxlib")
    if jax and lib and jax.split(".")[:2] != lib.split(".")[:2]:
        what = f"jax {jax} beside jaxlib {lib}: they must be of one release"
        found.append(Finding(True, what, "run: pip install --upgrade jax jaxlib"))
    plugins = [name for name in _PLUGINS if packages.get(name)]
    for name in plugins:
        if packages[name] != jax:
            what = f"{name} {packages[name]} beside jax {jax}: they must be of one release"
            extra = name.removeprefix("jax-").removesuffix("-plugin")
            found.append(Finding(True, what, f"run: pip install --upgrade 'jax[{extra}]'"))
    if len(plugins) > 1:
        what = "JAX's plugins for CUDA 12 and 13 are both installed: JAX loads either"
        found.append(Finding(True, what, "run: pip uninstall jax-cuda12-plugin jax-cuda12-pjrt"))
    answer = seen.devices.get("jax")
    if seen.card and isinstance(answer, list) and all(one.startswith("cpu") for one in answer):
        what = "the machine has an NVIDIA card, and JAX computes on the CPU"
        found.append(Finding(False, what, "run: pip install 'rnnsearch[cuda]'"))
    return found


def _of_variables(seen: Seen) -> list[Finding]:
    """What the environment says."""
    found, variables = [], seen.variables
    backend = variables.get("KERAS_BACKEND")
    if backend and not seen.packages.get(backend):
        what = f"KERAS_BACKEND is {backend}, which is not installed"
        found.append(Finding(True, what, "unset it: a search chooses by run.backend"))
    elif backend and backend != "jax":
        what = f"KERAS_BACKEND is {backend}: results are opened with it"
        found.append(Finding(False, what, "unset it where that is not meant"))
    if variables.get("JAX_ENABLE_X64", "0").lower() in ("1", "true"):
        what = "JAX_ENABLE_X64 is set: what is not said to be of 32 bits is computed with 64"
        found.append(Finding(False, what, "unset it: networks train with 32"))
    if seen.limit is None:
        what = f"RNNSEARCH_CACHE_GB is '{variables.get('RNNSEARCH_CACHE_GB', '')}', no size in GB"
        found.append(Finding(True, what, "set it to a number, or unset it"))
    return found


def _unmet() -> list[str]:
    """Requirements of this package that the installed ones do not meet."""
    try:
        wanted = metadata.requires("rnnsearch") or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for one in map(Requirement, wanted):
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        version = _version(one.name)
        if version is None:
            found.append(f"rnnsearch needs {one.name}{one.specifier}, which is not installed")
        elif not one.specifier.contains(version, prereleases=True):
            found.append(f"rnnsearch needs {one.name}{one.specifier}; {version} is installed")
    return found


def _devices(backend: str) -> list[str] | str:
    """What a backend computes on; the last line of what it said where it does not start."""
    code = f"{_DEVICES[backend]}; import json; print(json.dumps(found))"
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environ,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it has not answered in {_PATIENCE} s"
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"it ended with status {done.returncode}"
    named: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return named


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _size(folder: Path) -> int:
    """Bytes of all files; those that go away meanwhile are not counted."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
