"""The samplers that suggest trials, and the pruners that end some early; `rnnsearch.driver` makes
them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PRUNERS", "SAMPLERS", "PrunerFact", "SamplerFact"]


@dataclass(frozen=True)
class SamplerFact:
    """A sampler.

    Attributes:
        name: In a spec.
        learns: Whether what is suggested depends on how earlier trials ended.
        begins: Whether its first suggestions are random, so that known good ones take their place.
        shares: Whether it suggests the rest of a trial of which a part is given, as trials of one
            program are.
        single: Whether it knows one objective only.
        lists: Whether it goes through every point of the space.
        library, extra: What must be installed for it, and the extra that has it; empty for nothing.
    """

    name: str
    learns: bool = False
    begins: bool = False
    shares: bool = True
    single: bool = False
    lists: bool = False
    library: str = ""
    extra: str = ""


SAMPLERS: dict[str, SamplerFact] = {
    fact.name: fact
    for fact in (
        SamplerFact("tpe", learns=True, begins=True),
        SamplerFact("random"),
        SamplerFact("gp", learns=True, library="torch", extra="torch"),
        SamplerFact("cmaes", learns=True, shares=False, single=True),
        SamplerFact("nsga2", learns=True),
        SamplerFact("qmc"),
        SamplerFact("grid", lists=True),
    )
}
"""Every sampler by its name."""


@dataclass(frozen=True)
class PrunerFact:
    """What ends trials early.

    Attributes:
        name: In a spec.
        by_epochs: Whether it compares trials of the same age, at some of their epochs.
        by_runs: Whether it compares them by the runs that have ended.
    """

    name: str
    by_epochs: bool = False
    by_runs: bool = False


PRUNERS: dict[str, PrunerFact] = {
    fact.name: fact
    for fact in (
        PrunerFact("race", by_runs=True),
        PrunerFact("hyperband", by_epochs=True),
        PrunerFact("asha", by_epochs=True),
        PrunerFact("median", by_epochs=True),
        PrunerFact("none"),
    )
}
"""Every pruner by its name."""
