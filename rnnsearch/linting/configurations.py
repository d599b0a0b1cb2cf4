"""Configurations of a space, drawn without Optuna's study: the same always."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rnnsearch.space import Dimension, SearchSpace
from rnnsearch.spec import Domain, Scalar

if TYPE_CHECKING:
    from optuna.trial import Trial

__all__ = ["Configuration", "configurations", "swapped", "values_of"]

Configuration = dict[str, Scalar]

_DRAWN = 200
"""Configurations of a space that is too large to list: enough to meet each of a dozen values of a
parameter that every fourth configuration has."""

_PLACES = 5
"""Values of a range that stand for it."""


class _Drawing:
    """Takes the place of Optuna's trial in `SearchSpace.suggest`, with uniform values."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def suggest_categorical(self, name: str, choices: Sequence[Scalar]) -> Scalar:
        """One of the choices, each as likely."""
        return choices[int(self._rng.integers(len(choices)))]

    def suggest_int(self, name: str, low: int, high: int, step: int = 1, log: bool = False) -> int:
        """A whole number of a range."""
        if log:
            return min(high, int(self.suggest_float(name, low, high + 1, log=True)))
        return low + step * int(self._rng.integers((high - low) // step + 1))

    def suggest_float(
        self, name: str, low: float, high: float, step: float | None = None, log: bool = False
    ) -> float:
        """A number of a range."""
        if step is not None:
            return low + step * int(self._rng.integers(round((high - low) / step) + 1))
        if log:
            return math.exp(self._rng.uniform(math.log(low), math.log(high)))
        return float(self._rng.uniform(low, high))


def configurations(space: SearchSpace) -> list[Configuration]:
    """Configurations of a space, each parameter drawn at random where it is in use."""
    drawing = cast("Trial", _Drawing(np.random.default_rng(0)))
    return [space.suggest(drawing) for _ in range(_DRAWN)]


def values_of(domain: Domain) -> tuple[Scalar, ...]:
    """Its values, or some of its range, both ends among them."""
    if domain.kind != "range":
        return domain.values
    listed = domain.candidates()
    if listed is not None and len(listed) <= _PLACES:
        return listed
    low, high = float(domain.min or 0), float(domain.max or 0)
    places = np.geomspace(low, high, _PLACES) if domain.log else np.linspace(low, high, _PLACES)
    if domain.integer:
        return tuple(sorted({round(place) for place in places}))
    return tuple(float(place) for place in places)


def swapped(space: SearchSpace, config: Mapping[str, Any], of: Dimension, value: Scalar) -> Any:
    """A configuration with another value of one parameter; None where that puts others in use."""
    values = {**config, of.name: value}
    complete = dict(space.defaults)
    for dimension in space.dimensions:
        if dimension.in_use(complete) != (dimension.name in values):
            return None
        if dimension.name in values:
            complete[dimension.name] = values[dimension.name]
    return values
