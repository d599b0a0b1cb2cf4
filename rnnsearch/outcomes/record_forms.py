"""Whether plain values that somebody else may have written are those of a record."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.models import Architecture
from rnnsearch.outcomes.by_target import TargetStanding
from rnnsearch.outcomes.summary import Summary
from rnnsearch.outcomes.trial import TrialRecord
from rnnsearch.spec import Scalar

__all__ = ["check_form", "check_network", "check_params", "check_result", "check_summary"]

_MOST = 2**53
"""Whole numbers below it are exact in floating point."""


def check_summary(values: Any) -> None:
    """See that values have the form of summary.json, of this version or an older one.

    Raises:
        ValueError: They have not; it says where.
    """
    if isinstance(values, dict):
        missing = [name for name in ("name", "objective", "backend") if name not in values]
        if missing:
            raise ValueError(f"it has no {missing[0]}")
        values = {**_OLDEST, **values}
    check_form(Summary, values, "")
    if values["winner"] is not None:
        check_form(Mapping[str, float], values["winner"].get("test", {}), "winner.test")
    check_form(Sequence[TargetStanding], values.get("targets", []), "targets")


def check_result(values: Any) -> None:
    """The same of what a trial came to, as `TrialRecord.result` has it.

    Raises:
        ValueError: They have not that form.
    """
    check_form(Mapping[str, Any], values, "what a trial came to")
    check_form(TrialRecord, {"number": 0, "state": "FAIL", **values}, "")


def check_params(values: Any) -> None:
    """The same of a configuration, parameter by parameter.

    Raises:
        ValueError: It has not that form.
    """
    check_form(Mapping[str, Scalar], values, "params")


def check_network(values: Any) -> None:
    """The same of a network's description, as `Architecture.to_json` has it.

    Raises:
        ValueError: They have not that form.
    """
    check_form(Architecture, values, "network")
    if not values["units"] or values.get("patch", 1) < 1:
        raise ValueError("network has no layers, or no steps in a patch")


def check_form(kind: Any, value: Any, place: str) -> None:
    """See that a value is of a type, as JSON has it: a record is a mapping, a sequence a list.

    None stands for a number that is not finite, too.

    Raises:
        ValueError: It is not.
    """
    outer, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        _check_record(kind, value, place)
    elif outer in (Union, types.UnionType):
        _check_one_of(inner, value, place)
    elif outer is Literal:
        _check_leaf(isinstance(value, str) and value in inner, " or ".join(inner), place)
    elif kind in _LEAVES:
        wanted, known = _LEAVES[kind]
        _check_leaf(_is(kind, known, value), wanted, place)
    elif kind is not Any:
        _check_parts(issubclass(outer, Mapping), inner, value, place)


def _check_one_of(kinds: Sequence[Any], value: Any, place: str) -> None:
    """See that a value is None, where it may be, or of one of several types."""
    others = [kind for kind in kinds if kind is not types.NoneType]
    if value is None and len(others) < len(kinds):
        return
    if len(others) == 1:
        check_form(others[0], value, place)
        return
    fits = any(_is(kind, _LEAVES[kind][1], value) for kind in others)
    _check_leaf(fits, "value of a parameter", place)


def _check_leaf(fits: bool, wanted: str, place: str) -> None:
    if not fits:
        raise ValueError(f"{place or 'it'} is no {wanted}")


def _is(kind: Any, known: tuple[type, ...], value: Any) -> bool:
    """Whether a plain value is of a type; true and false are no numbers."""
    if isinstance(value, bool):
        return kind is bool
    if kind is int:
        return isinstance(value, int) and 0 <= value < _MOST
    return isinstance(value, known)


def _check_record(kind: Any, value: Any, place: str) -> None:
    """See that a mapping has the fields of a record."""
    _check_leaf(isinstance(value, dict), "mapping", place)
    hints = _hints(kind)
    for one in fields(kind):
        path = f"{place}.{one.name}".lstrip(".")
        if one.name in value:
            check_form(hints[one.name], value[one.name], path)
        elif one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{place or 'it'} has no {one.name}")
    for name, share in value.get("shares", {}).items() if "shares" in hints else ():
        _check_leaf(share is not None, "number", f"{place}.shares.{name}")
    if kind is LayerDiagnosis and len(value["lags"]) != len(value["reach"]):
        raise ValueError(f"{place} has another number of lags than of reach")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Field → type; of those that a module imports for type checkers only, too."""
    return get_type_hints(kind, localns={"Scalar": Scalar})


def _check_parts(mapping: bool, inner: Sequence[Any], value: Any, place: str) -> None:
    """See that a mapping or a list has parts of a type."""
    if mapping:
        _check_leaf(isinstance(value, dict), "mapping", place)
        parts = [(f"{place}.{name}", part) for name, part in value.items()]
    else:
        _check_leaf(isinstance(value, list | tuple), "list", place)
        parts = [(f"{place}[{number}]", part) for number, part in enumerate(value)]
    for path, part in parts:
        check_form(inner[1] if mapping else inner[0], part, path)


_OLDEST: Mapping[str, Any] = {
    "task": "",
    "direction": "minimize",
    "device": "",
    "engine": "",
    "states": {},
    "seconds": 0.0,
    "winner": None,
}
"""What readers can do without."""

_LEAVES: Mapping[Any, tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool,)),
    float: ("number", (float, int, types.NoneType)),
    int: ("whole number", (int,)),
    str: ("text", (str,)),
}
"""Type → what it is called, and of what types its values are as JSON has them."""
