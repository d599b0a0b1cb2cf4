"""One point of a learning curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Epoch"]


@dataclass(frozen=True)
class Epoch:
    """One point of a learning curve: ``loss`` and ``val_…`` metrics; epochs count from 1."""

    number: int
    metrics: Mapping[str, float]
