"""Reads the space section: the forms a parameter may be written in, each made a `Domain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rnnsearch.spec.fields import Scalar
from rnnsearch.spec.parameter import Parameter
from rnnsearch.spec.parameters import MODEL, PARAMETERS
from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import Domain
from rnnsearch.spec.wording import child, expected_value, is_dotted, joined, nearest, show

__all__ = ["Written", "WrittenSpace", "read_space", "read_value"]

_FORMS: dict[str, tuple[str, ...]] = {
    "min": ("min", "max", "log", "step", "when", "per_layer"),
    "max": ("min", "max", "log", "step", "when", "per_layer"),
    "values": ("values", "when", "per_layer"),
    "value": ("value", "when"),
}
_ALL_KEYS = ("min", "max", "log", "step", "values", "value", "when", "per_layer")


@dataclass(frozen=True)
class Written:
    """A domain and, for each of its values, the path where it is written."""

    domain: Domain
    paths: tuple[str, ...] = ()


@dataclass
class WrittenSpace:
    """The parameters that could be read, and the names of those that could not."""

    parameters: dict[str, Written] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def read_space(raw: object, report: Report) -> WrittenSpace:
    """The space section."""
    space = WrittenSpace()
    if not isinstance(raw, Mapping):
        report.add("space", "must be a mapping of parameters", show(raw), "see docs/spec.md")
        space.broken.update(PARAMETERS)
        return space
    for name, value in raw.items():
        parameter = MODEL if name == MODEL.name else PARAMETERS.get(name)
        if parameter is None:
            report.unknown_key("space", name, PARAMETERS)
            meant = nearest(name, PARAMETERS)
            space.broken.update([meant] if meant is not None else [])
            continue
        if parameter is MODEL and "cell" in raw:
            must = "must not stand beside cell"
            report.add("space.model", must, show(value), "name both in the list of cell")
            continue
        known = "cell" if parameter is MODEL else name
        written = _read_parameter(parameter, value, report)
        if written is None:
            space.broken.add(known)
        else:
            space.parameters[known] = written
    return space


def _read_parameter(parameter: Parameter, raw: object, report: Report) -> Written | None:
    path = f"space.{parameter.name}"
    if isinstance(raw, list):
        return _choice(parameter, raw, path, report)
    if not isinstance(raw, Mapping):
        value = read_value(parameter, raw, path, report)
        return None if value is None else Written(Domain(kind="fixed", values=(value,)), (path,))
    form = next((key for key in ("values", "value", "min", "max") if key in raw), None)
    if form is None:
        must = "must have min and max, or values, or value"
        report.add(path, must, show(raw), "such as {min: 1, max: 3} or [1, 2]")
        return None
    keys_are_known = [_known_key(parameter, form, key, path, report) for key in raw]
    when, sound = {}, all(keys_are_known)
    if "when" in raw:
        conditions = _when(parameter, raw["when"], f"{path}.when", report)
        when, sound = conditions or {}, sound and conditions is not None
    written: Written | None
    if form == "value":
        value = read_value(parameter, raw["value"], f"{path}.value", report)
        written = None
        if value is not None:
            written = Written(Domain(kind="fixed", values=(value,)), (f"{path}.value",))
    elif form == "values":
        written = _choice(parameter, raw["values"], f"{path}.values", report)
    else:
        written = _range(parameter, raw, path, report)
    per_layer = _flag(raw, "per_layer", path, report)
    if written is None or not sound or per_layer is None:
        return None
    update = {"when": when, "per_layer": per_layer}
    return Written(written.domain.model_copy(update=update), written.paths)


def _known_key(parameter: Parameter, form: str, key: str, path: str, report: Report) -> bool:
    if key == "per_layer" and parameter.name != "units":
        must = "must not be given: only units can differ from layer to layer"
        report.add(child(path, key), must, advice="remove it")
        return False
    if key in _FORMS[form]:
        return True
    if key in _ALL_KEYS:
        must = f"must not stand beside {form}"
        advice = f"with {form} go {joined(_FORMS[form], 'and')}"
        report.add(child(path, key), must, key, advice)
    else:
        known = [name for name in _FORMS[form] if name != "per_layer" or parameter.name == "units"]
        report.unknown_key(path, key, known)
    return False


def _flag(raw: Mapping[str, Any], key: str, path: str, report: Report) -> bool | None:
    value = raw.get(key, False)
    if isinstance(value, bool):
        return value
    report.add(child(path, key), "must be true or false", show(value))
    return None


def read_value(parameter: Parameter, raw: object, path: str, report: Report) -> Scalar:
    """One value of a parameter; None where it is wrong, which is recorded."""
    if "none" in parameter.words and (raw is None or raw in ("off", "null")):
        return "none"
    if isinstance(raw, str) and raw in (*parameter.words, *parameter.choices):
        return raw
    if parameter.own and isinstance(raw, str) and is_dotted(raw):
        return raw
    if parameter.type == "bool" and isinstance(raw, bool):
        return raw
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if number and parameter.type == "float" and _in_bounds(parameter, raw):
        return float(raw)  # type: ignore[arg-type]
    if isinstance(raw, int) and number and parameter.type == "int" and _in_bounds(parameter, raw):
        return raw
    report.add(path, f"must be {expected_value(parameter)}", show(raw), _advice(parameter, raw))
    return None


def _in_bounds(parameter: Parameter, number: Any) -> bool:
    low, high = parameter.low, parameter.high
    above = low is None or number > low or (number == low and not parameter.open_low)
    return above and (high is None or number < high or (number == high and not parameter.open_high))


def _advice(parameter: Parameter, raw: object) -> str:
    if isinstance(raw, str):
        meant = nearest(raw, (*parameter.words, *parameter.choices))
        truth = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(raw.lower())
        if meant is not None:
            return f"did you mean {meant}?"
        if parameter.type == "bool" and truth is not None:
            return f"write {truth}"
        if parameter.type in ("int", "float") and raw.replace(".", "", 1).isdigit():
            return f"write {raw} without quotes"
    if isinstance(raw, float) and parameter.type == "int" and raw.is_integer():
        return f"write {int(raw)}"
    return ""


def _choice(parameter: Parameter, raw: object, path: str, report: Report) -> Written | None:
    if not isinstance(raw, list):
        report.add(path, "must be a list", show(raw), f"write [{show(raw)}]")
        return None
    if not raw:
        advice = f"name at least one, or remove {parameter.name} for its default"
        report.add(path, "must not be empty", "[]", advice)
        return None
    values: list[Scalar] = []
    sound = True
    for index, item in enumerate(raw):
        inner = f"{path}[{index}]"
        value = read_value(parameter, item, inner, report)
        if value is None:
            sound = False
        elif value in values:
            report.add(inner, "must not be listed twice", show(item), "remove it")
            sound = False
        else:
            values.append(value)
    if not sound:
        return None
    domain = Domain(kind="choice" if len(values) > 1 else "fixed", values=tuple(values))
    return Written(domain, tuple(f"{path}[{index}]" for index in range(len(values))))


def _range(
    parameter: Parameter, raw: Mapping[str, Any], path: str, report: Report
) -> Written | None:
    if parameter.type in ("str", "bool"):
        example = ", ".join(parameter.choices[:2]) if parameter.choices else "true, false"
        must = f"must be a list or one value: {parameter.name} is not a number"
        report.add(path, must, show(raw), f"such as [{example}]")
        return None
    ends: list[Any] = []
    for key in ("min", "max"):
        if key in raw:
            ends.append(_end(parameter, raw[key], f"{path}.{key}", report))
        else:
            must = "must be given: a range has both ends"
            report.add(f"{path}.{key}", must, advice=f"add {key}:")
            ends.append(None)
    log = _flag(raw, "log", path, report)
    low, high = ends
    if low is None or high is None or log is None:
        return None
    if low >= high:
        must, received = f"must be below max, which is {show(raw['max'])}", show(raw["min"])
        advice = "swap the two"
        if low == high:
            advice = f"a range of nothing searches nothing: write {parameter.name}: {received}"
        report.add(f"{path}.min", must, received, advice)
        return None
    if log and low <= 0:
        must = f"must be false where min is {show(raw['min'])}: a logarithmic scale has no zero"
        report.add(f"{path}.log", must, "true", "set min above 0, such as 1e-4, or remove log")
        return None
    step, sound = _step(parameter, raw, (low, high), path, report)
    if not sound:
        return None
    domain = Domain(
        kind="range", min=low, max=high, log=log, step=step, integer=parameter.type == "int"
    )
    return Written(domain)


def _end(parameter: Parameter, raw: object, path: str, report: Report) -> Scalar:
    if raw is None or (isinstance(raw, str) and raw in (*parameter.words, "off")):
        must = "must be a number: a range holds no words"
        advice = f"use a list, such as [1, {parameter.words[0]}]" if parameter.words else ""
        report.add(path, must, show(raw), advice)
        return None
    return read_value(parameter, raw, path, report)


def _step(
    parameter: Parameter,
    raw: Mapping[str, Any],
    ends: tuple[Any, Any],
    path: str,
    report: Report,
) -> tuple[int | float | None, bool]:
    step = raw.get("step")
    if step is None:
        return None, True
    inner = f"{path}.step"
    whole = parameter.type == "int"
    kind = int if whole else (int, float)
    if isinstance(step, bool) or not isinstance(step, kind) or step <= 0:
        must = f"must be a {'whole ' if whole else ''}number above 0"
        report.add(inner, must, show(step))
        return None, False
    if raw.get("log"):
        must = "must not stand beside log: true"
        report.add(inner, must, show(step), "a logarithmic range has no even steps: remove one")
        return None, False
    low, high, width = (Decimal(str(number)) for number in (*ends, step))
    if width > high - low:
        must = f"must be at most max - min, which is {high - low:f}"
        report.add(inner, must, show(step))
        return None, False
    if (high - low) % width != 0:
        last = low + (high - low) // width * width
        must = f"must lead from min to max, {show(ends[0])} to {show(ends[1])}"
        report.add(inner, must, show(step), f"set max: {last:f}, which is the last step")
        return None, False
    return (int(step) if whole else float(step)), True


def _when(
    parameter: Parameter, raw: object, path: str, report: Report
) -> dict[str, tuple[Scalar, ...]] | None:
    if not isinstance(raw, Mapping) or not raw:
        must = "must be a mapping of another parameter to its values"
        report.add(path, must, show(raw), "such as {cell: [LSTM, GRU]}")
        return None
    conditions: dict[str, tuple[Scalar, ...]] = {}
    sound = True
    for name, values in raw.items():
        inner = child(path, name)
        parent = PARAMETERS.get(name)
        if parent is None:
            others = [other for other in PARAMETERS if other != parameter.name]
            report.unknown_key(path, name, others)
            sound = False
        elif parent is parameter:
            report.add(inner, "must be another parameter", name, "remove it")
            sound = False
        else:
            allowed = _allowed(parent, values, inner, report)
            sound = sound and bool(allowed)
            conditions[name] = allowed
    return conditions if sound else None


def _allowed(parent: Parameter, raw: object, path: str, report: Report) -> tuple[Scalar, ...]:
    if isinstance(raw, list):
        written = _choice(parent, raw, path, report)
        return written.domain.values if written is not None else ()
    value = read_value(parent, raw, path, report)
    return (value,) if value is not None else ()
