"""Checks the search and run sections against the rest."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

from rnnsearch.spec.domains import WrittenSpace
from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import LISTABLE, Domain, LossSpec, RunSpec, SearchSpec
from rnnsearch.spec.wording import joined, nearest, show
from rnnsearch.vocabulary import COSTS, METRICS, SAMPLERS, limit_of

__all__ = ["check_run", "check_search"]


def check_search(
    search: SearchSpec, loss: LossSpec, target_kind: str, space: WrittenSpace, report: Report
) -> None:
    """Record an unknown or unfit objective, a wrong direction, and a grid of the endless."""
    ranking = {f"val_{name}": metric for name, metric in METRICS.items() if metric.direction}
    known = ("val_loss", *ranking)
    objective = search.objective
    if objective not in known:
        meant = f"val_{objective}" if f"val_{objective}" in known else nearest(objective, known)
        advice = f"did you mean {meant}?" if meant is not None else ""
        if objective.removeprefix("val_") == "coverage":
            advice = "wide quantiles cover all; val_pinball ranks them"
        report.add("search.objective", f"must be {joined(known)}", show(objective), advice)
        return
    metric = ranking.get(objective)
    if metric is not None and target_kind not in ("auto", metric.target_kind):
        fitting = [name for name, other in ranking.items() if other.target_kind == target_kind]
        must = f"must be {joined(('val_loss', *fitting))} for target_kind: {target_kind}"
        report.add("search.objective", must, objective)
        return
    if metric is not None and metric.kind == "quantile" and loss.kind != "quantile":
        must = f"must be another metric for loss {loss.name}: no quantiles are predicted"
        report.add("search.objective", must, objective, "set loss: quantile")
    right = "minimize" if metric is None else metric.direction
    if search.direction not in ("auto", right):
        must = f"must be auto or {right} for {objective}"
        report.add("search.direction", must, search.direction, "remove it")
    if SAMPLERS[search.sampler].lists:
        _check_grid(space, report)
    _check_costs(search, report)


def _check_costs(search: SearchSpec, report: Report) -> None:
    """Record limits that are none, and what knows one objective only."""
    for name, text in search.constraints.items():
        if limit_of(name, text) is None:
            units = [unit for unit, _ in COSTS[name].units if unit]
            must = f"must be a limit above 0{f', in {joined(units)}' if units else ''}"
            example = {"latency": "< 2 ms", "size": "< 50 kB"}.get(name, "< 20000")
            report.add(f"search.constraints.{name}", must, show(text), f'such as "{example}"')
    if not search.costs:
        return
    if SAMPLERS[search.sampler].single:
        several = [name for name, fact in SAMPLERS.items() if not fact.single]
        must = f"must be {joined(several)} where there are several objectives"
        report.add("search.sampler", must, search.sampler, "use tpe or nsga2")
    if search.pruner not in ("auto", "none"):
        must = "must be auto or none where there are several objectives"
        advice = "what is stopped by its score may be the best of its size"
        report.add("search.pruner", must, search.pruner, advice)


def _check_grid(space: WrittenSpace, report: Report) -> None:
    domains = {name: written.domain for name, written in space.parameters.items()}
    endless = [name for name, domain in domains.items() if domain.size() is None]
    if endless:
        must = "must be another sampler, or every range must have values that can be listed"
        advice = f"give {joined(endless, 'and')} a list or a step"
        report.add("search.sampler", must, "grid", advice)
        return
    depth = domains.get("depth", Domain(kind="fixed", values=(1,)))
    layers = depth.max if depth.kind == "range" else max(map(int, map(str, depth.values)))
    sizes = [
        (domain.size() or 1) ** (int(layers or 1) if domain.per_layer else 1)
        for domain in domains.values()
    ]
    if math.prod(sizes) > LISTABLE:
        must = f"must be another sampler: a grid has at most {LISTABLE} combinations"
        received = f"grid with {math.prod(sizes)}"
        report.add("search.sampler", must, received, "use tpe, or shorten the lists")


def check_run(run: RunSpec, report: Report) -> None:
    """Record an engine that the backend does not have, and lanes that the engine does not."""
    if run.engine == "fused" and run.backend != "jax":
        must = f"must be auto or keras on backend: {run.backend}"
        report.add("run.engine", must, "fused", "set engine: auto, or backend: jax")
    one_lane = run.engine == "keras" or (run.engine == "auto" and run.backend != "jax")
    if one_lane and run.lanes not in ("auto", 1):
        must = "must be auto or 1 for the keras engine, which trains one run at a time"
        report.add("run.lanes", must, show(run.lanes), "remove it, or use run.workers")
    _check_executor(run, report)
    _check_storage(run.storage or "", report)


def _check_executor(run: RunSpec, report: Report) -> None:
    """Record what another executor than that of the spec would heed."""
    if run.executor == "ray" and run.join != "machine":
        must = "must be machine with executor: ray"
        report.add("run.join", must, run.join, "machines join by `ray start`: see docs/scale.md")
    if run.executor != "ray" and run.address is not None:
        must = f"must be null with executor: {run.executor}"
        report.add("run.address", must, show(run.address), "set executor: ray, or remove it")


def _check_storage(storage: str, report: Report) -> None:
    """Record a password, which would stand in spec.yaml of the results."""
    address = urlsplit(storage)
    if address.password or "password" in parse_qs(address.query):
        must = "must have no password: results and reports show it"
        report.add("run.storage", must, "one", "put it into ~/.pgpass, or give it by PGPASSWORD")
