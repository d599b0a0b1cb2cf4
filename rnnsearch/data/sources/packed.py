"""Text files that were packed: by gzip, bzip2 or xz, or alone in a zip archive."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path, PurePath
from typing import IO

from rnnsearch.files import memory_bytes

__all__ = ["PACKED", "TooLarge", "name_inside", "unpacked", "without_packing"]

PACKED = (".gz", ".bz2", ".xz", ".zip")
"""Endings of such files, behind that of what is in them."""

_DAMAGED = (
    *(EOFError, OSError, RuntimeError, NotImplementedError, ValueError),
    *(lzma.LZMAError, zipfile.BadZipFile, zlib.error),
)
"""What the libraries raise where a file is not what its beginning says."""


class TooLarge(OSError):
    """A file unpacks to more than there is room for."""


def without_packing(name: str) -> str:
    """The name of what is in a file of this name: ``a.csv`` of ``a.csv.gz``."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in PACKED and PurePath(path.stem).suffix else name


def name_inside(path: Path) -> str:
    """The name of what is in a file: of the only one in a zip archive, or `without_packing`."""
    name = without_packing(path.name)
    if name != path.name or path.suffix.lower() != ".zip":
        return name
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if _holds_data(name)]
    except _DAMAGED:
        return name
    return PurePath(names[0]).name if len(names) == 1 else name


def unpacked(content: bytes) -> bytes:
    """What was packed; the content itself where nothing was, or what was is damaged or an archive.

    Raises:
        TooLarge: It unpacks to more than the memory.
    """
    try:
        if content[:2] == b"\x1f\x8b":
            return _whole(gzip.GzipFile(fileobj=io.BytesIO(content)))
        if content[:3] == b"BZh":
            return _whole(bz2.BZ2File(io.BytesIO(content)))
        if content[:6] == b"\xfd7zXZ\0":
            return _whole(lzma.LZMAFile(io.BytesIO(content)))
        if content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [name for name in archive.namelist() if _holds_data(name)]
                if len(names) == 1:
                    return _whole(archive.open(names[0]))
    except TooLarge:
        raise
    except _DAMAGED:
        return content  # its beginning says what it should be
    return content


def _holds_data(name: str) -> bool:
    """Whether a member of an archive is a file, and none that a Mac put beside it."""
    return not name.endswith("/") and PurePath(name).name[0] != "."


def _whole(file: io.BufferedIOBase | IO[bytes]) -> bytes:
    """All that a file holds."""
    memory = memory_bytes()
    with file:
        content = file.read() if memory is None else file.read(memory // 4)
        if memory is not None and file.read(1):
            raise TooLarge(f"it unpacks to more than {memory // 4:,} bytes")
    return content
