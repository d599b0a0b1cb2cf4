"""`check`: validates a spec and its data, and says what would be searched. Trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.api.inputs import read_inputs, resolve_engine
from rnnsearch.baselines import suitable
from rnnsearch.data import Arrays, Dataset, SequenceData
from rnnsearch.driver.baselines import has_feed_forward
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS, Loss, class_weights

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
        loss: As resolved, with its settings.
        budget: Label and text.
    """

    name: str
    task: str
    parameters: Sequence[tuple[str, str, str, str]]
    programs: int | None
    data: list[tuple[str, str]]
    baselines: list[str]
    objective: str
    loss: str
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
    task = TASKS[resolved.task]
    network = ["feed_forward"] if has_feed_forward(task, dataset) else []
    return CheckReport(
        name=resolved.name,
        task=resolved.task,
        parameters=inputs.space.describe(),
        programs=inputs.space.program_count(),
        data=data.summary(),
        baselines=[*(each.name for each in suitable(task, dataset)), *network],
        objective=resolved.search.objective,
        loss=_loss(TASKS[resolved.task].loss(dataset.target, resolved.loss), dataset),
        engine=f"{resolve_engine(resolved)} on {resolved.run.backend}",
        budget=_budget(resolved, data),
    )


def _loss(loss: Loss, dataset: Dataset) -> str:
    """``huber with delta 1``; class weights as the training part has them."""
    if loss.name == "huber":
        return f"huber with delta {loss.delta:g}"
    if loss.quantiles:
        return f"quantile at {', '.join(f'{level:g}' for level in loss.quantiles)}"
    if loss.class_weights is None:
        return loss.name
    weights = zip(dataset.target.classes, class_weights(loss, dataset), strict=True)
    return f"{loss.name}, weighing {', '.join(f'{c} {weight:.3g}' for c, weight in weights)}"


def _runs(spec: Spec, data: SequenceData) -> str:
    """How often a trial is trained."""
    seeds, folds, repeats = spec.search.runs_per_trial, data.folds, data.repeats
    parts = [f"{seeds} seeds"] if seeds > 1 else []
    parts += [f"{folds // repeats} folds"] if folds > 1 else []
    parts += [f"{repeats} repeats"] if repeats > 1 else []
    return f"{seeds * folds} a trial" + (f" ({' × '.join(parts)})" if parts else "")


def _budget(spec: Spec, data: SequenceData) -> list[tuple[str, str]]:
    search = spec.search
    timeout = "none" if search.timeout is None else f"{search.timeout:g} s"
    patience = "off" if search.patience is None else f"{search.patience} epochs"
    return [
        ("trials", str(search.trials)),
        ("runs", _runs(spec, data)),
        ("epochs", f"{search.epochs} at most, patience {patience}"),
        ("timeout", timeout),
        ("sampler", search.sampler),
        ("pruner", search.pruner),
        ("seed", str(search.seed)),
    ]
