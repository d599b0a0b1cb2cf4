"""`init`: looks at a file of data and writes a spec for it that runs as it stands."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnsearch.api.asking.asked import Asked
from rnnsearch.errors import InvalidInput, InvalidSpec, Problem
from rnnsearch.execution import usable_cores
from rnnsearch.files import write_text as write_file
from rnnsearch.guessing import Guess, Setting, Wishes, guess, write_text
from rnnsearch.space import SearchSpace
from rnnsearch.spec import parse
from rnnsearch.spec.yaml_loader import read_text

__all__ = ["Initial", "init"]

_PLAIN = ("source", "path", "sampler", "pruner", "patience", "timeout", "seed")
"""Settings that are written and not shown: they say nothing of the data."""


@dataclass(frozen=True)
class Initial:
    """A spec that was written.

    Attributes:
        path: Where it stands.
        guess: What is in it, and why.
    """

    path: Path
    guess: Guess

    @property
    def settings(self) -> Sequence[Setting]:
        """What depends on the data, and is not the space."""
        every = (self.guess.task, *self.guess.data, *self.guess.search)
        return [setting for setting in every if setting.key not in _PLAIN]

    @property
    def notes(self) -> Sequence[str]:
        """What else there is to know of the data."""
        return self.guess.notes


def init(
    data: str | Path,
    *,
    output: str | Path | None = None,
    target: str | None = None,
    task: str | None = None,
    force: bool = False,
    program: Sequence[str] = ("rnnsearch",),
) -> Initial:
    """Look at a file or folder of data and write a spec for it.

    What is written has been read again, with the data, before it is there: it runs.

    Args:
        data: A file: a table, arrays, a text, FASTA or .ts; or a folder with one for each class.
        output: The spec to write; else that of the data's name, in the working directory.
        target: Column to predict or, of texts, to write; else one named so, or the last.
        task: Which mapping; else by the data.
        force: Whether a file that stands there may be replaced.
        program: How the user calls the program, for commands in the comments.

    Raises:
        InvalidInput: The data can't be used, or the spec not be written there.
        MissingExtra: An optional library is needed to read it.

    Example:
        >>> import numpy as np, pandas as pd
        >>> hours = pd.date_range("2024-01-01", periods=400, freq="h")
        >>> load = 100 + 20 * np.sin(np.arange(400) * np.pi / 12)
        >>> pd.DataFrame({"hour": hours, "load": load}).to_csv("load.csv", index=False)
        >>> written = rnnsearch.init("load.csv")
        >>> print(written.path, written.guess.task.value)
        load.yaml many_to_one
    """
    data = Path(data)
    spec = Path(output) if output is not None else Path(f"{_name(data)}.yaml")
    _check_output(spec, data, force)
    found = guess(data, Wishes(target, task, usable_cores()))
    command = shlex.join([*program, "search", str(spec)])
    heading = (
        f"Guessed from {data.name}: change what you know better, then:",
        "",
        f"    {command}",
    )
    text = write_text(found, _relative(data, spec), heading)
    _check(text, spec)
    write_file(spec, text)
    return Initial(spec, found)


def _name(data: Path) -> str:
    """What the spec is called: as the data without its ending; `.` is a folder that has a name."""
    return data.resolve().name if data.is_dir() else data.stem


def _check_output(spec: Path, data: Path, force: bool) -> None:
    """The spec must have a place, and no other file may lose its own."""
    must = advice = ""
    if not spec.absolute().parent.is_dir():
        must, advice = "must be in a folder that exists", "make it first"
    elif spec.is_dir():
        must, advice = "must be a file", "give a file's name in that folder"
    elif spec.exists() and data.exists() and spec.samefile(data):
        must, advice = "must not be the data itself", "give another name"
    elif spec.exists() and not force:
        must = "must be a file that does not exist yet"
        advice = "give another, or --force to replace it"
    if must:
        raise InvalidInput([Problem("--output", must, str(spec), advice)])


def _relative(data: Path, spec: Path) -> str:
    """The data's path as the spec names it: relative to its folder, unless far away."""
    data, folder = data.absolute(), spec.absolute().parent
    try:
        path = os.path.relpath(data, folder)
    except ValueError:  # another drive
        return data.as_posix()
    far = Path(path).parts[:3] == ("..",) * 3
    return data.as_posix() if far else Path(path).as_posix()


def _check(text: str, spec: Path) -> None:
    """Read what will be written, with its data, as `search` will.

    Raises:
        InvalidSpec, InvalidData: It can't be; in that case nothing is written.
    """
    document = read_text(text, str(spec))
    if document.problems:
        raise InvalidSpec(document.problems)
    parsed = parse(document.value, name=spec.stem, directory=spec.absolute().parent)
    Asked(parsed, SearchSpace.from_spec(parsed), None, None).read()
