"""New data that is given as arrays or a table: a file for as long as it is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.api.asking.given import as_sequences, write_frame
from rnnsearch.data.raw.sequence_arrays import plain_array

__all__ = ["as_file"]


@contextmanager
def as_file(data: Any) -> Iterator[Path]:
    """A file that readers read.

    Args:
        data: A file's path, which stays as it is; a `pandas.DataFrame`; sequences, as
            `rnnsearch.search` takes them for x, or a tuple (x, y) or (x, y, lengths) of arrays.

    Raises:
        InvalidData: It is nothing that can be written.
    """
    if isinstance(data, str | Path):
        yield Path(data)
        return
    with tempfile.TemporaryDirectory(prefix="rnnsearch-") as folder:
        if hasattr(data, "columns"):
            path = Path(folder) / "frame.csv"
            write_frame(data, path)
        else:
            path = Path(folder) / "arrays.npz"
            named = data if isinstance(data, tuple) else (data,)
            x, *others = named
            arrays = [as_sequences(x), *map(plain_array, others)]
            np.savez(path, **dict(zip(("x", "y", "lengths"), arrays, strict=False)))  # type: ignore[arg-type]
        yield path
