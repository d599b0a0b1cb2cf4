"""What the user gives, read: spec and data, with each problem located in the user's file."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.data import Arrays, SequenceData, read
from rnnsearch.errors import InvalidData, InvalidSpec, MissingExtra, Problem
from rnnsearch.space import SearchSpace
from rnnsearch.spec import ArraysSource, Loaded, Spec, load, parse
from rnnsearch.tasks import METRICS, TASKS

__all__ = ["Inputs", "fingerprint", "read_inputs", "resolve_engine"]


@dataclass(frozen=True)
class Inputs:
    """A valid spec, its space and its data."""

    spec: Spec
    space: SearchSpace
    data: SequenceData


def read_inputs(
    spec: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any],
    arrays: Arrays | None = None,
) -> Inputs:
    """Read and check everything that a search needs, before it trains anything.

    Raises:
        InvalidSpec, InvalidData: With every problem found.
        MissingExtra: An optional library that the spec asks for is not installed.
    """
    loaded: Loaded | None = None
    if isinstance(spec, Mapping):
        parsed = parse(_overridden(spec, overrides), name="search", directory=Path.cwd())
    else:
        loaded = load(spec, overrides)
        parsed = loaded.spec
    _require_libraries(parsed)
    space = SearchSpace.from_spec(parsed)
    try:
        data = read(parsed.data, parsed.task, space.windows(parsed), arrays)
        _check_objective(parsed, data, space)
    except (InvalidData, InvalidSpec) as error:
        if loaded is None:
            raise
        raise type(error)(p.at(loaded.locate(p.path)) for p in error.problems) from None
    return Inputs(parsed, space, data)


def _overridden(spec: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in spec.items()
    }
    for path, value in overrides.items():
        section, key = path.split(".", 1)
        merged.setdefault(section, {})[key] = value
    return merged


def _require_libraries(spec: Spec) -> None:
    backend = spec.run.backend
    if importlib.util.find_spec(backend) is None:
        raise MissingExtra(backend, backend, f"run.backend: {backend}")
    if spec.search.sampler in ("gp", "cmaes"):
        from rnnsearch.search.samplers import require_sampler

        require_sampler(spec.search.sampler)


def _check_objective(spec: Spec, data: SequenceData, space: SearchSpace) -> None:
    target = data.dataset((space.windows(spec) or (None,))[0]).target
    fitting = ["val_loss", *(f"val_{name}" for name in TASKS[spec.task].metrics(target))]
    objective = spec.search.objective
    if objective not in fitting:
        kind = "a class" if target.kind == "class" else "a number"
        raise InvalidSpec(
            [
                Problem(
                    "search.objective",
                    f"must be a metric of {kind}, as {', '.join(target.names)} is",
                    objective,
                    f"use one of {', '.join(fitting)}",
                )
            ]
        )
    metric = METRICS.get(objective.removeprefix("val_"))
    natural = metric.direction if metric else "minimize"
    if spec.search.direction not in ("auto", natural):
        raise InvalidSpec(
            [
                Problem(
                    "search.direction",
                    f"must be {natural} for {objective}",
                    spec.search.direction,
                    "leave it out",
                )
            ]
        )


def resolve_engine(spec: Spec) -> str:
    """The engine that ``auto`` stands for: fused wherever JAX is the backend."""
    if spec.run.engine != "auto":
        return spec.run.engine
    return "fused" if spec.run.backend == "jax" else "keras"


def fingerprint(spec: Spec, arrays: Arrays | None) -> str:
    """SHA-256 of the data's content, by which a moved file is known and a changed one found."""
    digest = hashlib.sha256()
    if isinstance(spec.data, ArraysSource):
        for array in arrays.every() if arrays is not None else ():
            digest.update(str((array.shape, array.dtype)).encode())
            digest.update(array.tobytes())
    else:
        with spec.data.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
