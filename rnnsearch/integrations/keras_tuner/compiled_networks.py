"""Networks compiled as they were trained, for who goes on with them in Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnnsearch.integrations.keras_tuner.named_losses import keras_loss
from rnnsearch.vocabulary import TargetKind

if TYPE_CHECKING:
    import keras

    from rnnsearch.spec import LossSpec

__all__ = ["compile_as_trained"]

_CLIPPING = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}
_METRICS = {"numeric": ["mae"], "class": ["accuracy"]}


def compile_as_trained(
    model: keras.Model, params: Mapping[str, Any], loss: LossSpec, kind: TargetKind
) -> None:
    """Compile a model with the optimizer and the loss of a trial, and the usual metrics.

    Args:
        model: The trial's network.
        params: Its parameters, all of them.
        loss: Of the spec.
        kind: Of the target.
    """
    model.compile(
        optimizer=_optimizer_of(params), loss=keras_loss(loss, kind), metrics=_METRICS[kind]
    )


def _optimizer_of(params: Mapping[str, Any]) -> keras.Optimizer:
    """The optimizer that a trial trained with, but for its state."""
    import keras

    config = {"learning_rate": params["learning_rate"]}
    if params["clip_norm"] != "none":
        config[_CLIPPING[str(params["clip_mode"])]] = params["clip_norm"]
    if params["weight_decay"]:
        config["weight_decay"] = params["weight_decay"]
    return keras.optimizers.get({"class_name": params["optimizer"], "config": config})
