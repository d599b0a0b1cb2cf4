"""A worker for searches in tests: a thread, and the command line in this process."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnnsearch.engines import Engine
from rnnsearch.execution import WorkerSetup, worker
from rnnsearch.execution.inline import InlineExecutor

__all__ = ["Inline", "command", "shared_engine"]

_make_engine = worker._make_engine
_engines: dict[tuple[str, str], Engine] = {}


def shared_engine(setup: WorkerSetup) -> Engine:
    """One for all searches of this process: a program that one compiled, the next has at once."""
    key = setup.engine, setup.lane_mode
    if key not in _engines:
        _engines[key] = _make_engine(setup)
    return _engines[key]


class Inline(InlineExecutor):
    """A thread that may be closed before it was started, as a search does that is refused."""

    started = False

    def launch(self) -> None:
        """A thread starts at once."""

    def start(self) -> None:
        """Start it."""
        self.started = True
        super().start()

    def close(self) -> None:
        """End it, if it was started."""
        if self.started:
            super().close()


def command(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The command line in this process, run in a folder: status, standard output, standard error."""
    from rnnsearch.cli import app

    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["main.py", *arguments])
        ended = CliRunner().invoke(app, list(arguments))
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.stdout, ended.stderr
