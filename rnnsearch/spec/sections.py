"""Reads the sections that pydantic checks (data, search, run) and words their problems."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from rnnsearch.spec.fields import Frozen
from rnnsearch.spec.report import Report
from rnnsearch.spec.scalars import read_duration
from rnnsearch.spec.schema import LossSpec, RunSpec, SearchSpec
from rnnsearch.spec.sources import SOURCES, Source
from rnnsearch.spec.wording import child, expected, joined, keys_of, nearest, show
from rnnsearch.vocabulary import COSTS

__all__ = ["read_data", "read_loss", "read_run", "read_search"]

_Section = TypeVar("_Section", bound=Frozen)


def read_data(raw: object, report: Report, directory: Path, *, allow_arrays: bool) -> Source | None:
    """The data section; None where it is too broken to be used."""
    if not isinstance(raw, Mapping):
        report.add("data", "must be a mapping with source and path", show(raw), "see docs/spec.md")
        return None
    known = [name for name in SOURCES if allow_arrays or name != "arrays"]
    source = raw.get("source")
    if "source" not in raw:
        must = f"must be given: {joined(known)}"
        report.add("data.source", must, advice="add source: under data:")
        return None
    if source not in known:
        if source == "arrays":
            advice = "write a file, or use the Python API"
            report.add("data.source", f"must be {joined(known)} in a file", "arrays", advice)
        else:
            report.one_of("data.source", source, show(source), known)
        return None
    section = _read(SOURCES[str(source)], raw, "data", report, _other_source(str(source)))
    path = getattr(section, "path", None)
    if section is None or path is None:
        return section
    if "\0" in str(path):
        report.add("data.path", "must be a path", show(str(path)))
    path = Path(os.path.abspath(directory / path))  # noqa: PTH100 (follows no links)
    return section.model_copy(update={"path": path})


def _other_source(source: str) -> dict[str, str]:
    """Keys that only another source has, with what to say about them."""
    own = SOURCES[source].model_fields
    others: dict[str, list[str]] = {}
    for name, model in SOURCES.items():
        for key in model.model_fields:
            if key not in own:
                others.setdefault(key, []).append(name)
    return {key: f"it is known for source: {joined(names)} only" for key, names in others.items()}


def read_loss(raw: object, report: Report) -> LossSpec:
    """The loss, a name or a section; what is broken has its default, its problem is recorded."""
    names = _words(LossSpec.model_fields["name"].annotation)
    if raw is None or isinstance(raw, Mapping):
        return _read(LossSpec, raw, "loss", report) or LossSpec()
    if raw not in names:
        known = (*names, f"a mapping of {joined(LossSpec.model_fields, 'and')}")
        report.one_of("loss", raw, show(raw), known)
        return LossSpec()
    return LossSpec.model_validate({"name": raw})


def read_search(raw: object, report: Report) -> SearchSpec:
    """The search section; what is broken has its default, and its problem is recorded."""
    raw = _with_limits(_with_costs(raw, report))
    if isinstance(raw, Mapping) and isinstance(raw.get("timeout"), str):
        raw = dict(raw)
        text = raw["timeout"]
        raw["timeout"] = None if text == "none" else read_duration(text)
        if raw["timeout"] is None and text != "none":
            must = f"must be {expected(SearchSpec.model_fields['timeout'])}"
            report.add("search.timeout", must, show(text))
    return _read(SearchSpec, raw, "search", report) or SearchSpec()


def _with_costs(raw: object, report: Report) -> object:
    """``objective: [val_rmse, latency]`` is an objective, and costs beside it."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("objective"), list):
        return raw
    rest = {key: value for key, value in raw.items() if key != "objective"}
    first, *costs = raw["objective"] or [None]
    must = f"must be a metric, such as val_loss, and then costs: {joined(COSTS)}"
    if not isinstance(first, str) or first in COSTS:
        report.add("search.objective", must, show(raw["objective"]), "name the metric first")
        return rest
    if "costs" in raw and raw["costs"] and costs:
        advice = "name the costs in one of the two"
        report.add("search.costs", "must not be given beside a list", show(raw["costs"]), advice)
        return rest
    for index, cost in enumerate(costs, start=1):
        path = f"search.objective[{index}]"
        if not isinstance(cost, str) or cost not in COSTS:
            report.one_of(path, cost, show(cost), COSTS)
        elif cost in costs[: index - 1]:
            report.add(path, "must be named once", show(cost), "remove it")
    known = list(dict.fromkeys(cost for cost in costs if isinstance(cost, str) and cost in COSTS))
    return {**rest, "objective": first, **({"costs": known} if costs else {})}


