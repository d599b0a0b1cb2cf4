"""Compiled programs of users' models: one for all that differ in numbers only."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from rnnsearch.engines.built.first_looks import built_here
from rnnsearch.engines.built.fit_requests import Request
from rnnsearch.engines.built.keys import describe, is_foreign
from rnnsearch.engines.built.passes import Pass, Step, lower
from rnnsearch.engines.built.recurrent_layers import by_hand
from rnnsearch.engines.built.traced import Number, find_numbers, pairs, replaced, traced

__all__ = ["Program", "Programs", "State", "built_for"]

State = tuple[list[Any], list[Any], list[Any]]
"""Values of a model's trainable and other variables, and of its optimizer's."""

_WARM = 32
"""Programs that are kept: a search rarely comes back to one after as many others."""


@dataclass(frozen=True)
class Program:
    """An epoch of training and a validation, of every model of one description.

    Attributes:
        metrics: Values of the metrics' variables at an epoch's start.
        train: Carries (trainable, other, optimizer, metrics), given (values, data).
        test: Carries (other, metrics), given (trainable, values, data); None without a validation
            part.
        outside: Names of variables that it read and that aren't the model's, as a loss reads one
            which a callback is to change: it has their values of then.
        lasting: Variables of metrics that an epoch begins with as the one before has left them.
        lost: Variables that are set where Keras on JAX doesn't keep it, as those of a metric which
            a model's `call` updates.
    """

    metrics: list[Any]
    train: Pass
    test: Pass | None
    outside: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def prepare(self) -> None:
        """Compile what no other lane does: two that need a new program each compile a part."""
        for part in (self.train, self.test):
            if part is not None:
                part.prepare()


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
        parts = [part.text() for part in (program.train, program.test) if part]
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
    built_here(model)
    model._symbolic_build(data_batch=_first_batch(request))
    lasting = _lasting(model)
    metrics = [v.value for v in model.metrics_variables]
    state = _state(model)
    values = pairs(numbers)
    test = None
    with _read_outside(model) as outside, _set_in_vain() as lost:
        train = lower(
            _training(model, numbers),
            (*state, metrics),
            (values, request.train),
            request.count,
            request.batch,
        )
        if request.validation is not None:
            test = lower(
                _judging(model, numbers),
                (state[1], metrics),
                (state[0], values, request.validation),
                request.judged,
                request.validation_batch,
            )
    return Program(metrics, train, test, tuple(outside), lasting, tuple(lost))


def _lasting(model: keras.Model) -> tuple[str, ...]:
    """Reset a model's metrics; those of their variables in which something of before is left."""
    variables = model.metrics_variables
    first = [variable.value for variable in variables]
    model.reset_metrics()
    usual = [variable.value for variable in variables]
    for variable in variables:
        variable.assign(jnp.full_like(variable.value, 3))
    model.reset_metrics()
    left = [not np.array_equal(v.value, value) for v, value in zip(variables, usual, strict=True)]
    for variable, value in zip(variables, first if any(left) else usual, strict=True):
        variable.assign(value)
    return tuple(v.path for v, is_left in zip(variables, left, strict=True) if is_left)


@contextlib.contextmanager
def _read_outside(model: keras.Model) -> Iterator[dict[str, None]]:
    """Names of the variables that are read in the block, where it is traced, and not its own."""
    found: dict[str, None] = {}
    variables = (*model.variables, *model.metrics_variables, *model.optimizer.variables)
    known = {id(variable) for variable in variables}
    usual = keras.StatelessScope.get_current_value

    def seen(scope: Any, variable: Any) -> Any:
        """As ever: a variable that the scope holds no value of is asked for its own."""
        value = usual(scope, variable)
        if value is None and id(variable) not in known:
            found[variable.name] = None
        return value

    keras.StatelessScope.get_current_value = seen
    try:
        yield found
    finally:
        keras.StatelessScope.get_current_value = usual


@contextlib.contextmanager
def _set_in_vain() -> Iterator[dict[str, None]]:
    """Paths of the variables that are set in the block, in a scope that nobody reads them from."""
    found: dict[str, None] = {}
    usual = keras.StatelessScope.add_update

    def seen(scope: Any, update: Any) -> None:
        """As ever: who made the scope gave it the variables whose values it then takes."""
        if id(update[0]) not in scope.state_mapping:
            found[update[0].path] = None
        usual(scope, update)

    keras.StatelessScope.add_update = seen
    try:
        yield found
    finally:
        keras.StatelessScope.add_update = usual


def _training(model: keras.Model, numbers: Sequence[Number]) -> Step:
    def step(carry: Any, given: Any, chosen: Any) -> tuple[Any, Any]:
        """Train on one batch, by the step of the model."""
        values, data = given
        with replaced(numbers, traced(values)), by_hand(model):
            logs, new = model.train_step(carry, _batch(data, chosen))
        return _like(new, carry), logs

    return step


def _judging(model: keras.Model, numbers: Sequence[Number]) -> Step:
    def step(carry: Any, given: Any, chosen: Any) -> tuple[Any, Any]:
        """Judge the model on one batch, by its own step."""
        trainable, values, data = given
        with replaced(numbers, traced(values)), by_hand(model):
            logs, new = model.test_step((trainable, *carry), _batch(data, chosen))
        return _like(tuple(new[1:]), carry), logs

    return step


def _batch(data: Any, chosen: Any) -> Any:
    return jax.tree.map(lambda a: jnp.take(a, chosen, axis=0), data)


def _like(new: Any, old: Any) -> Any:
    """Arrays in the containers and types that they had: a loop needs them to stay."""
    before, structure = jax.tree.flatten(old)
    after = [jnp.asarray(a, b.dtype) for a, b in zip(jax.tree.leaves(new), before, strict=True)]
    return jax.tree.unflatten(structure, after)
