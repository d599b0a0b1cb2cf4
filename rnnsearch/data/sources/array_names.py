"""What arrays of a file are called, and which of them are what the sources call x and y."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

__all__ = ["said_names", "usual_names", "with_usual_names"]

_PLAIN = re.compile("(x|y|lengths)(_train|_test|_val|_valid|_validation|_dev)?", re.IGNORECASE)
_KINDS = {
    **dict.fromkeys(("x", "data", "input", "inputs", "feature", "features"), "x"),
    **dict.fromkeys(("image", "images", "sequence", "sequences", "signals", "samples"), "x"),
    **dict.fromkeys(("y", "label", "labels", "target", "targets", "output", "outputs"), "y"),
    **dict.fromkeys(("length", "lengths", "len", "lens"), "lengths"),
}
_PARTS = {
    **dict.fromkeys(("train", "training", "tr"), "_train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "_validation"),
    **dict.fromkeys(("test", "testing", "te"), "_test"),
}
_INPUTS, _TARGETS = {"x", "x_train", "x_test"}, {"y", "y_train", "y_test"}
_DROPPED = {"set", "scaled", "norm", "normalized", "seq", "array"}
"""What is said of an array besides."""
_UNNAMED = {"arr_0": "x", "arr_1": "y"}
"""What `numpy.savez` calls two arrays without names."""


def usual_names(names: Iterable[str]) -> dict[str, str]:
    """Name → as the sources call it: `X` is `x`, `train_images` `x_train`, `labels` `y`.

    Names of other kinds are left; so are all where a file has x and y, or would have one twice.
    """
    every = list(names)
    plain = {name: _plain(name) for name in every}
    if len({*plain.values()}) < len(every):
        return {name: name for name in every}
    if _INPUTS & {*plain.values()} and _TARGETS & {*plain.values()}:
        return plain
    if {*every} == {*_UNNAMED}:
        return dict(_UNNAMED)
    wide = {name: _wide(name) for name in every}
    known = [name for name in wide.values() if name]
    if len({*known}) < len(known) or not _INPUTS & {*known}:
        return plain
    return {name: found or name for name, found in wide.items()}


def with_usual_names(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays by the names that the sources read."""
    names = usual_names(arrays)
    return {names[name]: array for name, array in arrays.items()}


def said_names(names: Iterable[str]) -> str:
    """Which arrays are read under a name that is not their own, for the user; "" if none is."""
    other = [f"'{old}' as {new}" for old, new in usual_names(names).items() if _plain(old) != new]
    return f"arrays have other names: {', '.join(other)}" if other else ""


def _plain(name: str) -> str:
    known = _PLAIN.fullmatch(name)
    if known is None:
        return name
    kind, part = known.groups()
    return kind.lower() + _PARTS.get((part or "").lower().removeprefix("_"), "")


def _wide(name: str) -> str:
    """A name by its words, in any order; "" where they are none of x, y and lengths."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    kinds, parts = [], []
    for word in map(str.lower, words):
        if word in _PARTS:
            parts.append(_PARTS[word])
        elif word in _KINDS:
            kinds.append(_KINDS[word])
        elif word not in _DROPPED:
            return ""
    if len(kinds) == 2 and kinds[0] == "x":  # data_x is x, input_lengths lengths
        kinds = kinds[1:]
    if len(kinds) != 1 or len(parts) > 1 or re.search(r"\d", name):
        return ""
    return kinds[0] + "".join(parts)
