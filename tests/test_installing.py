"""What a wheel asks for: both backends, or the one that is named when it is built."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from rnnsearch.api.examining import _BACKENDS, _OTHERS
from rnnsearch.spec.schema import RunSpec

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


def test_every_extra_that_is_named_can_be_installed():
    """In messages, docs and code: `rnnsearch[x]`, and those that MissingExtra is given."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [
        path.read_text("utf-8")
        for pattern in ("rnnsearch/**/*.py", "docs/*.md", "*.md")
        for path in ROOT.glob(pattern)
    ]
    named = {
        extra
        for text in texts
        for listed in re.findall(r"(?:rnnsearch|\.)\[([\w, -]+)\]'", text)
        for extra in listed.split(",")
    }
    backends = {*get_args(RunSpec.model_fields["backend"].annotation)}
    assert named >= {"cuda", "onnx", "ray"} and named | backends <= {
        *project["optional-dependencies"]
    }


def test_the_doctor_looks_at_what_every_extra_installs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for_developers = {"docs", "test", "cuda", "cuda12", "cuda13"}
    wanted = {
        re.split(r"[^\w-]", requirement)[0]
        for extra, listed in project["optional-dependencies"].items()
        if extra not in for_developers
        for requirement in listed
    }
    assert wanted <= {*_BACKENDS, *_OTHERS}
