"""What is trained on: a loss by name, with its settings; its value in NumPy.

`rnnsearch.engines.keras_losses` has the same for training. Everything here is in scaled units, but
for `own_units`, which leads out of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks.metrics import Facts
from rnnsearch.vocabulary import LOSSES, usual_loss

if TYPE_CHECKING:
    # Not for a worker, which reads no spec.
    from rnnsearch.spec import LossSpec

__all__ = [
    "ENTRIES",
    "SLOPES",
    "Loss",
    "arranged",
    "class_weights",
    "entry_losses",
    "entry_slopes",
    "loss_weights",
    "make_loss",
    "mean_loss",
    "own_units",
]


@dataclass(frozen=True)
class Loss:
    """A loss and what it needs to know.

    Attributes:
        name: Which one, in `LOSSES`.
        delta: Of huber: from where on an error counts linearly.
        quantiles: Of quantile: those that are predicted, in order, the median among them.
        class_weights: Of cross_entropy: one a class; ``balanced``: so that all classes of the
            training part weigh the same; None: all entries weigh the same.
    """

    name: str
    delta: float = 1.0
    quantiles: tuple[float, ...] = ()
    class_weights: Literal["balanced"] | tuple[float, ...] | None = None

    @property
    def of_classes(self) -> bool:
        """Whether classes are predicted."""
        return LOSSES[self.name].kind == "class"

    def outputs(self, target: Target) -> int:
        """Outputs of the model a step: for each quantile, from the lowest, one a number."""
        return target.width * max(1, len(self.quantiles))

    def facts(self, target: Target) -> Facts:
        """What metrics are told of the predictions of this target."""
        return Facts(target.naive_error, self.quantiles, target.names, target.deviation)


def make_loss(asked: LossSpec | None, target: Target) -> Loss:
    """The loss that a spec asks for, `auto` and labels resolved by the target."""
    name = "auto" if asked is None else asked.name
    if name == "auto":
        name = usual_loss(target.kind)
    settings = {} if asked is None else {key: getattr(asked, key) for key in LOSSES[name].settings}
    weights = settings.get("class_weights")
    if isinstance(weights, Mapping):
        settings["class_weights"] = _by_class(weights, target)
    return Loss(name, **settings)


def _by_class(weights: Mapping[str, float], target: Target) -> tuple[float, ...]:
    return tuple(weights.get(str(label), 1.0) for label in target.classes)


def class_weights(loss: Loss, dataset: Dataset) -> np.ndarray:
    """(C,) what each class weighs in the loss.

    Where classes are balanced, as in scikit-learn: inversely to how often each occurs in the
    training part.
    """
    classes = dataset.target.width
    if loss.class_weights is None:
        return np.ones(classes)
    if loss.class_weights != "balanced":
        return np.array(loss.class_weights)
    train = dataset.train
    found = np.bincount(train.y.ravel(), train.weights.ravel(), classes)
    return np.asarray(found.sum() / (classes * np.maximum(found, 1)))


def loss_weights(loss: Loss, dataset: Dataset, part: Part) -> np.ndarray:
    """What each entry of a part weighs in the loss, float32 (N,) or (N, T)."""
    if loss.class_weights is None:
        return part.weights
    return np.asarray(part.weights * class_weights(loss, dataset)[part.y], np.float32)


def arranged(outputs: Any, loss: Loss) -> Any:
    """Outputs (…, O·Q) of a quantile loss as (…, Q, O), sorted; of another as they are.

    Separate outputs may cross where no quantiles can. Sorting them never raises the pinball
    loss (Chernozhukov, Fernández-Val & Galichon, 2010). Takes arrays of any kind.
    """
    if not loss.quantiles:
        return outputs
    levels = len(loss.quantiles)
    shaped = outputs.reshape(*outputs.shape[:-1], levels, outputs.shape[-1] // levels)
    return outputs.__array_namespace__().sort(shaped, axis=-2)


def own_units(
    outputs: np.ndarray, target: Target, loss: Loss, anchor: np.ndarray | None = None
) -> np.ndarray:
    """A model's outputs in the target's units, as metrics want them.

    Args:
        outputs: Scaled numbers, their quantiles side by side, or class probabilities.
        target: What they are of.
        loss: What was trained on.
        anchor: As `Part.anchor`.

    Returns:
        Numbers (…, O), their quantiles (…, Q, O), or class probabilities as they are.
    """
    if loss.quantiles and anchor is not None:
        anchor = anchor[..., None, :]
    return target.own_units(arranged(outputs, loss), anchor)


def entry_losses(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """The loss of each entry, (N,) or (N, T), before any weight.

    Args:
        loss: Which one.
        y: As in `Part.y`.
        outputs: A model's: scaled numbers (…, O), their quantiles (…, O·Q), or class
            probabilities (…, C).
    """
    return np.asarray(ENTRIES[loss.name](loss, y, outputs))


def _squared(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    return np.asarray(((y - outputs) ** 2).mean(axis=-1))


def _absolute(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(y - outputs).mean(axis=-1))


def _huber(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Squares of small errors, and from delta on their size (Huber, 1964)."""
    errors = np.abs(y - outputs)
    inner = np.minimum(errors, loss.delta)
    return np.asarray((inner**2 / 2 + loss.delta * (errors - inner)).mean(axis=-1))


