"""How commands end that do not end well, and how the same is called again."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from rnnsearch.errors import RnnSearchError
from rnnsearch.visible import visible

__all__ = ["INTERRUPTED", "PROBLEM", "Commands", "again", "own_signals", "program", "usual_signals"]

PROBLEM = 2
INTERRUPTED = 130

_TO_GO_ON = {
    "search": "To go on where it stopped",
    "worker": "The search goes on without this worker. To join it again",
}


class Commands(TyperGroup):
    """Commands whose expected errors end as a message and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                _ended()
        except RnnSearchError as error:
            print(visible(str(error)), file=sys.stderr)
            raise typer.Exit(PROBLEM) from None
        except KeyboardInterrupt:
            # Nothing is lost: what there is was written whole.
            advice = _TO_GO_ON.get(ctx.invoked_subcommand or "", "The same again")
            print(f"Interrupted. {advice}:\n    {again()}", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            from rnnsearch.api.searches.disk import refusal

            said = refusal(error, "a file")
            if said is None:
                raise
            print(visible(said), file=sys.stderr)
            raise typer.Exit(PROBLEM) from None


def own_signals() -> None:
    """Have SIGTERM end a command as Ctrl-C does, until it has ended. For a process of its own."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


def usual_signals() -> None:
    """Leave SIGTERM to the system again: to who has handlers of its own, and calls ours after."""
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ended() -> None:
    """Ignore signals from here on: what is left is Python's own end, and the status is known.

    Nothing is changed where the process is not a command's.
    """
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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
