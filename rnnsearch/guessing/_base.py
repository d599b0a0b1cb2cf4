"""What a guess is: the settings of a spec, each with the reason for it.

A guess is computed from the file and from what the user said about it (`guess`); writing it as
YAML (`text`) and showing it are apart from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from rnnsearch.errors import InvalidData, Problem
from rnnsearch.spec.wording import joined
from rnnsearch.vocabulary import MAPPINGS, MappingFact

__all__ = ["FILE", "Guess", "Setting", "Wishes", "check_wishes", "refuse", "said_split"]

FILE = "FILE"
"""What problems with the user's file are said of, as the command's help calls it."""


@dataclass(frozen=True)
class Setting:
    """One key of a spec.

    Attributes:
        key: Within its section.
        value: As YAML would be read: numbers, texts, lists, mappings.
        why: Where the value comes from; empty where it explains itself.
    """

    key: str
    value: Any
    why: str = ""


@dataclass(frozen=True)
class Guess:
    """A whole spec, without the path of its data.

    Attributes:
        task: The mapping.
        data, space, search: Their keys, in the order they are written.
        notes: What the user should know of the file: columns left out, what is doubtful.
    """

    task: Setting
    data: tuple[Setting, ...]
    space: tuple[Setting, ...]
    search: tuple[Setting, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What the user said, and the machine.

    Attributes:
        target: Column to predict; None to guess it.
        task: Which mapping; None to guess it.
        cores: That training may use.
    """

    target: str | None = None
    task: str | None = None
    cores: int = 1

    @property
    def mapping(self) -> MappingFact | None:
        """What is known of the task that the user wants."""
        return None if self.task is None else MAPPINGS[self.task]


def refuse(
    must: str,
    received: str = "",
    advice: str = "",
    *,
    path: str = FILE,
    more: Iterable[Problem] = (),
) -> NoReturn:
    """Give up: no spec for this file would run.

    Raises:
        InvalidData: Always.
    """
    raise InvalidData([Problem(path, must, received, advice), *more])


def check_wishes(wishes: Wishes, tasks: Iterable[str], what: str, target: str = "") -> None:
    """What the user asks for must suit the kind of data.

    Args:
        wishes: What the user said.
        tasks: Those that this kind can learn.
        what: The kind, for messages.
        target: Why `--target` has no use there, as advice; empty where it has.

    Raises:
        InvalidData: It does not.
    """
    possible = [*tasks]
    if wishes.task is not None and wishes.task not in possible:
        received = f"{wishes.task}, and {what}"
        advice = "leave it out, or write the spec by hand: docs/spec.md"
        refuse(f"must be {joined(possible)}", received, advice, path="--task")
    if wishes.target is not None and target:
        received = f"'{wishes.target}', and {what}"
        refuse("must be given for a table only", received, target, path="--target")


def said_split(split: Mapping[str, object]) -> Setting:
    """The parts, where a column of the file says them."""
    return Setting("split", dict(split), f"'{split['column']}' says where each row belongs")
