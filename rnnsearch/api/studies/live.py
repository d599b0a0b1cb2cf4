"""The report of a search that goes on, served on this machine and made anew every few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rnnsearch.api.studies.report_file import report_page
from rnnsearch.errors import InvalidInput, Problem, StudyError
from rnnsearch.report.page import to_html

__all__ = ["LivePage", "live_server"]

_HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost")


class LivePage:
    """A study's page, made when it is asked for and kept for some seconds.

    Args:
        path: The study's folder.
        seconds: After which it is made anew, and a browser asks for it again.
        program: How the user calls this program.
        clock: Seconds that only grow; another one in tests.
    """

    def __init__(
        self,
        path: str | Path,
        seconds: int,
        *,
        program: Sequence[str] = ("python", "main.py"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._seconds = seconds
        self._program = program
        self._clock = clock
        self._lock = threading.Lock()
        self._made = -float("inf")
        self._html = ""

    def html(self) -> str:
        """The page; where the search writes to a file just now, the one before.

        Raises:
            StudyError: There is no study, and there was none before.
        """
        with self._lock:
            if self._clock() - self._made >= self._seconds:
                try:
                    page = report_page(self._path, program=self._program, predicts=False)
                    self._html = to_html(page, refresh=self._seconds)
                except StudyError:
                    if not self._html:
                        raise
                self._made = self._clock()
            return self._html


def live_server(page: LivePage, port: int) -> ThreadingHTTPServer:
    """A server of the page for browsers of this machine; it answers by `serve_forever`.

    It listens on the loopback address alone, and answers requests for it alone: a web page of
    somebody else that points a name of its own at this machine gets nothing.

    Args:
        page: What is served.
        port: Where; 0 for any that is free.

    Raises:
        InvalidInput: The port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        """Answers a request."""

        def do_GET(self) -> None:
            """The page, at the root alone."""
            host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
            if host not in _NAMES:
                self.send_error(403, "asked for by another name than localhost")
            elif self.path != "/":
                self.send_error(404)
            else:
                self._answer()

        def _answer(self) -> None:
            try:
                content = page.html().encode("utf-8")
            except StudyError as error:
                self.send_error(503, str(error).splitlines()[0])
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a line every few seconds says nothing."""

    try:
        return ThreadingHTTPServer((_HOST, port), Handler)
    except OSError as error:
        must = "must be a port that is free"
        raise InvalidInput([Problem("--port", must, str(port), "give another")]) from error
