"""What a network reads: one array, or several by name; or the rows that sequences are cut from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

__all__ = [
    "Inputs",
    "Sequences",
    "Windowed",
    "aligned",
    "as_array",
    "count",
    "join",
    "map_inputs",
    "on_one_table",
    "take",
    "within",
]


_ALIGNMENT = 64
"""Bytes; XLA copies an array that begins elsewhere, once for each of the CPU's cores."""


@dataclass(frozen=True, eq=False)
class Windowed:
    """N windows of a table, as an array (N, T, F) of them that is cut where it is read.

    Windows overlap: cut out, they would take up to T times the memory of the table. A slice or
    an array of numbers gives some of the N; NumPy takes it for the array.

    Attributes:
        rows: (R, F) float32.
        starts: (N,) int32, the first row of each.
        length: T.
        flat: Whether the steps of a window stand side by side, (N, T·F).
    """

    rows: np.ndarray
    starts: np.ndarray
    length: int
    flat: bool = False

    def __len__(self) -> int:
        """N."""
        return len(self.starts)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        features = self.rows.shape[1]
        if self.flat:
            return len(self), self.length * features
        return len(self), self.length, features

    @property
    def ndim(self) -> int:
        """Axes of the array."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the array."""
        return self.rows.dtype

    def __getitem__(self, index: slice | np.ndarray) -> Windowed:
        """Some of the N."""
        return replace(self, starts=self.starts[index])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The array. It is a new one, whatever `copy` says."""
        if not len(self):
            return np.zeros(self.shape, dtype or self.dtype)
        views = np.lib.stride_tricks.sliding_window_view(self.rows, self.length, axis=0)
        found = np.ascontiguousarray(views[self.starts].swapaxes(1, 2), dtype)
        return found.reshape(self.shape)

    def flattened(self) -> Windowed:
        """The same windows, (N, T·F)."""
        return replace(self, flat=True)

    def within(self, table: np.ndarray, first: int) -> Windowed:
        """The same windows of a larger table, whose rows from `first` on are these."""
        return replace(self, rows=table, starts=self.starts + np.int32(first))


Sequences = np.ndarray | Windowed
"""N sequences or vectors."""

Inputs = Sequences | dict[str, Sequences]
"""Arrays of the same N: one, or name → array where a network reads several."""


def map_inputs(function: Callable[..., Any], *inputs: Any) -> Any:
    """What `function` makes of the arrays of one name, in the form that the inputs have."""
    if isinstance(inputs[0], dict):
        return {name: function(*(part[name] for part in inputs)) for name in inputs[0]}
    return function(*inputs)


def count(inputs: Inputs) -> int:
    """N."""
    return len(next(iter(inputs.values()))) if isinstance(inputs, dict) else len(inputs)


def take(inputs: Inputs, index: Any) -> Any:
    """Some of the N, by a slice or by their numbers."""
    return map_inputs(lambda array: array[index], inputs)


def join(*inputs: Inputs) -> Any:
    """Those of the first, then those of the next."""
    return map_inputs(_join, *inputs)


def as_array(inputs: Inputs) -> Any:
    """Windows cut, other arrays as they are."""
    return map_inputs(np.asarray, inputs)


def within(inputs: Inputs, table: np.ndarray, first: int) -> Any:
    """Windows as `Windowed.within` has them, other arrays as they are."""
    return map_inputs(
        lambda each: each.within(table, first) if isinstance(each, Windowed) else each, inputs
    )


def _join(*arrays: Sequences) -> Sequences:
    windows = [array for array in arrays if isinstance(array, Windowed)]
    if len(windows) < len(arrays):
        return np.concatenate([np.asarray(array) for array in arrays])
    placed = on_one_table(windows)
    return replace(placed[0], starts=np.concatenate([each.starts for each in placed]))


def on_one_table(windows: Sequence[Windowed]) -> list[Windowed]:
    """The same windows with one table for all; tables that are the same array are one already."""
    tables = {id(each.rows): each.rows for each in windows}
    firsts = np.cumsum([0, *(len(rows) for rows in tables.values())])
    table = aligned(list(tables.values()))
    first = dict(zip(tables, firsts.tolist(), strict=False))
    return [each.within(table, first[id(each.rows)]) for each in windows]


def aligned(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays one after the other, where a backend on the CPU can read them without a copy.

    An array that lies so is given back as it is.
    """
    first = arrays[0]
    if len(arrays) == 1 and first.ctypes.data % _ALIGNMENT == 0 and first.flags.c_contiguous:
        return first
    shape = (sum(map(len, arrays)), *first.shape[1:])
    size = math.prod(shape) * first.itemsize
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % _ALIGNMENT
    found = memory[begin : begin + size].view(first.dtype).reshape(shape)
    return np.concatenate(arrays, out=found)
