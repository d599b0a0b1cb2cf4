"""This side: models go to the other process, and come back trained."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import cloudpickle
import keras
import numpy as np

from rnnsearch.integrations.keras_tuner.apart.messages import Begin, Data, Done, Fit
from rnnsearch.integrations.keras_tuner.fitting import TOGETHER, BestEpoch, build_as_recorded

__all__ = ["Apart", "ApartLane", "NotApart"]

_FIT = inspect.signature(keras.Model.fit)
_DATA = ("x", "y", "sample_weight", "class_weight", "validation_data", "validation_split")
"""Arguments of `fit` that are sent once for many models."""
_NOT_SENT = ("self", "callbacks", "verbose")
_MODULE = "rnnsearch.integrations.keras_tuner.apart.process"


class NotApart(Exception):
    """A model can't be trained in another process; the message says why."""


@dataclass(frozen=True)
class _Trained:
    """What a lane came to.

    Attributes:
        history: As `fit` returns it.
        best: The other process's answer; None if no epoch was to be kept.
    """

    history: keras.callbacks.History
    best: Done | None


class ApartLane:
    """One model's training in the other process.

    Args:
        model: As the script built it.
        keeper: Told the objective's value where it was best.

    Attributes:
        future: Of what it comes to, or of `NotApart`.
    """

    acted = False

    def __init__(self, model: keras.Model, keeper: BestEpoch) -> None:
        self.model = model
        self._keeper = keeper
        self.future: Future[Any] = Future()

    def train(self) -> Any:
        """What it comes to, once it did."""
        return self.future.result()

    def stop(self) -> None:
        """The process ends with the search."""

    def take(self, done: Done) -> None:
        """The other process has trained it."""
        history = keras.callbacks.History()
        history.history, history.epoch = done.history, done.epochs
        history.set_model(self.model)
        self._keeper.value = done.value
        self.future.set_result(_Trained(history, None if done.weights is None else done))

    def model_with(self, best: Done) -> keras.Model:
        """The model with the weights of its best epoch."""
        assert best.weights is not None
        if not self.model.built:
            build_as_recorded(self.model, best.build_config or {})
        self.model.set_weights(best.weights)
        return self.model


class Apart:
    """A process in which JAX trains models that a function builds; it starts with the first.

    Args:
        hypermodel: KerasTuner's, around the function.
    """

    def __init__(self, hypermodel: Any) -> None:
        self._hypermodel = hypermodel
        self._lanes: dict[int, ApartLane] = {}
        self._numbers = itertools.count()
        self._data: dict[tuple[Any, ...], tuple[int, Any]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._output: Any = None
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
        watching = [one for one in callbacks if type(one) not in TOGETHER]
        if watching:
            raise NotApart(f"the callback {type(watching[0]).__name__} is called in this process")
        given = _FIT.bind(None, *arguments, **named).arguments
        own = {name: value for name, value in given.items() if name not in (*_DATA, *_NOT_SENT)}
        sent = _pickled((trial.hyperparameters, list(callbacks), objective, own))
        self._start()
        lane, number = ApartLane(model, keeper), next(self._numbers)
        self._lanes[number] = lane
        weights = model.get_weights() if model.built else None
        data = self._data_number({name: given[name] for name in _DATA if name in given})
        self._send(Fit(number, data, sent, weights, _seed(number)))
        return lane

    def close(self) -> None:
        """End the process and whatever it trains."""
        if self._process is None or self._connection is None:
            return
        self._process.kill()
        self._process.wait()
        self._connection.close()
        self._process = None
        self._data.clear()

    def _start(self) -> None:
        if self._process is not None:
            return
        begin = Begin(_pickled(self._hypermodel))
        ours, theirs = Pipe()
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                env={
                    **os.environ,
                    "KERAS_BACKEND": "jax",
                    "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
                },
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for this process alone
            )
        self._connection = ours
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()
        self._send(begin)

    def _data_number(self, given: Mapping[str, Any]) -> int:
        """Of what is sent once, as long as the same objects are given."""
        key = tuple((name, id(value)) for name, value in given.items())
        if key not in self._data:
            data = Data(len(self._data), _pickled(given))
            # What was given is kept so that nothing else gets its identity.
            self._data[key] = data.number, given
            self._send(data)
        return self._data[key][0]

    def _send(self, message: Begin | Data | Fit) -> None:
        assert self._connection is not None
        try:
            self._connection.send(message)
        except OSError as error:
            raise NotApart(self._gone or "the process in which JAX trains has ended") from error

    def _listen(self, connection: Connection) -> None:
        """Hand answers to their lanes, until the process ends."""
        try:
            while True:
                message = connection.recv()
                if isinstance(message, Done):
                    self._lanes.pop(message.number).take(message)
                elif message.number is not None:
                    self._fail([message.number], message.reason)
                else:
                    self._gone = message.reason
                    self._fail(list(self._lanes), message.reason)
        except (EOFError, OSError, TypeError):  # TypeError: closed while it was waited for
            self._gone = self._gone or f"the process in which JAX trains has ended{self._last()}"
            self._fail(list(self._lanes), self._gone)

    def _fail(self, numbers: list[int], reason: str) -> None:
        for number in numbers:
            lane = self._lanes.pop(number, None)
            if lane is not None:
                lane.future.set_exception(NotApart(reason))

    def _last(self) -> str:
        """The last line that the process printed."""
        with contextlib.suppress(OSError, ValueError):
            self._output.seek(0)
            lines = self._output.read().decode(errors="replace").strip().splitlines()
            return f": {lines[-1][:300]}" if lines else ""
        return ""


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
