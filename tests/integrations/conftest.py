"""Searches whose worker is a thread of the test's process: nothing is imported twice."""

import pytest

from rnnsearch.api import searching
from rnnsearch.execution.inline import InlineExecutor


class Inline(InlineExecutor):
    """A thread that may be closed before it was started, as a search does that is refused."""

    started = False

    def launch(self):
        """A thread starts at once."""

    def start(self):
        self.started = True
        super().start()

    def close(self):
        if self.started:
            super().close()


@pytest.fixture(scope="session")
def inline_session():
    patch = pytest.MonkeyPatch()
    usual = searching._executor
    patch.setattr(searching, "_executor", lambda *a: Inline(usual(*a)._setup))
    yield
    patch.undo()


@pytest.fixture
def inline(inline_session):
    """Searches of this test train on a thread."""
