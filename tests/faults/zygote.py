"""The process that drivers are forks of, and the tests' end of it.

The process reads jobs as JSON, a line each, and answers with a line each: a fork's process number, or how a
fork ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["Driver", "Zygote", "patiently", "serve"]

ROOT = Path(__file__).parents[2]


def patiently(seconds: float) -> float:
    """So many seconds of a machine that does nothing else; longer where others want its cores.

    What is promised in seconds is promised of a search, not of the machine that a suite shares.
    """
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Driver:
    """A command that runs in a fork.

    Attributes:
        pid: Its process.
        said: What it printed, a file.
    """

    def __init__(self, zygote: Zygote, pid: int, said: Path) -> None:
        self.pid = pid
        self.said = said
        self._zygote = zygote
        self._status: int | None = None

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status, a signal's number below 0; None where it goes on after `timeout`."""
        timeout = patiently(120) if timeout is None else timeout
        if self._status is None:
            self._status = self._zygote.ask({"wait": self.pid, "timeout": timeout})
        return self._status

    def end(self, seconds: float) -> int | None:
        """The exit status of one that must end in so many seconds; None where it does not."""
        return self.wait(patiently(seconds))

    def signal(self, number: int) -> None:
        """Send it a signal, if it is there."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def workers(self) -> list[int]:
        """Its processes."""
        try:
            return [
                int(pid)
                for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            ]
        except FileNotFoundError:
            return []

    @property
    def text(self) -> str:
        """What it printed."""
        return self.said.read_text("utf-8", errors="replace") if self.said.exists() else ""


class Zygote:
    """Starts commands, once there is one to start. Use as a context manager."""

    def __enter__(self) -> Zygote:
        self._begun: subprocess.Popen[str] | None = None
        self._count = 0
        return self

    @property
    def _process(self) -> subprocess.Popen[str]:
        """The process; imports take it seconds, which faults of files need not wait for."""
        if self._begun is None:
            self._begun = self._begin()
        return self._begun

    def _begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from tests.faults.zygote import serve; serve()"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __exit__(self, *error: object) -> None:
        if self._begun is None:
            return
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)

    def start(
        self,
        argv: Sequence[str | Path],
        folder: Path,
        misfortunes: Mapping[str, str] | None = None,
        setup: str = "",
        **arguments: Any,
    ) -> Driver:
        """Run the command line with these arguments.

        Args:
            argv: Of the command.
            folder: For what it prints.
            misfortunes: Trial → what befalls it.
            setup: A function of `tests.faults.tampering`, called first, with `arguments`.
        """
        self._count += 1
        said = folder / f"said-{self._count}.txt"
        job = {
            "argv": [str(one) for one in argv],
            "said": str(said),
            "misfortunes": dict(misfortunes or {}),
            "setup": setup,
            "setup_arguments": arguments,
        }
        pid = self.ask(job)
        assert pid is not None
        return Driver(self, pid, said)

    def ask(self, job: Mapping[str, Any]) -> int | None:
        """Send a line, read one."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer


def _wait(pid: int, timeout: float) -> int | None:
    end = time.monotonic() + timeout
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.002)


def serve() -> None:
    from tests.faults import simulated

    simulated.simulate()
    assert simulated.alone()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        job = json.loads(line)
        if "wait" in job:
            answer = _wait(job["wait"], job["timeout"])
        else:
            answer = os.fork()
            if answer == 0:
                simulated.run_command(job)
        print(json.dumps(answer), flush=True)
