"""The machine and the software on it, described without loading any of it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

__all__ = ["describe_machine", "print_machine", "use_all_cores"]

_PACKAGES = ("keras", "jax", "tensorflow", "torch", "keras-tuner", "optuna", "numpy")


def describe_machine() -> dict[str, str]:
    """Label → text, for the head of a table."""
    return {
        "CPU": f"{_cpu_model()}, {_usable_cores()} cores usable",
        "GPU": _gpu_names() or "none",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "load before": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown",
    }


def print_machine() -> None:
    """Print what `describe_machine` says, as the head of a table."""
    for label, text in describe_machine().items():
        print(f"- {label}: {text}")
    print(flush=True)


def use_all_cores() -> dict[str, str]:
    """Environment in which JAX sees each core of a CPU as a device; for before it is imported."""
    flags = f"--xla_force_host_platform_device_count={_usable_cores()}"
    return {"XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()}


def _usable_cores() -> int:
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    return len(usable) if usable else os.cpu_count() or 1


def _cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu_names() -> str:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return ", ".join(answer.stdout.strip().splitlines()) if answer.returncode == 0 else ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"
