"""The process in which JAX trains; it is run as a module, with the number of a pipe's end."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from rnnsearch.ahead import importing
from rnnsearch.integrations.keras_tuner.apart.exchange import (
    Begin,
    Data,
    Done,
    End,
    Epoch,
    Failed,
    Fit,
)
from rnnsearch.integrations.keras_tuner.apart.prints import Prints
from rnnsearch.pipes import end_of

__all__ = ["main"]

_IDLE = 600
"""Seconds that a process waits for another search of the same script."""


def main() -> None:
    """Answer the messages that come through a pipe, until its other end is closed."""
    connection = end_of(int(sys.argv[1]))
    gone = contextlib.suppress(EOFError, OSError)  # nobody is left to train for
    with gone, Prints.of_this_process() as prints:
        with importing(), _without("sklearn", "scipy.optimize"):
            trainer = _Trainer(connection, prints)
        trainer.run()
    os._exit(0)  # threads may be within an epoch


@contextlib.contextmanager
def _without(*packages: str) -> Iterator[None]:
    """As if they weren't installed: Keras and KerasTuner look for what only their oracles need."""
    hidden: dict[str, Any] = dict.fromkeys(packages)
    sys.modules.update(hidden)
    try:
        yield
    finally:
        for package in packages:
            del sys.modules[package]


class _Trainer:
    """Builds and traces in this thread, and trains in as many others as there are cores.

    Args:
        connection: Our end of the pipe.
        prints: Of this process.
    """

    def __init__(self, connection: Connection, prints: Prints) -> None:
        import keras_tuner  # noqa: F401 - what is sent needs it

        from rnnsearch.ahead import usable_cores
        from rnnsearch.engines import built

        self._connection = connection
        self._prints = prints
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(usable_cores(), "lane")
        self._programs = built.Programs()
        self._hypermodel: Any = None
        self._backend = ""
        self._data: dict[int, dict[str, Any]] = {}
        self._read: dict[Any, Any] = {}

    def run(self) -> None:
        """Answer messages.

        Raises:
            EOFError: The other end is closed.
        """
        while True:
            if self._hypermodel is None and not self._connection.poll(_IDLE):
                return
            message = self._connection.recv()
            try:
                self._take(message)
            except Exception as error:  # the other side trains what can't be trained here
                number = message.number if isinstance(message, Fit) else None
                self._say(Failed(number, f"{type(error).__name__}: {error}".splitlines()[0]))

    def _take(self, message: Begin | Data | End | Fit) -> None:
        match message:
            case Begin():
                from rnnsearch.integrations.keras_tuner.apart.describing import apply_settings

                os.chdir(message.folder)
                sys.path.extend(path for path in message.path if path not in sys.path)
                apply_settings(message.settings)
                self._backend = message.backend
                self._hypermodel = pickle.loads(message.hypermodel)
            case End():
                self._hypermodel = None
                self._data.clear()
                self._read.clear()
            case Data():
                self._data[message.number] = pickle.loads(message.arguments)
            case Fit():
                self._fit(message)

    def _fit(self, fit: Fit) -> None:
        """Lay a model out as a lane, for any thread to train; or say why not."""
        import keras

        from rnnsearch.engines import built
        from rnnsearch.engines.built.shared_programs import built_for
        from rnnsearch.engines.no_tensorflow import without_tensorflow
        from rnnsearch.integrations.keras_tuner.apart.cross_entropies import cross_entropies_of
        from rnnsearch.integrations.keras_tuner.apart.describing import description
        from rnnsearch.integrations.keras_tuner.apart.undrawn import undrawn
        from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch

        with without_tensorflow():
            keras.utils.set_random_seed(fit.seed)
            keras.backend.clear_session(free_memory=False)
        hyperparameters, callbacks, objective, named = pickle.loads(fit.trial)
        with undrawn():
            model = self._hypermodel.build(hyperparameters)
        if description(model) != fit.description:
            self._say(Failed(fit.number, "what the function builds depends on the process"))
            return
        try:
            request = built.Request.of((), {**self._data[fit.data], **named}, self._read)
        except built.NotArrays as error:
            self._say(Failed(fit.number, str(error)))
            return
        reason = built.reason_against(model, request, callbacks)
        if reason is not None:
            self._say(Failed(fit.number, reason))
            return
        if model.built:
            _take_over(model, fit.weights)
        with undrawn(), cross_entropies_of(self._backend):
            program, values = self._programs.of(model, request)
            built_for(model, request)  # of another model's program this one isn't yet
        reason = built.reason_against_program(program, ())
        if program.outside and fit.watched is not None:
            name = program.outside[0]
            reason = f"callbacks may change {name}, a variable outside of the model"
        if reason is not None:
            self._say(Failed(fit.number, reason))
            return
        model.set_weights(fit.weights)
        keeper = BestEpoch(objective)
        every: list[Epoch] = []
        if fit.watched is not None:
            callbacks.insert(fit.watched, _recorder(every, fit.whole))
        lane = built.Lane(model, request, program, values, callbacks, keeper)
        self._executor.submit(self._train, fit.number, lane, keeper, every)

    def _train(self, number: int, lane: Any, keeper: Any, every: list[Epoch]) -> None:
        from rnnsearch.integrations.keras_tuner.apart.cross_entropies import why_no_number

        try:
            with self._prints.kept() as printed:
                trained = lane.train()
            if reason := why_no_number(trained.history.history):
                self._say(Failed(number, reason))
                return
            weights = None if lane.best is None else lane.with_best().get_weights()
            history = {name: list(map(float, v)) for name, v in trained.history.history.items()}
            value, epochs = keeper.value, trained.history.epoch
            said = printed.getvalue()
            told = dict(trained.history.params)
            self._say(Done(number, history, epochs, told, value, weights, every, said))
        except Exception as error:  # as above
            self._say(Failed(number, f"{type(error).__name__}: {error}".splitlines()[0]))

    def _say(self, message: Done | Failed) -> None:
        with self._lock:
            self._connection.send(message)


def _take_over(model: Any, weights: list[Any]) -> None:
    """Give a model its weights, and a `Normalization` what it was adapted to in the script.

    Its mean is a constant of the program, and here the function may have drawn other data for it.
    """
    import keras

    model.set_weights(weights)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()


def _recorder(every: list[Epoch], whole: bool) -> Any:
    """A callback that keeps what a model is at each epoch's end, with its optimizer if `whole`."""
    import keras

    from rnnsearch.integrations.keras_tuner.apart.optimizer_state import (
        rate_of,
        updates_of,
        variables_of,
    )

    begun: list[float | None] = []

    def begin(epoch: int, logs: Any = None) -> None:
        """Know the rate that the epoch has."""
        begun.append(rate_of(recorder.model))

    def keep(epoch: int, logs: dict[str, float]) -> None:
        """Keep what the model is now."""
        first, last = begun[-1], rate_of(recorder.model)
        rates = None if first is None or last is None else (first, last)
        model = recorder.model
        state = variables_of(model) if whole else None
        every.append(Epoch(dict(logs), model.get_weights(), rates, updates_of(model), state))

    recorder = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_epoch_end=keep)
    return recorder


if __name__ == "__main__":
    main()
