"""From the arguments of a tuner and of its search to a spec's document."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from typing import Any

from rnnsearch.errors import InvalidSpec, Problem
from rnnsearch.integrations.keras_tuner.arguments import SETTINGS, named_as_given, patience_of
from rnnsearch.integrations.keras_tuner.hyperparameters import to_space
from rnnsearch.integrations.keras_tuner.named_losses import weighted

__all__ = [
    "PLAIN_SEARCH",
    "completed",
    "objective_keys",
    "settings_section",
    "space_section",
    "weigh",
]

PLAIN_SEARCH = {"confirm": 0.0, "keep": "best"}
"""What KerasTuner does: the best trial's own score stands, and its best epoch."""

_PLAIN_SPACE = {"clip_norm": "none", "schedule": "constant"}
"""What Keras does where it is not told otherwise."""

_PATIENCE = 10
"""Epochs, where no callback says how many."""


def completed(
    document: Mapping[str, Any],
    objective: str,
    epochs: int,
    batch_size: int | None,
    callbacks: Sequence[Any] | None,
) -> dict[str, Any]:
    """A copy of a tuner's document that has the arguments of `search`, too.

    Args:
        document: Of the tuner.
        objective: What it searches for, which `callbacks` must watch.
        epochs, batch_size, callbacks: As `search` takes them.

    Raises:
        InvalidSpec: An argument says something else than the document.
    """
    asked = copy.deepcopy(dict(document))
    asked["search"]["epochs"] = epochs
    asked["run"].setdefault("backend", os.environ.get("KERAS_BACKEND", "jax"))
    asked["data"]["split"] = {"test": 0, "folds": 1}
    for name, value in _PLAIN_SPACE.items():
        asked["space"].setdefault(name, value)
    if batch_size is not None:
        written = asked["space"].setdefault("batch_size", batch_size)
        if written != batch_size:
            must = "must not be given where the space has batch_size"
            raise InvalidSpec(
                [Problem("batch_size", must, str(batch_size), "leave one of the two out")]
            )
    patience = patience_of(callbacks, objective)
    if patience is None:
        asked["search"].setdefault("patience", _PATIENCE)
    else:
        written = asked["search"].setdefault("patience", patience)
        if written != patience:
            must = "must agree with EarlyStopping"
            raise InvalidSpec(
                [Problem("patience", must, f"{written} and {patience}", "leave one out")]
            )
    return asked


def settings_section(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a section of the spec that were given as settings."""
    return {key: settings[key] for key in SETTINGS[name] if key in settings}


def space_section(space: Any) -> Any:
    """The space section; what is no `HyperParameters` is left to the spec to judge."""
    if isinstance(space, Mapping) or not hasattr(space, "conditional_scope"):
        return copy.deepcopy(space)
    with named_as_given():
        return to_space(space)


def objective_keys(objective: Any) -> dict[str, Any]:
    """The keys of the search section; a list is a metric, and costs that are to be small."""
    if isinstance(objective, str):
        return {"objective": objective}
    listed = getattr(objective, "objectives", objective)
    if not isinstance(listed, list | tuple):
        name, direction = _named(objective, "objective")
        return {"objective": name, "direction": direction}
    named = [_named(one, f"objective[{at}]") for at, one in enumerate(listed)]
    if "maximize" in [direction for _, direction in named[1:]]:
        must = "must have costs after its metric, of which less is better"
        raise InvalidSpec([Problem("objective", must, "max", "give their names")])
    direction = named[0][1] if named else None
    return {"objective": [name for name, _ in named], "direction": direction or "auto"}


def _named(objective: Any, path: str) -> tuple[str, str | None]:
    """An objective's name, and its direction if it has one."""
    if isinstance(objective, str):
        return objective, None
    directions = {"min": "minimize", "max": "maximize"}
    direction = directions.get(getattr(objective, "direction", None) or "")
    if direction is None or hasattr(objective, "objectives"):
        must = "must be one metric's name, a keras_tuner.Objective, or a list of it and costs"
        advice = "such as 'val_loss', or ['val_loss', 'parameters']"
        raise InvalidSpec([Problem(path, must, f"a {type(objective).__name__}", advice)])
    return objective.name, direction


def weigh(document: dict[str, Any], class_weight: Mapping[Any, float] | str, y: Any) -> None:
    """Give the loss of a spec the weights of the classes in y."""
    kind = document["data"].get("target_kind", "auto")
    document["loss"] = weighted(document["loss"], class_weight, y, kind)
