"""What commands of the command line share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Folder", "console", "examples"]

_PIPE_WIDTH = 200

Folder = Annotated[
    Path, typer.Argument(metavar="RESULTS", help="A study's folder, such as results/electricity.")
]


def examples(*commands: str) -> str:
    """A command's last lines of help; a blank line between keeps each on its own."""
    return "\n\n".join(["Examples:", *(f"python main.py {command}" for command in commands)])


def console(*, stderr: bool = False) -> Console:
    """A console; wide in a pipe, where rich would take 80 columns and break rows."""
    from rich.console import Console

    found = Console(stderr=stderr)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _PIPE_WIDTH
    return found
