"""Arrays in one .npz file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.problems import Problems, name_some
from rnnsearch.data.sequences.samples import Raw
from rnnsearch.data.sources._base import Parts, SequencesReader

if TYPE_CHECKING:
    from rnnsearch.spec.sources import NpzSource

__all__ = ["NpzReader"]


class NpzReader(SequencesReader):
    """Reads ``x_train, y_train[, lengths_train], …`` or ``x, y[, lengths]``."""

    def read(self, section: NpzSource, problems: Problems) -> Parts:
        """Every part that the file names. Other arrays in it are left alone."""
        arrays = load_npz(section.path, problems)
        problems.raise_any()
        suffix = "_train" if "x_train" in arrays else ""
        return Parts(
            _raw(arrays, suffix, True, problems),
            _raw(arrays, "_validation", False, problems),
            _raw(arrays, "_test", False, problems),
        )

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """`x[, lengths]`, or `x_test[, lengths_test]`, and the `y` of the same name."""
        arrays = load_npz(path, problems)
        problems.raise_any()
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


def load_npz(path: Path, problems: Problems) -> dict[str, np.ndarray]:
    """All arrays of a file by name; an empty dict, and a problem, if it can't be read."""
    try:
        loaded = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
        return {}
    except (OSError, ValueError, EOFError) as error:
        problems.add("data.path", "must be an .npz file", f"{path} ({error})", "use numpy.savez")
        return {}
    if isinstance(loaded, np.ndarray):
        problems.add("data.path", "must be an .npz file", f"one array, {path}", "use numpy.savez")
        return {}
    arrays: dict[str, np.ndarray] = {}
    with loaded:
        for name in loaded.files:
            try:
                arrays[name] = loaded[name]
            except ValueError:
                advice = "pad ragged sequences with NaN at the end, and save text as text"
                received = f"Python objects in '{name}'"
                problems.add("data.path", "must hold plain arrays", received, advice)
    return arrays
