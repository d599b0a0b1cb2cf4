"""Points out what the space holds that could have no effect, or would mislead."""

from __future__ import annotations

from collections.abc import Mapping

from rnnsearch.spec.conditions import check_conditions, possible
from rnnsearch.spec.domains import Written, WrittenSpace
from rnnsearch.spec.fields import Scalar
from rnnsearch.spec.parameters import PARAMETERS
from rnnsearch.spec.report import Report
from rnnsearch.spec.sources import (
    SeriesSource,
    Source,
    TextSource,
    TokensSource,
)
from rnnsearch.spec.wording import joined, show
from rnnsearch.vocabulary import MappingFact

__all__ = ["check_space", "defaults_for"]

_Data = Source | None
_Task = MappingFact | None

_TOKENS_ONLY = {
    "embedding_dim": "only tokens are embedded",
    "teacher_forcing": "only tokens are read back where they were written",
}
_NUMBERS_ONLY = {
    "decoder": "a text is written token by token",
    "patch": "tokens are embedded one by one",
    "changes": "tokens have no differences",
    "augment": "tokens are neither scaled nor interpolated",
}


def defaults_for(data: _Data) -> dict[str, Scalar]:
    """The value of each parameter where it is not in use; the window's is the data's."""
    defaults = {name: parameter.default for name, parameter in PARAMETERS.items()}
    if isinstance(data, SeriesSource | TextSource):
        defaults["window"] = data.window
    return defaults


def check_space(space: WrittenSpace, task: _Task, data: _Data, report: Report) -> None:
    """Record every parameter, value and condition that could have no effect."""
    defaults = defaults_for(data)
    _check_task(space, task, data, report)
    _check_window(space, task, data, report)
    check_conditions(space, defaults, report)
    _check_per_layer(space, defaults, report)
    _check_unroll_length(space, task, data, report)
    _check_patch(space, data, report)
    _check_effects(space, defaults, report)
    _check_clip_mode(space, report)
    _check_idle_conditions(space, defaults, report)
    if task is not None and task.aligned and isinstance(data, SeriesSource):
        _check_backward_leak(space, data, report)


def _check_task(space: WrittenSpace, task: _Task, data: _Data, report: Report) -> None:
    for name, written in space.parameters.items():
        parameter = PARAMETERS[name]
        if parameter.tokens and data is not None and not isinstance(data, TokensSource):
            must = f"must not be given for source: {data.source}: {_TOKENS_ONLY[name]}"
            report.add(f"space.{name}", must, _text(written), "remove it")
        if parameter.numbers and isinstance(data, TokensSource):
            must = f"must not be given for source: {data.source}: {_NUMBERS_ONLY[name]}"
            report.add(f"space.{name}", must, _text(written), "remove it")
        if task is not None and task.name not in parameter.tasks:
            must = f"must not be given for {task.name}: {parameter.reason}"
            report.add(f"space.{name}", must, _text(written), "remove it")


def _check_window(space: WrittenSpace, task: _Task, data: _Data, report: Report) -> None:
    written = space.parameters.get("window")
    if written is None or data is None:
        return
    if not isinstance(data, SeriesSource | TextSource):
        must = f"must not be given for source: {data.source}: its sequences have their own length"
        report.add("space.window", must, _text(written), "remove it")
    elif task is not None and task.unfolds:
        must = f"must not be given for {task.name}: its input has no time axis"
        report.add("space.window", must, _text(written), "remove it; see data.output_steps")
    elif data.window is not None and not written.domain.when:
        must = "must not be given both here and as data.window"
        report.add("space.window", must, _text(written), "remove data.window to search the window")
    elif data.window is None and written.domain.when and not report.spoiled("data.window"):
        must = "must be given where space.window has a condition: a whole number of at least 1"
        report.add("data.window", must, advice="add window: under data:")


def _check_per_layer(space: WrittenSpace, defaults: Mapping[str, Scalar], report: Report) -> None:
    units = space.parameters.get("units")
    if units is None or not units.domain.per_layer:
        return
    if units.domain.kind == "fixed":
        advice = "list two or more, or remove per_layer"
        must = "must be false where units has one value only"
        report.add("space.units.per_layer", must, "true", advice)
    if possible("depth", space, defaults) == (1,):
        must = "must be false where depth is always 1"
        advice = "search depth, such as {min: 1, max: 3}, or remove per_layer"
        report.add("space.units.per_layer", must, "true", advice)


def _most_steps(space: WrittenSpace, task: _Task, data: _Data) -> tuple[int, str] | None:
    """The most steps a recurrent layer may run over, and the key that says so, if known."""
    if task is None or "window" in space.broken:
        return None
    if not isinstance(data, SeriesSource | TextSource):
        return None
    if isinstance(data, SeriesSource) and task.unfolds:
        return None if data.output_steps is None else (data.output_steps, "data.output_steps")
    ends = _windows(space, data)
    if isinstance(data, SeriesSource) and data.output_steps is not None:
        ends.append((data.output_steps, "data.output_steps"))
    return max(ends, default=None)


