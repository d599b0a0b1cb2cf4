"""What one recurrent layer of a trained network shows on a batch: reach, gates, memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

__all__ = ["LayerDiagnosis", "chosen_lags", "layers_from_json", "layers_to_json", "mean_of_runs"]

_LAGS = 32
"""Lags that a profile is kept at, at most; beyond the first few they lie ever further apart."""


@dataclass(frozen=True)
class LayerDiagnosis:
    """A layer at the end of a run.

    Attributes:
        layer: Its name in the model.
        lags: Steps back from the last output, rising from 0.
        reach: Norm of ∂L/∂h at each of these lags, the mean over a batch: L is the loss of the
            last output alone, h the layer's hidden state in the direction of time.
        saturated: Share of gate activations below 0.1 or above 0.9 (LSTM, GRU), or of hidden
            activations beyond ±0.9 (SimpleRNN); over batch, steps and units.
        memory: Steps after which a unit has forgotten all but 1/e, -1 / ln(mean of its forget
            gate): the median over units. None where there is no such gate (SimpleRNN).
        memory_longest: The same of the unit that forgets last.
    """

    layer: str
    lags: tuple[int, ...]
    reach: tuple[float, ...]
    saturated: float
    memory: float | None = None
    memory_longest: float | None = None

    @property
    def horizon(self) -> int | None:
        """The longest lag at which at least a hundredth of the largest gradient is left.

        None where no gradient is left at all, or it is no finite number.
        """
        largest = max(self.reach, default=0.0)
        if not math.isfinite(largest) or largest <= 0:
            return None
        return max(
            lag for lag, norm in zip(self.lags, self.reach, strict=True) if norm >= largest / 100
        )


def chosen_lags(steps: int) -> tuple[int, ...]:
    """The lags below `steps` that a profile is kept at: all of a few, then by equal factors."""
    if steps <= _LAGS:
        return tuple(range(steps))
    factor = (steps - 1) ** (1 / (_LAGS - 1))
    found = {0, steps - 1, *(round(factor**index) for index in range(_LAGS - 1))}
    return tuple(sorted(lag for lag in found if lag < steps))


def mean_of_runs(runs: Sequence[Sequence[LayerDiagnosis]]) -> tuple[LayerDiagnosis, ...]:
    """A trial's layers: the geometric mean of its runs' gradients, the mean of the rest."""
    known = [run for run in runs if run]
    if not known:
        return ()
    return tuple(_mean(layers) for layers in zip(*known, strict=True))


def _mean(layers: Sequence[LayerDiagnosis]) -> LayerDiagnosis:
    first = layers[0]
    same = [layer for layer in layers if layer.lags == first.lags]
    reach = tuple(_geometric(values) for values in zip(*(one.reach for one in same), strict=True))

    def mean(values: Sequence[float | None]) -> float | None:
        """Of those that are known; None of none."""
        some = [value for value in values if value is not None]
        return sum(some) / len(some) if some else None

    return LayerDiagnosis(
        layer=first.layer,
        lags=first.lags,
        reach=reach,
        saturated=sum(one.saturated for one in same) / len(same),
        memory=mean([one.memory for one in same]),
        memory_longest=mean([one.memory_longest for one in same]),
    )


def _geometric(values: Sequence[float]) -> float:
    if any(not math.isfinite(value) for value in values):
        return math.nan
    if min(values) <= 0:
        return 0.0
    return math.exp(sum(map(math.log, values)) / len(values))


def layers_to_json(layers: Sequence[LayerDiagnosis]) -> list[dict[str, Any]]:
    """Plain values, numbers with four digits; None for what is not finite."""
    return [{name: _plain(value) for name, value in asdict(layer).items()} for layer in layers]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value


def layers_from_json(values: Sequence[Mapping[str, Any]]) -> tuple[LayerDiagnosis, ...]:
    """What `layers_to_json` wrote."""
    known = [item.name for item in fields(LayerDiagnosis)]
    return tuple(
        LayerDiagnosis(
            **{
                **{name: one[name] for name in known if name in one},
                "lags": tuple(one["lags"]),
                "reach": tuple(math.nan if norm is None else norm for norm in one["reach"]),
            }
        )
        for one in values
    )
