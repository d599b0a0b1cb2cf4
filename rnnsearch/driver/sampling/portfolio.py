"""Configurations that often do well, which a search begins with.

Bounded by the user's own space: of each only those values count that the space may take. They
are what recurrent networks for a kind of data are usually made of (Greff et al., 2017; Reimers &
Gurevych, 2017; Hewamalage, Bergmeir & Bandara, 2021) and did well on the data of docs/results.md,
by scores from training and validation part alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rnnsearch.space import SearchSpace
from rnnsearch.spec import Domain, Scalar

__all__ = ["portfolio"]

_Point = Mapping[str, Scalar]

_TRAINING: _Point = {
    "optimizer": "adam",
    "schedule": "cosine",
    "clip_norm": 1.0,
    "weight_decay": 1e-3,
    "dropout": 0.2,
    "augment": 0.5,
    "unroll_length": "full",
}

_WHOLE: tuple[_Point, ...] = (
    {"cell": "GRU", "units": 32, "depth": 1, "bidirectional": True, "pooling": "max"},
    {"cell": "GRU", "units": 64, "depth": 1, "bidirectional": True, "pooling": "max"},
    {"cell": "LSTM", "units": 64, "depth": 1, "bidirectional": True, "pooling": "mean"},
    {"cell": "LSTM", "units": 64, "depth": 1, "bidirectional": True, "pooling": "max"},
    {"cell": "GRU", "units": 32, "depth": 2, "bidirectional": True, "pooling": "last"},
    {"cell": "LSTM", "units": 32, "depth": 1, "bidirectional": False, "pooling": "last"},
)
"""Where whole sequences are known: the larger ones are better where there is time for them, which
take two to three times as long (benchmarks/README.md, "How large")."""

_FORECASTS: tuple[_Point, ...] = (
    {"cell": "GRU", "units": 32, "depth": 1, "bidirectional": False, "pooling": "last"},
    {"cell": "LSTM", "units": 32, "depth": 1, "bidirectional": False, "pooling": "last"},
    {"cell": "GRU", "units": 32, "depth": 1, "bidirectional": True, "pooling": "mean"},
    {"cell": "LSTM", "units": 64, "depth": 1, "bidirectional": False, "pooling": "last"},
)
"""Where a sequence is the past of what is predicted."""

_SHARES = (0.3, 1.0)
"""Shares of the epochs, in turn."""

_RATES = (3e-3, 5e-3)
"""Learning rates, in turn."""

_BATCH = 16
"""Sequences of a batch for which these are meant, at most. Of larger ones there are fewer and less
noisy updates, and rates grow as their root (Malladi et al., 2022): of 10,700 names in batches of
128, F1 over classes was 0.32 with 0.003 and 0.48 with 0.022."""


def portfolio(space: SearchSpace, *, ordered: bool, batch: int) -> Sequence[_Point]:
    """The points to begin with, as far as the space goes; each structure once.

    Args:
        space: Of the spec.
        batch: B, where it is not searched.
        ordered: Whether the data is a table whose rows follow each other in time.
    """
    found: list[_Point] = []
    for index, shape in enumerate(_FORECASTS if ordered else _WHOLE):
        turn = {
            "learning_rate": _RATES[index % len(_RATES)],
            "epoch_share": _SHARES[index % len(_SHARES)],
        }
        point = {**_TRAINING, **shape, **turn}
        if not ordered:
            point |= _suited(point, space.domains, batch)
        possible = {
            name: value
            for name, value in point.items()
            if name in space.domains and _may_be(space.domains[name], value)
        }
        structure = space.structural(possible)
        if all(space.structural(earlier) != structure for earlier in found):
            found.append(possible)
    return found


def _suited(point: _Point, domains: Mapping[str, Domain], batch: int) -> _Point:
    """What of a point is as near as a domain has it: its size, and its rate for such batches."""
    found: dict[str, Scalar] = {}
    if "units" in domains:
        found["units"] = _nearest(domains["units"], point["units"])
    rate, most = point["learning_rate"], math.inf
    if "learning_rate" in domains:
        most = domains["learning_rate"].max or math.inf
    assert isinstance(rate, float)
    found["learning_rate"] = max(rate, min(most, rate * math.sqrt(batch / _BATCH)))
    return found


def _nearest(domain: Domain, units: Scalar) -> Scalar:
    """The size that a domain has nearest to one, by their ratio."""
    assert isinstance(units, int)
    sizes = [one for one in domain.candidates() or () if isinstance(one, int) and one > 0]
    return min(sizes, key=lambda one: abs(math.log(one / units)), default=units)


def _may_be(domain: Domain, value: Scalar) -> bool:
    """Whether a domain that is searched has a value."""
    if domain.per_layer or len(domain.values) == 1:
        return False
    if domain.kind != "range":
        return value in domain.values
    if not isinstance(value, int | float) or domain.min is None or domain.max is None:
        return False
    on_grid = domain.step is None or float((value - domain.min) / domain.step).is_integer()
    return domain.min <= value <= domain.max and on_grid
