"""All rules, and the rows of figures that `check` shows beside them."""

from __future__ import annotations

from dataclasses import dataclass

from rnnsearch.linting._base import Planned, Remark, Rule
from rnnsearch.linting.costs import (
    Costs,
    foretold,
    lost_lanes,
    many_programs,
    no_compiler,
    no_kernels,
    too_long,
)
from rnnsearch.linting.earlier import Earlier, from_earlier
from rnnsearch.linting.idle import alike, never_used, without_effect
from rnnsearch.linting.past import unread_classes
from rnnsearch.linting.resolution import resolution, too_small
from rnnsearch.linting.twin_parameters import averaging_too_long, stand_for_one_another

__all__ = ["RULES", "Linted", "lint"]

RULES: tuple[Rule, ...] = (
    never_used,
    without_effect,
    alike,
    stand_for_one_another,
    averaging_too_long,
    lost_lanes,
    no_kernels,
    no_compiler,
    many_programs,
    unread_classes,
)
"""In the order in which they speak."""


@dataclass(frozen=True)
class Linted:
    """What is to be said of a search before it begins.

    Attributes:
        remarks: What will do nothing, what will cost, what can't be told.
        rows: Label and text of what it will take, and of what it will be able to tell apart.
    """

    remarks: list[Remark]
    rows: list[tuple[str, str]]


def lint(planned: Planned, earlier: Earlier | None = None) -> Linted:
    """Look at a search that has not begun.

    Args:
        planned: The search.
        earlier: A study of the same space, or of one like it.
    """
    costs, told = foretold(planned, earlier), resolution(planned)
    remarks = [remark for rule in RULES for remark in rule(planned)]
    remarks += too_long(planned, costs)
    remarks += [] if told is None else too_small(planned, told)
    remarks += [] if earlier is None else from_earlier(earlier, planned)
    once = {(remark.path, remark.says): remark for remark in remarks}
    rows = [("will take", _takes(planned, costs, earlier))]
    rows += [] if told is None else [("tells apart", str(told))]
    return Linted(list(once.values()), rows)


def _takes(planned: Planned, costs: Costs, earlier: Earlier | None) -> str:
    asked = planned.programs.regime.trials
    trials = "" if costs.trials == asked else f", about {costs.trials:,} trials"
    source = f"as runs took in {earlier.name}" if earlier is not None and costs.measured else ""
    source = source or f"on {planned.cores} cores such as those of the benchmarks"
    programs = f"{costs.programs} program{'s' * (costs.programs != 1)} compiled"
    return (
        f"about {_duration(costs.seconds)}{trials}, {source}; {programs}; "
        f"{_memory(costs.memory)} in a worker"
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def _memory(mib: int) -> str:
    return f"{mib:,} MiB" if mib < 1024 else f"{mib / 1024:.1f} GiB"
