"""Arrays in one .npz file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.array_preparation import load_npz
from rnnsearch.data.arrays import ArraysData, prepare_arrays
from rnnsearch.data.problems import Problems, name_some
from rnnsearch.data.samples import Raw

if TYPE_CHECKING:
    from rnnsearch.spec.schema import NpzSource

__all__ = ["read_npz"]


def read_npz(source: NpzSource, task: str) -> ArraysData:
    """Read and prepare ``x_train, y_train[, lengths_train], …`` or ``x, y[, lengths]``.

    Parts named ``_validation`` and ``_test`` are used where they are; else they are taken
    out of the training part. Other arrays in the file are left alone.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    arrays = load_npz(source.path, problems)
    problems.raise_any()
    suffix = "_train" if "x_train" in arrays else ""
    raws = [_raw(arrays, suffix, True, problems)]
    raws += [_raw(arrays, name, False, problems) for name in ("_validation", "_test")]
    problems.raise_any()
    return prepare_arrays(source, task, (raws[0], raws[1], raws[2]), problems)


def _raw(
    arrays: dict[str, np.ndarray], suffix: str, needed: bool, problems: Problems
) -> Raw | None:
    """The arrays of one part; None if it has none."""
    x, y, lengths = (f"{name}{suffix}" for name in ("x", "y", "lengths"))
    if x not in arrays and y not in arrays and not needed:
        return None
    if x in arrays and y in arrays:
        return Raw(arrays[x], arrays[y], arrays.get(lengths), (x, y, lengths))
    must = f"must hold the arrays '{x}' and '{y}'"
    if needed and not suffix:
        must += ", or 'x_train' and 'y_train'"
    problems.add("data.path", must, name_some(arrays, 20) or "no arrays", "save both")
    return None
