"""Whether plain values that somebody else may have written are those of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.models import Architecture
from rnnsearch.outcomes.baseline import BaselineRecord
from rnnsearch.outcomes.by_target import TargetStanding
from rnnsearch.outcomes.finals import Confirmed, Delivery
from rnnsearch.outcomes.summary import Summary
from rnnsearch.outcomes.trial import TrialRecord
from rnnsearch.tasks import Head, SourceInput

__all__ = ["check_form", "check_network", "check_result", "check_summary"]

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
    check_form("Summary", values, "")
    if values["winner"] is not None:
        check_form("Mapping[str, float]", values["winner"].get("test", {}), "winner.test")
    check_form("Sequence[TargetStanding]", values.get("targets", []), "targets")


def check_result(values: Any) -> None:
    """The same of what a trial came to, as `TrialRecord.result` has it.

    Raises:
        ValueError: They have not that form.
    """
    check_form("Mapping[str, Any]", values, "what a trial came to")
    check_form("TrialRecord", {"number": 0, "state": "FAIL", **values}, "")


def check_network(values: Any) -> None:
    """The same of a network's description, as `Architecture.to_json` has it.

    Raises:
        ValueError: They have not that form.
    """
    check_form("Architecture", values, "network")
    if not values["units"] or values.get("patch", 1) < 1:
        raise ValueError("network has no layers, or no steps in a patch")


def check_form(annotation: str, value: Any, place: str) -> None:
    """See that a value is what the annotation of a record's field says.

    None stands for a number that is not finite, too.

    Raises:
        ValueError: It is not.
    """
    if annotation.endswith(" | None"):
        if value is not None:
            check_form(annotation.removesuffix(" | None"), value, place)
    elif annotation in _RECORDS:
        _check_record(_RECORDS[annotation], value, place)
    elif annotation in _LEAVES:
        wanted, fits = _LEAVES[annotation]
        if not fits(value):
            raise ValueError(f"{place or 'it'} is no {wanted}")
    else:
        _check_parts(annotation, value, place)


def _check_record(kind: Any, value: Any, place: str) -> None:
    """See that a mapping has the fields of a record."""
    if not isinstance(value, dict):
        raise ValueError(f"{place or 'it'} is no mapping")
    for one in fields(kind):
        path = f"{place}.{one.name}".lstrip(".")
        if one.name in value:
            said = str(one.type).replace("'", '"')  # as it is written, not as Python repeats it
            check_form(_NARROWER.get(one.name, said), value[one.name], path)
        elif one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{place or 'it'} has no {one.name}")
    if kind is LayerDiagnosis and len(value["lags"]) != len(value["reach"]):
        raise ValueError(f"{place} has another number of lags than of reach")


def _check_parts(annotation: str, value: Any, place: str) -> None:
    """See that a list or a mapping has such parts."""
    outer, _, inner = annotation.removesuffix("]").partition("[")
    inner = inner.removesuffix(", ...")
    if outer == "Mapping":
        if not isinstance(value, dict):
            raise ValueError(f"{place} is no mapping")
        parts = [(f"{place}.{name}", part) for name, part in value.items()]
        inner = inner.removeprefix("str, ")
    else:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{place} is no list")
        parts = [(f"{place}[{number}]", part) for number, part in enumerate(value)]
    for path, part in parts:
        check_form(inner, part, path)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, float | int) and not isinstance(value, bool))


def _is_scalar(value: Any) -> bool:
    return _is_number(value) or isinstance(value, str | bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _one_of(*known: str) -> tuple[str, Callable[[Any], bool]]:
    return " or ".join(known), lambda value: isinstance(value, str) and value in known


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

_NARROWER: Mapping[str, str] = {"shares": "Mapping[str, share]"}
"""Field → what it holds, where that is less than its annotation says."""

_RECORDS: Mapping[str, Any] = {
    "Architecture": Architecture,
    "Head": Head,
    "SourceInput": SourceInput,
    "BaselineRecord": BaselineRecord,
    "Confirmed": Confirmed,
    "Delivery": Delivery,
    "LayerDiagnosis": LayerDiagnosis,
    "Summary": Summary,
    "TargetStanding": TargetStanding,
    "TrialRecord": TrialRecord,
}

_LEAVES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "Any": ("value", lambda _: True),
    "Direction": _one_of("minimize", "maximize"),
    'Literal["linear", "softmax"]': _one_of("linear", "softmax"),
    "Scalar": ("value of a parameter", _is_scalar),
    "TrialState": _one_of("COMPLETE", "PRUNED", "FAIL", "RUNNING", "WAITING"),
    "Verdict": _one_of("beats", "ties", "loses"),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "float": ("number", _is_number),
    "share": ("number", lambda value: value is not None and _is_number(value)),
    "int": ("whole number", _is_whole),
    "str": ("text", _is_text),
}
