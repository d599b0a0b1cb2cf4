"""What a network reads: one array, or several by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Inputs", "count", "join", "map_inputs", "take"]

Inputs = np.ndarray | dict[str, np.ndarray]
"""Arrays of the same N: one, or name → array where a network reads several."""


def map_inputs(function: Callable[..., Any], *inputs: Any) -> Any:
    """What `function` makes of the arrays of one name, in the form that the inputs have."""
    if isinstance(inputs[0], dict):
        return {name: function(*(part[name] for part in inputs)) for name in inputs[0]}
    return function(*inputs)


def count(inputs: Inputs) -> int:
    """N."""
    return len(next(iter(inputs.values()))) if isinstance(inputs, dict) else len(inputs)


def take(inputs: Inputs, index: Any) -> Any:
    """Some of the N, by a slice or by their numbers."""
    return map_inputs(lambda array: array[index], inputs)


def join(*inputs: Inputs) -> Any:
    """Those of the first, then those of the next."""
    return map_inputs(lambda *arrays: np.concatenate(arrays), *inputs)
