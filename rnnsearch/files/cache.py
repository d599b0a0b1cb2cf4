"""Where things are kept between searches that could be computed again.

What is kept is found by the content of what it was made of. All of it together takes no more room
than `RNNSEARCH_CACHE_GB` says; what was not used for longest goes first. A file is written aside
and renamed, its arrays are mapped and not copied when it is read, and it is removed without being
changed: so a search that has it open goes on with what it was.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
from pathlib import Path
from typing import Any

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.files.atomic import replacing

__all__ = ["cache_folder", "keep", "kept", "limit"]

_SIZE = "RNNSEARCH_CACHE_GB"
_USUAL_SIZE = 5.0

_FOLDERS = ("features", "tables")
"""Those with files of `keep`."""


def cache_folder(name: str) -> Path:
    """The folder `name` of this package's cache. It may be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rnnsearch" / name


def kept(place: Path) -> Any | None:
    """What `keep` wrote, its arrays read-only; None where nothing is, or something damaged.

    Raises:
        InvalidInput: The environment gives no size for the cache.
    """
    if not limit() or not place.exists():
        return None
    import joblib

    try:
        value = joblib.load(place, mmap_mode="r")
    except Exception:  # damage may raise anything, and what is kept can be computed again
        return None
    with contextlib.suppress(OSError):
        os.utime(place)  # used just now
    return value


def keep(place: Path, value: Any) -> None:
    """Write a value, which may hold arrays, to a file of the cache, and make room for it.

    Where nothing can be kept (a read-only home, a full disk, no room in the cache) it is
    computed again next time.
    """
    room = limit()
    if not room:
        return
    import joblib

    with contextlib.suppress(OSError):  # no room, or no right to write: nothing is lost
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place, flush=False) as aside:  # half of it would be damage, computed again
            joblib.dump(value, aside)
            if aside.stat().st_size > room:
                raise OSError(errno.ENOSPC, "larger than the whole cache", str(place))
    _remove_oldest(room)


def limit() -> float:
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
