"""Several targets of unlike size: one error over all of them is that of the largest."""

from __future__ import annotations

from rnnsearch.data._base import Target

__all__ = ["size_note"]

_UNLIKE = 5
"""How many times as much as another a target must vary for it to be said."""


def size_note(target: Target) -> tuple[str, ...]:
    """What is to be said of the sizes of several targets: a line, or nothing."""
    if target.deviation is None or target.width < 2:
        return ()
    most, least = float(target.deviation.max()), float(target.deviation.min())
    if most < _UNLIKE * least:
        return ()
    return (
        f"targets differ {most / least:.2g}-fold in size: val_rmse is that of the largest, "
        "val_nrmse and val_loss weigh each (search.objective)",
    )
