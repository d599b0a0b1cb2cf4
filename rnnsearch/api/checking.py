"""`check`: validates a spec and its data, and says what would be searched. Trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.api.inputs import read_inputs, resolve_engine
from rnnsearch.data import Arrays
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS

__all__ = ["CheckReport", "check"]


@dataclass(frozen=True)
class CheckReport:
    """What would be searched.

    Attributes:
        name, task, objective, engine: As resolved.
        parameters: Name, values, ``structural`` or ``numeric``, condition.
        programs: Different programs at most; None where they can't be counted.
        data: Label and text.
        baselines: Names.
        budget: Label and text.
    """

    name: str
    task: str
    parameters: Sequence[tuple[str, str, str, str]]
    programs: int | None
    data: list[tuple[str, str]]
    baselines: list[str]
    objective: str
    engine: str
    budget: list[tuple[str, str]]


def check(
    spec: str | Path | Mapping[str, Any],
    *,
    overrides: Mapping[str, Any] | None = None,
    arrays: Arrays | None = None,
) -> CheckReport:
    """Validate a spec and read its data.

    Args:
        spec: A YAML file, or the same as a dict.
        overrides: Dotted keys of search and run: ``{"search.trials": 20}``.
        arrays: The data, where the spec says ``source: arrays``.

    Raises:
        InvalidSpec, InvalidData: With every problem found.
        MissingExtra: An optional library is needed.
    """
    inputs = read_inputs(spec, overrides or {}, arrays)
    resolved, data = inputs.spec, inputs.data
    dataset = data.dataset((inputs.space.windows(resolved) or (None,))[0])
    return CheckReport(
        name=resolved.name,
        task=resolved.task,
        parameters=inputs.space.describe(),
        programs=inputs.space.program_count(),
        data=data.summary(),
        baselines=[*TASKS[resolved.task].baseline_names(dataset), "feed_forward"],
        objective=resolved.search.objective,
        engine=f"{resolve_engine(resolved)} on {resolved.run.backend}",
        budget=_budget(resolved),
    )


def _runs(spec: Spec) -> str:
    """How often a trial is trained."""
    seeds, folds = spec.search.runs_per_trial, spec.data.split.backtest.folds
    parts = [f"{seeds} seeds"] if seeds > 1 else []
    parts += [f"{folds} folds"] if folds > 1 else []
    return f"{seeds * folds} a trial" + (f" ({' × '.join(parts)})" if parts else "")


def _budget(spec: Spec) -> list[tuple[str, str]]:
    search = spec.search
    timeout = "none" if search.timeout is None else f"{search.timeout:g} s"
    patience = "off" if search.patience is None else f"{search.patience} epochs"
    return [
        ("trials", str(search.trials)),
        ("runs", _runs(spec)),
        ("epochs", f"{search.epochs} at most, patience {patience}"),
        ("timeout", timeout),
        ("sampler", search.sampler),
        ("pruner", search.pruner),
        ("seed", str(search.seed)),
    ]
