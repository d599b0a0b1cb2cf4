"""Files that are either old or new, never half: written aside, flushed, then renamed."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["remove_leftovers", "replacing", "replacing_folder", "write_bytes", "write_text"]

_MARK = ".aside-"
_PATIENCE, _PAUSE = 5.0, 0.02
"""Seconds that a file is waited for which somebody else has open, and between two tries."""

_count = itertools.count()


@contextlib.contextmanager
def replacing(path: Path, flush: bool = True) -> Iterator[Path]:
    """Give a path to write to; what is written there replaces `path` when the block ends.

    The path given is in the same folder and has the same suffix, as writers such as
    ``model.save`` look at the suffix. Where the block raises, `path` keeps what it held.

    Args:
        path: The file to make or replace. Its folder must exist.
        flush: Whether the file is on the disk when the block ends, so that not even the machine's
            end leaves half of it.
    """
    aside = path.with_name(f".{path.stem}{_MARK}{os.getpid()}-{next(_count)}{path.suffix}")
    try:
        yield aside
        if flush:
            _flush(aside)
        _take_its_place(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if flush:
        with contextlib.suppress(OSError):  # Windows can't open a folder; the rename is done
            _flush(path.parent)


@contextlib.contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of `folder` when the block ends.

    Where the block raises, `folder` keeps what it held. What it holds is as safe as each file's
    writer made it.

    Args:
        folder: The folder to make or replace, with those that it lies in.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)  # of one who was killed
    aside.mkdir()
    try:
        yield aside
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Make or replace a file."""
    with replacing(path) as aside:
        aside.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Make or replace a text file, UTF-8, line ends as given."""
    write_bytes(path, content.encode("utf-8"))


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left aside; only for who holds the folder's lock."""
    for leftover in folder.glob(f".*{_MARK}*"):
        leftover.unlink(missing_ok=True)


def _take_its_place(aside: Path, path: Path) -> None:
    """Rename over what may be there.

    On Windows that is refused while somebody has the file open, if only to read it: that is
    waited for.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            aside.replace(path)
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _flush(path: Path) -> None:
    """Have the system write a file, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
