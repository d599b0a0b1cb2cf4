"""Files of arrays that are read without trust: no pickle, nothing larger than the memory."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from tokenize import TokenError

import numpy as np

__all__ = ["NoArrays", "memory_bytes", "read_arrays"]

_DAMAGED = (
    *(EOFError, KeyError, NotImplementedError, RuntimeError, SyntaxError, TokenError, ValueError),
    *(MemoryError, OverflowError, zipfile.BadZipFile, zlib.error),
)
"""What NumPy and the libraries under it raise where a file is not what it says."""


class NoArrays(ValueError):
    """A file does not hold the arrays that it should."""


def read_arrays(path: Path, only: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by name.

    Args:
        path: The file.
        only: The names of those that are wanted; None for all.

    Raises:
        NoArrays: It is none, is damaged, holds objects, or unpacks to more than the memory.
        OSError: It can't be read.
    """
    # Opened here: NumPy leaves a file open in which it finds no archive.
    with path.open("rb") as stream:
        try:
            loaded = np.load(stream, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                raise NoArrays("it is one array")
            size, memory = sum(info.file_size for info in loaded.zip.infolist()), memory_bytes()
            if memory is not None and size > memory:
                raise NoArrays(f"it unpacks to {size:,} bytes, and the memory has {memory:,}")
            return {name: loaded[name] for name in (loaded.files if only is None else only)}
        except NoArrays:
            raise
        except _DAMAGED as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise NoArrays(said) from error


def memory_bytes() -> int | None:
    """Bytes of the machine; None where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
