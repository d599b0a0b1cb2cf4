"""Whether `fit` looks at a batch before it trains, for which it draws an order that it then drops.

It does where the model, its loss or its metrics must still be built: in the first `fit` of a model
that was compiled. What is traced here is built by that, and what another model's program trains may
never be; so it is known here what Keras would have found.
"""

from __future__ import annotations

import weakref
from typing import Any

import keras

from rnnsearch.engines.built.fit_requests import Request

__all__ = ["built_here", "fitted", "leave_to_fit", "looks"]

_here: weakref.WeakSet[Any] = weakref.WeakSet()
"""What was built here, and `fit` would have found unbuilt."""

_fitted: weakref.WeakSet[Any] = weakref.WeakSet()
"""What `fit` would have built, since it was fitted here."""


def looks(model: keras.Model) -> bool:
    """Whether the next `fit` of a compiled model looks at a batch, if Keras is asked."""
    return any(
        part not in _fitted and (part in _here or not _is_built(part)) for part in _parts(model)
    )


def built_here(model: keras.Model) -> None:
    """Know what of a model is about to be built by others than its `fit`."""
    for part in _parts(model):
        if not _is_built(part):
            _here.add(part)


def fitted(model: keras.Model) -> None:
    """Know that a model is fitted, so that its next `fit` finds all of it built."""
    for part in _parts(model):
        _here.discard(part)
        _fitted.add(part)


def leave_to_fit(model: keras.Model, request: Request) -> None:
    """Have drawn what `fit` won't, which finds built what was traced here for nothing."""
    if looks(model) and all(map(_is_built, _parts(model))):
        request.look()
        fitted(model)


def _parts(model: keras.Model) -> list[Any]:
    """What `fit` looks at; `compile` makes a new loss and new metrics."""
    compiled = [model._compile_loss, model._compile_metrics]
    return [model, *(part for part in compiled if part is not None)]


def _is_built(part: Any) -> bool:
    if isinstance(part, keras.Model):
        return all(layer.built for layer in part._flatten_layers())
    return bool(part.built)
