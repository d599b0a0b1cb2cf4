"""What every test runs under: one backend, quick compilation, no log noise."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Before anything imports Keras or JAX in this process; workers get their own environment.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Two host devices, as on the smallest machine; little optimisation, as tests mostly compile. The
# fusion emitters make faster code than the older ones, and take more than twice as long to do so.
# A program is compiled in one piece: other tests have the other cores.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0 "
    "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
)

# Nor are the lines of Python noted that each operation of a program comes from.
os.environ.setdefault("JAX_TRACEBACK_IN_LOCATIONS_LIMIT", "0")

# As many processes as cores: threads of linear algebra would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Caches of their own; what took long to compile, a later search need not. Not in one folder with the
# other half of the tests, which may find a file half written. RNNSEARCH_COMPILED names a folder that outlives the tests.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="rnnsearch-tests-")
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_CACHE_HOME"]
    atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
os.environ["JAX_COMPILATION_CACHE_DIR"] = "{}/compiled/{}".format(
    os.environ.get("RNNSEARCH_COMPILED", os.environ["XDG_CACHE_HOME"]),
    os.environ.get("PYTEST_XDIST_WORKER", "alone"),
)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")

# Python's bytecode is kept beside the sources: without, every process of a test compiles them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A slow moment of the machine is no failure. The same examples each time: what fails, a change broke.
settings.register_profile("any machine", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make only: what is collected and imported by now stays.

    Keras looks for it whenever it forgets a model, which takes long where there is much to look at.
    Nor is it looked for after every 700 new objects: tracing a program makes a hundred times as many.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="module")
def inline() -> Iterator[None]:
    """Searches of a module train on a thread of this process: no other imports Keras for them."""
    from rnnsearch.api.searches import searching
    from rnnsearch.execution import worker
    from tests.inline import Inline, shared_engine

    usual = searching.workers_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "workers_of", lambda *a: Inline(usual(*a)._setup))
        patch.setattr(worker, "_make_engine", shared_engine)
        yield


@pytest.fixture(scope="module")
def without_feed_forward() -> Iterator[None]:
    """Searches of a module train no network without memory beside theirs: a second of each.

    What one is worth to a search tests/api/test_api_without_memory.py has.
    """
    from rnnsearch.api.searches import searching
    from rnnsearch.driver.finishing.feed_forward import FeedForward

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FeedForward, "beside", lambda *given: None)
        patch.setattr(searching, "prepare_feed_forward", lambda *given: None)
        yield
