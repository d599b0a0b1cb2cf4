"""Losses and weights of classes as Keras's users name them, as a spec's loss section, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.errors import InvalidSpec, Problem
from rnnsearch.vocabulary import LOSSES, TargetKind, usual_loss

if TYPE_CHECKING:
    import keras

    from rnnsearch.spec import LossSpec

__all__ = ["keras_loss", "loss_section", "weighted"]

_NAMES = {
    "mse": ("mse", "MSE", "mean_squared_error", "MeanSquaredError"),
    "mae": ("mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"),
    "huber": ("huber", "Huber"),
    "cross_entropy": (
        *("cross_entropy", "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
    ),
}
"""A spec's loss → what it is called here and in Keras."""

_MUST = f"must be {', '.join(names[-2] for names in _NAMES.values())} or Keras's object of these"
_INSTEAD = {
    "categorical_crossentropy": "give y as whole numbers or texts: sparse_categorical_crossentropy",
    "binary_crossentropy": "two classes are classes like others: sparse_categorical_crossentropy",
    "quantile": "give it to rnnsearch.search: metrics of Keras can't judge several quantiles",
}
_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
_FOLLOWED = {"from_logits": False, "ignore_class": None, "axis": -1}
"""Arguments of cross-entropy, and what they must be: networks give probabilities."""


def loss_section(loss: Any) -> dict[str, Any]:
    """The loss section of a spec for what `keras.Model.compile` takes as `loss`.

    Args:
        loss: A name, a function or an object of Keras; a mapping is a loss section already. None
            is the usual loss of the target.

    Raises:
        InvalidSpec: There is no such loss.
    """
    if loss is None:
        return {"name": "auto"}
    if isinstance(loss, Mapping):
        name = str(loss.get("name"))
        if name in LOSSES and name not in _NAMES:
            raise _refused(name)
        return dict(loss)
    if isinstance(loss, str):
        return {"name": _named(loss)}
    kind = loss if callable(loss) and hasattr(loss, "__name__") else type(loss)
    if kind.__module__.partition(".")[0] != "keras":
        raise _refused(kind.__name__)
    name = _named(kind.__name__)
    return {"name": name, **({} if kind is loss else _settings(name, loss))}


def weighted(section: Mapping[str, Any], weights: Any, y: np.ndarray, kind: str) -> dict[str, Any]:
    """A loss section with what `keras.Model.fit` takes as `class_weight`.

    Args:
        section: Of the loss.
        weights: What each label of y weighs, or ``balanced``.
        y: Targets of the training part.
        kind: What the spec says of them: auto, numeric or class.

    Raises:
        InvalidSpec: Numbers are predicted.
    """
    if kind == "numeric" or (kind == "auto" and y.dtype.kind == "f"):
        must = "must not be given where numbers are predicted"
        received, advice = f"it, and y of type {y.dtype}", "give classes as whole numbers or texts"
        raise InvalidSpec([Problem("class_weight", must, received, advice)])
    if isinstance(weights, Mapping):
        numbers = {k: v.item() if hasattr(v, "item") else v for k, v in weights.items()}
        weights = {str(label): number for label, number in numbers.items()}
    name = "cross_entropy" if section["name"] == "auto" else section["name"]
    return {**section, "name": name, "class_weights": weights}


def keras_loss(loss: LossSpec, kind: TargetKind) -> str | keras.losses.Loss:
    """What `keras.Model.compile` is given for the loss of a search. Imports Keras for some."""
    name = usual_loss(kind) if loss.name == "auto" else loss.name
    if name == "huber":
        import keras

        return keras.losses.Huber(loss.delta)
    return _NAMES[name][-2]


def _named(name: str) -> str:
    for known, names in _NAMES.items():
        if name in names:
            return known
    raise _refused(name)


def _settings(name: str, loss: Any) -> dict[str, Any]:
    """What an object of Keras says beside its name; only what can be followed."""
    if loss.reduction not in _MEANS:
        must = f"must have reduction {_MEANS[0]}: trials are compared by means"
        raise InvalidSpec([Problem("loss", must, str(loss.reduction), "leave it out")])
    given = loss._fn_kwargs  # get_config() of Keras 3.15 has no delta
    settings = {"delta": given["delta"]} if name == "huber" else {}
    idle = {key: value for key, value in given.items() if _FOLLOWED.get(key, value) != value}
    if idle:
        must = f"must have no {', '.join(idle)}: networks give probabilities of all classes"
        received = ", ".join(f"{key}={value!r}" for key, value in idle.items())
        raise InvalidSpec([Problem("loss", must, received, "leave it out")])
    return settings


def _refused(name: str) -> InvalidSpec:
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return InvalidSpec([Problem("loss", _MUST, name, _INSTEAD.get(snake, "choose one of them"))])
