"""A worker that is begun before its search is known: taken by that search, ended by any other."""

import gc
import sys

import pytest

from rnnsearch import ahead
from rnnsearch.execution import WorkerSetup
from rnnsearch.execution.processes import worker_environment
from rnnsearch.files import cache_folder


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """A spec, in a process that has not imported the API."""
    monkeypatch.delitem(sys.modules, "rnnsearch.api.searches.searching", raising=False)
    path = tmp_path / "spec.yaml"
    path.write_text("task: many_to_one\nrun:\n  lanes: 4\n")
    return path


def environment(tmp_path, backend="jax"):
    """That of the worker of a search with default settings."""
    setup = WorkerSetup(
        tmp_path,
        "many_to_one",
        "fused" if backend == "jax" else "keras",
        backend,
        "auto",
        tmp_path,
        ahead.usable_cores(),
        cache_folder("programs"),
    )
    return worker_environment(setup)


def test_the_search_that_was_expected_takes_the_worker(spec, tmp_path):
    with ahead.search_of(spec, None, None, None, None):
        (waiting,) = ahead._waiting
        taken = ahead.begun_for(environment(tmp_path))
        assert taken is waiting and not ahead._waiting
    assert taken.process.poll() is None
    taken.end()


def test_another_search_begins_its_own_and_the_first_is_ended(spec, tmp_path):
    with ahead.search_of(spec, "jax", None, None, None):
        (waiting,) = ahead._waiting
        taken = ahead.begun_for(environment(tmp_path, "torch"))
        assert taken is not waiting
        taken.end()
    assert waiting.process.poll() is not None and not ahead._waiting


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("run: {lanes: 4}\n", (None, "keras", None, None)),
        ("run: {lanes: 4}\n", ("torch", None, None, None)),
        ("run: {lanes: 4}\n", (None, None, None, "2")),
        ("run:\n  backend: torch\n", (None, None, None, None)),
        ("run:\n  workers: 2\n", (None, None, None, None)),
        (None, (None, None, None, None)),
    ],
)
def test_a_search_that_may_be_unlike_others_begins_nothing(spec, text, options):
    if text is None:
        spec.unlink()
    else:
        spec.write_text(text)
    with ahead.search_of(spec, *options):
        assert not ahead._waiting


def test_nothing_is_begun_where_the_api_has_been_imported(spec, monkeypatch):
    monkeypatch.setitem(sys.modules, "rnnsearch.api.searches.searching", sys)
    with ahead.search_of(spec, None, None, None, None):
        assert not ahead._waiting


def test_garbage_is_looked_for_again_after_imports():
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            with ahead.importing():
                assert not gc.isenabled()
            assert gc.isenabled() == enabled
        finally:
            gc.enable()
