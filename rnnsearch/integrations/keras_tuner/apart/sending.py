"""This side: models go to the other process."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import math
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cloudpickle
import keras
import numpy as np

from rnnsearch.engines.data_sizes import too_large
from rnnsearch.engines.fingerprints import fingerprint
from rnnsearch.files import memory_bytes
from rnnsearch.integrations.keras_tuner.apart.describing import description, settings
from rnnsearch.integrations.keras_tuner.apart.driver_side import Process, give_back, taken
from rnnsearch.integrations.keras_tuner.apart.exchange import Begin, Data, Done, Failed, Fit
from rnnsearch.integrations.keras_tuner.apart.sent_lanes import ApartLane, NotApart
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch
from rnnsearch.integrations.keras_tuner.facts import TOGETHER

__all__ = ["Apart"]

_FIT = inspect.signature(keras.Model.fit)
_DATA = ("x", "y", "sample_weight", "class_weight", "validation_data", "validation_split")
"""Arguments of `fit` that are sent once for many models."""
_NOT_SENT = ("self", "callbacks", "verbose")
_MOST_WATCHED = 3 * 2**28
"""Bytes of all epochs' weights that are sent for callbacks to see."""
_WITH_OPTIMIZER = 3
"""Times a model's weights: Adam keeps two numbers of each."""