def _pinball(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Koenker & Bassett (1978)."""
    levels = np.array(loss.quantiles)[:, None]
    errors = y[..., None, :] - outputs.reshape(*y.shape[:-1], len(levels), y.shape[-1])
    return np.asarray((errors * (levels - (errors < 0))).mean(axis=(-2, -1)))


def _cross_entropy(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    chosen = np.take_along_axis(outputs, y[..., None], axis=-1)[..., 0]
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(chosen))


ENTRIES: dict[str, Callable[[Loss, np.ndarray, np.ndarray], np.ndarray]] = {
    "mse": _squared,
    "mae": _absolute,
    "huber": _huber,
    "quantile": _pinball,
    "cross_entropy": _cross_entropy,
}
"""What computes each loss of the vocabulary, an entry at a time."""


def entry_slopes(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """The derivative of each entry's loss by the outputs, shaped as these.

    Args:
        loss: Which one.
        y: (E, O), or classes (E,).
        outputs: (E, O), quantiles (E, O·Q), or of classes the chance of the right one alone (E, 1).
    """
    return np.asarray(SLOPES[loss.name](loss, y, outputs))


def _pinball_slope(loss: Loss, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    levels = np.array(loss.quantiles)[:, None]
    below = levels - (y[:, None, :] < outputs.reshape(len(y), len(levels), -1))
    return np.asarray(-below / (below.shape[1] * below.shape[2])).reshape(outputs.shape)


SLOPES: dict[str, Callable[[Loss, np.ndarray, np.ndarray], np.ndarray]] = {
    "mse": lambda loss, y, outputs: 2 * (outputs - y) / y.shape[1],
    "mae": lambda loss, y, outputs: np.sign(outputs - y) / y.shape[1],
    "huber": lambda loss, y, outputs: np.clip(outputs - y, -loss.delta, loss.delta) / y.shape[1],
    "quantile": _pinball_slope,
    "cross_entropy": lambda loss, y, outputs: -1 / outputs,
}
"""What computes the derivative of each loss of the vocabulary; all are convex in the outputs."""


def mean_loss(
    loss: Loss, y: np.ndarray, outputs: np.ndarray, weights: np.ndarray, least: float = 0.0
) -> float:
    """The mean over entries that weigh something; 0 where none does.

    Args:
        loss: Which one.
        y, outputs: As in `entry_losses`.
        weights: Of the entries.
        least: Of classes: what a probability is at least, and at most short of 1, once all
            sum to one; 0 takes them as they are. Keras, which trains, has `keras.config.epsilon`.
    """
    counts = weights > 0
    if not counts.any():
        return 0.0
    if least and loss.of_classes:
        outputs = np.clip(outputs / outputs.sum(axis=-1, keepdims=True), least, 1 - least)
    return float(np.average(entry_losses(loss, y, outputs)[counts], weights=weights[counts]))
