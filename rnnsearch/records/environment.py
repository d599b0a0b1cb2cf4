"""environment.json: what a search ran on, so that its result can be judged and had again."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from rnnsearch.ahead import usable_cores
from rnnsearch.errors import StudyError
from rnnsearch.files import write_text

__all__ = ["environment", "read_environment", "write_environment"]

_PACKAGES = (
    *("rnnsearch", "keras", "jax", "jaxlib", "tensorflow", "torch"),
    *("optuna", "numpy", "pandas", "scikit-learn"),
)


def environment(device: str, backend: str, engine: str, seed: int) -> dict[str, Any]:
    """Versions, machine and settings, as plain values. Imports none of the packages.

    Args:
        device: As the backend names it.
        backend: jax, tensorflow or torch.
        engine: fused or keras.
        seed: The search's.
    """
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": device,
        "backend": backend,
        "engine": engine,
        "seed": seed,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": usable_cores(),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def write_environment(path: Path, values: Mapping[str, Any]) -> None:
    """Make or replace environment.json."""
    write_text(path, json.dumps(dict(values), indent=2) + "\n")


def read_environment(path: Path) -> dict[str, Any]:
    """What was written.

    Raises:
        StudyError: It is none as a search writes it.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if not isinstance(values, dict) or not isinstance(values.get("packages", {}), dict):
            raise ValueError("it or its packages are no mapping")
        parts = {**values.get("packages", {}), **values, "packages": None}
        for name, value in parts.items():
            if not isinstance(value, str | int | float | None):
                raise ValueError(f"{name} is no text or number")
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"Expected versions and devices in JSON. Received: {path}, which reads otherwise "
            f"({' '.join(str(error).split())}); run the search again to have it written anew"
        ) from error
    return values


def _version(package: str) -> str | None:
    """The installed version, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
