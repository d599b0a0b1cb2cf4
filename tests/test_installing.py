"""What a wheel asks for: both backends, or the one that is named when it is built."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from rnnsearch.api.examining import _BACKENDS, _OTHERS
from rnnsearch.spec.schema import RunSpec

ROOT = Path(__file__).parents[1]


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], set[str]]:
    """What setup.py has an install ask for, extras aside."""
    setuptools = pytest.importorskip("setuptools", minversion="77", reason="as pyproject.toml asks")
    monkeypatch.chdir(ROOT)
    given: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", lambda **how: given.update(how))
    runpy.run_path("setup.py")

    def asked(only: str) -> set[str]:
        monkeypatch.setenv("RNNSEARCH_ONLY", only)
        made = given["distclass"]()
        made.parse_config_files()
        assert made.install_requires == made.metadata.install_requires
        return {re.split(r"[^\w-]", each)[0] for each in made.install_requires}

    return asked


@pytest.mark.parametrize(
    ("only", "backends"), [("", {"jax", "tensorflow"}), ("tensorflow", {"tensorflow"})]
)
def test_an_install_asks_for_the_backend_that_it_is_for(needed, only, backends):
    asked = needed(only)
    assert {"keras", "keras-tuner", "optuna"} < asked
    assert asked & {"jax", "tensorflow", "torch"} == backends


def test_another_backend_alone_is_refused(needed):
    with pytest.raises(SystemExit, match=r"expected one of jax, tensorflow\. Received: theano"):
        needed("theano")


def test_what_is_built_says_it(tmp_path):
    pytest.importorskip("setuptools", minversion="77", reason="as pyproject.toml asks for")
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "egg_info", "--egg-base", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "RNNSEARCH_ONLY": "jax"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    metadata = (tmp_path / "rnnsearch.egg-info" / "PKG-INFO").read_text("utf-8")
    asked = {*re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", metadata, re.MULTILINE)}
    assert {"keras", "jax"} < asked and not asked & {"tensorflow", "torch"}


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
