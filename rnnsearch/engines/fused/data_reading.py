"""What a compiled epoch reads: every part of the data as arrays, and the tables of windows.

Windows of a table are cut on the device, batch by batch: there the table lies once, whatever the
window and its stride.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import Windowed, map_inputs, on_one_table
from rnnsearch.tasks import Loss, loss_weights

__all__ = ["Data", "Split", "Table", "ValidationParts", "cut", "device_data", "evaluation_batch"]

Array = Any

_EVALUATION_BATCH = 512


@partial(jax.tree_util.register_dataclass, data_fields=["rows"], meta_fields=["length", "flat"])
@dataclass(frozen=True)
class Table:
    """Rows (R, F) that windows of T steps are cut from; `flat` as in `Windowed`."""

    rows: Array
    length: int
    flat: bool

    def windows(self, starts: Array) -> Array:
        """(B, T, F), or (B, T·F), from the first row of each (B,)."""
        steps = starts[:, None] + jnp.arange(self.length)
        found = jnp.take(self.rows, steps, axis=0, mode="clip")
        return found.reshape(len(starts), -1) if self.flat else found


class Split(NamedTuple):
    """A part of the data: x (N, …), one array or several by name; y (N, …); weights.

    Where there is a table, x is the first row of each window (N,).
    """

    x: Array
    y: Array
    weight: Array


class ValidationParts(NamedTuple):
    """Validation parts and what they are judged by, each array with a leading axis of folds.

    Attributes:
        x, y: As in `Split`.
        weight: In metrics.
        loss_weight: In the loss, alike.
        scale, offset, log, anchor: (folds, …) the way back to the target's own units, as
            `rnnsearch.data.unscaled` takes it.
        naive_error, deviation: (folds, O), or None.
    """

    x: Array
    y: Array
    weight: Array
    loss_weight: Array
    scale: Array
    offset: Array
    log: Array
    anchor: Array | None
    naive_error: Array | None
    deviation: Array | None


class Data(NamedTuple):
    """What every lane reads.

    Attributes:
        train: Of all folds, one after the other: the order of a lane's epoch picks its own.
            Its weights are those in the loss.
        validation: Of each fold.
        tables: What x of both is cut from, in the form that x has; None where it is not.
    """

    train: Split
    validation: ValidationParts
    tables: Any


def cut(tables: Any, x: Any) -> Any:
    """What a network reads of some of the sequences.

    Args:
        tables: As in `Data`.
        x: As in `Split`.
    """
    return map_inputs(lambda t, array: array if t is None else t.windows(array), tables, x)


def device_data(folds: Sequence[Dataset], loss: Loss) -> Data:
    """The data that an epoch function reads, still on the host."""
    longest = max(len(dataset.validation) for dataset in folds)
    size = evaluation_batch(longest)
    length = -(-longest // size) * size
    tables, x = _apart([p.x for dataset in folds for p in (dataset.train, dataset.validation)])
    train = [
        Split(read, data.train.y, loss_weights(loss, data, data.train))
        for data, read in zip(folds, x[::2], strict=True)
    ]
    return Data(
        train=jax.tree.map(lambda *arrays: _joined(arrays), *train),
        validation=_judged(folds, x[1::2], loss, length),
        tables=tables,
    )


def _judged(folds: Sequence[Dataset], x: Sequence[Any], loss: Loss, length: int) -> ValidationParts:
    """The validation parts, each padded to a length with sequences of no weight."""

    def stacked(arrays: Iterable[Any]) -> Any:
        padded = [jax.tree.map(lambda one: _padded(one, length), array) for array in arrays]
        return jax.tree.map(lambda *each: np.stack(each), *padded)

    parts = [dataset.validation for dataset in folds]
    scalings = [dataset.target.scaling for dataset in folds]
    return ValidationParts(
        x=stacked(x),
        y=stacked(part.y for part in parts),
        weight=stacked(part.weights for part in parts),
        loss_weight=stacked(loss_weights(loss, each, each.validation) for each in folds),
        scale=np.stack([np.asarray(s.scale, np.float32) for s in scalings]),
        offset=np.stack([np.asarray(s.offset, np.float32) for s in scalings]),
        log=np.stack([np.broadcast_to(np.float32(s.log), s.scale.shape) for s in scalings]),
        anchor=_anchors(parts, length),
        naive_error=_of_each([dataset.target.naive_error for dataset in folds]),
        deviation=_of_each([dataset.target.deviation for dataset in folds]),
    )


def _of_each(values: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """(folds, O) float32, where each fold has some."""
    known = [value for value in values if value is not None]
    return np.stack(known).astype(np.float32) if len(known) == len(values) else None


def _apart(inputs: Sequence[Any]) -> tuple[Any, list[Any]]:
    """The tables that are read, and in place of windows of them the first row of each."""
    found = map_inputs(_table_apart, *inputs)
    if not isinstance(found, dict):
        table, arrays = found
        return table, arrays
    tables = {name: table for name, (table, _) in found.items()}
    arrays = [{name: each[i] for name, (_, each) in found.items()} for i in range(len(inputs))]
    return tables, arrays


def _table_apart(*arrays: Any) -> tuple[Table | None, list[Any]]:
    if not isinstance(arrays[0], Windowed):
        return None, list(arrays)
    placed = on_one_table(arrays)
    return Table(placed[0].rows, arrays[0].length, arrays[0].flat), [w.starts for w in placed]


def _anchors(parts: Sequence[Part], length: int) -> np.ndarray | None:
    """(folds, N, …), padded like their parts."""
    found = [part.anchor for part in parts]
    arrays = [_padded(a.astype(np.float32), length) for a in found if a is not None]
    return np.stack(arrays) if arrays else None


def _padded(array: np.ndarray, length: int) -> np.ndarray:
    count = length - len(array)
    if not count:
        return array
    return np.concatenate([array, np.zeros((count, *array.shape[1:]), array.dtype)])


def _joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def evaluation_batch(sequences: int) -> int:
    """Sequences evaluated at once: as few equal batches of at most 512 as there can be."""
    batches = -(-sequences // _EVALUATION_BATCH)
    return -(-sequences // batches)
