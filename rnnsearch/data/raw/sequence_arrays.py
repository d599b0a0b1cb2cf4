"""Arrays of sequences as they were given or read, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Arrays", "Raw", "plain_array"]


@dataclass(frozen=True)
class Arrays:
    """What the Python API is given: ``rnnsearch.search(spec, arrays=Arrays((x, y)))``.

    Each part is (x, y), or (x, y, lengths) where sequences are padded. x is (N, T, F) or (N, T),
    of one_to_many (N, F); y is (N,) or (N, O), with outputs a step (N, T) or (N, T, O); lengths are
    (N,) whole numbers, the steps of each sequence (of one_to_many: of its outputs) that are no
    padding. Targets are in their own units, or labels: nothing is scaled beforehand.

    Attributes:
        train: What is learned from; what the other parts are cut from where they are None.
        validation: What trials are scored on.
        test: What the winner is scored on, once.

    Example:
        >>> import numpy as np
        >>> x, y = np.zeros((9, 20, 3)), np.arange(9) % 2
        >>> [tuple(array.shape) for array in rnnsearch.Arrays(train=(x, y)).every()]
        [(9, 20, 3), (9,)]
    """

    train: Sequence[Any]
    validation: Sequence[Any] | None = None
    test: Sequence[Any] | None = None

    def every(self) -> list[np.ndarray]:
        """All arrays that were given, in a fixed order."""
        parts = [part for part in (self.train, self.validation, self.test) if part is not None]
        return [plain_array(array) for part in parts for array in part if array is not None]


def plain_array(values: Any) -> np.ndarray:
    """As a NumPy array; text that Python, pandas or TensorFlow holds as objects becomes NumPy's.

    A tensor of PyTorch may be on another device, or part of a gradient; numbers that NumPy has no
    type for, such as bfloat16, become float32.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.float() if str(values.dtype) == "torch.bfloat16" else values
    array = np.asarray(values)
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    if array.dtype.kind == "O" and all(isinstance(value, bytes) for value in array.flat):
        array = np.char.decode(array.astype(bytes), "utf-8", "replace")
    if array.dtype.kind == "T" or (
        array.dtype.kind == "O" and all(isinstance(value, str) for value in array.flat)
    ):
        return array.astype(str)
    return array


@dataclass(frozen=True)
class Raw:
    """Arrays of one part, with the names that messages call them by. `y` may be absent.

    Attributes:
        x, y, lengths: As they were read.
        names: Of these three.
        group: (N,) what must not be divided (a speaker, a font); None if nothing is said.
        part: (N,) text, the part that each sequence belongs to; None if nothing is said.
        files: (N,) text, where each sequence was read from; None if all come from one place.
    """

    x: np.ndarray
    y: np.ndarray | None
    lengths: np.ndarray | None
    names: tuple[str, str, str] = ("x", "y", "lengths")
    group: np.ndarray | None = None
    part: np.ndarray | None = None
    files: np.ndarray | None = None

    def take(self, index: np.ndarray) -> Raw:
        """Some of the sequences."""

        def some(array: np.ndarray | None) -> np.ndarray | None:
            """The chosen rows of an array."""
            return None if array is None else array[index]

        return Raw(
            self.x[index],
            some(self.y),
            some(self.lengths),
            self.names,
            some(self.group),
            some(self.part),
            some(self.files),
        )
