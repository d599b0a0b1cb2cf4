"""What a wheel asks for: both backends, or the one that is named when it is built."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def built(folder: Path, only: str) -> subprocess.CompletedProcess[str]:
    """The metadata of an install, written to a folder."""
    return subprocess.run(
        [sys.executable, "setup.py", "-q", "egg_info", "--egg-base", str(folder)],
        cwd=ROOT,
        env={**os.environ, "RNNSEARCH_ONLY": only},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("only", "backends"),
    [("", {"jax", "tensorflow"}), ("jax", {"jax"}), ("tensorflow", {"tensorflow"})],
)
def test_an_install_asks_for_the_backend_that_it_is_for(tmp_path, only, backends):
    pytest.importorskip("setuptools", minversion="77", reason="as pyproject.toml asks for")
    done = built(tmp_path, only)
    assert done.returncode == 0, done.stderr
    metadata = (tmp_path / "rnnsearch.egg-info" / "PKG-INFO").read_text("utf-8")
    needed = re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", metadata, re.MULTILINE)
    assert {"keras", "keras-tuner", "optuna"} < {*needed}
    assert {*needed} & {"jax", "tensorflow", "torch"} == backends


def test_another_backend_alone_is_refused(tmp_path):
    pytest.importorskip("setuptools", minversion="77", reason="as pyproject.toml asks for")
    done = built(tmp_path, "theano")
    assert done.returncode and "expected one of jax, tensorflow. Received: theano" in done.stderr
