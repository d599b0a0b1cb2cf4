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

import rnnsearch

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = ["estimators.md", "coming-from.md"]
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
