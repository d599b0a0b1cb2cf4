"""A `tf.data` pipeline as arrays, where it is one and the same in every epoch.

What a pipeline does is seen from its steps: each must be known to draw nothing at random, but for
one shuffle of all elements, which `fit` then does in its place.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

__all__ = ["Datasets"]

_FIT = inspect.signature(keras.Model.fit)

_PLAIN = ("_TensorSliceDataset", "_TensorDataset", "_RangeDataset", "_ZipDataset", "_TakeDataset",
          "_SkipDataset", "_ConcatenateDataset", "_RepeatDataset", "_PrefetchDataset",
          "CacheDataset", "_OptionsDataset", "_BatchDataset", "_ParallelBatchDataset",
          "_MapDataset", "_ParallelMapDataset")  # fmt: skip
_UPON_ALL = ("_PrefetchDataset", "_OptionsDataset", "_MapDataset", "_ParallelMapDataset",
             "_BatchDataset", "_ParallelBatchDataset")  # fmt: skip
"""What may follow a shuffle, for it to be one of every epoch's elements."""

_LOOKED_UP = ("LookupTableFindV2", "LookupTableSizeV2", "Assert")
"""What TensorFlow counts among the operations with a state, though these change none: a vocabulary
is adapted before."""

_MOST = 2**30
"""Bytes that are taken into memory."""


class Datasets:
    """Those of one search, read once each."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Any, Any]] = {}

    def in_memory(
        self, arguments: tuple[Any, ...], named: dict[str, Any], *, exact: bool
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments of a `fit`, with arrays in place of pipelines that can be had as such.

        Args:
            arguments: By place, without the model.
            named: By name.
            exact: Whether the batches must be the same ones; else those of a shuffled pipeline
                are drawn anew.
        """
        try:
            given = _FIT.bind(None, *arguments, **named).arguments
        except TypeError:  # as `fit` will say
            return arguments, named
        held = given.get("validation_data")
        if not _is_pipeline(given.get("x")) and not _is_pipeline(held):
            return arguments, named
        if _is_refused(given):
            return arguments, named
        given = {name: value for name, value in given.items() if name != "self"}
        if _is_pipeline(held):
            # Whoever is judged sees all of it, in whatever order.
            found = self._of(held)
            if found is not None:
                given["validation_data"], given["validation_batch_size"], _ = found
        if _is_pipeline(given.get("x")):
            found = self._of(given["x"])
            if found is None or (found[2] and exact):
                return arguments, named
            parts, batch, shuffled = found
            given |= dict(zip(("x", "y", "sample_weight"), parts, strict=False))
            given |= {"batch_size": batch, "shuffle": shuffled}
            if not _is_pipeline(held):
                given.setdefault("validation_batch_size", batch)
        return (), given

    def _of(self, pipeline: Any) -> tuple[tuple[Any, ...], int, bool] | None:
        """Its parts, the size of its batches, and whether it is shuffled; None if it can't be."""
        if id(pipeline) not in self._read:
            # The pipeline is kept so that nothing else gets its identity.
            self._read[id(pipeline)] = pipeline, _collected(pipeline)
        found: tuple[tuple[Any, ...], int, bool] | None = self._read[id(pipeline)][1]
        return found


def _is_refused(given: Mapping[str, Any]) -> bool:
    """Whether Keras takes these of arrays and not with a pipeline: it is to say so."""
    beside = any(given.get(name) is not None for name in ("y", "sample_weight"))
    divided = given.get("validation_split") and given.get("validation_data") is None
    return _is_pipeline(given.get("x")) and bool(beside or divided)


def _is_pipeline(thing: Any) -> bool:
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and isinstance(thing, tensorflow.data.Dataset)


def _collected(pipeline: Any) -> tuple[tuple[Any, ...], int, bool] | None:
    shuffled = _shuffled(pipeline)
    if shuffled is None or int(pipeline.cardinality()) == -1:  # without end
        return None
    batches: list[Any] = []
    size = 0
    for batch in pipeline:
        parts = batch if isinstance(batch, tuple) else (batch,)
        try:
            batches.append(keras.tree.map_structure(np.asarray, parts))
        except ValueError:  # ragged, or sparse
            return None
        leaves = keras.tree.flatten(batches[-1])
        size += sum(leaf.nbytes for leaf in leaves)
        if size > _MOST or not all(leaf.ndim and leaf.dtype.kind in "fiub" for leaf in leaves):
            return None
    counts = [len(keras.tree.flatten(batch)[0]) for batch in batches]
    if not counts or len({*counts[:-1]}) > 1 or counts[-1] > counts[0]:
        return None
    whole = keras.tree.map_structure(lambda *leaves: np.concatenate(leaves), *batches)
    return whole, counts[0], shuffled


def _shuffled(pipeline: Any) -> bool | None:
    """Whether it draws a new order of all its elements each time; None of any other draw."""
    shuffles = [step for step in _steps(pipeline) if type(step).__name__ == "_ShuffleDataset"]
    others = [step for step in _steps(pipeline) if step not in shuffles]
    if not all(type(step).__name__ in _PLAIN and _draws_nothing(step) for step in others):
        return None
    if not shuffles:
        return False
    return True if len(shuffles) == 1 and _is_of_all(pipeline, shuffles[0]) else None


def _steps(pipeline: Any) -> Iterator[Any]:
    yield pipeline
    for before in pipeline._inputs():
        yield from _steps(before)


def _draws_nothing(step: Any) -> bool:
    """Whether the functions of a step give the same for the same."""
    graphs = [function.function.graph for function in step._functions()]
    operations = [op for graph in graphs for op in graph.get_operations()]
    return not any(op.op_def.is_stateful and op.type not in _LOOKED_UP for op in operations)


def _is_of_all(pipeline: Any, shuffle: Any) -> bool:
    """Whether a shuffle is one of all elements, which are then put into batches, none left out."""
    step, batched = pipeline, 0
    while step is not shuffle:
        if type(step).__name__ not in _UPON_ALL:
            return False
        if "Batch" in type(step).__name__:
            batched += 1
            if bool(step._drop_remainder):
                return False
        (step,) = step._inputs()
    (before,) = shuffle._inputs()
    count = int(before.cardinality())
    again = bool(shuffle._reshuffle_each_iteration)
    return batched == 1 and again and 0 < count <= int(shuffle._buffer_size)
