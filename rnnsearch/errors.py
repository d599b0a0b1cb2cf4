"""Every exception this package raises on purpose.

    RnnSearchError
      ├── InvalidInput          what the user gave is wrong: all problems at once; a ValueError, too
      │     ├── InvalidSpec     … in the YAML document or the API's arguments
      │     └── InvalidData     … in the data the spec points at
      ├── StudyError            a results folder can't be used as asked
      ├── MissingExtra          an optional library is needed and not installed
      └── WorkerError           training processes could not be started or kept

The command line turns each of them into its message and exit status 2. `UnlikeTraining` is a
warning, and shown as a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rnnsearch.visible import one_line

__all__ = [
    "InvalidData",
    "InvalidInput",
    "InvalidSpec",
    "Location",
    "MissingExtra",
    "Problem",
    "RnnSearchError",
    "StudyError",
    "UnlikeTraining",
    "WorkerError",
]


@dataclass(frozen=True)
class Location:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what the user gave.

    Attributes:
        path: The key, dotted: ``space.clip_norm.min``, ``data.inputs[0]``; empty for the whole.
        must: What must hold, as a clause: ``must be above 0``.
        received: What was there instead, as the user would write it; empty if nothing was.
        advice: What to do about it.
        location: Where it stands; None until somebody who knows the file adds it.
    """

    path: str
    must: str
    received: str = ""
    advice: str = ""
    location: Location | None = None

    def at(self, location: Location | None) -> Problem:
        """This problem, located, unless it already was."""
        return self if self.location is not None else replace(self, location=location)

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.location, self.path) if part)
        clauses = [self.must]
        if self.received:
            clauses.append(f"received {self.received}")
        if self.advice:
            clauses.append(self.advice)
        return one_line(f"{where}: {'; '.join(clauses)}" if where else "; ".join(clauses))


class RnnSearchError(Exception):
    """Base of all errors that this package raises on purpose."""


class InvalidInput(RnnSearchError, ValueError):
    """What the user gave is wrong; carries every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InvalidSpec(InvalidInput):
    """The YAML document, or the same as a dict, is wrong."""


class InvalidData(InvalidInput):
    """The data that a spec points at can't be used as it says."""


class StudyError(RnnSearchError):
    """A results folder can't be used as asked: another spec, in use, or no study."""


class MissingExtra(RnnSearchError):
    """An optional library is needed; the message names the pip command."""

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the library {library}, which is not installed; "
            f"run: pip install 'rnnsearch[{extra}]'"
        )


class WorkerError(RnnSearchError):
    """Training processes could not be started or kept alive."""


_OF_KERAS_TUNER = ("FailedTrialError", "FatalError", "FatalRuntimeError", "FatalTypeError",
                   "FatalValueError")  # fmt: skip


def __getattr__(name: str) -> Any:
    """KerasTuner's own, by which a build function says that a trial has failed."""
    if name not in _OF_KERAS_TUNER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("keras_tuner.errors"), name)


class UnlikeTraining(UserWarning):
    """New data lies far outside what training showed; often it is in another unit."""
