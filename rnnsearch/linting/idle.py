"""What does nothing: parameters that nothing uses, values that come to the same.

Nothing is guessed here: a configuration is turned into the program and the numbers that would train
it, and what changes neither has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rnnsearch.engines import Numbers
from rnnsearch.linting._base import Planned, Remark
from rnnsearch.linting.configurations import Configuration, swapped, values_of
from rnnsearch.space import Dimension
from rnnsearch.spec import Scalar
from rnnsearch.spec.wording import joined, show

__all__ = ["alike", "never_used", "without_effect"]

_CONTEXTS = 12
"""Configurations in which a parameter's values are compared; as different as they were drawn."""


def never_used(planned: Planned) -> Iterator[Remark]:
    """Parameters that no configuration uses."""
    used = {name for config in planned.drawn for name in config}
    idle = [one for one in planned.space.dimensions if one.name not in used]
    for dimension in idle:
        # A sample may have missed what is rare: whether its condition can hold at all is asked.
        if not any(_holds(planned, dimension, config) for config in planned.drawn):
            yield Remark(
                "does nothing",
                f"space.{dimension.parameter}",
                f"none of {len(planned.drawn)} configurations drawn from the space uses "
                f"{dimension.name}",
                "change its condition, or remove it",
            )


def _holds(planned: Planned, dimension: Dimension, config: Configuration) -> bool:
    return dimension.in_use({**planned.space.defaults, **config})


def without_effect(planned: Planned) -> Iterator[Remark]:
    """Parameters all of whose values come to the same training."""
    for dimension in planned.space.dimensions:
        values = values_of(dimension.domain)
        groups = _groups(planned, dimension, values)
        if len(values) > 1 and groups is not None and len(groups) == 1:
            yield Remark(
                "does nothing",
                f"space.{dimension.parameter}",
                f"every value of {dimension.name} comes to the same training with this data",
                "remove it",
            )


def alike(planned: Planned) -> Iterator[Remark]:
    """Values of one parameter that stand for one another."""
    for dimension in planned.space.dimensions:
        values = dimension.domain.candidates()
        if values is None or not 1 < len(values) <= 2 * _CONTEXTS:
            continue
        groups = _groups(planned, dimension, values)
        if groups is None or len(groups) == 1:
            continue
        for group in groups:
            if len(group) > 1:
                yield Remark(
                    "does nothing",
                    f"space.{dimension.parameter}",
                    f"{joined([show(v) for v in group], 'and')} stand for one another here",
                    f"keep one of them: each counts as a value of its own{_why(dimension)}",
                )


def _why(dimension: Dimension) -> str:
    if dimension.parameter == "unroll_length":
        return " (in patches, it is rounded up to whole ones)"
    if dimension.parameter == "batch_size":
        return " (there are no more sequences than that)"
    return ""


def _groups(
    planned: Planned, dimension: Dimension, values: tuple[Scalar, ...]
) -> list[list[Scalar]] | None:
    """Values that come to the same in every configuration; None where it is used nowhere."""
    effects: dict[Scalar, list[Any]] = {value: [] for value in values}
    contexts = [one for one in planned.drawn if dimension.name in one]
    compared = 0
    for config in contexts:
        others = [swapped(planned.space, config, dimension, value) for value in values]
        if None in others:
            continue
        for value, other in zip(values, others, strict=True):
            effects[value].append(_effect(planned, other))
        compared += 1
        if compared == _CONTEXTS:
            break
    if not compared:
        return None
    groups: list[list[Scalar]] = []
    for value in values:
        same = next((one for one in groups if effects[one[0]] == effects[value]), None)
        if same is None:
            groups.append([value])
        else:
            same.append(value)
    return groups


def _effect(planned: Planned, params: Configuration) -> tuple[Any, ...]:
    """What a configuration comes to: two that are equal train the same."""
    key, known = frozenset(params.items()), planned.effects
    if key not in known:
        programs = planned.programs
        program, numbers, epochs = programs.training(params)
        batch = min(program.batch_size, programs.regime.sequences)
        numbers = _canonical(numbers, program.optimizer)
        known[key] = replace(program, batch_size=batch), numbers, epochs
    return known[key]


def _canonical(numbers: Numbers, optimizer: str) -> Numbers:
    usual = 0.99 if optimizer == "lion" else 0.999
    return numbers if numbers.beta_2 is not None else replace(numbers, beta_2=usual)
