"""Arrays with other axes, images and clips as sequences: what one step of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.axes import said_axes
from rnnsearch.data.sequences.doubtful import said_values
from rnnsearch.data.sequences.padding import said_padding, unpadded
from rnnsearch.vocabulary import MAPPINGS

__all__ = ["as_steps", "said_steps", "stepped"]


def as_steps(raw: Raw, settings: Mapping[str, Any], task: str, problems: Problems) -> Raw | None:
    """x as sequences that are padded with NaN at their ends, or vectors, as the data section says.

    Args:
        raw: As it was read.
        settings: The data section as plain values.
        task: Its name.
        problems: Where to note what is wrong.

    Returns:
        None, and problems, if it says what does not suit x.
    """
    cut = stepped(raw, settings, problems)
    mapping = MAPPINGS[task]
    if cut is None or not (mapping.reads_sequence and mapping.recurrent):
        return cut
    return unpadded(cut, settings.get("padding"))


def said_steps(raw: Raw, settings: Mapping[str, Any], task: str) -> tuple[str, ...]:
    """Notes where x may have other axes or padding than it is taken to have."""
    mapping = MAPPINGS[task]
    if not mapping.reads_sequence or not mapping.recurrent or settings.get("steps") is not None:
        return ()
    if not raw.x.ndim:  # a number alone, which is refused
        return ()
    axes = said_axes(raw.x, raw.names[0]) if "steps" in settings else ""
    looked = "padding" in settings and settings["padding"] is None and raw.lengths is None
    padding = said_padding(raw.x, raw.names[0]) if looked and not axes else ""
    values = () if padding or "steps" not in settings else said_values(raw.x, raw.names[0])
    return (*filter(None, (axes, padding)), *values)


def stepped(raw: Raw, settings: Mapping[str, Any], problems: Problems) -> Raw | None:
    """x as (N, T, F), if the data section has `steps`; else as it is.

    Args:
        raw: x is of images (N, height, width[, channels]), or for `steps: frames` of clips
            (N, T, height, width[, channels]), or for `steps: last` of sequences (N, F, T).
        settings: The data section as plain values.
        problems: Where to note what is wrong.

    Returns:
        None, and problems, if x has other axes or patches do not fill it.
    """
    steps, patch, x = settings.get("steps"), settings.get("patch"), raw.x
    if steps is None:
        return raw
    if steps == "last":
        if x.ndim != 3 or 0 in x.shape:
            must, received = "must suit the data (N, F, T)", f"{raw.names[0]} of shape {x.shape}"
            problems.add("data.steps", must, received, "remove it, or give other arrays")
            return None
        return replace(raw, x=x.swapaxes(1, 2))
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
