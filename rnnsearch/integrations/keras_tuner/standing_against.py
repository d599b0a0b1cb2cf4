"""Why a tuner's trials are trained one after the other, as far as that is known without a model."""

from __future__ import annotations

import logging
from typing import Any

import keras
import keras_tuner
from keras_tuner.src.distribute import utils as distribution

from rnnsearch.integrations.keras_tuner.facts import on_jax, overrides, takes_gpu, who_fits

__all__ = ["HOOKS", "Said", "fits_itself", "goes_in_turn", "why_by_fit", "why_own"]

HOOKS = ("on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end")
"""Methods by which a tuner is told how training goes."""

_FIT = keras_tuner.HyperModel.fit
_HALF = ("bfloat16", "float16")
_IN_TURN = ("on_trial_begin", "on_trial_end", "pre_create_trial", "_try_run_and_update_trial",
            "_run_and_update_trial", "run_trial")  # fmt: skip


def fits_itself(hypermodel: Any) -> bool:
    """Whether a hypermodel has a `fit` of its own."""
    return type(hypermodel).fit is not _FIT


def goes_in_turn(tuner: Any, block: int | None, apart: bool) -> bool:
    """Whether each trial must have ended before the next begins.

    Args:
        tuner: Of a function that builds models.
        block: How many trials are asked for before any is told, if the user said so.
        apart: Whether JAX may train in a process of its own.
    """
    return (
        distribution.has_chief_oracle()
        or block == 1
        or overrides(tuner, *_IN_TURN)
        or why_by_fit(tuner, apart) is not None
    )


def why_by_fit(tuner: Any, apart: bool) -> str | None:
    """Why no trial of a tuner can be a lane; None if that depends on its model.

    Args:
        tuner: Of a function that builds models.
        apart: Whether JAX may train in a process of its own.
    """
    if (package := who_fits()) != "keras":
        return f"{package} has put its own fit in the place of Model.fit"
    if not on_jax():
        reason = _why_not_apart(tuner, apart)
        if reason is not None:
            return f"the backend is {keras.backend.backend()}, and {reason}"
    if tuner.hypermodel is None:
        return "there is no hypermodel"
    if tuner.distribution_strategy is not None:
        return "a distribution_strategy is given"
    return why_own(tuner)


def why_own(tuner: Any) -> str | None:
    """What of the user's own trains, or must see how."""
    if fits_itself(tuner.hypermodel):
        return f"{type(tuner.hypermodel).__name__} has a fit of its own"
    for name in ("_build_and_fit_model", "on_batch_begin", "on_batch_end"):
        if overrides(tuner, name):
            return f"{type(tuner).__name__} has {name} of its own"
    return None


def _why_not_apart(tuner: Any, apart: bool) -> str | None:
    """Why JAX can't train in a process of its own."""
    if not apart:
        return "apart=False is given; with jax trials are trained together"
    if tuner.optimizer or tuner.loss or tuner.metrics:
        return "the tuner has compile arguments of its own"
    if overrides(tuner, *HOOKS):
        return f"{type(tuner).__name__} is told of epochs in this process"
    if takes_gpu():
        return "TensorFlow holds the GPU"
    return None


class Said:
    """What a tuner has told its user of how it trains; each reason is told once."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._log = logging.getLogger("rnnsearch")

    def trained(self, reason: str, how: str = "by model.fit") -> None:
        """Say how trials are trained, and why."""
        self._once(f"trained {how}: {reason}", reason)

    def apart(self, model: keras.Model) -> None:
        """Say that they are trained where JAX is the backend, and what that changes.

        Keras on TensorFlow gives its optimizers the gradient of an embedding as rows of the batch
        (`IndexedSlices`). Of one that comes twice Adam adds the squares; JAX squares the sum.
        """
        backend = keras.backend.backend()
        said = "trials are trained together on JAX, in a process of its own"
        self._once(f"the backend is {backend}: {said}", said)
        layers = list(model._flatten_layers(include_self=False))
        embeds = any(isinstance(layer, keras.layers.Embedding) for layer in layers)
        if any(str(layer.compute_dtype) in _HALF for layer in layers):
            said = "half precision is rounded otherwise there"
            self._once(f"{said}: weights differ a little", said)
        if backend == "tensorflow" and embeds:
            said = "an Embedding has its whole gradient there, and by model.fit rows of it"
            self._once(f"{said}: weights differ (apart=False trains by model.fit)", said)

    def _once(self, line: str, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self._log.warning("%s", line)
