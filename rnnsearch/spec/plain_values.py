"""Makes plain values of what Python callers pass: numpy numbers, tuples, paths."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Mapping
from typing import Any

from rnnsearch.spec.report import Report
from rnnsearch.spec.scalars import LARGEST
from rnnsearch.spec.wording import child, show

__all__ = ["plain"]

_DEEPEST = 20


def plain(value: object, path: str, report: Report, depth: int = 0) -> Any:
    """`value` as dicts, lists, texts, finite numbers, booleans and None; the rest is reported."""
    if depth > _DEEPEST:
        report.add(path, f"must be nested at most {_DEEPEST} deep", "more")
        return None
    if isinstance(value, Mapping):
        return _mapping(value, path, report, depth)
    if isinstance(value, list | tuple):
        return [
            plain(item, f"{path}[{index}]", report, depth + 1) for index, item in enumerate(value)
        ]
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path, report)
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item() if getattr(value, "ndim", 1) == 0 else value
        if isinstance(value, bool | str):
            return value
    return _number(value, path, report)


def _mapping(value: Mapping[Any, Any], path: str, report: Report, depth: int) -> dict[str, Any]:
    result = {}
    for key, item in value.items():
        if isinstance(key, str):
            inner = child(path, key)
            result[_text(key, inner, report)] = plain(item, inner, report, depth + 1)
        else:
            report.add(path, "must have texts as keys", show(key), "put it in quotes")
    return result


def _text(value: str, path: str, report: Report) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        report.add(path, "must hold valid characters", ascii(value))
        return "?"
    return str(value)


def _number(value: object, path: str, report: Report) -> int | float | None:
    if isinstance(value, numbers.Integral):
        if abs(int(value)) < LARGEST:
            return int(value)
        report.add(path, "must be a number below 2^63", show(value))
    elif isinstance(value, numbers.Real):
        number = float(value)
        if math.isfinite(number):
            return number
        report.add(path, "must be a finite number", str(number))
    else:
        must = "must be a text, a number, true, false, a list or a mapping"
        report.add(path, must, f"a {type(value).__name__}")
    return None
