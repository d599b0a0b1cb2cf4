"""Snippets of the docs: they are Python, and name what there is; whole pages run as scripts.

The pages search for a minute or two with the smallest budgets, so they run where they are asked for:
RNNSEARCH_DOCS=all python -m pytest tests/test_docs_snippets.py
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

import rnnsearch
from rnnsearch.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = ["estimators.md", "coming-from.md"]
ELSEWHERE = {"tuner.md": "tests/integrations/test_tuner_docs.py"}
NOT_RUN = {
    "README.md": "its searches take minutes; estimators.md has the same with data that is there",
    "diagnosis.md": "it reads a study that a search of minutes has made",
    "objectives.md": "it reads a study with several objectives, as tests/api/test_api_objectives.py",
    "trackers.md": "it reads a registry that a search of minutes has filled",
}
"""Page → why its Python is read, but not run."""
OTHERS = {"--install-completion", "--show-completion", "--help", "--version"}
COMMAND = re.compile(r"python main\.py ([^\n`#&|;]+)|^ {4}rnnsearch ([^\n#&|;]+)", re.MULTILINE)
SMALLER = {
    'timeout="1m"': "trials=1, epochs=1, timeout=None",
    '"search.timeout": "1m"': '"search.trials": 1, "search.epochs": 1',
    '"search": {"timeout": "1m"}': '"search": {"trials": 1, "epochs": 1, "timeout": None}',
    "max_trials=30": "max_trials=1",
    "n_trials=30": "n_trials=1",
    "epochs=20": "epochs=1",
    "trials=30": "trials=1",
    '"trials": 30, "epochs": 20': '"trials": 1, "epochs": 1',
}


def snippets(page, kind="python"):
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def public_names(code):
    """Dotted names after `rnnsearch.` in a snippet, each with what it must be an attribute of."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "rnnsearch":
            yield node.attr


def test_snippets_name_what_there_is():
    names = {name for page in PAGES for code in snippets(page) for name in public_names(code)}
    assert {"search", "RecurrentClassifier", "RecurrentHyperModel", "optuna"} <= names
    assert names <= {*rnnsearch.__all__, *rnnsearch._HOMES, *rnnsearch._MODULES}


def test_what_other_tools_scripts_are_is_python_too():
    for page in PAGES:
        for code in snippets(page, "py"):
            ast.parse(code)


def test_every_page_is_run_or_says_why_not():
    with_python = {page.name for page in PAGES if snippets(page)}
    assert with_python == {*SCRIPTS, *ELSEWHERE, *NOT_RUN}
    assert all((ROOT / path).exists() for path in ELSEWHERE.values())


def test_yaml_names_keys_that_there_are():
    known = (ROOT / "docs" / "spec.md").read_text("utf-8")
    found = [yaml.safe_load(code) for page in PAGES for code in snippets(page, "yaml")]
    assert len(found) >= 3
    for document in found:
        names = {
            *document,
            *(key for part in document.values() if isinstance(part, dict) for key in part),
        }
        assert not [name for name in names if not re.search(rf"`(?:\w+\.)*{name}`", known)]


def test_commands_and_their_options_are_there():
    group = typer.main.get_command(app)
    pages = [*PAGES, ROOT / "benchmarks" / "README.md"]
    found = [one for page in pages for one in COMMAND.findall(page.read_text("utf-8"))]
    typed = ["".join(one).split() for one in found]
    assert len(typed) > 20
    for name, *words in typed:
        if name in OTHERS:
            continue
        assert name in group.commands, (name, *words)
        known = {option for one in group.commands[name].params for option in one.opts} | OTHERS
        options = [word.split("=")[0] for word in words if re.fullmatch(r"--?[a-z][\w=-]*", word)]
        assert not [option for option in options if option not in known], (name, *words)


@pytest.mark.skipif(os.environ.get("RNNSEARCH_DOCS") != "all", reason="RNNSEARCH_DOCS=all runs it")
@pytest.mark.parametrize("page", SCRIPTS)
def test_a_page_is_a_script_that_runs(page, tmp_path):
    script = "\n".join(snippets(ROOT / "docs" / page))
    for old, new in SMALLER.items():
        script = script.replace(old, new)
    assert not re.search(r"=(20|30)\b|1m", script), "a budget that is not small"
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
