"""From a network and its preparation to one step of both: ``step(x_t, state) → y_t, state``.

Where the network reads step by step, the states of its recurrent layers are carried, and they know
of every step since the stream began. Where something in it looks at a whole window (both
directions, pooling, patches, a ridge regression beside it), the window is carried: its last steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.exports.raw import Given, RawForm, form_of
from rnnsearch.exports.raw.model import own_units_of
from rnnsearch.exports.streaming.carried import WholeWindow, carried
from rnnsearch.tasks import Loss

__all__ = ["Step", "make_step"]

Tensor = Any
_PAST = "past_"


@dataclass(frozen=True)
class Step:
    """One step of a stream.

    Attributes:
        model: From a dict of `inputs` and `states`, to a dict of the output and the states after.
        inputs: What comes with each step.
        states: What is carried, as inputs; as outputs their names begin with ``next_``.
        blank: Name of a state → what it is full of before the first step.
        carries: ``states`` of recurrent layers, or the ``window``.
        because: What asks for the whole window; empty where none does.
        steps: T, of the windows that the network learned from.
        before: Rows that must be in the state before the first of them.
    """

    model: keras.Model
    inputs: tuple[Given, ...]
    states: tuple[Given, ...]
    blank: Mapping[str, float]
    carries: str
    because: str
    steps: int
    before: int

    def start(self, count: int) -> dict[str, np.ndarray]:
        """The states (B, …) before the first step."""
        return {
            one.name: np.full((count, *one.shape), self.blank[one.name], one.dtype)
            for one in self.states
        }


def make_step(network: keras.Model, form: RawForm, loss: Loss, output: str) -> Step:
    """The step of a network that reads one sequence.

    Args:
        network: From scaled inputs to scaled outputs.
        form: What stands around it.
        loss: What was trained on.
        output: Name of what comes out.

    Raises:
        InvalidInput: It is not of many_to_one or many_to_many.
    """
    prepared: Any = form.prepared
    mapping = prepared.mapping
    if not mapping.reads_sequence or mapping.encodes or len(network.inputs) != 1:
        must = "must be of many_to_one or many_to_many, which read a step at a time"
        received, advice = f"streaming of {mapping.name}", "use another format"
        raise InvalidInput([Problem("--format", must, received, advice)])
    steps = network.inputs[0].shape[1]
    try:
        _of_each_sequence(prepared)
        one_step, because = carried(network), ""
        inner = _of_one_step(form)
    except WholeWindow as reason:
        one_step, because, inner = None, str(reason), form
    parts = _Parts(inner)
    read = inner.network_inputs(parts.whole)
    states: dict[str, Tensor] = {}
    if one_step is None:
        found = network(next(iter(read.values())))
    else:
        given = {t.name: t for t in one_step.inputs if t.name.startswith("state_")}
        states = {n: keras.Input(t.shape[1:], dtype=t.dtype, name=n) for n, t in given.items()}
        put = one_step({**read, **states})
        found = put.pop("output")
        parts.after |= put
    found = _last(found)
    if form.target.kind == "numeric":
        anchor = inner.anchor(parts.whole)
        anchor = None if anchor is None else _last(anchor)
        found = own_units_of(found, inner, loss, anchor)
    inputs = {**parts.inputs, **parts.before, **states}
    model = keras.Model(inputs, {output: found, **parts.after}, name="rnnsearch_step")
    carriers = (*parts.states, *(_state(name, tensor) for name, tensor in states.items()))
    blank = {one.name: 0.0 if one.name.startswith("state_") else parts.blank for one in carriers}
    rows = max((one.shape[0] for one in form.inputs), default=steps)
    return Step(
        model,
        parts.given,
        carriers,
        blank,
        "states" if one_step is not None else "window",
        because,
        steps,
        rows - steps,
    )


def _last(x: Tensor) -> Tensor:
    """The last step of (B, T, O); (B, O) as it is."""
    return ops.squeeze(x[:, -1:], axis=1) if len(x.shape) == 3 else x


def _state(name: str, tensor: Tensor) -> Given:
    return Given(name, tuple(tensor.shape[1:]), tensor.dtype, (), "of a recurrent layer")


def _of_each_sequence(prepared: Any) -> None:
    if getattr(prepared, "per_sequence", False):
        raise WholeWindow("scaling each sequence by itself")
    if getattr(prepared, "curves", ()):
        raise WholeWindow("scaling each step by its place")


def _of_one_step(form: RawForm) -> RawForm:
    """The form of a window of one step."""
    prepared: Any = form.prepared
    if hasattr(prepared, "steps"):
        return form_of(replace(prepared, steps=1))
    if hasattr(prepared, "reading"):
        return form_of(replace(prepared, reading=replace(prepared.reading, steps=1)))
    return form_of(replace(prepared, window=1))


class _Parts:
    """The raw inputs of a form, each as its last step and those before.

    Attributes:
        inputs, before: Name → tensor, of the step and of what is carried.
        whole: Name → tensor, of both together.
        after: Name → what is carried on.
        given, states: Their descriptions.
        blank: What fills a state before the first step.
    """

    def __init__(self, form: RawForm) -> None:
        self.inputs: dict[str, Tensor] = {}
        self.before: dict[str, Tensor] = {}
        self.whole: dict[str, Tensor] = {}
        self.after: dict[str, Tensor] = {}
        given, states = [], []
        masked = getattr(form.prepared, "masked", False)
        for one in form.inputs:
            length, *rest = one.shape
            shape = tuple(rest)
            step = keras.Input(shape, dtype=one.dtype, name=one.name)
            whole = ops.expand_dims(step, 1)
            self.inputs[one.name] = step
            given.append(replace(one, shape=shape, about=f"{one.about}: the newest of them"))
            if length > 1:
                name = _PAST + one.name
                past = keras.Input((length - 1, *shape), dtype=one.dtype, name=name)
                whole = ops.concatenate([past, whole], axis=1)
                self.before[name] = past
                self.after[f"next_{name}"] = whole[:, 1:]
                states.append(
                    Given(name, (length - 1, *shape), one.dtype, one.columns, "before it")
                )
            self.whole[one.name] = whole
        self.given, self.states = tuple(given), tuple(states)
        numbers = all(one.dtype == "float32" for one in form.inputs)
        self.blank = float("nan") if masked and numbers else 0.0
