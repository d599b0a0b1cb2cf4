"""Parameters that stand for one another: two dials of which one would do."""

from __future__ import annotations

from collections.abc import Iterator

from rnnsearch.linting._base import Planned, Remark
from rnnsearch.linting.configurations import values_of
from rnnsearch.spec import Scalar

__all__ = ["averaging_too_long", "stand_for_one_another"]


def stand_for_one_another(planned: Planned) -> Iterator[Remark]:
    """Pairs of searched parameters of which the effect of one is that of the other."""
    searched = {one.parameter for one in planned.space.dimensions if len(values_of(one.domain)) > 1}
    optimizers = set(_anywhere(planned, "optimizer"))
    if {"learning_rate", "momentum"} <= searched and optimizers == {"sgd"}:
        yield Remark(
            "does nothing",
            "space.momentum",
            "with learning_rate it is one dial: in the long run sgd with momentum m steps by "
            "learning_rate / (1 - m)",
            "fix momentum, at 0.9 say, and search the learning_rate",
        )
    if {"learning_rate", "clip_norm"} <= searched and optimizers == {"lion"}:
        yield Remark(
            "does nothing",
            "space.clip_norm",
            "lion steps by the sign of its moments, so how long a gradient is hardly counts",
            "fix clip_norm, and search the learning_rate",
        )


def averaging_too_long(planned: Planned) -> Iterator[Remark]:
    """An average over more updates than a trial has is still where the weights began."""
    domain = planned.space.domains.get("averaging")
    if domain is None:
        return
    most = domain.max if domain.kind == "range" else max(map(_number, domain.values))
    params = planned.drawn[0]
    program = planned.programs.program(params)
    regime = planned.programs.regime
    updates = regime.epochs(program.batch_size) * -(-regime.sequences // program.batch_size)
    if most and 1 / (1 - most) > updates / 2:
        yield Remark(
            "doubt",
            "space.averaging",
            f"{most:g} averages over some {1 / (1 - most):,.0f} updates, and a trial has "
            f"{updates:,}: such an average is still close to where the weights began",
            f"stay below {1 - 4 / updates:.3g}, or train longer",
        )


def _number(value: Scalar) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _anywhere(planned: Planned, name: str) -> list[Scalar]:
    """Every value that a listable parameter may have."""
    domain = planned.space.domains.get(name)
    found = list(domain.values) if domain is not None else []
    if domain is None or domain.when:
        found.append(planned.space.defaults[name])
    return list(dict.fromkeys(found))
