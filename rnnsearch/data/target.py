"""What is predicted, and the way between its own units and those that a network learns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = ["Scaling", "Target", "output_axes", "unscaled"]


@dataclass(frozen=True)
class Scaling:
    """A map per feature, fitted on the training part.

    scaled = (link(raw) - anchor - offset) / scale

    Attributes:
        offset, scale: (F,); or, of sequences that follow one curve, an offset (T, F).
        log: (F,) whether link is the logarithm, or the identity; False for no feature.
    """

    offset: np.ndarray
    scale: np.ndarray
    log: np.ndarray | bool = False

    def link(self, raw: np.ndarray) -> np.ndarray:
        """Raw (…, F) to what is scaled linearly: itself, or its logarithm."""
        if not np.any(self.log):
            return raw
        return np.where(self.log, np.log(np.where(self.log, raw, 1.0)), raw)

    def apply(self, raw: np.ndarray, anchor: np.ndarray | None = None) -> np.ndarray:
        """Raw (…, F) to scaled (…, F), float32.

        Args:
            raw: Numbers.
            anchor: (…, F) linked numbers of which only the distance is scaled.
        """
        linked = self.link(raw) if anchor is None else self.link(raw) - anchor
        distance = np.asarray(linked - self.offset)
        distance /= self.scale  # in place: this may be all there is of a large table
        return distance.astype(np.float32)

    def invert(self, scaled: np.ndarray, anchor: np.ndarray | None = None) -> np.ndarray:
        """Scaled (…, F) to raw (…, F); `anchor` as in `apply`."""
        return np.asarray(unscaled(scaled, self.scale, self.offset, self.log, anchor))


def unscaled(scaled: Any, scale: Any, offset: Any, log: Any, anchor: Any) -> Any:
    """The inverse of `Scaling.apply`, with operators only: compiled programs call it, too."""
    linked = scaled * scale + offset
    if anchor is not None:
        linked = linked + anchor
    # Without a branch, and without an overflow where there is no logarithm to undo.
    return linked if log is False else (1 - log) * linked + log * math.e ** (log * linked)


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes:
        kind: Numbers or one of several classes.
        names: Column names; one for a class.
        classes: Labels in the order of the model's outputs; empty for numbers.
        scaling: Of numbers, over the last axis of y; the identity for classes.
        naive_error: (O,) mean absolute error of a naive forecast over the training part, in the
            target's own units; None for classes and where there is no such forecast.
        deviation: (O,) standard deviation in the training part, in the target's own units, 1 of an
            output that does not vary; None for classes.
        tokens: Whether classes are the tokens of a text that is written one by one.
    """

    kind: Literal["numeric", "class"]
    names: tuple[str, ...]
    classes: tuple[Any, ...]
    scaling: Scaling
    naive_error: np.ndarray | None = None
    deviation: np.ndarray | None = None
    tokens: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values, without what only training needs."""
        return {
            "kind": self.kind,
            "names": list(self.names),
            "classes": list(self.classes),
            "offset": self.scaling.offset.tolist(),
            "scale": self.scaling.scale.tolist(),
            "deviation": None if self.deviation is None else self.deviation.tolist(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any], *, tokens: bool = False) -> Target:
        """The inverse of `to_json`; earlier versions wrote no deviation."""
        return cls(
            "numeric" if values["kind"] == "numeric" else "class",
            tuple(values["names"]),
            tuple(values["classes"]),
            Scaling(np.array(values["offset"]), np.array(values["scale"])),
            deviation=np.array(values["deviation"]) if values.get("deviation") else None,
            tokens=tokens,
        )

    @property
    def width(self) -> int:
        """Outputs of the model a step: numbers predicted, or classes."""
        return len(self.classes) if self.kind == "class" else len(self.names)

    def own_units(self, values: np.ndarray, anchor: np.ndarray | None = None) -> np.ndarray:
        """Scaled numbers in the target's own units; classes and probabilities as they are.

        Args:
            values: As `Part.y`, or a model's outputs.
            anchor: As `Part.anchor`.
        """
        return self.scaling.invert(values, anchor) if self.kind == "numeric" else values


def output_axes(y: np.ndarray, target: Target) -> str:
    """The names of y's axes, as text."""
    if target.kind == "numeric":
        return "(N, T, O)" if y.ndim == 3 else "(N, O)"
    return "(N, T)" if y.ndim == 2 else "(N,)"
