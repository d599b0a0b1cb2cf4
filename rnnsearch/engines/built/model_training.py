"""One model's training through a program: a `fit` that is a call an epoch."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras.src.utils.python_utils import pythonify_logs

from rnnsearch.engines.built.first_looks import fitted, looks
from rnnsearch.engines.built.fit_requests import Request, in_order, orders, own_generator
from rnnsearch.engines.built.refusals import is_users
from rnnsearch.engines.built.shared_programs import Program, State, built_for, know_metrics
from rnnsearch.engines.settings import Settings

__all__ = ["Keeper", "Lane", "Trained"]


_Variables = tuple[list[Any], list[Any], list[Any]]
"""Those that a state has the values of."""


class Keeper(Protocol):
    """Says of each epoch whether its weights are to be kept."""

    def keeps(self, logs: Mapping[str, float]) -> bool:
        """Whether these are the best so far."""
        ...


@dataclass(frozen=True)
class _Ahead:
    """An epoch that was trained before its callbacks were called.

    Attributes:
        before: The state that it began with.
        after: And ended with.
        logs: What `fit` would have told of it.
        generator: Of the orders, after it.
    """

    before: State
    after: State
    logs: dict[str, float]
    generator: Any


@dataclass
class Trained:
    """What a lane came to.

    Attributes:
        history: As `fit` returns it.
    """

    history: keras.callbacks.History


class Lane:
    """A model on its way through a `fit`. Made by the thread that builds models, run by any.

    Args:
        model: Compiled. Its variables are what training starts from; they are at its last epoch's
            values afterwards.
        request: What `fit` was asked for.
        program: That trains it.
        values: (numbers, 2) of the model's, for the program.
        callbacks: Called at the ends of epochs and of training, with the model as it is then.
        keeper: Whether an epoch's weights are kept.
        in_turn: Whether the model goes on with weights that the one before it has left.
        renew: What trains the model as it is now, if callbacks have changed its settings before
            the first batch; only the thread that calls `train` asks it.
        alone: Whether no other lane trains before this one has ended, so that NumPy's own
            generator draws each epoch's order when it is due, as in `fit`.

    Attributes:
        model: As given.
        in_turn: As given.
        acted: Whether a callback changed something, so that what was trained ahead was of no use.
        best: The state where the keeper said so last, and whose it is; None if it never did.
        ended: Whether it came to its end.
    """

    def __init__(
        self,
        model: keras.Model,
        request: Request,
        program: Program,
        values: np.ndarray,
        callbacks: list[Any],
        keeper: Keeper,
        *,
        in_turn: bool = False,
        renew: Callable[[], tuple[Program, np.ndarray]] | None = None,
        alone: bool = False,
    ) -> None:
        self.model = model
        self.in_turn = in_turn
        self._request = request
        self._program = program
        self._values = values
        self._keeper = keeper
        self._looks = looks(model)
        self._state = built_for(model, request)
        self._sizes = list(map(len, self._state))
        self._alone = alone
        self._generator = own_generator() if alone else request.generator(looks=self._looks)
        fitted(model)
        self._watched = bool(callbacks) or in_turn
        self._may_change_data = any(map(is_users, callbacks))
        if not all(getattr(one, "monitor", "") in ("loss", "val_loss") for one in callbacks):
            know_metrics(model, request)
        self._calls = keras.callbacks.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=False,
            verbose=request.verbose,
            epochs=request.epochs,
            steps=-(-request.count // request.batch),
            model=model,
        )
        self._stopped = threading.Event()
        self._ahead: deque[_Ahead] = deque()
        self.acted = False
        self.best: tuple[State, _Variables] | None = None
        self.ended = False
        self._left: State | None = None
        self._renew = renew if self._may_change_data else None
        self._settings = None if self._renew is None else Settings(model)

    @property
    def size(self) -> int:
        """Bytes of what is kept of all epochs that are trained ahead."""
        epochs = self._request.epochs - self._request.first
        return epochs * sum(int(array.nbytes) for array in jax.tree.leaves(self._state))

    def run_ahead(self) -> None:
        """Train all epochs as if no callback did anything, for `train` to take them.

        Any thread may do this; callbacks are then called in the order of trials by `train`.
        """
        before, generator = self._state, self._generator.get_state()
        found = []
        for epoch in range(self._request.first, self._request.epochs):
            start = self._state
            logs = self._compute(epoch)
            found.append(_Ahead(start, self._state, logs, self._generator.get_state()))
            if self._stopped.is_set():
                break
        self._state = before
        self._generator.set_state(generator)
        self._ahead.extend(found)

    def stop(self) -> None:
        """Train no further epoch."""
        self._stopped.set()

    def train(self) -> Trained:
        """Run all epochs, or as many as the callbacks let it."""
        model, request = self.model, self._request
        logs: dict[str, float] = {}
        model.stop_training = False
        if self._alone and self._looks:
            request.look()
        self._calls.on_train_begin()
        for epoch in range(request.first, request.epochs):
            if self._watched:
                self._calls.on_epoch_begin(epoch)
                self._read()
                self._read_data()
                if epoch == request.first:
                    self._read_settings()
            logs = self._epoch(epoch)
            if self._watched:
                self._write()
            self._calls.on_epoch_end(epoch, logs)
            if self._watched:
                self._read()
            if self._keeper.keeps(logs):
                self.best = self._state, self._variables()
            if model.stop_training or self._stopped.is_set():
                break
        self._write()
        if request.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_weights)
        self._calls.on_train_end(logs=logs)
        if self._watched:
            self._read()
        self._left = self._state
        self.ended = True
        return Trained(model.history)

    def with_best(self) -> keras.Model:
        """The model as it was where the keeper kept it."""
        assert self.best is not None
        _put(*self.best)
        return self.model

    def leave(self) -> None:
        """Give the model's variables what they had when it was trained."""
        if self._left is not None:
            self._state = self._left
            self._write()

    def _epoch(self, epoch: int) -> dict[str, float]:
        """One epoch; what was trained ahead is taken if it began with what there is now.

        Raises:
            ValueError: A callback has made another model of it.
        """
        if list(map(len, self._state)) != self._sizes:
            raise ValueError(
                "Expected callbacks to leave a model as it was compiled, and its layers trainable "
                "or not, while it is trained: Keras can't follow it on JAX. Received: one that "
                "changes this. A HyperModel's own fit may train twice, and compile between"
            )
        if self._ahead:
            ahead = self._ahead.popleft()
            if _same(ahead.before, self._state):
                self._state = ahead.after
                self._generator.set_state(ahead.generator)
                return dict(ahead.logs)
            self._ahead.clear()
            self.acted = True
        return self._compute(epoch)

    def _compute(self, epoch: int) -> dict[str, float]:
        program, request = self._program, self._request
        program.prepare()
        (*state, _), logs = program.train(
            (*self._state, program.metrics),
            (self._values, request.train),
            *orders(request, self._generator),
        )
        self._state = (state[0], state[1], state[2])
        found: dict[str, float] = pythonify_logs(jax.device_get(logs))
        if program.test is not None and request.validates(epoch):
            (other, _), judged = program.test(
                (self._state[1], program.metrics),
                (self._state[0], self._values, request.validation),
                *in_order(request.judged, request.validation_batch),
            )
            self._state = (self._state[0], other, self._state[2])
            judged = pythonify_logs(jax.device_get(judged))
            found.update({f"val_{name}": value for name, value in judged.items()})
        return found

    def _write(self) -> None:
        """Give the model's variables the values of the state."""
        _put(self._state, self._variables())

    def _read(self) -> None:
        """Take the state from the model's variables: a callback may have changed them."""
        trainable, other, rest = self._variables()
        state: State = (
            [v.value for v in trainable],
            [v.value for v in other],
            [v.value for v in rest],
        )
        self._state = state

    def _read_data(self) -> None:
        """Take what the user's arrays hold now: a callback may have put something else there."""
        request = self._request.renewed() if self._may_change_data else self._request
        if request is not self._request:
            self._request = request
            self._ahead.clear()
            self.acted = True

    def _read_settings(self) -> None:
        """Take what layers, optimizer and loss are now, as `fit` does that traces the first batch.

        What callbacks do to them later is of no effect there either.
        """
        if self._renew is None or self._settings is None:
            return
        if not self._settings.is_now(self.model):
            self._program, self._values = self._renew()
            self._ahead.clear()
            self.acted = True

    def _variables(self) -> _Variables:
        model = self.model
        return (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
        )


def _put(state: State, into: _Variables) -> None:
    for variables, values in zip(into, state, strict=True):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def _same(one: State, other: State) -> bool:
    """Whether nobody has put other numbers into the variables, as far as that can be told.

    A callback that calls `predict` leaves equal numbers in arrays of its own: those from before
    are gone then, and the epoch is computed again.
    """
    return all(
        a is b or (not a.is_deleted() and bool(jnp.array_equal(a, b)))
        for values, others in zip(one, other, strict=True)
        for a, b in zip(values, others, strict=True)
    )
