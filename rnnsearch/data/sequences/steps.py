"""Images and clips as sequences: what one step of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnsearch.data.problems import Problems
from rnnsearch.data.raw.sequences import Raw

__all__ = ["stepped"]


def stepped(raw: Raw, settings: Mapping[str, Any], problems: Problems) -> Raw | None:
    """x as (N, T, F), if the data section has `steps`; else as it is.

    Args:
        raw: x is of images (N, height, width[, channels]), or for `steps: frames` of clips
            (N, T, height, width[, channels]).
        settings: The data section as plain values.
        problems: Where to note what is wrong.

    Returns:
        None, and problems, if x has other axes or patches do not fill it.
    """
    steps, patch, x = settings.get("steps"), settings.get("patch"), raw.x
    if steps is None:
        return raw
    axes = 4 if steps == "frames" else 3
    if x.ndim not in (axes, axes + 1) or 0 in x.shape:
        usual = "N, frames, height, width" if steps == "frames" else "N, height, width"
        must = f"must suit the data: {steps} are of axes ({usual}) or ({usual}, channels)"
        received = f"{raw.names[0]} of shape {x.shape}"
        problems.add("data.steps", must, received, "remove it, or give other arrays")
        return None
    if x.ndim == axes:
        x = x[..., None]
    if steps == "frames":
        return replace(raw, x=x.reshape(*x.shape[:2], -1))
    count, height, width, channels = x.shape
    if steps == "patches":
        assert patch is not None
        if height % patch or width % patch:
            received = f"{patch} for {height} × {width}"
            must, advice = "must divide height and width", "choose another patch or size"
            problems.add("data.patch", must, received, advice)
            return None
        grid = x.reshape(count, height // patch, patch, width // patch, patch, channels)
        return replace(raw, x=grid.swapaxes(2, 3).reshape(count, -1, patch * patch * channels))
    if steps == "columns":
        x = x.swapaxes(1, 2)
    long = height * width if steps == "pixels" else x.shape[1]
    return replace(raw, x=x.reshape(count, long, -1))
