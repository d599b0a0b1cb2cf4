"""The package as a whole: what it exports, and that the driver stays light."""

import ast
import importlib
import re
import runpy
import subprocess
import sys
import tomllib
from collections import Counter
from importlib import metadata
from pathlib import Path

import rnnsearch
from rnnsearch.cli import app

ROOT = Path(__file__).parents[1]
BACKENDS = ("keras", "jax", "tensorflow", "torch")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_everything_exported_is_there_whatever_was_imported_before():
    """No folder may have the name of a function: it would take its place once imported."""
    importlib.import_module("rnnsearch.integrations.keras_tuner")
    for name in rnnsearch.__all__:
        assert callable(getattr(rnnsearch, name)), name


def test_it_has_a_version(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: f"{name} 1.2")
    assert rnnsearch.__version__ == "rnnsearch 1.2"


def test_importing_it_imports_nothing_heavy_and_the_driver_no_backend():
    heavy = (*BACKENDS, "optuna", "pandas", "numpy", "pydantic")
    modules = (
        "rnnsearch.cli, rnnsearch.api, rnnsearch.report, rnnsearch.records, rnnsearch.driver.loop,"
        "rnnsearch.driver.planning.planner, rnnsearch.driver.finishing.feed_forward, rnnsearch.execution.processes"
    )
    code = f"""
import sys, rnnsearch
print([m for m in {heavy} if m in sys.modules])
import {modules}
print([m for m in {BACKENDS} if m in sys.modules])
"""
    assert run(code) == "[]\n[]\n"


def test_every_command_and_file_the_readme_names_is_there():
    readme = (ROOT / "README.md").read_text("utf-8")
    for line in readme.splitlines():
        for word in line.replace("(", " ").replace(")", " ").replace("`", " ").split():
            if word.startswith(("docs/", "search_spaces/", "benchmarks/")):
                assert (ROOT / word.rstrip(".,")).exists(), word
    commands = {command.callback.__name__ for command in app.registered_commands}
    assert commands >= {"init", "search", "check", "predict", "evaluate", "leaderboard"}


def test_the_readmes_spec_is_a_valid_spec(tmp_path):
    readme = (ROOT / "README.md").read_text("utf-8")
    text = readme.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "data").symlink_to(ROOT / "search_spaces" / "data")
    (tmp_path / "readme.yaml").write_text(text)
    assert rnnsearch.check(tmp_path / "readme.yaml").programs == 27


def test_no_two_modules_have_a_name():
    """A registry is where kinds are listed."""
    usual = {"__init__", "__main__", "_base", "registry"}
    names = Counter(path.stem for path in (ROOT / "rnnsearch").rglob("*.py"))
    assert [name for name, count in names.items() if count > 1 and name not in usual] == []


OPENS = {"Pipe", "Popen", "TemporaryFile", "exists", "glob", "import_module", "iterdir", "load", "mkdir",
         "mkdtemp", "open", "read_bytes", "read_text", "rmtree", "socket", "start", "stat", "unlink",
         "write_bytes", "write_text"}  # fmt: skip
PROCESSES = {"driver_side.Process", "ray_actor.RayWorker", "ray_actor._Files"}
"""What is made to be a process's beginning: Ray has no other word for it than a constructor."""


def test_constructors_open_and_start_nothing():
    found = set()
    for path in (ROOT / "rnnsearch").rglob("*.py"):
        for made in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(made, ast.ClassDef):
                continue
            for part in made.body:
                if getattr(part, "name", "") in ("__init__", "__post_init__"):
                    calls = [node.func for node in ast.walk(part) if isinstance(node, ast.Call)]
                    names = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
                    found |= {f"{path.stem}.{made.name}"} if names & OPENS else set()
    assert found <= PROCESSES, found - PROCESSES


def test_the_picture_of_the_floors_is_drawn_from_them():
    drawn = runpy.run_path(str(ROOT / "docs" / "floors_picture.py"))
    assert drawn["picture"]() == drawn["PICTURE"].read_text("utf-8"), (
        "run: python docs/floors_picture.py"
    )
    assert {*drawn["WAY"]} <= {*drawn["floors"]()}


MODULES = {
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "pillow": "PIL",
    "mlflow-skinny": "mlflow",
    "nvidia-ml-py": "pynvml",
    "resvg-py": "resvg_py",
}
"""Packages whose module has another name."""


def module_of(requirement):
    name = re.match(r"[\w-]+", requirement).group()
    return MODULES.get(name, name.replace("-", "_"))


def required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project["dependencies"], project["optional-dependencies"]


def test_every_dependency_is_imported():
    base, extras = required()
    ours = set(extras) - {"cuda", "cuda12", "cuda13", "docs", "test"}
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "rnnsearch").rglob("*.py"))
    by_others = {"cmaes"}  # Optuna's sampler of this name
    for module in {*map(module_of, [*base, *(one for name in ours for one in extras[name])])}:
        used = re.search(rf"^\s*(?:import|from) {module}\b|\"{module}[\".]", text, re.MULTILINE)
        assert used or module in by_others, module


def test_every_import_is_of_a_dependency():
    """What another package happens to bring along, it may leave out tomorrow."""
    base, extras = required()
    named = {*map(module_of, [*base, *(one for each in extras.values() for one in each)])}
    known = {*sys.stdlib_module_names, *named, "rnnsearch"}
    strange = set()
    for path in (ROOT / "rnnsearch").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            strange |= {(path.stem, name) for name in names if name.split(".")[0] not in known}
    assert strange == set()


def test_networks_are_built_on_tensorflow_where_no_jax_is():
    code = """
import os, sys
os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
sys.modules["jax"] = sys.modules["jaxlib"] = None
import rnnsearch.engines.keras_engine, rnnsearch.execution.worker
print("built")
"""
    assert run(code) == "built\n"
