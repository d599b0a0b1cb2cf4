"""The parameters of a search: their order and conditions, and what Optuna is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rnnsearch.spec import PARAMETERS, Domain, Scalar, SeriesSource, Spec, TextSource
from rnnsearch.spec.conditions import in_use, ordered
from rnnsearch.spec.schema import LISTABLE
from rnnsearch.spec.wording import joined, show

if TYPE_CHECKING:
    from optuna.trial import Trial

__all__ = ["Dimension", "SearchSpace", "layer_units"]

Kind = Literal["structural", "numeric"]


@dataclass(frozen=True)
class Dimension:
    """One name that a trial may have a value for.

    Attributes:
        name: A parameter, or ``units_2`` for the second layer's units.
        parameter: Its key in PARAMETERS.
        domain: What it may be, and when it is in use.
        layer: The layer it belongs to, from 1, or None. It is in use where there is one.
    """

    name: str
    parameter: str
    domain: Domain
    layer: int | None = None

    def in_use(self, values: Mapping[str, Scalar]) -> bool:
        """Whether it is in use, given the value of every parameter before it."""
        depth = values.get("depth")
        if self.layer is not None and isinstance(depth, int) and self.layer > depth:
            return False
        return in_use(self.domain, values)


@dataclass(frozen=True)
class SearchSpace:
    """What a spec searches. Immutable.

    Attributes:
        dimensions: Parents before children, structural before numeric.
        defaults: The value of each parameter where it is not in use. The window's is the
            data section's; None where the data has no window.
        domains: What the spec names under ``space``.
    """

    dimensions: tuple[Dimension, ...]
    defaults: Mapping[str, Scalar]
    domains: Mapping[str, Domain]

    @classmethod
    def from_spec(cls, spec: Spec) -> SearchSpace:
        """The space of a spec."""
        defaults = {name: parameter.default for name, parameter in PARAMETERS.items()}
        if isinstance(spec.data, SeriesSource | TextSource):
            defaults["window"] = spec.data.window
        dimensions: list[Dimension] = []
        for name in ordered(spec.space):
            domain = spec.space[name]
            if domain.per_layer:
                layers = range(1, _deepest(spec.space) + 1)
                dimensions += [Dimension(f"{name}_{n}", name, domain, n) for n in layers]
            else:
                dimensions.append(Dimension(name, name, domain))
        return cls(tuple(dimensions), defaults, dict(spec.space))

    def suggest(self, trial: Trial) -> dict[str, Scalar]:
        """Ask Optuna for every parameter that is in use, given those before it.

        Returns:
            Name → value, fixed parameters included (Optuna isn't asked for these), defaults
            not. See `complete`.
        """
        values = dict(self.defaults)
        params: dict[str, Scalar] = {}
        for dimension in self.dimensions:
            if dimension.in_use(values):
                value = _suggest(dimension, trial)
                params[dimension.name] = values[dimension.name] = value
        return params

    def complete(self, params: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """`params`, with the default of every parameter that is not in use.

        Where each layer has its own units, these stay ``units_1, units_2, …`` and there is
        no ``units``; `layer_units` reads both. There is a ``window`` only if the data is cut
        into windows.
        """
        per_layer = "units_1" in params
        values = {
            name: default
            for name, default in self.defaults.items()
            if default is not None and not (name == "units" and per_layer)
        }
        return {**values, **params}

    @staticmethod
    def is_structural(name: str) -> bool:
        """Whether a parameter (or ``units_2``) changes the compiled program."""
        parameter = "units" if name.startswith("units_") else name
        return PARAMETERS[parameter].structural

    def structural(self, params: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The part of `params` that decides the compiled program."""
        return {name: value for name, value in params.items() if self.is_structural(name)}

    def program_count(self) -> int | None:
        """How many distinct structural configurations there are; None if over 100,000."""
        structural = [item for item in self.dimensions if self.is_structural(item.name)]
        if any(item.domain.candidates() is None for item in structural):
            return None
        seen: set[tuple[tuple[str, Scalar], ...]] = set()
        for visited, params in enumerate(_configurations(structural, {}, self.defaults)):
            seen.add(tuple(sorted(self.complete(params).items())))
            if visited >= LISTABLE:
                return None
        return len(seen)

    def grid(self) -> list[dict[str, Scalar]]:
        """Every configuration once, as `suggest` would return it.

        Raises:
            ValueError: A range can't be listed; a spec with ``sampler: grid`` has none.
        """
        for dimension in self.dimensions:
            if dimension.domain.candidates() is None:
                raise ValueError(f"Expected values that can be listed. Received: {dimension}")
        return list(_configurations(list(self.dimensions), {}, self.defaults))

    def can_exceed_zero(self, name: str) -> bool:
        """Whether a numeric parameter may be above 0 anywhere in the space."""
        return self._anywhere(name, lambda value: isinstance(value, int | float) and value > 0)

    def may_clip(self) -> bool:
        """Whether any trial may clip its gradient."""
        return self._anywhere("clip_norm", lambda value: value != "none")

    def may_truncate(self) -> bool:
        """Whether any trial may cut the gradient in time."""
        return self._anywhere("unroll_length", lambda value: value != "full")

    def may_schedule(self) -> bool:
        """Whether the learning rate of any trial may change as it trains."""
        return self._anywhere("schedule", lambda value: value != "constant")

    def may_mix_tokens(self) -> bool:
        """Whether any trial may read tokens of its own in training."""
        return self._anywhere(
            "teacher_forcing", lambda value: isinstance(value, int | float) and value < 1
        )

    def windows(self, spec: Spec) -> tuple[int, ...]:
        """Every window that a trial of `spec` may have, shortest first; empty if it has none."""
        domain = self.domains.get("window")
        values = set(() if domain is None else domain.candidates() or ())
        if isinstance(spec.data, SeriesSource | TextSource) and (domain is None or domain.when):
            values.add(spec.data.window)
        return tuple(sorted(value for value in values if isinstance(value, int)))

    def describe(self) -> list[tuple[str, str, Kind, str]]:
        """Name, values in words, kind and condition of each parameter that the spec names."""
        rows: list[tuple[str, str, Kind, str]] = []
        described: set[str] = set()
        for dimension in self.dimensions:
            name, domain = dimension.parameter, dimension.domain
            if name not in described:
                kind: Kind = "structural" if self.is_structural(name) else "numeric"
                rows.append((name, _text(domain), kind, _condition(domain)))
                described.add(name)
        return rows

    def _anywhere(self, name: str, holds: Callable[[Scalar], bool]) -> bool:
        domain = self.domains.get(name)
        values = (domain.min, domain.max, *domain.values) if domain is not None else ()
        if any(value is not None and holds(value) for value in values):
            return True
        return (domain is None or bool(domain.when)) and holds(self.defaults[name])


def layer_units(params: Mapping[str, Scalar]) -> tuple[int, ...]:
    """The units of each layer, first layer first, of completed params."""
    depth = params["depth"]
    assert isinstance(depth, int)
    names = (f"units_{n}" if "units_1" in params else "units" for n in range(1, depth + 1))
    return tuple(int(str(params[name])) for name in names)


def _deepest(domains: Mapping[str, Domain]) -> int:
    depth = domains.get("depth")
    values = [PARAMETERS["depth"].default] if depth is None or depth.when else []
    if depth is not None:
        values += [depth.max, *depth.values]
    return max(value for value in values if isinstance(value, int))


def _configurations(
    dimensions: list[Dimension], params: dict[str, Scalar], values: Mapping[str, Scalar]
) -> Iterator[dict[str, Scalar]]:
    """Every assignment of the listable dimensions that are in use."""
    if not dimensions:
        yield params
        return
    first, *rest = dimensions
    if not first.in_use(values):
        yield from _configurations(rest, params, values)
        return
    for value in first.domain.candidates() or ():
        one = {first.name: value}
        yield from _configurations(rest, {**params, **one}, {**values, **one})


def _suggest(dimension: Dimension, trial: Trial) -> Scalar:
    name, domain = dimension.name, dimension.domain
    if len(domain.values) == 1:
        return domain.values[0]
    if domain.kind == "choice":
        return trial.suggest_categorical(name, domain.values)
    assert domain.min is not None and domain.max is not None
    if domain.integer:
        step = int(domain.step or 1)
        return trial.suggest_int(name, int(domain.min), int(domain.max), step=step, log=domain.log)
    return trial.suggest_float(name, domain.min, domain.max, step=domain.step, log=domain.log)


def _text(domain: Domain) -> str:
    if domain.kind == "range":
        text = f"{show(domain.min)} to {show(domain.max)}"
        text += ", log scale" if domain.log else ""
        text += f", step {show(domain.step)}" if domain.step is not None else ""
    elif domain.kind == "choice":
        text = f"one of {', '.join(show(value) for value in domain.values)}"
    else:
        text = show(domain.values[0])
    return f"{text}, per layer" if domain.per_layer else text


def _condition(domain: Domain) -> str:
    clauses = (f"{parent} is {joined(values)}" for parent, values in domain.when.items())
    return " and ".join(clauses)
