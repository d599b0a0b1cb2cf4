"""How a plotter draws a character: what strokes.yaml trains on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["load"]

DATA = Path(__file__).parent / "data" / "strokes.npz"


def load(font: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The paths of 62 characters in up to 12 fonts.

    Args:
        font: Whether the font is told beside the character.

    Returns:
        x (N, 2) text: the character and the name of the font, or (N, 1) without it; y (N, T, 3),
        dx, dy and pen_up of each step; lengths (N,), the steps that each path has.
    """
    with np.load(DATA) as arrays:
        names = arrays["fonts"][arrays["font"]]
        columns = (arrays["label"], names) if font else (arrays["label"],)
        return np.stack(columns, axis=1), arrays["x"], arrays["lengths"]
