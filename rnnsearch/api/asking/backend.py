"""Importing Keras where a user's process needs a model."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any

from rnnsearch.errors import MissingExtra
from rnnsearch.execution.importing import import_keras_alone

if TYPE_CHECKING:
    from rnnsearch.spec import Spec

__all__ = ["import_keras", "own_classes", "require_backend"]


def require_backend(backend: str, asked: str) -> None:
    """The library of a backend must be installed.

    Args:
        backend: Its name.
        asked: What asks for it, as users write it.

    Raises:
        MissingExtra: It is not.
    """
    if backend not in sys.modules and importlib.util.find_spec(backend) is None:
        raise MissingExtra(backend, backend, f"{asked}: {backend}")


def own_classes(spec: Spec) -> dict[str, Any]:
    """The user's cells that a spec names, by the names of their classes. Runs their code.

    A folder that the spec names (`run.code`) can be imported from, from then on.
    """
    cell, folder = spec.space.get("cell"), spec.run.code
    if folder is None or cell is None:
        return {}
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    named = [str(value).partition(":") for value in cell.values if ":" in str(value)]
    return {name: getattr(importlib.import_module(module), name) for module, _, name in named}


def import_keras(backend: str, *, alone: bool = False) -> None:
    """Import Keras with this backend, unless the process has imported it or chosen one.

    The backend is not left in the environment, so that nothing chosen here reaches another search.
    That TensorFlow is to keep its start-up lines to itself is: on every backend Keras may import it
    later, when a model is loaded or its layers are copied.

    Args:
        backend: Its name.
        alone: Whether the process is there for nothing else, so that Keras need not find the
            libraries that it could work with.

    Raises:
        MissingExtra: The backend is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" in sys.modules:
        return
    chosen = "KERAS_BACKEND" in os.environ
    asked = "the variable KERAS_BACKEND" if chosen else "the search's run.backend"
    require_backend(os.environ.get("KERAS_BACKEND", backend), asked)
    os.environ.setdefault("KERAS_BACKEND", backend)
    try:
        if alone:
            import_keras_alone()
        else:
            importlib.import_module("keras")
    finally:
        if not chosen:
            os.environ.pop("KERAS_BACKEND", None)
