"""Options of the compiler that suit what is trained here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

__all__ = ["LOW_LEVEL", "unless_said"]

LOW_LEVEL = {"xla_backend_optimization_level": 1}
"""LLVM's level. Its highest, XLA's default, makes slower code of a recurrence's small loops and
takes longer to make it: benchmarks/README.md."""


def unless_said(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that users say nothing of; XLA_FLAGS is where they would."""
    said = os.environ.get("XLA_FLAGS", "")
    return {name: value for name, value in options.items() if name not in said}
