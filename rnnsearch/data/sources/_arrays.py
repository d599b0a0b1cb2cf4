"""Arrays by name, as parts: what .npz files, folders of .npy files and functions have in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest, name_some
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources._base import Parts

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SplitSpec

__all__ = ["Named", "new_sequences", "parts_of"]

Named = Mapping[str, np.ndarray]
"""Arrays by their names: ``x_train, y_train[, lengths_train], …`` or ``x, y[, lengths]``."""


def parts_of(arrays: Named, split: SplitSpec, problems: Problems) -> Parts:
    """Every part that the arrays name. Other arrays are left alone.

    Args:
        arrays: What was read.
        split: Names the arrays of groups and parts.
        problems: Where to note what is wrong.
    """
    own = "x_train" in arrays
    if own and split.column is not None:
        must = "must not be given where the data has parts of its own"
        problems.add("data.split.column", must, split.column, "remove it, or save x and y")
    return Parts(
        _raw(arrays, split, "_train" if own else "", True, problems),
        _raw(arrays, split, "_validation", False, problems),
        _raw(arrays, split, "_test", False, problems),
    )


def new_sequences(arrays: Named, path: Path, targets: bool, problems: Problems) -> Raw:
    """`x[, lengths]`, or `x_test[, lengths_test]`, and the `y` of the same name.

    Raises:
        InvalidData: One of them is not there.
    """
    suffix = "" if "x" in arrays or "x_test" not in arrays else "_test"
    names = (f"x{suffix}", f"y{suffix}", f"lengths{suffix}")
    for name in names[: 1 + targets]:
        if name not in arrays:
            advice = f"there are: {name_some(arrays, 20)}"
            problems.add("data.path", f"must hold an array '{name}'", str(path), advice)
    problems.raise_any()
    x, y, lengths = names
    return Raw(arrays[x], arrays[y] if targets else None, arrays.get(lengths), names)


def _raw(
    arrays: Named, split: SplitSpec, suffix: str, needed: bool, problems: Problems
) -> Raw | None:
    """The arrays of one part; None if it has none."""
    x, y, lengths = (f"{name}{suffix}" for name in ("x", "y", "lengths"))
    if x not in arrays and y not in arrays and not needed:
        return None
    if x in arrays and y not in arrays and not needed:
        said = f"{x} is left out, as there are no targets {y} of it: it can be predicted for"
        problems.notes.append(said)
        return None
    if x in arrays and y in arrays:
        names = (x, y, lengths)
        group = split.group if isinstance(split.group, str) else None
        column = split.column if suffix == "" else None
        return Raw(
            arrays[x],
            arrays[y],
            arrays.get(lengths),
            names,
            group=_of_each(arrays, "group", group, x, problems),
            part=_of_each(arrays, "column", column, x, problems),
        )
    must = f"must hold the arrays '{x}' and '{y}'"
    if needed and not suffix:
        must += ", or 'x_train' and 'y_train'"
    problems.add("data.path", must, name_some(arrays, 20) or "no arrays", "save both")
    return None


def _of_each(
    arrays: Named, key: str, name: str | None, x: str, problems: Problems
) -> np.ndarray | None:
    """The array of this name, one whole number or text for each sequence; None if not asked."""
    if name is None:
        return None
    path, name = f"data.split.{key}", name + x.removeprefix("x")
    if name not in arrays:
        must = "must be the name of an array"
        problems.add(path, must, f"no array '{name}'", name_nearest(name, list(arrays)))
        return None
    array, count = arrays[name], arrays[x].shape[:1]
    if array.shape != count or array.dtype.kind not in "biuUS":
        must = f"must have one text or whole number for each of {name_some(count)} sequences"
        received = f"{name} of shape {array.shape} and type {array.dtype}"
        problems.add(path, must, received, "save one for each sequence")
        return None
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array
