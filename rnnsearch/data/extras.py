"""Libraries that only some sources need."""

from __future__ import annotations

import importlib
from types import ModuleType

from rnnsearch.errors import MissingExtra

__all__ = ["import_extra"]


def import_extra(module: str, library: str, extra: str, purpose: str) -> ModuleType:
    """A module of an optional library.

    Args:
        module: As it is imported.
        library: As it is called.
        extra: Of this package, which brings it.
        purpose: What needs it, for the message.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtra(library, extra, purpose) from None