class Apart:
    """A search of models that a function builds, and JAX trains in a process of its own.

    Args:
        hypermodel: KerasTuner's, around the function.
    """

    def __init__(self, hypermodel: Any) -> None:
        self._hypermodel = hypermodel
        self._lanes: dict[int, ApartLane] = {}
        self._numbers = itertools.count()
        self._data: dict[tuple[Any, ...], tuple[int, Any]] = {}
        self._process: Process | None = None
        self._gone = ""

    def lane(
        self,
        model: keras.Model,
        trial: Any,
        callbacks: Sequence[Any],
        keeper: BestEpoch,
        objective: Any,
        arguments: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> ApartLane:
        """Let a model be trained.

        Args:
            model: As the function built it for the trial.
            trial: Of the oracle.
            callbacks: A copy of the user's.
            keeper: Of the model.
            objective: Of the oracle.
            arguments: Of `fit`.
            named: Alike.

        Raises:
            NotApart: It can't be.
        """
        if self._gone:
            raise NotApart(self._gone)
        if reason := _of_this_backend(model):
            raise NotApart(reason)
        watching = _watching(callbacks)
        given = _FIT.bind(None, *arguments, **named).arguments
        own = {name: value for name, value in given.items() if name not in (*_DATA, *_NOT_SENT)}
        if watching and _WITH_OPTIMIZER * _bytes(model) * own.get("epochs", 1) > _MOST_WATCHED:
            raise NotApart(f"a {type(watching[0]).__name__} would need the weights of each epoch")
        with_it = [one for one in callbacks if one not in watching]
        sent = _pickled((trial.hyperparameters, with_it, objective, own))
        self.start()
        monitored = [one.monitor for one in with_it if hasattr(one, "monitor")]
        lane = ApartLane(model, keeper, watching, monitored, given.get("verbose", "auto"))
        number = next(self._numbers)
        self._lanes[number] = lane
        data = self._data_number({name: given[name] for name in _DATA if name in given})
        said, seed = description(model), _seed(number)
        if not model.built:
            _draw(model, given["x"], own.get("batch_size") or 32)
        weights = model.get_weights()
        place = _place(callbacks, watching) if watching else None
        whole = any(type(one) is not keras.callbacks.CSVLogger for one in watching)
        self._send(Fit(number, data, sent, weights, said, seed, place, whole))
        return lane

    def close(self) -> None:
        """Give the process back; end it if it still trains."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._lanes or self._gone:
            process.close()
        else:
            give_back(process)
        self._data.clear()

    def start(self) -> None:
        """Have a process, if there is none yet.

        Raises:
            NotApart: What builds models can't be given to it.
        """
        if self._process is None:
            path = [entry or str(Path.cwd()) for entry in sys.path]
            hypermodel, backend = _pickled(self._hypermodel), keras.backend.backend()
            begin = Begin(hypermodel, settings(), str(Path.cwd()), path, backend)
            self._process = taken(begin, self._take, self._ended)

    def _data_number(self, given: Mapping[str, Any]) -> int:
        """Of what is sent once, as long as the same objects are given, with the same in them."""
        told = tuple((name, id(value)) for name, value in given.items())
        key = told, fingerprint(dict(given))
        if key not in self._data:
            if reason := too_large(dict(given), memory_bytes()):
                raise NotApart(reason)
            try:
                arrays = _in_memory(given)
                data = Data(len(self._data), _pickled(arrays))
            except NotApart as error:
                kind = type(given.get("x")).__name__
                raise NotApart(f"the data is a {kind}, not arrays") from error
            if any(map(_is_longer, keras.tree.flatten(arrays))):
                raise NotApart("whole numbers of the data need more than the 32 bits of JAX")
            # What was given is kept so that nothing else gets its identity.
            self._data[key] = data.number, given
            self._send(data)
        return self._data[key][0]

    def _send(self, message: Data | Fit) -> None:
        assert self._process is not None
        try:
            self._process.send(message)
        except OSError as error:
            raise NotApart(self._gone or "the process in which JAX trains has ended") from error

    def _take(self, message: Done | Failed) -> None:
        """Hand an answer to its lane."""
        if isinstance(message, Done):
            self._lanes.pop(message.number).take(message)
        elif message.number is not None:
            self._fail([message.number], message.reason)
        else:
            self._ended(message.reason)

    def _ended(self, reason: str) -> None:
        self._gone = self._gone or reason
        self._fail(list(self._lanes), self._gone)

    def _fail(self, numbers: list[int], reason: str) -> None:
        for number in numbers:
            lane = self._lanes.pop(number, None)
            if lane is not None:
                lane.future.set_exception(NotApart(reason))


def _watching(callbacks: Sequence[Any]) -> list[Any]:
    """Those that this process calls.

    Raises:
        NotApart: One of them acts within an epoch.
    """
    found = [one for one in callbacks if type(one) not in TOGETHER]
    if found:
        from rnnsearch.engines.built.refusals import acts_within_epochs  # imports JAX

        for callback in found:
            if within := acts_within_epochs(callback):
                raise NotApart(f"the callback {type(callback).__name__} has {within}")
    return found


def _place(callbacks: Sequence[Any], watching: Sequence[Any]) -> int:
    """How many of the others the last of those stands behind."""
    last = max(place for place, one in enumerate(callbacks) if one in watching)
    return sum(one not in watching for one in callbacks[:last])


def _of_this_backend(model: keras.Model) -> str:
    """What of a model JAX would do otherwise; empty if nothing.

    Keras's backends differ in when a state that lasts begins anew, and JAX has no double precision
    unless it is told so before it starts.
    """
    for layer in model._flatten_layers(include_self=False):
        if getattr(layer, "stateful", False):
            return f"the state of {layer.name} lasts from batch to batch"
        if layer.compute_dtype == "float64" and not isinstance(layer, keras.layers.InputLayer):
            return f"{layer.name} computes in double precision"
    return ""


def _bytes(model: keras.Model) -> int:
    """Of its weights, if it is built."""
    return sum(4 * math.prod(weight.shape) for weight in model.weights)


def _draw(model: keras.Model, x: Any, batch: int) -> None:
    """Draw the weights of a model that its function left unbuilt, as `fit` does at its first batch.

    Its `fit` knows of no batch how large it is: nor does what is saved of the model then. What the
    model draws at random, such as a dropout, begins where it would: `fit` may still train it.

    Raises:
        NotApart: The model can't be called with it.
    """
    first = keras.tree.map_structure(lambda part: np.asarray(_as_array(part))[:batch], x)
    try:
        if isinstance(model, keras.Sequential) and isinstance(first, np.ndarray):
            model.build((None, *first.shape[1:]))
        with _undrawn_seeds(model):
            model(first)
    except Exception as error:  # whatever a model of the user's raises; `fit` says it in full
        raise NotApart(f"{type(error).__name__}: {error}".splitlines()[0]) from error


@contextlib.contextmanager
def _undrawn_seeds(model: keras.Model) -> Iterator[None]:
    """After the block the generators of a model's layers are where they were."""
    layers = model._flatten_layers()
    states = [one.state for layer in layers for one in layer._seed_generators]
    kept = [keras.ops.convert_to_numpy(state) for state in states]
    try:
        yield
    finally:
        for state, value in zip(states, kept, strict=True):
            state.assign(value)


def _in_memory(given: Mapping[str, Any]) -> Any:
    """Tensors of this backend as arrays; the other process has another.

    Raises:
        NotApart: Some have no such form.
    """
    try:
        return keras.tree.map_structure(_as_array, dict(given))
    except Exception as error:  # of ragged or sparse ones
        raise NotApart("the data isn't of arrays") from error


def _as_array(leaf: Any) -> Any:
    return keras.ops.convert_to_numpy(leaf) if keras.ops.is_tensor(leaf) else leaf


def _is_longer(leaf: Any) -> bool:
    """Whether some of its numbers are none of JAX's, which would wrap them around."""
    values = leaf if isinstance(leaf, np.ndarray) else np.asarray(getattr(leaf, "values", 0))
    if values.dtype.kind not in "iu" or values.itemsize < 4 or not values.size:
        return False
    bounds = np.iinfo(np.int32)
    return bool(values.max() > bounds.max or values.min() < bounds.min)


def _pickled(thing: Any) -> bytes:
    """With the code of what is defined in the user's script.

    Raises:
        NotApart: It can't be.
    """
    try:
        pickled: bytes = cloudpickle.dumps(thing)
    except Exception as error:  # whatever an object of the user's raises
        raise NotApart(f"{type(error).__name__}: {error}".splitlines()[0]) from error
    return pickled


def _seed(number: int) -> int:
    """Another one for each model, by NumPy's state, which `set_random_seed` sets."""
    state = np.random.get_state(legacy=False)
    return zlib.crc32(state["state"]["key"].tobytes()) ^ number
