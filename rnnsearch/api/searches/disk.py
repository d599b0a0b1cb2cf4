"""A disk that refuses: one clear error, in place of whatever was being written."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from rnnsearch.errors import StudyError

__all__ = ["refusal", "writing_to"]

_ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some of your quota",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "make the disk writable",
    errno.EACCES: "make it writable for you",
    errno.EPERM: "make it writable for you",
    errno.EIO: "look after the disk",
    errno.ENOTDIR: "move what is in its place",
    errno.EISDIR: "move what is in its place",
    errno.ENOTEMPTY: "move what is in its place",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close some programs",
    errno.ENOENT: "put back the folder that was removed while it was in use",
    errno.ESTALE: "mount it again",
    errno.ENOMEM: "free some memory",
}


def refusal(error: OSError, path: Path | str) -> str | None:
    """What to say of an error of the disk; None of an error of another kind.

    Args:
        error: What was raised.
        path: What was being written, where the error does not know.
    """
    advice = _ADVICE.get(error.errno or 0)
    if advice is None:
        return None
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename or path} could not be written or read: {reason}; {advice}"


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Have errors of the disk say what a user can do, and that nothing is lost.

    Raises:
        StudyError: In place of such an error.
    """
    try:
        yield
    except OSError as error:
        said = refusal(error, folder)
        if said is None:
            raise
        raise StudyError(
            f"{said}, and give the same command again: trials that have ended are kept in "
            f"{folder}, and it goes on with the others"
        ) from error
