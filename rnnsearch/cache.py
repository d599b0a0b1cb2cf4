"""Where things are kept between searches that could be computed again.

What is kept is found by the content of what it was made of. All of it together takes no more room
than `RNNSEARCH_CACHE_GB` says; what was not used for longest goes first. A file is written aside
and renamed, mapped and not copied when it is read, and removed without being changed: so a search
that has it open goes on with what it was.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnnsearch.errors import InvalidInput, Problem

__all__ = ["Kept", "cache_folder", "keep", "kept"]

_SIZE = "RNNSEARCH_CACHE_GB"
_USUAL_SIZE = 5.0

_FOLDERS = ("features", "tables")
"""Those with files of `keep`."""

_HEAD = struct.Struct("<8sII")
"""Name of the format, checksum of what follows, length of the description."""
_NAME = b"rnnkept1"
_ALIGNED = 64


class Kept(NamedTuple):
    """What a file of the cache holds.

    Attributes:
        arrays: By name; read-only.
        facts: Plain values.
    """

    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]


def cache_folder(name: str) -> Path:
    """The folder `name` of this package's cache. It may be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rnnsearch" / name


def kept(place: Path) -> Kept | None:
    """What `keep` wrote; None where nothing is, or something that is damaged.

    Raises:
        InvalidInput: The environment gives no size for the cache.
    """
    if not _room():
        return None
    try:
        whole = np.asarray(np.memmap(place, np.uint8, "r"))
    except (OSError, ValueError):  # there is none, or an empty one
        return None
    if len(whole) < _HEAD.size:
        return None
    name, checksum, length = _HEAD.unpack(whole[: _HEAD.size].tobytes())
    rest = whole[_HEAD.size :]
    if name != _NAME or checksum != zlib.crc32(memoryview(rest)):
        return None
    with contextlib.suppress(OSError):
        os.utime(place)  # used just now
    described, facts = json.loads(rest[:length].tobytes())
    return Kept(_arrays(rest[length:], described), facts)


def keep(place: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write arrays and plain values to a file of the cache, and make room for it.

    Where nothing can be kept (a read-only home, a full disk, more than the cache may hold) it is
    computed again next time.
    """
    room = _room()
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    if sum(array.nbytes for array in whole.values()) > room:
        return
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(aside, whole, facts)
        aside.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
    _remove_oldest(room)


def _room() -> float:
    """Bytes that the cache may take.

    Raises:
        InvalidInput: The environment gives no size.
    """
    written = os.environ.get(_SIZE) or str(_USUAL_SIZE)
    try:
        size = float(written)
    except ValueError:
        size = math.nan
    if not size >= 0:
        must = "must be the size of the cache in GB, 0 for none"
        raise InvalidInput([Problem(_SIZE, must, f"'{written}'", f"such as {_USUAL_SIZE:g}")])
    return size * 1e9


def _write(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """The head, the description, and the arrays, each where it is aligned."""
    described = {name: (array.dtype.str, array.shape) for name, array in arrays.items()}
    text = json.dumps([described, facts]).encode()
    text += b" " * (-(_HEAD.size + len(text)) % _ALIGNED)
    pieces = [memoryview(text)]
    for array in arrays.values():
        # Times have no buffer of their own.
        pieces += [memoryview(array.reshape(-1).view(np.uint8)), memoryview(bytes(_gap(array)))]
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    with path.open("wb") as file:
        file.write(_HEAD.pack(_NAME, checksum, len(text)))
        for piece in pieces:
            file.write(piece)


def _gap(array: np.ndarray) -> int:
    """Bytes from the end of an array to the next one."""
    return -array.nbytes % _ALIGNED


def _arrays(data: np.ndarray, described: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays that follow the description, in the order of their names in it."""
    found: dict[str, np.ndarray] = {}
    begin = 0
    for name, (kind, shape) in described.items():
        dtype = np.dtype(kind)
        size = dtype.itemsize * math.prod(shape)
        found[name] = data[begin : begin + size].view(dtype).reshape(shape)
        begin += size + _gap(found[name])
    return found


def _remove_oldest(room: float) -> None:
    """Remove files until the others fit, those first that were not used for longest."""
    found: list[tuple[int, int, Path]] = []
    for name in _FOLDERS:
        with contextlib.suppress(OSError):
            for path in cache_folder(name).iterdir():
                known = path.stat()
                found.append((known.st_mtime_ns, known.st_size, path))
    taken = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if taken <= room:
            return
        with contextlib.suppress(OSError):  # another search removed it, or Windows holds it
            path.unlink()
            taken -= size
