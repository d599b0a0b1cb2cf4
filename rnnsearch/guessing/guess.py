"""The way in: what kind of file it is, and who guesses for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rnnsearch.data.problems import Problems
from rnnsearch.data.sources import TABLES
from rnnsearch.data.sources.npz import load_npz
from rnnsearch.errors import InvalidData, Problem
from rnnsearch.guessing._base import FILE, Guess, Wishes, refuse
from rnnsearch.guessing.arrays import guess_arrays
from rnnsearch.guessing.table import guess_table
from rnnsearch.spec.wording import joined

__all__ = ["guess"]

_TASKS = ("many_to_one", "many_to_many", "one_to_many")
_TEXTS = (".csv", ".tsv", ".txt", "")
"""Endings of what the source `csv` reads; a table of another kind has its source's name."""


def guess(path: Path, wishes: Wishes) -> Guess:
    """A spec for a file.

    Args:
        path: Of the data: a table, or arrays.
        wishes: What the user said about it, and the machine.

    Raises:
        InvalidData: No spec for it would run; with the reason.
        MissingExtra: An optional library is needed to read it.
    """
    if wishes.task is not None and wishes.task not in _TASKS:
        refuse(f"must be {joined(_TASKS)}", wishes.task, "leave it out to guess", path="--task")
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no file"
        refuse("must be an existing file", f"{path} ({what})", "give the path of your data")
    try:
        return _guess(path, wishes)
    except InvalidData as error:
        raise InvalidData(map(_of_file, error.problems)) from None


def _guess(path: Path, wishes: Wishes) -> Guess:
    ending = path.suffix.lower()
    if ending == ".npz":
        problems = Problems()
        arrays = load_npz(path, problems)
        problems.raise_any()
        return guess_arrays(arrays, "npz", wishes)
    source = "csv" if ending in _TEXTS else ending.removeprefix(".")
    if source not in TABLES:
        endings = dict.fromkeys([*_TEXTS[:3], *(f".{name}" for name in TABLES), ".npz"])
        must = f"must end in {joined(endings)}"
        refuse(must, path.name, "write a spec by hand for other data: docs/spec.md")
    return guess_table(TABLES[source].read(path), source, wishes)


def _of_file(problem: Problem) -> Problem:
    """A reader's problem, said of the file: there is no spec yet that could have a key."""
    return replace(problem, path=FILE) if problem.path == "data.path" else problem
