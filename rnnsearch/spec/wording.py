"""The words of messages: values as a user writes them, what a key must be, near misses."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as bounds
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rnnsearch.spec.fields import Worded
from rnnsearch.spec.parameter import Parameter
from rnnsearch.spec.scalars import UnclearScalar, read_plain

__all__ = [
    "child",
    "expected",
    "expected_value",
    "is_dotted",
    "is_text",
    "joined",
    "keys_of",
    "nearest",
    "show",
]

_LONGEST = 70
_INDICATORS = "\"'[]{}&*!|>%@`#,"


def show(value: object, longest: int | None = _LONGEST) -> str:
    """A value as YAML would hold it on one line, cut off if it is long."""
    text = _flow(value)
    if longest is not None and len(text) > longest:
        return text[: longest - 1] + "…"
    return text


def _flow(value: object) -> str:
    if isinstance(value, str):
        return _quoted_if_needed(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = (f"{_flow(key)}: {_flow(item)}" for key, item in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return repr(value) if isinstance(value, int | float) else str(value)


def _quoted_if_needed(text: str) -> str:
    plain = text.isprintable() and text == text.strip() and text and text[0] not in _INDICATORS
    if plain and not any(mark in text for mark in (": ", " #", ", ")) and is_text(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def is_text(word: str) -> bool:
    """Whether an unquoted word is read as a text."""
    try:
        return read_plain(word) == word
    except UnclearScalar:
        return False


def is_dotted(word: str) -> bool:
    """Whether a word names something of a module: ``my_cells:MinimalGRU``."""
    module, colon, name = word.partition(":")
    return bool(colon) and name.isidentifier() and all(p.isidentifier() for p in module.split("."))


def child(path: str, key: str) -> str:
    """The dotted path of `key` under `path`."""
    name = key if key.isprintable() and key else json.dumps(key)
    return f"{path}.{name}" if path else name


def joined(words: Iterable[object], last: str = "or") -> str:
    """``a, b or c``."""
    texts = [word if isinstance(word, str) else show(word) for word in words]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def nearest(word: object, known: Iterable[object]) -> str | None:
    """The known name that was probably meant, or None."""
    if not isinstance(word, str):
        return None
    names = {name.lower(): name for name in known if isinstance(name, str)}
    found = difflib.get_close_matches(word.strip().lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a section, its own before those that it shares with others."""
    lineage = [kind for kind in model.__mro__ if issubclass(kind, BaseModel)]
    names = [name for kind in lineage for name in kind.__annotations__]
    ordered = dict.fromkeys(name for name in names if name in model.model_fields)
    first = [name for name in ("source", "path") if name in ordered]
    return list(dict.fromkeys([*first, *ordered]))


def expected_value(parameter: Parameter) -> str:
    """What one value of a search parameter must be: ``a number above 0, or none``."""
    if parameter.type == "bool":
        return "true or false"
    if parameter.type == "str":
        own = "module:Class" if parameter.choices else "module:function"
        return joined((*parameter.choices, *([own] if parameter.own else [])))
    noun = "a whole number" if parameter.type == "int" else "a number"
    limits = []
    if parameter.low is not None:
        limits.append(f"{'above' if parameter.open_low else 'of at least'} {parameter.low:g}")
    if parameter.high is not None:
        limits.append(f"{'below' if parameter.open_high else 'at most'} {parameter.high:g}")
    words = f", or {joined(parameter.words)}" if parameter.words else ""
    return " ".join([noun, " and ".join(limits)]).rstrip() + words


def expected(field: FieldInfo) -> str:
    """What a key of a section must be: ``a whole number of at least 1, or auto``."""
    return _clause(field.annotation, field.metadata)


def _clause(kind: Any, metadata: Sequence[Any]) -> str:
    for extra in metadata:
        if isinstance(extra, Worded):
            return extra.text
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inner = [getattr(extra, "metadata", [extra]) for extra in args[1:]]
        return _clause(args[0], [extra for group in inner for extra in group])
    if origin in (Union, types.UnionType):
        parts = ["null" if arg is type(None) else _clause(arg, ()) for arg in args]
        return f"{parts[0]}, or {joined(parts[1:])}"
    if origin is Literal:
        return joined(args)
    if origin is tuple:
        item = _clause(args[0], ())
        return "a list of texts" if item == "a text" else f"a list of any of {item}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"a mapping of {joined(kind.model_fields, 'and')}"
    nouns = {int: "a whole number", float: "a number", str: "a text", Path: "a path"}
    return " ".join([nouns.get(kind, "a value"), _limits(metadata)]).rstrip()


def _limits(metadata: Sequence[Any]) -> str:
    words: list[str] = []
    for limit in metadata:
        if isinstance(limit, bounds.Ge):
            words.append(f"of at least {limit.ge}")
        elif isinstance(limit, bounds.Gt):
            words.append(f"above {limit.gt}")
        elif isinstance(limit, bounds.Le):
            words.append(f"at most {limit.le}")
        elif isinstance(limit, bounds.Lt):
            words.append(f"below {limit.lt}")
    return " and ".join(words)
