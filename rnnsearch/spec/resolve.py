"""A spec written out again, with every default; and what differs between two of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from rnnsearch.spec.check_space import defaults_for
from rnnsearch.spec.conditions import possible
from rnnsearch.spec.domains import Written, WrittenSpace
from rnnsearch.spec.parameters import PARAMETERS
from rnnsearch.spec.schema import Domain, LossSpec, Spec
from rnnsearch.spec.sources import (
    SeriesSource,
    TokensSource,
)
from rnnsearch.spec.wording import is_text, show
from rnnsearch.vocabulary import LOSSES, MAPPINGS, MappingFact

__all__ = ["difference", "dump", "resolved"]

_FREE = ("name", "run", "data.path", "search.trials", "search.timeout")


def resolved(spec: Spec) -> dict[str, Any]:
    """The spec as plain values in the forms a user writes, with every default that applies.

    ``parse`` of it gives an equivalent spec, whose ``resolved`` is the same again.
    """
    data = spec.data.model_dump(mode="json")
    if isinstance(spec.data, SeriesSource):
        dropped = _idle(MAPPINGS[spec.task])
        data = {key: value for key, value in data.items() if key not in dropped}
    first = {key: data[key] for key in ("source", "path") if key in data}
    space = {name: _short(domain) for name, domain in spec.space.items()}
    return {
        "name": spec.name,
        "task": spec.task,
        "data": {**first, **data},
        "space": {**space, **_defaults(spec)},
        "loss": _loss(spec.loss),
        "search": spec.search.model_dump(mode="json"),
        "run": spec.run.model_dump(mode="json"),
    }


def _idle(task: MappingFact) -> tuple[str, ...]:
    """Keys of a table that have no effect on a task."""
    if task.unfolds:
        return ("window", "horizon", "stride")
    return () if task.encodes else ("output_steps",)


def _loss(loss: LossSpec) -> dict[str, Any]:
    """The loss with those of its settings that apply."""
    settings = () if loss.name == "auto" else LOSSES[loss.name].settings
    return loss.model_dump(mode="json", include={"name", *settings})


def _defaults(spec: Spec) -> dict[str, Any]:
    """What the parameters that the space does not name are fixed to, where they matter."""
    written = {name: Written(domain) for name, domain in spec.space.items()}
    norm = spec.space.get("clip_norm")
    clips = norm is None or norm.kind == "range" or set(norm.values) != {"none"}
    found: dict[str, Any] = {}
    for name, parameter in PARAMETERS.items():
        if name in spec.space or parameter.default is None or spec.task not in parameter.tasks:
            continue
        tokens = isinstance(spec.data, TokensSource)
        of_others = (parameter.tokens and not tokens) or (parameter.numbers and tokens)
        if (name == "clip_mode" and not clips) or of_others:
            continue
        if parameter.only is None:
            found[name] = parameter.default
            continue
        parent, wanted = parameter.only
        values = possible(parent, WrittenSpace(written), defaults_for(spec.data)) or ()
        fitting = [value for value in values if value in wanted]
        if len(fitting) == len(values):
            found[name] = parameter.default
        elif fitting:
            found[name] = {"value": parameter.default, "when": {parent: fitting}}
    return found


def _short(domain: Domain) -> Any:
    """A domain in the shortest form that a user would write."""
    extra: dict[str, Any] = {}
    if domain.when:
        extra["when"] = {parent: list(values) for parent, values in domain.when.items()}
    if domain.per_layer:
        extra["per_layer"] = True
    if domain.kind == "range":
        form: dict[str, Any] = {"min": domain.min, "max": domain.max}
        if domain.log:
            form["log"] = True
        if domain.step is not None:
            form["step"] = domain.step
        return {**form, **extra}
    if domain.kind == "fixed" and not domain.per_layer:
        return {"value": domain.values[0], **extra} if extra else domain.values[0]
    return {"values": list(domain.values), **extra} if extra else list(domain.values)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our reader would take for something else; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Values that are equal are written out each time."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_text(text) and text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    digits, mark, exponent = repr(number).partition("e")  # 1e-06 is a text to YAML 1.1
    digits = digits if "." in digits else f"{digits}.0"
    return dumper.represent_scalar("tag:yaml.org,2002:float", digits + mark + exponent)


def _represent_list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)
_Dumper.add_representer(list, _represent_list)


def dump(document: Mapping[str, Any]) -> str:
    """YAML that `load` reads as the very same values."""
    text: str = yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What makes two resolved documents different studies, a line a key.

    Left out: the name, where the data lies, the budget (search.trials, search.timeout) and
    the run section. How long a trial trains (search.epochs, search.patience) is not budget:
    it changes what a score means.
    """
    before, after = _flat(old), _flat(new)
    lines = []
    for key in [*before, *(key for key in after if key not in before)]:
        was = show(before[key], None) if key in before else "not there"
        now = show(after[key], None) if key in after else "not there"
        if was != now:
            lines.append(f"{key}: was {was}, is {now}")
    return lines


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that define a study; each search parameter is one key."""
    flat: dict[str, Any] = {}
    for section, content in document.items():
        if section in _FREE:
            continue
        if not isinstance(content, Mapping):
            flat[section] = content
            continue
        for key, value in content.items():
            path = f"{section}.{key}"
            if isinstance(value, Mapping) and section != "space":
                flat.update({f"{path}.{inner}": item for inner, item in value.items()})
            elif path not in _FREE:
                flat[path] = value
    return flat
