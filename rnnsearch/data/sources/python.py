"""Arrays that a function of the user's returns."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest
from rnnsearch.data.raw.sequence_arrays import Arrays, Raw, plain_array
from rnnsearch.data.sources._arrays import new_sequences, parts_of
from rnnsearch.data.sources._base import Parts, SequencesReader
from rnnsearch.data.sources.npz import load_npz

if TYPE_CHECKING:
    from rnnsearch.spec.sources import PythonSource

__all__ = ["PythonReader"]


class PythonReader(SequencesReader):
    """Calls a function and takes the arrays it returns. New sequences come in an .npz."""

    place = "data.function"

    def read(self, section: PythonSource, problems: Problems) -> Parts:
        """What the function returns: (x, y[, lengths]), a dict of arrays, or `Arrays`."""
        name, colon, function = section.function.partition(":")
        if not (colon and function.isidentifier() and name.replace(".", "_").isidentifier()):
            must, advice = "must be module:function", "such as recordings:load"
            problems.add("data.function", must, section.function, advice)
        problems.raise_any()
        returned = _call(section, name, function, problems)
        problems.raise_any()
        arrays = _named(returned, problems)
        problems.raise_any()
        parts = parts_of(arrays, section.split, problems)
        return parts._replace(content=_digest(arrays))

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """The arrays of an .npz file, under the names that `NpzReader` knows."""
        arrays = load_npz(path, problems)
        problems.raise_any()
        return new_sequences(arrays, path, targets, problems)

    def files(self, section: PythonSource) -> list[Path]:
        """None: `Parts.content` says what was returned, and the function may read what it likes."""
        return []


def _call(section: PythonSource, name: str, function: str, problems: Problems) -> object:
    """What the function returns; None, and a problem, if there is none or it fails."""
    with _importable(section.path, name):
        try:
            module = importlib.import_module(name)
            called = getattr(module, function, None)
            if callable(called):
                return _run(called, section.arguments)
            functions = [key for key in vars(module) if callable(getattr(module, key))]
            must = f"must name a function of {module.__file__}"
            problems.add(
                "data.function", must, function, name_nearest(function, functions or ["none"])
            )
        except ModuleNotFoundError as error:
            if not name.startswith(str(error.name)):
                _note(error, section, problems)
            else:
                must = f"must name a module in {section.path} or an installed one"
                problems.add("data.function", must, name, f"there is no module '{error.name}'")
        # The user's code may raise anything, sys.exit included.
        except (Exception, SystemExit) as error:
            _note(error, section, problems)
    return None


def _run(called: Callable[..., object], arguments: Mapping[str, Any]) -> object:
    return called(**arguments)


def _note(error: BaseException, section: PythonSource, problems: Problems) -> None:
    """Note what went wrong in the user's code, and where: the innermost line that is theirs."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and "importlib" not in frame.filename
    ]
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(section.path)]
    place = ""
    if isinstance(error, SyntaxError) and error.filename:
        place = f" ({error.filename}, line {error.lineno})"
    elif frames:
        frame = (own or frames)[-1]
        place = f" ({frame.filename}, line {frame.lineno}, in {frame.name})"
    received = f"{type(error).__name__}: {error}{place}".replace("\n", " ")
    advice = "correct the function, or data.arguments"
    must = f"must run without an error: {section.function}"
    problems.add("data.function", must, received, advice)


@contextlib.contextmanager
def _importable(folder: Path, name: str) -> Iterator[None]:
    """Let `name` be imported from `folder` first, and anew; what the process had stays its own.

    Two specs may each have a `data.py`, and a notebook's user changes the file between searches.
    """
    top = name.partition(".")[0]

    def taken() -> list[str]:
        """Modules of the package that are imported."""
        return [key for key in sys.modules if key == top or key.startswith(f"{top}.")]

    local = (folder / f"{top}.py").exists() or (folder / top).is_dir()
    before = {key: sys.modules.pop(key) for key in taken()} if local else {}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        if local:
            for key in taken():
                del sys.modules[key]
            sys.modules.update(before)


def _named(returned: object, problems: Problems) -> dict[str, np.ndarray]:
    """Arrays by name of whatever form the function gives them in."""
    given: dict[str, Any] = {}
    if isinstance(returned, Arrays):
        for part in ("train", "validation", "test"):
            given.update(_tupled(getattr(returned, part), f"_{part}"))
    elif isinstance(returned, tuple | list) and len(returned) in (2, 3):
        given = _tupled(returned, "")
    elif isinstance(returned, Mapping) and all(isinstance(key, str) for key in returned):
        given = dict(returned)
    else:
        what = type(returned).__name__
        if isinstance(returned, tuple | list):
            what += f" of {len(returned)}"
        must = "must return (x, y), (x, y, lengths), a dict of arrays or a rnnsearch.Arrays"
        problems.add("data.function", must, what, "return one of these")
    arrays: dict[str, np.ndarray] = {}
    for name, values in given.items():
        if values is None:
            continue
        try:
            arrays[name] = plain_array(values)
        except ValueError as error:
            advice = "pad ragged sequences with NaN at the end"
            problems.add("data.function", f"must return arrays: {name}", str(error), advice)
    return arrays


def _tupled(part: Any, suffix: str) -> dict[str, Any]:
    """(x, y[, lengths]) by name; an absent part has none."""
    names = (f"x{suffix}", f"y{suffix}", f"lengths{suffix}")
    return {} if part is None else dict(zip(names, part, strict=False))


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of names and values."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.shape} {array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
