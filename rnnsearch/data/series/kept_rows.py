"""The rows of a file of a table, which is parsed once: of a large one they are kept in the cache.

They are found there by the file's content and by what is read of it, so a second search, `check`
or `predict` of the same file begins at once, and maps what the first one wrote.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.table_reading import read_series
from rnnsearch.data.sources import TABLES
from rnnsearch.files import cache_folder, keep, kept

__all__ = ["read_file"]

_FORM = "4"
"""Changes whenever the rows of the same file do, so that old ones are not taken."""

_LARGE = 4 << 20
"""Bytes of a file from which on it is kept: a smaller one is parsed in some 0.1 s."""


def read_file(reader: str, path: Path, columns: Columns, problems: Problems) -> Series:
    """Read and check the columns of a file.

    Args:
        reader: Name of the source.
        path: The file.
        columns: What to read.
        problems: Where to note what is wrong with the columns.

    Raises:
        InvalidData: The file is missing, broken or empty.
        MissingExtra: A library that reads it is not installed.
    """
    before = _stamp(path)
    if before is None:
        return read_series(TABLES[reader].read(path, dict(columns.dialect)), columns, problems)
    place = _place(reader, path, columns)
    found = kept(place)
    if isinstance(found, Series):
        return _plain(found)
    count = len(problems.found)
    series = read_series(TABLES[reader].read(path, dict(columns.dialect)), columns, problems)
    if len(problems.found) > count or _stamp(path) != before:
        return series
    keep(place, series)
    found = kept(place)  # mapped, which takes less memory
    return _plain(found) if isinstance(found, Series) else series


def _plain(series: Series) -> Series:
    """With arrays of NumPy's own type, mapped as before: a slice of `memmap` takes longer."""
    arrays = {f.name: getattr(series, f.name) for f in fields(Series)}
    mapped: dict[str, Any] = {
        n: np.asarray(a) for n, a in arrays.items() if isinstance(a, np.memmap)
    }
    return replace(series, **mapped)


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes with a large file; None of another."""
    try:
        known = path.stat()
    except OSError:
        return None
    large = path.is_file() and known.st_size >= _LARGE
    return (known.st_mtime_ns, known.st_size) if large else None


def _place(reader: str, path: Path, columns: Columns) -> Path:
    """Where the rows of this content are kept, read in this way."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    form = [_FORM, *(field.name for field in fields(Series))]
    key = json.dumps([form, reader, content, asdict(columns)])
    return cache_folder("tables") / hashlib.sha256(key.encode()).hexdigest()
