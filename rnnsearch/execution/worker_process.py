"""A worker's process as its driver has it: set up, ended, and what it died of."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import final

from rnnsearch.ahead import Begun
from rnnsearch.execution._base import WorkerSetup

__all__ = ["WorkerProcess"]


@final
@dataclass
class WorkerProcess(Begun):
    """A worker.

    Attributes:
        log: What it prints from its setup on; until then nothing may be written to the study's
            folder.
    """

    log: Path

    def set_up(self, setup: WorkerSetup) -> None:
        """Give it what it needs to begin."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        # If it has died, whoever listens to it hears of that.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send_bytes(pickle.dumps((setup, self.log)))

    def cause_of_death(self) -> str:
        """Why it is gone, as users are told; one that is not quite gone is ended."""
        try:
            status = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if status == -9:
            return "its worker was killed (signal 9): out of memory, or by somebody"
        ended = f"died of signal {-status}" if status < 0 else f"ended with status {status}"
        if not self.log.read_bytes():
            self.output.seek(0)
            self.log.write_bytes(self.output.read())
        lines = self.log.read_text("locale", errors="replace").strip().splitlines()
        said = f": {lines[-1][:300]}" if lines else ""
        return f"its worker {ended}{said} (see {self.log})"
