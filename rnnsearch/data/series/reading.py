"""The rows of a file of a table, which is parsed once: of a large one they are kept in the cache.

They are found there by the file's content and by what is read of it, so a second search, `check`
or `predict` of the same file begins at once, and maps what the first one wrote.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnnsearch.cache import Kept, cache_folder, keep, kept
from rnnsearch.data.problems import Problems
from rnnsearch.data.series.rows import Columns, Series, read_series
from rnnsearch.data.sources import TABLES

__all__ = ["read_file"]

_FORM = "1"
"""Changes whenever the rows of the same file do, so that old ones are not taken."""

_LARGE = 4 << 20
"""Bytes of a file from which on it is kept: a smaller one is parsed in some 0.1 s."""

_ARRAYS = ("rows", "inputs", "inputs_known", "targets", "targets_known", "ahead", "group")
_FACTS = ("kind", "classes", "names")


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
        return read_series(TABLES[reader].read(path), columns, problems)
    place = _place(reader, path, columns)
    found = kept(place)
    if found is not None:
        return _series(found)
    count = len(problems.found)
    series = read_series(TABLES[reader].read(path), columns, problems)
    if len(problems.found) > count or _stamp(path) != before:
        return series
    _keep(place, series)
    found = kept(place)
    return series if found is None else _series(found)


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
    key = json.dumps([_FORM, reader, content, asdict(columns)])
    return cache_folder("tables") / hashlib.sha256(key.encode()).hexdigest()


def _keep(place: Path, series: Series) -> None:
    arrays: dict[str, Any] = {name: getattr(series, name) for name in _ARRAYS}
    optional = {"times": series.times, "part": series.part}
    arrays |= {name: array for name, array in optional.items() if array is not None}
    arrays |= {f"text {name}": labels for name, labels in series.texts.items()}
    keep(place, arrays, {name: getattr(series, name) for name in _FACTS})


def _series(found: Kept) -> Series:
    """The inverse of `_keep`."""
    arrays, facts = found
    texts = {
        name.removeprefix("text "): labels
        for name, labels in arrays.items()
        if name.startswith("text ")
    }
    return Series(
        **{name: arrays[name] for name in _ARRAYS},
        times=arrays.get("times"),
        part=arrays.get("part"),
        texts=texts,
        kind=facts["kind"],
        classes=tuple(facts["classes"]),
        names=tuple(facts["names"]),
    )
