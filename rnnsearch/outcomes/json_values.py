"""Records as values that JSON has, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["known_to", "plain"]


def plain(value: Any) -> Any:
    """Values that JSON takes, NumPy's scalars among them; None for what is not finite."""
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def known_to(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a record of this kind has: another version may write others beside them.

    Args:
        kind: A dataclass.
        values: Field → value.
    """
    return {item.name: values[item.name] for item in fields(kind) if item.name in values}
