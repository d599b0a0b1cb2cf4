"""`check`: validates a spec and its data, and says what would be searched. Trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnnsearch.api.asking.asked import Asked, Inputs, read_spec, resolve_engine
from rnnsearch.baselines import suitable
from rnnsearch.data import Arrays, Dataset, SequenceData
from rnnsearch.driver.finishing.feed_forward_program import has_feed_forward
from rnnsearch.driver.planning.regime import UNBOUNDED, Regime, batch_for, first_network
from rnnsearch.execution import usable_cores
from rnnsearch.linting import Planned, Remark, lint, read_earlier
from rnnsearch.models import FEED_FORWARD
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS, Loss, class_weights
from rnnsearch.vocabulary import LOSSES, PRUNERS

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
        remarks: What will do nothing, what will cost, what can't be told.
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
    remarks: Sequence[Remark] = ()


def check(
    spec: str | Path | Mapping[str, Any],
    *,
    overrides: Mapping[str, Any] | None = None,
    arrays: Arrays | None = None,
    learn_from: str | Path | None = None,
) -> CheckReport:
    """Validate a spec and read its data, and say what will do nothing or will cost.

    Args:
        spec: A YAML file, or the same as a dict.
        overrides: Dotted keys of search and run: ``{"search.trials": 20}``.
        arrays: The data, where the spec says ``source: arrays``.
        learn_from: Folder of an earlier study of such a space: what never helped there is said.

    Raises:
        InvalidSpec, InvalidData: With every problem found.
        StudyError: `learn_from` holds no study.
        MissingExtra: An optional library is needed.

    Example:
        >>> import numpy as np
        >>> arrays = rnnsearch.Arrays(train=(np.random.normal(size=(80, 6, 2)), np.arange(80.0)))
        >>> spec = {"task": "many_to_one", "data": {"source": "arrays"}}
        >>> spec["space"] = {"cell": ["GRU", "LSTM"], "units": [8, 16]}
        >>> report = rnnsearch.check(spec, arrays=arrays)
        >>> report.objective, report.baselines
        ('val_loss', ['mean', 'linear', 'feed_forward'])
    """
    asked = read_spec(spec, overrides or {}, arrays)
    earlier = None if learn_from is None else read_earlier(learn_from)
    inputs = asked.read()
    resolved, data = inputs.spec, inputs.data
    engine, cores = resolve_engine(resolved), usable_cores()
    linted = lint(Planned(resolved, inputs.space, data, engine, cores), earlier)
    window = (inputs.space.windows(resolved) or (None,))[0]
    dataset = data.dataset(window)
    task = TASKS[resolved.task]
    network = [FEED_FORWARD] if has_feed_forward(task, dataset) else []
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
        budget=[
            *_budget(resolved, data, window),
            *_patched(resolved, data, window),
            *_added(inputs),
            *linted.rows,
        ],
        remarks=[_located(one, asked) for one in linted.remarks],
    )


def _located(remark: Remark, asked: Asked) -> Remark:
    """With the place of its key in the user's file."""
    place = None if asked.loaded is None else asked.loaded.locate(remark.path)
    return remark if place is None else replace(remark, location=str(place))


def _loss(loss: Loss, dataset: Dataset) -> str:
    """``huber with delta 1``; class weights as the training part has them."""
    if "delta" in LOSSES[loss.name].settings:
        return f"{loss.name} with delta {loss.delta:g}"
    if loss.quantiles:
        return f"{loss.name} at {', '.join(f'{level:g}' for level in loss.quantiles)}"
    if loss.class_weights is None:
        return loss.name
    weights = zip(dataset.target.classes, class_weights(loss, dataset), strict=True)
    return f"{loss.name}, weighing {', '.join(f'{c} {weight:.3g}' for c, weight in weights)}"


def _runs(spec: Spec, data: SequenceData, regime: Regime) -> str:
    """How often a trial is trained."""
    seeds, folds = spec.search.runs_per_trial, regime.folds
    parts = [f"{seeds} seeds"] if seeds > 1 else []
    parts += [f"{folds} folds"] if folds > 1 else []
    text = f"{seeds * folds} a trial" + (f" ({' × '.join(parts)})" if parts else "")
    return f"{text}, {data.repeats - 1} repeats to confirm" if data.repeats > 1 else text


def _budget(spec: Spec, data: SequenceData, window: int | None) -> list[tuple[str, str]]:
    search, regime = spec.search, Regime.of(spec, data, window)
    timeout = "none" if search.timeout is None else f"{search.timeout:g} s"
    batch = batch_for(regime.sequences)
    epochs = regime.epochs(batch)
    patience = regime.patience(epochs)
    stops = "patience off" if patience is None else f"patience {patience} epochs"
    length = f"{epochs} at most, {stops}, judged at the {regime.keep} one"
    if search.epochs == "auto":
        updates = epochs * -(-regime.sequences // batch)
        length += f" ({updates:,} updates with batches of {batch})"
    return [
        ("trials", "until the time is up" if regime.trials == UNBOUNDED else str(regime.trials)),
        ("runs", _runs(spec, data, regime)),
        ("epochs", length),
        ("timeout", timeout),
        *([("beside it", ", ".join(search.costs))] if search.costs else []),
        *([("limits", _limits(search.constraints))] if search.constraints else []),
        ("sampler", search.sampler),
        ("pruner", _pruner(regime)),
        ("confirm", _confirm(regime)),
        ("seed", str(search.seed)),
    ]


def _limits(constraints: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {text}" for name, text in constraints.items())


def _added(inputs: Inputs) -> list[tuple[str, str]]:
    """What is tried besides what the space names."""
    named = " and ".join(inputs.added)
    return [("tried, too", f"{named}, unless the space says otherwise")] if named else []


def _patched(spec: Spec, data: SequenceData, window: int | None) -> list[tuple[str, str]]:
    """How long sequences are read, where the space leaves that open."""
    network = first_network(spec, data.dataset(window))
    if "patch" in spec.space or network.patch == 1:
        return []
    steps = (network.head.source or network.head).steps
    read = f"{network.patch} steps as one: {steps} become {-(-steps // network.patch)}"
    return [("read", f"{read}, unless the space says otherwise (patch: 1)")]


def _pruner(regime: Regime) -> str:
    """How trials are stopped, and why so."""
    if PRUNERS[regime.pruner].by_runs:
        if not regime.stages:
            return "race, which needs three divisions of the data: no trial is stopped"
        return f"race: on {regime.stages[0]} of {regime.runs} divisions, on all if worth it"
    return regime.pruner


def _confirm(regime: Regime) -> str:
    """What becomes of the best trials."""
    if regime.deliver == "best":
        return "no: the best trial's network is delivered as it was found"
    made = {"bag": "the average of the best that tie", "single": "one network trained on all data"}
    again = f"the best few again, in {regime.confirm:.0%} of the time"
    return f"{again}; delivered is {made[regime.deliver]}"
