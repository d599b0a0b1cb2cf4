"""What `init` shows: what it guessed, why, and the next command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnnsearch.visible import one_line

__all__ = ["Initial", "show_initial"]


class Setting(Protocol):
    """A key of the spec; `rnnsearch.guessing.Setting` is one."""

    @property
    def key(self) -> str:
        """Its name."""

    @property
    def value(self) -> object:
        """Its value."""

    @property
    def why(self) -> str:
        """The reason; empty where there is none to give."""


class Initial(Protocol):
    """The plain data that is shown; `rnnsearch.api.Initial` is one."""

    @property
    def path(self) -> Path:
        """The spec that was written."""

    @property
    def settings(self) -> Iterable[Setting]:
        """What was guessed."""

    @property
    def notes(self) -> Iterable[str]:
        """What else there is to know of the data."""


def show_initial(console: Console, initial: Initial, program: Sequence[str]) -> None:
    """Draw it.

    Args:
        console: Where to.
        initial: What was written.
        program: How the user calls the program, for the commands to copy.
    """
    console.print(Text(f"Wrote {initial.path}. Guessed, and why:", style="bold green"))
    console.print()
    table = Table.grid(padding=(0, 2, 0, 0))
    for setting in initial.settings:
        if setting.why:
            cells = (setting.key, _value(setting.value), setting.why)
            table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)
    for note in initial.notes:
        console.print(Text(one_line(f"Note: {note}")))
    console.print()
    console.print(Text("Every choice is explained in the file. Next:"))
    for command in ("check", "search"):
        text = shlex.join([*program, command, str(initial.path)])
        console.print(Text(f"    {text}"), soft_wrap=True)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items())
    return str(value)
