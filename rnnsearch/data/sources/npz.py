"""Arrays in one .npz file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources._arrays import new_sequences, parts_of
from rnnsearch.data.sources._base import Parts, SequencesReader
from rnnsearch.data.sources.array_names import with_usual_names
from rnnsearch.files import memory_bytes

if TYPE_CHECKING:
    from rnnsearch.spec.sources import NpzSource

__all__ = ["NpzReader"]

_DAMAGED = (
    *(
        EOFError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
        SyntaxError,
        TokenError,
        ValueError,
    ),
    *(zipfile.BadZipFile, zlib.error),
)
"""What NumPy and the libraries under it raise where a file is not what it says."""


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
        # Opened here: NumPy leaves a file open in which it finds no archive.
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                received, advice = f"one array, {path}", "use numpy.savez"
                problems.add("data.path", "must be an .npz file", received, advice)
                return {}
            return _members(loaded, path, problems)
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
    except _DAMAGED as error:
        received = f"{path} ({_one_line(error)})"
        problems.add("data.path", "must be an .npz file", received, "use numpy.savez")
    return {}


def _members(loaded: np.lib.npyio.NpzFile, path: Path, problems: Problems) -> dict[str, np.ndarray]:
    """The arrays of an open file; a problem for each that can't be read."""
    arrays: dict[str, np.ndarray] = {}
    archive: Any = loaded.zip
    size, memory = sum(info.file_size for info in archive.infolist()), memory_bytes()
    if memory is not None and size > memory:
        received = f"{path}, of which {size:,} bytes unpack"
        problems.add("data.path", f"must fit in memory, of {memory:,} bytes", received)
        return {}
    for name in loaded.files:
        try:
            arrays[name] = loaded[name]
        except MemoryError:
            problems.add("data.path", "must fit in memory", f"the array '{name}' of {path}")
        except _DAMAGED as error:
            if "allow_pickle" in str(error):
                advice = (
                    "pad ragged sequences with NaN at the end, and save texts as y.astype(str), "
                    "numbers as y.astype(float)"
                )
                received = f"Python objects in '{name}'"
                problems.add("data.path", "must hold plain arrays", received, advice)
                continue
            received = f"{path}, of which '{name}' can't be read ({_one_line(error)})"
            problems.add("data.path", "must be a whole .npz file", received, "write it anew")
    return with_usual_names(arrays)


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
