"""How commands end that do not end well, and how the same is called again."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from rnnsearch.errors import RnnSearchError

__all__ = ["INTERRUPTED", "PROBLEM", "Commands", "again", "program"]

PROBLEM = 2
INTERRUPTED = 130


class Commands(TyperGroup):
    """Commands whose expected errors end as a message and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except RnnSearchError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(PROBLEM) from None
        except KeyboardInterrupt:
            # Nothing is lost: what there is was written whole.
            search = ctx.invoked_subcommand == "search"
            advice = "To go on where it stopped" if search else "The same again"
            print(f"Interrupted. {advice}:\n    {again()}", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            from rnnsearch.api.disk import refusal

            said = refusal(error, "a file")
            if said is None:
                raise
            print(said, file=sys.stderr)
            raise typer.Exit(PROBLEM) from None


def program() -> list[str]:
    """How the user called this program, to be shown in commands to copy."""
    name = Path(sys.argv[0]).name
    if name == "main.py":
        return ["python", sys.argv[0]]
    return ["python", "-m", "rnnsearch"] if name == "__main__.py" else ["rnnsearch"]


def again() -> str:
    """The same command, to go on; without --fresh, which would start anew."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--fresh"]
    return shlex.join([*program(), *arguments])
