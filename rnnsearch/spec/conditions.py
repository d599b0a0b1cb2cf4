"""What `when` means: order, possible values, and conditions that can't be meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rnnsearch.spec.domains import WrittenSpace
from rnnsearch.spec.fields import Scalar
from rnnsearch.spec.parameters import PARAMETERS
from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import Domain
from rnnsearch.spec.wording import joined, show

__all__ = ["check_conditions", "combinations", "in_use", "ordered", "possible"]

_MOST_COMBINATIONS = 20_000


def in_use(domain: Domain, values: Mapping[str, Scalar]) -> bool:
    """Whether the condition of `domain` holds, given the value of each parameter."""
    return all(values.get(parent) in allowed for parent, allowed in domain.when.items())


def ordered(domains: Mapping[str, Domain]) -> list[str]:
    """The names, parents before children, else in the order of PARAMETERS.

    Structural parameters come before numeric ones, which they can't depend on. The
    conditions must have no cycle.
    """
    names = [name for name in PARAMETERS if name in domains]
    names.sort(key=lambda name: not PARAMETERS[name].structural)
    result: list[str] = []

    def place(name: str) -> None:
        """Put a name behind all that its conditions speak of."""
        if name not in result:
            for parent in names:
                if parent in domains[name].when:
                    place(parent)
            result.append(name)

    for name in names:
        place(name)
    return result


def combinations(
    domains: Mapping[str, Domain], names: Sequence[str], values: Mapping[str, Scalar]
) -> Iterator[dict[str, Scalar]]:
    """All that the listable parameters `names` can be together, on top of `values`.

    `names` must hold the parents of each name before it. A parameter that is not in use
    keeps what it has in `values`, its default.
    """
    if not names:
        yield dict(values)
        return
    name, rest = names[0], names[1:]
    if not in_use(domains[name], values):
        yield from combinations(domains, rest, values)
        return
    for value in domains[name].candidates() or ():
        yield from combinations(domains, rest, {**values, name: value})


def possible(
    name: str, space: WrittenSpace, defaults: Mapping[str, Scalar]
) -> tuple[Scalar, ...] | None:
    """Every value that a parameter may have, its default included where a condition can fail.

    None where they can't be listed, or the parameter's part of the spec is broken.
    """
    if name in space.broken:
        return None
    default = defaults.get(name)
    written = space.parameters.get(name)
    if written is None:
        return None if default is None else (default,)
    values = written.domain.candidates()
    if values is None or not written.domain.when or default is None or default in values:
        return values
    return (*values, default)


def check_conditions(space: WrittenSpace, defaults: Mapping[str, Scalar], report: Report) -> None:
    """Record conditions on the impossible, cycles, and those that always or never hold."""
    domains = {name: written.domain for name, written in space.parameters.items()}
    cyclic = _check_cycles(domains, report)
    for name, domain in domains.items():
        for parent in domain.when:
            _check_parent(name, parent, space, defaults, report)
    if cyclic:
        return
    for name, domain in domains.items():
        if domain.when and not report.touched(f"space.{name}.when"):
            _check_both_ways(name, domains, space, defaults, report)


def _check_cycles(domains: Mapping[str, Domain], report: Report) -> bool:
    seen: set[str] = set()
    for start in domains:
        trail: list[str] = []
        cycle = _cycle_from(start, domains, trail, seen)
        if cycle:
            must = "must not depend on itself"
            received = " → ".join([*cycle, cycle[0]])
            report.add(f"space.{cycle[0]}.when", must, received, "remove one of these conditions")
            return True
    return False


def _cycle_from(
    name: str, domains: Mapping[str, Domain], trail: list[str], seen: set[str]
) -> list[str]:
    if name in trail:
        return trail[trail.index(name) :]
    if name in seen or name not in domains:
        return []
    seen.add(name)
    trail.append(name)
    for parent in domains[name].when:
        cycle = _cycle_from(parent, domains, trail, seen)
        if cycle:
            return cycle
    trail.pop()
    return []


def _check_parent(
    name: str, parent: str, space: WrittenSpace, defaults: Mapping[str, Scalar], report: Report
) -> None:
    path = f"space.{name}.when.{parent}"
    written = space.parameters.get(parent)
    if written is not None and written.domain.per_layer:
        advice = "remove this condition, or per_layer"
        report.add(path, "must be one value: units differs from layer to layer", parent, advice)
    elif PARAMETERS[name].structural and not PARAMETERS[parent].structural:
        known = [other for other in PARAMETERS if PARAMETERS[other].structural and other != name]
        must = f"must not be a numeric parameter: {name} is part of the compiled program"
        report.add(path, must, parent, f"it may depend on {joined(known)}")
    elif written is not None and written.domain.size() is None:
        must = f"must be a parameter with values that can be listed: {parent} is a range"
        report.add(path, must, parent, f"give {parent} a step, or a list")
    else:
        values = possible(parent, space, defaults)
        if values is None and parent not in space.parameters and parent not in space.broken:
            must = "must be a parameter of this spec"
            report.add(path, must, parent, f"add {parent} to the space, or remove this condition")
        for wrong in space.parameters[name].domain.when[parent]:
            if values is not None and wrong not in values:
                advice = "" if written is not None else f"{parent} is not in the space: add it"
                must = f"must be a value that {parent} can have: {joined(values)}"
                report.add(path, must, show(wrong), advice)


def _check_both_ways(
    name: str,
    domains: Mapping[str, Domain],
    space: WrittenSpace,
    defaults: Mapping[str, Scalar],
    report: Report,
) -> None:
    """Record a condition that holds always or never."""
    ancestors: set[str] = set()
    waiting = list(domains[name].when)
    while waiting:
        parent = waiting.pop()
        if parent in domains and parent not in ancestors:
            ancestors.add(parent)
            waiting.extend(domains[parent].when)
        if parent in space.broken or report.spoiled(f"space.{parent}"):
            return
    candidates = [domains[parent].candidates() for parent in ancestors]
    sizes = [len(values) for values in candidates if values is not None]
    if len(sizes) < len(candidates) or math.prod(sizes) > _MOST_COMBINATIONS:
        return
    order = [parent for parent in ordered(domains) if parent in ancestors]
    outcomes = {in_use(domains[name], values) for values in combinations(domains, order, defaults)}
    if len(outcomes) == 1:
        holds = outcomes.pop()
        must = "must not hold always" if holds else "must hold somewhere in the space"
        conditions = {key: list(values) for key, values in domains[name].when.items()}
        advice = "remove this condition" if holds else f"change it, or remove {name}"
        report.add(f"space.{name}.when", must, show(conditions), advice)
