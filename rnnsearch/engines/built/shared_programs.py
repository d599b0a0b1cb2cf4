"""Compiled programs of users' models: one for all that differ in numbers only."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from rnnsearch.engines.built.fit_requests import Request
from rnnsearch.engines.built.keys import describe, is_foreign
from rnnsearch.engines.built.recurrent_layers import by_hand
from rnnsearch.engines.built.traced import Number, find_numbers, pairs, replaced, traced
from rnnsearch.engines.xla_options import LOW_LEVEL, unless_said

__all__ = ["Program", "Programs", "State", "built_for"]

State = tuple[list[Any], list[Any], list[Any]]
"""Values of a model's trainable and other variables, and of its optimizer's."""

_WARM = 32
"""Programs that are kept: a search rarely comes back to one after as many others."""


class Part:
    """A function of arrays: traced by who may, compiled by who first needs it."""

    def __init__(self, lowered: Any) -> None:
        self.lowered = lowered
        self._compiled: Any = None
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Run it; whoever comes second waits for the first, who compiles."""
        if self._compiled is None:
            with self._lock:
                if self._compiled is None:
                    on_cpu = jax.default_backend() == "cpu"
                    options = unless_said(LOW_LEVEL) if on_cpu else {}
                    self._compiled = self.lowered.compile(compiler_options=options)
        return self._compiled(*arguments)


@dataclass(frozen=True)
class Program:
    """An epoch of training and a validation, of every model of one description.

    Attributes:
        metrics: Values of the metrics' variables at an epoch's start.
        train: (state, metrics, values, data, order (S, B), rest (R,)) to (state, logs).
        test: (trainable, other, metrics, values, data) to (other, logs); None without a
            validation part.
    """

    metrics: list[Any]
    train: Part
    test: Part | None


class Programs:
    """Programs by what they are made for. Only one thread may ask for them."""

    def __init__(self) -> None:
        self._programs: OrderedDict[str, Program] = OrderedDict()
        self._constant: set[str] = set()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._programs)

    def of(self, model: keras.Model, request: Request) -> tuple[Program, np.ndarray]:
        """The program that trains a model, and (numbers, 2) that it takes for this one's numbers.

        Raises:
            Exception: Whatever the model raises when it is traced.
        """
        if is_foreign(model):
            return self._by_code(model, request)
        text, numbers = describe(model)
        key = _key(text, _shapes(request))
        if key in self._constant:
            numbers, key = [], _key(key, str([number.value for number in numbers]))
        if key not in self._programs:
            try:
                self._keep(key, _lower(model, request, numbers))
            except Exception:
                # If a number is asked for its value it is a part of the program instead.
                if not numbers:
                    raise
                self._constant.add(key)
                return self.of(model, request)
        self._programs.move_to_end(key)
        return self._programs[key], pairs(numbers)

    def _by_code(self, model: keras.Model, request: Request) -> tuple[Program, np.ndarray]:
        """Of a user's own layers and losses: equal if the code that they come to is equal."""
        numbers = find_numbers(model)
        try:
            program = _lower(model, request, numbers)
        except Exception:
            if not numbers:
                raise
            numbers = []
            program = _lower(model, request, numbers)
        parts = [part.lowered.as_text() for part in (program.train, program.test) if part]
        key = _key(*parts, str([np.asarray(value).tolist() for value in program.metrics]))
        if key not in self._programs:
            self._keep(key, program)
        self._programs.move_to_end(key)
        return self._programs[key], pairs(numbers)

    def _keep(self, key: str, program: Program) -> None:
        self._programs[key] = program
        if len(self._programs) > _WARM:
            self._programs.popitem(last=False)


