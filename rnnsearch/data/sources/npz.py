"""Arrays in one .npz file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.problems import Problems
from rnnsearch.data.sequences.raw import Raw
from rnnsearch.data.sources._arrays import new_sequences, parts_of
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
        return parts_of(arrays, section.split, problems)

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """`x[, lengths]`, or `x_test[, lengths_test]`, and the `y` of the same name."""
        arrays = load_npz(path, problems)
        problems.raise_any()
        return new_sequences(arrays, path, targets, problems)


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
