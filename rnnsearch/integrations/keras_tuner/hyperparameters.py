"""KerasTuner's `HyperParameters` to the forms of a spec's space, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rnnsearch.errors import InvalidSpec, Problem
from rnnsearch.space import Dimension, SearchSpace
from rnnsearch.spec import PARAMETERS, Domain, Scalar

__all__ = ["parents_of", "to_config", "to_space"]

_Conditions = dict[str, list[Any]]


def to_space(hyperparameters: Any) -> dict[str, Any]:
    """The space section that says the same as a `keras_tuner.HyperParameters`.

    The defaults in it are dropped: they are values to begin with, not what is searched.

    Raises:
        InvalidSpec: With every entry that can't be said.
    """
    problems: list[Problem] = []
    space: dict[str, Any] = {}
    conditions: dict[str, _Conditions] = {}
    for entry in hyperparameters.space:
        name = str(entry.name)
        if name in space:
            must = "must be one entry: its conditions must not make two parameters of it"
            problems.append(Problem(f"space.{name}", must, "another one", "give it one range"))
            continue
        form = _form(entry, problems)
        conditions[name] = _with_ancestors(entry, conditions)
        if form is not None and conditions[name]:
            form = form if isinstance(form, dict) else _spelled_out(form)
            form["when"] = conditions[name]
        space[name] = form
    if problems:
        raise InvalidSpec(problems)
    return space


def _spelled_out(form: Any) -> dict[str, Any]:
    return {"values": form} if isinstance(form, list) else {"value": form}


def _with_ancestors(entry: Any, known: Mapping[str, _Conditions]) -> _Conditions:
    """Parent → values, with the parents' own conditions: KerasTuner's parents must be active."""
    merged: _Conditions = {}
    for condition in entry.conditions:
        parts = {condition.name: list(condition.values)}
        parts |= known.get(condition.name, {})
        for parent, values in parts.items():
            before = merged.get(parent, values)
            merged[parent] = [value for value in values if value in before]
    return merged


def _form(entry: Any, problems: list[Problem]) -> Any:
    """One entry's values, as a spec writes them; None, and a problem, where it can't."""
    kind = type(entry).__name__
    if kind == "Fixed":
        return entry.value
    if kind == "Boolean":
        return [False, True]
    if kind == "Choice":
        return list(entry.values)
    if kind in ("Int", "Float"):
        return _range(entry, kind, problems)
    must = "must be an Int, a Float, a Choice, a Boolean or a Fixed"
    problems.append(Problem(f"space.{entry.name}", must, kind, "use one of these"))
    return None


def _range(entry: Any, kind: str, problems: list[Problem]) -> Any:
    low, high, step = entry.min_value, entry.max_value, entry.step
    if entry.sampling == "reverse_log":
        must = "must have sampling linear or log"
        problems.append(Problem(f"space.{entry.name}", must, "reverse_log", "use log"))
        return None
    if low == high:
        return low
    if entry.sampling == "log":
        if step is None:
            return {"min": low, "max": high, "log": True}
        return list(entry.values) if kind == "Float" else [int(value) for value in entry.values]
    parameter = PARAMETERS.get(str(entry.name))
    if step is None or (step == 1 and parameter is not None and parameter.type == "int"):
        return {"min": low, "max": high}
    width, start = Decimal(str(step)), Decimal(str(low))
    count = (Decimal(str(high)) - start) // width  # KerasTuner may stop short of its max
    last = start + count * width
    if count == 0:
        return low
    return {"min": low, "max": int(last) if kind == "Int" else float(last), "step": step}


def to_config(space: SearchSpace, values: Mapping[str, Scalar] | None = None) -> dict[str, Any]:
    """What `keras_tuner.HyperParameters.from_config` makes a space of.

    A list that mixes numbers and texts, which KerasTuner has no type for, becomes a `Choice`
    of texts there; a value of it keeps its type.

    Args:
        space: What is searched.
        values: Of a trial; if None, the first of each parameter that is then in use.
    """
    entries = [_entry(dimension) for dimension in space.dimensions]
    return {"space": entries, "values": dict(_first(space) if values is None else values)}


def _first(space: SearchSpace) -> dict[str, Scalar]:
    values, found = dict(space.defaults), {}
    for dimension in space.dimensions:
        if dimension.in_use(values):
            domain = dimension.domain
            first = domain.min if domain.kind == "range" else domain.values[0]
            found[dimension.name] = values[dimension.name] = first
    return found


def _entry(dimension: Dimension) -> dict[str, Any]:
    domain = dimension.domain
    kind, config = _typed(domain)
    conditions = [
        {"class_name": "Parent", "config": {"name": name, "values": values}}
        for name, values in parents_of(dimension).items()
    ]
    config = {"name": dimension.name, "conditions": conditions, **config}
    return {"class_name": kind, "config": config}


def parents_of(dimension: Dimension) -> dict[str, list[Any]]:
    """The conditions under which a parameter is in use: parent → values."""
    parents: dict[str, list[Any]] = {
        name: list(values) for name, values in dimension.domain.when.items()
    }
    if dimension.layer is not None and dimension.layer > 1:
        highest = int(PARAMETERS["depth"].high or 0)
        parents["depth"] = list(range(dimension.layer, highest + 1))
    return parents


def _typed(domain: Domain) -> tuple[str, dict[str, Any]]:
    """KerasTuner's class of a domain, and its arguments."""
    if domain.kind == "fixed":
        return "Fixed", {"value": domain.values[0]}
    if domain.kind == "choice":
        if set(map(type, domain.values)) == {bool}:
            return "Boolean", {"default": bool(domain.values[0])}
        mixed = len(set(map(type, domain.values))) > 1
        values = [str(value) if mixed else value for value in domain.values]
        return "Choice", {"values": values, "default": values[0], "ordered": None}
    config = {
        "min_value": domain.min,
        "max_value": domain.max,
        "step": domain.step,
        "sampling": "log" if domain.log else "linear",
        "default": domain.min,
    }
    return ("Int" if domain.integer else "Float"), config
