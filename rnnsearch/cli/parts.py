"""What commands of the command line share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

__all__ = ["Folder", "Trial", "check_folder_of", "console", "examples", "put"]

_PIPE_WIDTH = 200

Folder = Annotated[
    Path, typer.Argument(metavar="RESULTS", help="A study's folder, such as results/electricity.")
]

Trial = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="Of several objectives: use the network of this trial of the front.",
    ),
]


def examples(*commands: str) -> str:
    """A command's last lines of help; a blank line between keeps each on its own."""
    return "\n\n".join(["Examples:", *(f"python main.py {command}" for command in commands)])


def check_folder_of(output: Path | None) -> None:
    """Refuse a file in a folder that there is not, before anything is computed for it.

    Raises:
        InvalidInput: There is none.
    """
    if output is not None and not output.absolute().parent.is_dir():
        must = "must be in a folder that exists"
        raise InvalidInput([Problem("--output", must, str(output), "make it first")])


def put(content: str) -> None:
    """Write a text to standard output: as it is to a file or a pipe, as it shows to a terminal."""
    print(visible(content) if sys.stdout.isatty() else content, end="")


def console(*, stderr: bool = False) -> Console:
    """A console; wide in a pipe, where rich would take 80 columns and break rows.

    What it is given to show can't move the cursor or set a title: control characters are written
    out. Rich's own segments of control pass.
    """
    from rich.console import Console
    from rich.segment import Segment

    class Plain(Console):
        """Shows what texts hold."""

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            """As rich does, with what a file may have put into a text made harmless."""
            for one in super().render(renderable, options):
                yield one if one.control else Segment(visible(one.text), one.style)

    found = Plain(stderr=stderr)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _PIPE_WIDTH
    return found
