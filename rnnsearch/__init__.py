"""rnnsearch: AutoML for recurrent neural networks, on Keras.

    import rnnsearch
    results = rnnsearch.search("spaces.yaml")
    results.leaderboard

Names are imported when they are first used, so that ``import rnnsearch`` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsearch.api import CheckReport, Initial, Results, check, init, search
    from rnnsearch.data import Arrays
    from rnnsearch.integrations.keras_tuner import Tuner

__all__ = ["Arrays", "CheckReport", "Initial", "Results", "Tuner", "check", "init", "search"]

_HOMES = {"Arrays": "rnnsearch.data", "Tuner": "rnnsearch.integrations.keras_tuner"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rnnsearch' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "rnnsearch.api")), name)
