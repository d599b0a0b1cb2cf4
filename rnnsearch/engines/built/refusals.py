"""Why a model is trained by `model.fit` and not as a lane, if it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras.src.utils import is_default

from rnnsearch.engines.built.fit_requests import Request
from rnnsearch.engines.built.keys import is_foreign
from rnnsearch.engines.built.shared_programs import Program, Programs

__all__ = [
    "acts_within_epochs",
    "is_users",
    "program_for",
    "reason_against",
    "reason_against_program",
]

_STEPS = ("train_step", "test_step", "fit", "evaluate", "make_train_function",
          "make_test_function", "reset_metrics", "get_metrics_result")  # fmt: skip

_PICTURES = (
    *(keras.layers.RandomZoom, keras.layers.RandomRotation, keras.layers.RandomTranslation),
    *(keras.layers.RandomShear, keras.layers.RandomPerspective),
)
"""Keras has these computed step by step for TensorFlow's sake; JAX compiles them as any other."""

_WITHIN = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end"),
)


def program_for(
    programs: Programs, model: Any, request: Request, callbacks: Sequence[Any]
) -> tuple[Program, np.ndarray] | str:
    """The program that trains a model, with what it takes for its numbers; or why none does.

    Args:
        programs: Of the search.
        model: Compiled.
        request: What `fit` was asked for.
        callbacks: The user's, without those that only keep or show.

    Raises:
        Exception: Whatever the model raises when it is traced.
    """
    reason = reason_against(model, request, callbacks)
    if reason is not None:
        return reason
    found = programs.of(model, request)
    return reason_against_program(found[0], callbacks) or found


def reason_against(model: Any, request: Request, callbacks: Iterable[Any]) -> str | None:
    """What of a model, a `fit` or its callbacks a program can't follow; None if nothing.

    Args:
        model: Compiled.
        request: What `fit` was asked for.
        callbacks: The user's, without those that only keep or show.
    """
    if not model.compiled:
        return "the model isn't compiled"
    own = [name for name in _STEPS if getattr(type(model), name) is not getattr(keras.Model, name)]
    if own:
        return f"{type(model).__name__} has a {own[0]} of its own"
    if model.run_eagerly:
        return "the model is compiled with run_eagerly"
    if not (model.jit_compile or _only_changes_pictures(model)):
        return "the model is compiled without jit_compile, or a layer of it doesn't support it"
    if keras.distribution.distribution() is not None:
        return "a keras.distribution is set"
    if request.unusual:
        return f"{request.unusual[0]} is given"
    if request.epochs <= request.first:
        return "there is no epoch to train"
    if not request.count:
        return "there is nothing to train on"
    for callback in callbacks:
        within = acts_within_epochs(callback)
        if within is not None:
            return f"the callback {type(callback).__name__} has {within}, within an epoch"
    return None


def _only_changes_pictures(model: keras.Model) -> bool:
    """Whether it is for such layers alone that Keras doesn't compile a model of its own parts."""
    kept = [layer for layer in model._flatten_layers() if not layer.supports_jit]
    return bool(kept) and all(type(one) in _PICTURES for one in kept) and not is_foreign(model)


def reason_against_program(program: Program, callbacks: Iterable[Any]) -> str | None:
    """What a program holds as it was at first, though it may change; None if nothing.

    That are variables of a metric which lasts longer than an epoch, or which a model's `call`
    updates, and, where callbacks are there that may change it, a variable outside of the model.

    Args:
        program: Of the model.
        callbacks: The user's.
    """
    if program.lost:
        return f"{program.lost[0]} is set by the model's call, and JAX doesn't keep it"
    if program.lasting:
        return f"a metric keeps {program.lasting[0]} from epoch to epoch"
    for callback in callbacks if program.outside else ():
        if is_users(callback):
            return (
                f"the callback {type(callback).__name__} may change {program.outside[0]}, "
                "a variable outside of the model"
            )
    return None


def is_users(callback: Any) -> bool:
    """Whether a callback may do anything: Keras's own and ours act on the model alone."""
    kind = type(callback)
    known = kind.__module__.partition(".")[0] in ("keras", "rnnsearch")
    return not known or kind is keras.callbacks.LambdaCallback


def acts_within_epochs(callback: Any) -> str | None:
    """The method of a callback that Keras would call between its epochs' ends."""
    if type(callback) is keras.callbacks.ModelCheckpoint:
        return None if callback.save_freq == "epoch" else "save_freq"
    for name in _WITHIN:
        if not is_default(getattr(callback, name)):
            return name
    return None