def _windows(space: WrittenSpace, data: SeriesSource | TextSource) -> list[tuple[int, str]]:
    """Steps of the windows that are known to be read, each with the key that says so."""
    ends = [] if data.window is None else [(data.window, "data.window")]
    written = space.parameters.get("window")
    if written is not None:
        domain = written.domain
        values = domain.values if domain.kind != "range" else (domain.max,)
        ends += [(value, "space.window") for value in values if isinstance(value, int)]
    return ends


def _check_unroll_length(space: WrittenSpace, task: _Task, data: _Data, report: Report) -> None:
    written = space.parameters.get("unroll_length")
    most = _most_steps(space, task, data)
    if written is None or most is None:
        return
    steps, key = most
    must = f"must be below {steps}, the longest sequence ({key}), or full"
    if written.domain.kind == "range":
        if written.domain.max is not None and written.domain.max >= steps:
            advice = f"lower it to {steps - 1}" if steps > 2 else "write unroll_length: full"
            path = "space.unroll_length.max"
            report.add(path, must.removesuffix(", or full"), show(written.domain.max), advice)
        return
    for value, path in zip(written.domain.values, written.paths, strict=True):
        if isinstance(value, int) and value >= steps:
            report.add(path, must, show(value), "it would cut nothing: use full")


def _check_patch(space: WrittenSpace, data: _Data, report: Report) -> None:
    """A patch that no sequence fills."""
    written = space.parameters.get("patch")
    if written is None or not isinstance(data, SeriesSource) or report.touched("space.patch"):
        return
    windows = [] if "window" in space.broken else _windows(space, data)
    if not windows:
        return
    steps, key = max(windows)
    must = f"must be at most {steps}, the longest sequence ({key})"
    if written.domain.max is not None and written.domain.max > steps:
        report.add("space.patch.max", must, show(written.domain.max), f"lower it to {steps}")
    for value, path in zip(written.domain.values, written.paths, strict=False):
        if isinstance(value, int) and value > steps:
            report.add(path, must, show(value), "it would make one step of every sequence")


def _check_effects(space: WrittenSpace, defaults: Mapping[str, Scalar], report: Report) -> None:
    """A parameter that only some values of another give an effect must depend on that one."""
    for name, written in space.parameters.items():
        only = PARAMETERS[name].only
        if only is None or report.touched(f"space.{name}") or report.spoiled(f"space.{only[0]}"):
            continue
        parent, wanted = only
        values = possible(parent, space, defaults)
        if values is None:
            continue
        others = [value for value in values if value not in wanted]
        if len(others) == len(values):
            reason = PARAMETERS[name].reason
            must = f"must not be given where {parent} is {joined(values)}: {reason}"
            report.add(f"space.{name}", must, _text(written), "remove it")
        elif others and not set(written.domain.when.get(parent, others)) <= set(wanted):
            must = f"must depend on the {parent}: it has no effect where {parent} is "
            must += joined(others)
            fitting = ", ".join(str(value) for value in values if value in wanted)
            advice = f"add when: {{{parent}: [{fitting}]}}"
            report.add(f"space.{name}", must, _text(written), advice)


def _check_clip_mode(space: WrittenSpace, report: Report) -> None:
    written = space.parameters.get("clip_mode")
    if written is None or "clip_norm" in space.broken:
        return
    norm = space.parameters.get("clip_norm")
    if norm is None or set(norm.domain.values) == {"none"}:
        why = "is not in the space" if norm is None else "is none"
        must = f"must not be given where clip_norm {why}: it has no effect"
        advice = "add clip_norm, such as {min: 0.1, max: 10, log: true}"
        report.add("space.clip_mode", must, _text(written), advice)


def _check_idle_conditions(
    space: WrittenSpace, defaults: Mapping[str, Scalar], report: Report
) -> None:
    """A fixed value that equals the default needs no condition."""
    for name, written in space.parameters.items():
        domain = written.domain
        if PARAMETERS[name].only or not domain.when or domain.kind != "fixed":
            continue
        if domain.values == (defaults[name],):
            must = f"must make a difference: {name} is {show(domain.values[0])} anyway"
            conditions = {key: list(values) for key, values in domain.when.items()}
            report.add(f"space.{name}.when", must, show(conditions), "remove the condition")


def _check_backward_leak(space: WrittenSpace, data: SeriesSource, report: Report) -> None:
    written = space.parameters.get("bidirectional")
    targets = {data.target} if isinstance(data.target, str) else set(data.target)
    leaking = sorted(targets & set(data.inputs))
    if written is None or True not in written.domain.values or not leaking or data.horizon == 0:
        return
    must = f"must be false where a target ({', '.join(leaking)}) is also an input"
    advice = "read backwards, the input holds the values to predict: remove it"
    report.add("space.bidirectional", must, _text(written), advice)


def _text(written: Written) -> str:
    domain = written.domain
    if domain.kind == "range":
        return show({"min": domain.min, "max": domain.max})
    return show(domain.values[0] if domain.kind == "fixed" else list(domain.values))
