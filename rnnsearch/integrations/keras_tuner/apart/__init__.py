"""Lanes for scripts whose backend is TensorFlow or torch: JAX trains them in a process of its own.

The script's process builds each model, as KerasTuner does, and sends its weights; the other builds
it again by the script's own function, trains it, and sends the weights of the best epoch back.
That process imports only what it needs, so names are imported here when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsearch.integrations.keras_tuner.apart.driver_side import begin_early
    from rnnsearch.integrations.keras_tuner.apart.sending import Apart
    from rnnsearch.integrations.keras_tuner.apart.sent_lanes import ApartLane, NotApart

__all__ = ["Apart", "ApartLane", "NotApart", "begin_early"]

_HOMES = {"Apart": "sending", "begin_early": "driver_side"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = _HOMES.get(name, "sent_lanes")
    return getattr(import_module(f"{__name__}.{home}"), name)
