"""summary.json: what the search came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.outcomes import Summary

__all__ = ["read_summary", "write_summary"]

_KINDS: dict[str, type] = {
    **dict.fromkeys(("name", "task", "objective", "direction", "backend", "device"), str),
    **dict.fromkeys(("baselines", "confirmed", "deliveries", "front", "problems", "costs"), list),
    **dict.fromkeys(("states", "constraints"), dict),
}
"""Keys, where they are there, and what they are."""


def write_summary(path: Path, summary: Summary) -> None:
    """Make or replace summary.json."""
    write_text(path, json.dumps(summary.to_json(), indent=2, allow_nan=False) + "\n")


def read_summary(path: Path) -> dict[str, Any]:
    """What was written, as plain values.

    Raises:
        StudyError: There is none, or it is none as a search writes it.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        _check(values)
    except FileNotFoundError:
        raise StudyError(
            f"Expected a results folder. Received: {path.parent}, which has no summary.json; "
            "give the folder of a search that has ended"
        ) from None
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"Expected a summary in JSON. Received: {path}, which reads otherwise "
            f"({' '.join(str(error).split())}); run the search again to have it written anew"
        ) from error
    return values


def _check(values: Any) -> None:
    """See that what others may have written has the form of a summary.

    Raises:
        ValueError: It has not.
    """
    if not isinstance(values, dict):
        raise ValueError("it is no mapping")
    for name, kind in _KINDS.items():
        if not isinstance(values.get(name, kind()), kind):
            raise ValueError(f"{name} is no {kind.__name__}")
    if not isinstance(values.get("winner") or {}, dict):
        raise ValueError("winner is no dict")
    if values.get("direction", "minimize") not in ("minimize", "maximize"):
        raise ValueError("direction is neither minimize nor maximize")
    missing = [name for name in ("name", "objective", "backend") if name not in values]
    if missing:
        raise ValueError(f"it has no {missing[0]}")
    for name in ("baselines", "confirmed", "deliveries", "front"):
        for one in values.get(name, ()):
            if not isinstance(one, dict) or not isinstance(one.get("shares", {}), dict):
                raise ValueError(f"{name} holds what is no mapping")
