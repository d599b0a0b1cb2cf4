"""Arrays in a folder, a .npy file each.

The files have the names that the arrays of an .npz have: whoever knows one source knows the other,
one path names everything, and `predict` is given a folder as it is given a file there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources._arrays import new_sequences, parts_of
from rnnsearch.data.sources._base import Parts, SequencesReader
from rnnsearch.data.sources.array_names import with_usual_names

if TYPE_CHECKING:
    from rnnsearch.spec.sources import NpySource

__all__ = ["NpyReader"]


class NpyReader(SequencesReader):
    """Reads ``x.npy, y.npy[, lengths.npy]`` or ``x_train.npy, …``; large ones are memory-mapped."""

    def read(self, section: NpySource, problems: Problems) -> Parts:
        """Every part that the folder has files of. Other files in it are left alone."""
        arrays = _load(section.path, problems)
        problems.raise_any()
        return parts_of(arrays, section.split, problems)

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """The files `x`, `y` and `lengths` of a folder, or of its test part."""
        arrays = _load(path, problems)
        problems.raise_any()
        return new_sequences(arrays, path, targets, problems)

    def files(self, section: NpySource) -> list[Path]:
        """The folder's arrays."""
        return sorted(section.path.glob("*.npy"))


def _load(path: Path, problems: Problems) -> dict[str, np.ndarray]:
    """The folder's arrays by name; what can't be read is noted."""
    if not path.is_dir():
        what = "a file" if path.exists() else "nothing"
        advice = "name the folder that x.npy and y.npy are in, relative to the spec's folder"
        problems.add("data.path", "must be an existing folder", f"{what} at {path}", advice)
        return {}
    arrays: dict[str, np.ndarray] = {}
    for file in sorted(path.glob("*.npy")):
        try:
            arrays[file.stem] = np.load(file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError, OverflowError, MemoryError) as error:
            advice = "save plain arrays with numpy.save, ragged ones padded with NaN"
            problems.add("data.path", "must hold plain arrays", f"{file} ({error})", advice)
    return with_usual_names(arrays)
