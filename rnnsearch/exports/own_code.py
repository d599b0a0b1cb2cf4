"""Classes of a network's layers that are a user's own, for processes that read the network."""

from __future__ import annotations

import sys
from pathlib import Path

import keras

__all__ = ["copy_modules", "importing", "own_classes"]

_SCRIPT = """\
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
sys.path.insert(0, str({folder}))
import keras
{imports}
# Layers of the network that are not Keras's.
keras.saving.get_custom_objects().update({{{classes}}})

"""


def own_classes(model: keras.Model) -> list[type]:
    """Classes of layers that are not Keras's, by name; those of no module's file are left out."""
    kinds = {type(layer) for layer in model._flatten_layers()}
    own = [kind for kind in kinds if kind.__module__.partition(".")[0] != "keras"]
    there = [kind for kind in own if getattr(sys.modules[kind.__module__], "__file__", None)]
    return sorted(there, key=lambda kind: (kind.__module__, kind.__qualname__))


def copy_modules(classes: list[type], folder: Path) -> None:
    """Put the modules of classes into a folder, from which they can be imported by their names."""
    for name in _modules(classes):
        source = Path(str(sys.modules[name].__file__))
        path = folder.joinpath(*name.split("."))
        path = path / "__init__.py" if source.name == "__init__.py" else path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())


def importing(classes: list[type], folder: str) -> str:
    """Lines of a script that make classes known to Keras, empty where there are none.

    Args:
        classes: Which.
        folder: Where their modules lie, as an expression of the script, which has ``sys``.
    """
    if not classes:
        return ""
    named = ", ".join(f'"{one.__name__}": {one.__module__}.{one.__qualname__}' for one in classes)
    imports = "".join(f"import {name}\n" for name in _modules(classes))
    return _SCRIPT.format(folder=folder, imports=imports, classes=named)


def _modules(classes: list[type]) -> list[str]:
    return list(dict.fromkeys(one.__module__ for one in classes))