def _with_limits(raw: object) -> object:
    """``constraints: {parameters: 20000}`` is a limit as well."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("constraints"), Mapping):
        return raw
    limits = {
        key: str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for key, value in raw["constraints"].items()
    }
    return {**raw, "constraints": limits}


def read_run(raw: object, report: Report) -> RunSpec:
    """The run section; what is broken has its default, and its problem is recorded."""
    if isinstance(raw, Mapping) and isinstance(text := raw.get("trial_timeout"), str):
        raw = {**raw, "trial_timeout": "auto" if text == "auto" else read_duration(text)}
        if raw["trial_timeout"] is None and text != "none":
            must = f"must be {expected(RunSpec.model_fields['trial_timeout'])}"
            report.add("run.trial_timeout", must, show(text))
    return _read(RunSpec, raw, "run", report) or RunSpec()


def _read(
    model: type[_Section],
    raw: object,
    path: str,
    report: Report,
    misplaced: Mapping[str, str] | None = None,
) -> _Section | None:
    """One section. Broken keys are left out after recording them; None if a needed one is."""
    fields = model.model_fields
    if raw is None:
        raw = {}
    if not isinstance(raw, Mapping):
        report.add(path, f"must be a mapping of {joined(fields, 'and')}", show(raw))
        return None
    values: dict[str, Any] = {}
    parts: dict[str, Frozen] = {}
    for key, value in raw.items():
        if key not in fields:
            advice = (misplaced or {}).get(key)
            if advice is None:
                report.unknown_key(path, key, keys_of(model))
            else:
                report.add(child(path, key), "must not be given", show(value), advice)
            continue
        part = fields[key].annotation
        if isinstance(part, type) and issubclass(part, Frozen):
            section = _read(part, value, child(path, key), report)
            if section is not None:
                parts[key] = section
        else:
            values[key] = value
    for key in _broken(model, values, path, report):
        values.pop(key, None)
    try:
        section = model.model_validate_json(json.dumps(values), strict=True)
    except ValidationError:
        return None
    return section.model_copy(update=parts)


def _broken(
    model: type[BaseModel], values: Mapping[str, Any], path: str, report: Report
) -> set[str]:
    """The keys that are wrong or missing, after recording each of them once."""
    try:
        model.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        found: set[str] = set()
        for detail in error.errors(include_url=False, include_context=False):
            key, *inside = detail["loc"]
            key = str(key)
            field = model.model_fields[key]
            inner = child(path, key)
            if detail["type"] == "missing":
                advice = f"add {key}: under {path}:"
                report.add(inner, f"must be given: {expected(field)}", advice=advice)
            elif inside and isinstance(inside[0], int) and not _is_union(field):
                item = values[key][inside[0]]
                report.add(f"{inner}[{inside[0]}]", *_item_problem(field, item))
            elif key not in found:
                value = values[key]
                report.add(inner, f"must be {expected(field)}", show(value), _advice(field, value))
            found.add(key)
        return found
    return set()


def _is_union(field: FieldInfo) -> bool:
    return get_origin(field.annotation) in (Union, UnionType)


def _item_problem(field: FieldInfo, item: object) -> tuple[str, str, str]:
    element = FieldInfo.from_annotation(get_args(field.annotation)[0])
    return f"must be {expected(element)}", show(item), _advice(element, item)


def _advice(field: FieldInfo, value: object) -> str:
    """What to do about a value of the wrong kind."""
    text = expected(field)
    if isinstance(value, str):
        meant = nearest(value, _words(field.annotation))
        if meant is not None:
            return f"did you mean {meant}?"
        if "number" in text and value.replace(".", "", 1).isdigit():
            return f"write {value} without quotes"
        if text == "a list of texts" or text.startswith("a list of any of"):
            return f"write [{show(value)}]"
    elif ("text" in text or text == "a path") and isinstance(value, int | float):
        return f'write "{show(value)}" in quotes'
    return ""


def _words(kind: object) -> list[str]:
    if isinstance(kind, str):
        return [kind]
    return [word for arg in get_args(kind) for word in _words(arg)]
