"""What a saved model consists of, looked at before Keras makes it. Imports no backend.

Keras's safe mode refuses lambdas. It imports the modules that a file names all the same, and there
are layers that read files of their own, or that run a program of another framework. The networks
of a search need none of that.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from rnnsearch.files import memory_bytes

__all__ = ["check_archive"]

_FILES = frozenset({"config.json", "metadata.json", "model.weights.h5"})

_LARGEST_CONFIG = 50_000_000

_MODULES = (
    "keras.layers",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.activations",
    "keras.dtype_policies",
    "keras.models",
    "keras.ops",
    "keras.src.layers",
    "keras.src.models",
    "keras.src.ops",
    "keras.src.initializers",
    "keras.src.activations",
    "keras.src.dtype_policies",
)
"""Where the classes of a network are; what is below is meant, too."""

_REFUSED = frozenset(
    {
        *("Lambda", "__lambda__"),
        *("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
        *("StringLookup", "IntegerLookup", "TextVectorization"),
    }
)
"""Layers that hold code, and layers that may read a file that they name."""


def check_archive(path: Path, own: Collection[str] = ()) -> None:
    """See that a .keras file holds a network, and nothing that could do harm by being made.

    Args:
        path: The file.
        own: Modules of the user's own cells.

    Raises:
        ValueError: It is no archive, is too large, or holds something else; the text says what.
        OSError: It can't be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size, memory = sum(info.file_size for info in archive.infolist()), memory_bytes()
            if memory is not None and size > memory:
                raise ValueError(f"it unpacks to {size:,} bytes, and the memory has {memory:,}")
            others = {info.filename for info in archive.infolist()} - _FILES
            if others:
                raise ValueError(f"it holds the file {min(others)!r}, which no network has")
            if archive.getinfo("config.json").file_size > _LARGEST_CONFIG:
                raise ValueError(f"its config.json is over {_LARGEST_CONFIG:,} bytes")
            config = json.loads(archive.read("config.json"))
    except (KeyError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"it is no whole archive: {error}") from None
    except RecursionError:
        raise ValueError("its config.json is nested too deep") from None
    for module, name in _classes(config):
        if name in _REFUSED or not _is_known(module, own):
            raise ValueError(f"it holds {module or ''}{'.' if module else ''}{name}")


def _classes(config: Any) -> Iterator[tuple[str | None, str]]:
    """The module and the name of all that is to be made, of lists in lists as well."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if {"class_name", "module"} & value.keys():
                module = value.get("module")
                yield None if module is None else str(module), str(value.get("class_name"))
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _is_known(module: str | None, own: Collection[str]) -> bool:
    if module in (None, "keras") or module in own:
        return True
    return any(module == known or str(module).startswith(f"{known}.") for known in _MODULES)
