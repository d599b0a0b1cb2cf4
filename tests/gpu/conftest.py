"""Tests of an accelerator: skipped where there is none.

``RNNSEARCH_GPU_TESTS=cpu`` runs them on a CPU, lanes as one batch, to test the tests themselves.
"""

import os

import pytest

ON_CPU = os.environ.get("RNNSEARCH_GPU_TESTS") == "cpu"


def pytest_collection_modifyitems(items):
    here = [item for item in items if "gpu" in item.keywords]
    if here and not ON_CPU and not has_gpu():
        for item in here:
            item.add_marker(pytest.mark.skip(reason="no accelerator"))


def has_gpu():
    import jax

    return jax.default_backend() != "cpu"