def _key(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _shapes(request: Request) -> str:
    parts = jax.tree.map(lambda a: (a.shape, str(a.dtype)), (request.train, request.validation))
    return repr((parts, request.batch, request.validation_batch))


def built_for(model: keras.Model, request: Request) -> State:
    """Build what isn't built of a model, as `fit` does, and return its variables' values."""
    if model.optimizer.built and all(layer.built for layer in model._flatten_layers()):
        return _state(model)
    if not all(layer.built for layer in model._flatten_layers()):
        model._symbolic_build(data_batch=_first_batch(request))
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return _state(model)


def know_metrics(model: keras.Model, request: Request) -> None:
    """Make what a model is compiled with known to callbacks, as `fit` does before its first epoch.

    A model that another's program trains was never traced: its metrics have no names yet.
    """
    compiled = model._compile_metrics
    if compiled is not None and not compiled.built:
        model._symbolic_build(data_batch=_first_batch(request))


def _state(model: keras.Model) -> State:
    return (
        [v.value for v in model.trainable_variables],
        [v.value for v in model.non_trainable_variables],
        [v.value for v in model.optimizer.variables],
    )


def _first_batch(request: Request) -> Any:
    size = min(request.batch, request.count)
    return jax.tree.map(lambda a: a[:size], request.train)


def _lower(model: keras.Model, request: Request, numbers: Sequence[Number]) -> Program:
    """Trace a model's epoch and validation with their numbers as inputs."""
    model._symbolic_build(data_batch=_first_batch(request))
    model.reset_metrics()
    metrics = [v.value for v in model.metrics_variables]
    state = _state(model)
    values = pairs(numbers)
    full, rest = divmod(request.count, request.batch)
    order = jax.ShapeDtypeStruct((full, request.batch), np.int32)
    last = jax.ShapeDtypeStruct((rest,), np.int32)
    train = jax.jit(_epoch(model, numbers)).lower(
        state, metrics, values, request.train, order, last
    )
    if request.validation is None:
        return Program(metrics, Part(train), None)
    test = jax.jit(_validation(model, numbers, request.validation_batch)).lower(
        state[0], state[1], metrics, values, request.validation
    )
    return Program(metrics, Part(train), Part(test))


def _epoch(model: keras.Model, numbers: Sequence[Number]) -> Any:
    def epoch(state: State, metrics: Any, values: Any, data: Any, order: Any, rest: Any) -> Any:
        """Train on the batches of an order, and on what is left."""

        def step(carry: Any, chosen: Any) -> tuple[Any, Any]:
            """One batch, by the step of the model."""
            batch = jax.tree.map(lambda a: jnp.take(a, chosen, axis=0), data)
            logs, new = model.train_step(carry, batch)
            return _like(new, carry), logs

        carry: Any = (*state, metrics)
        with replaced(numbers, traced(values)), by_hand(model):
            logs: Any = None
            if order.shape[0]:
                carry, every = jax.lax.scan(step, carry, order)
                logs = jax.tree.map(lambda a: a[-1], every)
            if rest.shape[0]:
                carry, logs = step(carry, rest)
        return tuple(carry[:3]), logs

    return epoch


def _validation(model: keras.Model, numbers: Sequence[Number], batch: int) -> Any:
    def validation(
        trainable: Any, other: Any, metrics: Any, values: Any, data: Any
    ) -> tuple[Any, Any]:
        """Judge the model on all batches of a part, in their order."""

        def step(carry: Any, batch: Any) -> tuple[Any, Any]:
            """One batch, by the step of the model."""
            logs, new = model.test_step((trainable, *carry), batch)
            return _like(tuple(new[1:]), carry), logs

        count = jax.tree.leaves(data)[0].shape[0]
        whole = count // batch * batch
        carry: Any = (other, metrics)
        with replaced(numbers, traced(values)), by_hand(model):
            logs: Any = None
            if whole:
                full = jax.tree.map(lambda a: a[:whole].reshape(-1, batch, *a.shape[1:]), data)
                carry, every = jax.lax.scan(step, carry, full)
                logs = jax.tree.map(lambda a: a[-1], every)
            if whole < count:
                carry, logs = step(carry, jax.tree.map(lambda a: a[whole:], data))
        return carry[0], logs

    return validation


def _like(new: Any, old: Any) -> Any:
    """Arrays in the containers and types that they had: a loop needs them to stay."""
    before, structure = jax.tree.flatten(old)
    after = [jnp.asarray(a, b.dtype) for a, b in zip(jax.tree.leaves(new), before, strict=True)]
    return jax.tree.unflatten(structure, after)
