"""The arguments of `Tuner`, checked: what is known, and what there is instead of the rest."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypedDict

import numpy as np

from rnnsearch.data import Arrays
from rnnsearch.errors import InvalidInput, Problem

__all__ = ["SETTINGS", "Settings", "named_as_given", "patience_of", "read_arrays", "refuse"]


class Settings(TypedDict, total=False):
    """Keys of the spec's search, run and data sections that `Tuner` takes as they are."""

    sampler: str
    pruner: str
    patience: int | None
    timeout: float | str | None
    block: int | str
    constraints: Mapping[str, str]
    engine: str
    backend: str
    workers: int | str
    lanes: int | str
    device: str
    scaling: str
    target_kind: str
    missing: str


SETTINGS: dict[str, tuple[str, ...]] = {
    "search": ("sampler", "pruner", "patience", "timeout", "block", "constraints"),
    "run": ("engine", "backend", "workers", "lanes", "device"),
    "data": ("scaling", "target_kind", "missing"),
}
"""Section → the keys of `Settings` that stand in it."""

_ARGUMENTS = {
    "name": "project_name",
    "search.trials": "max_trials",
    "search.runs_per_trial": "executions_per_trial",
    "search.direction": "objective",
    "search.costs": "objective",
    "data.split": "validation_split",
    "data.path": "",
}
"""Keys of the spec that go by another name here; "" where the message names the array."""

_WEIGHTS = "loss.class_weights"

_VALIDATION_SPLIT = 0.15

_INSTEAD = {
    "hypermodel": "networks are built from task and space; leave both out to give a function",
    "hyperparameters": "give it as space",
    "oracle": "give space, objective, max_trials, seed and sampler",
    "optimizer": "name it in the space",
    "metrics": "they follow from the target; see results.leaderboard",
    "runs_per_trial": "give it as executions_per_trial",
    "max_epochs": "give epochs to search()",
    "sample_weight": "every sequence counts alike",
    "shuffle": "sequences are shuffled each epoch",
    "validation_batch_size": "it has no effect on what is found",
}


def refuse(function: str, unknown: Iterable[str], known: Sequence[str]) -> None:
    """Raise for arguments that would have no effect.

    Raises:
        TypeError: Naming each of them, what to use instead, and what is known.
    """
    lines = []
    for name in unknown:
        near = difflib.get_close_matches(name, known, 1)
        advice = _INSTEAD.get(name) or (f"did you mean {near[0]}?" if near else "")
        lines.append(f"{name}{f' ({advice})' if advice else ''}")
    if lines:
        raise TypeError(
            f"Expected arguments that {function} knows: {', '.join(known)}. "
            f"Received: {', '.join(lines)}"
        )


@contextmanager
def named_as_given() -> Iterator[None]:
    """Problems of the block's spec under the names that `Tuner`'s arguments have."""
    try:
        yield
    except InvalidInput as error:
        raise type(error)(_of_argument(problem) for problem in error.problems) from None


def _of_argument(problem: Problem) -> Problem:
    """The same of a `Tuner`'s argument; a number of trials is never left to the search."""
    must = problem.must
    if problem.path == "search.trials":
        must = must.removesuffix(", or auto")
    return replace(problem, path=_argument(problem.path), must=must)


def _argument(path: str) -> str:
    if path in _ARGUMENTS:
        return _ARGUMENTS[path]
    if path.startswith(_WEIGHTS):
        return f"class_weight{path.removeprefix(_WEIGHTS)}"
    section, _, key = path.partition(".")
    return key if section in SETTINGS and key else path


def read_arrays(x: Any, y: Any, validation_data: Any, validation_split: float | None) -> Arrays:
    """The data of a search, with its validation part.

    Args:
        x: Of the training part.
        y: Alike.
        validation_data: (x, y), or None to take the last of x and y.
        validation_split: The share to take, as Keras takes it; 0.15 if None.

    Raises:
        TypeError: It is no pair of arrays.
        ValueError: The validation part is given twice, or would be empty.
    """
    if x is None or y is None:
        missing = "x" if x is None else "y"
        raise TypeError(
            f"Expected x and y as arrays. Received: no {missing}"
            f"{'' if x is None else f', and x of type {type(x).__name__}'}; "
            "data sets and generators are not supported: collect them into arrays"
        )
    train = (_array(x, "x"), _array(y, "y"))
    if validation_data is None:
        return _cut(train, _VALIDATION_SPLIT if validation_split is None else validation_split)
    if validation_split is not None:
        raise ValueError("Expected validation_data or validation_split. Received: both")
    if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
        kind = type(validation_data).__name__
        count = f" of {len(validation_data)}" if isinstance(validation_data, tuple | list) else ""
        raise TypeError(
            f"Expected validation_data=(x, y). Received: a {kind}{count}; sample weights, data "
            "sets and generators are not supported"
        )
    names = ("validation x", "validation y")
    pair = [_array(part, name) for part, name in zip(validation_data, names, strict=True)]
    return Arrays(train, tuple(pair))


def _cut(data: tuple[np.ndarray, np.ndarray], share: float) -> Arrays:
    count = len(data[0]) if data[0].ndim else 0
    if not 0 < share < 1:
        raise ValueError(f"Expected validation_split above 0 and below 1. Received: {share!r}")
    border = math.floor(count * (1 - share))
    if not 0 < border < count:
        raise ValueError(
            f"Expected validation_split to leave sequences in both parts. Received: {share!r} "
            f"of {count}; give more, or another share"
        )
    if data[1].ndim == 0 or len(data[1]) != count:
        return Arrays(data)  # whoever reads them says what is wrong
    x, y = data
    return Arrays((x[:border], y[:border]), (x[border:], y[border:]))


def _array(value: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(
            f"Expected {name} as one array. Received: sequences of different lengths ({error}); "
            "pad them at the end with NaN"
        ) from None
    if array.dtype == object:
        raise TypeError(
            f"Expected {name} as an array of numbers or classes. Received: a "
            f"{type(value).__name__} of Python objects"
        )
    return array


def patience_of(callbacks: Sequence[Any] | None, objective: str) -> int | None:
    """The patience that `EarlyStopping` among the callbacks asks for; None without one.

    Best weights are always restored, and the display tells of stops, so
    ``restore_best_weights`` and ``verbose`` may be anything.

    Raises:
        TypeError: A callback is another one, which could not be called.
        ValueError: Early stopping is asked for in a way that there is not.
    """
    patience: int | None = None
    for callback in callbacks or ():
        kind = type(callback)
        if kind.__name__ != "EarlyStopping" or kind.__module__.partition(".")[0] != "keras":
            raise TypeError(
                "Expected keras.callbacks.EarlyStopping only: many trials train in one compiled "
                f"program, which calls no callbacks. Received: {kind.__name__}; the curves are "
                "in epochs.csv"
            )
        if patience is not None:
            raise ValueError("Expected one EarlyStopping. Received: two; remove one")
        patience = _patience(callback, objective)
    return patience


def _patience(callback: Any, objective: str) -> int:
    needed: Mapping[str, tuple[Any, Any]] = {
        "monitor": (callback.monitor, objective),
        "min_delta": (abs(callback.min_delta), 0),
        "baseline": (callback.baseline, None),
        "start_from_epoch": (callback.start_from_epoch, 0),
    }
    for name, (received, must) in needed.items():
        if received != must:
            raise ValueError(
                f"Expected EarlyStopping with {name}={must!r}. Received: {name}={received!r}; "
                "trials stop on the objective alone"
            )
    return max(1, int(callback.patience))  # Keras's 0 stops where its 1 does
