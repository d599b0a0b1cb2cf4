"""What only this user can have written: signed by a key in a folder of the user's own.

The key is made when it is first needed, and read by nobody else. Where a home is shared between
machines, so is the key.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path

__all__ = ["is_signed", "own_key", "signed"]

_BYTES = 32


def own_key() -> bytes:
    """The user's key.

    Raises:
        OSError: It can't be read, or made where there is none.
    """
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    path = Path(base) / "rnnsearch" / "key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".key-{secrets.token_hex(8)}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        try:
            os.link(aside, path)
        except OSError:  # another process was first, or the disk has no such links
            if not path.exists():
                aside.replace(path)
        aside.unlink(missing_ok=True)
    return path.read_bytes()


def signed(text: str) -> str:
    """The signature of a text.

    Raises:
        OSError: There is no key, and none can be made.
    """
    return hmac.new(own_key(), text.encode("utf-8"), "sha256").hexdigest()


def is_signed(text: str, signature: str) -> bool:
    """Whether this user has signed a text."""
    with contextlib.suppress(OSError):
        return hmac.compare_digest(signed(text).encode(), signature.encode())
    return False
