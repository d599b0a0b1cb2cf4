"""The examples in the docstrings of what is public run, in one folder, the search's own first."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from typing import Any

import pytest

import rnnsearch

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
OF_SEARCHES = ("Arrays", "Results", "check", "init", "search")
EXAMPLES = ("best_model", "curves", "evaluate", "export", "leaderboard", "open", "predict")
"""Of `Results`."""


def examples(name: str, thing: Any, variables: dict[str, Any]) -> doctest.DocTest:
    text = inspect.getdoc(thing) or ""
    return doctest.DocTestParser().get_doctest(text, variables, name, None, 0)


def test_examples_run(
    inline: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    things = {name: getattr(rnnsearch, name) for name in ("search", *OF_SEARCHES)}  # it is first
    of_results = inspect.getmembers(things.pop("Results"))
    things |= {f"Results.{name}": one for name, one in of_results if not name.startswith("_")}
    variables: dict[str, Any] = {"rnnsearch": rnnsearch}
    """Those of the search, which its results' examples use."""
    runner, ran = doctest.DocTestRunner(optionflags=FLAGS), set()
    for name, thing in things.items():
        test = examples(name, thing, variables)
        if test.examples:
            runner.run(test, clear_globs=False)
            variables = test.globs if name == "search" else variables
            ran.add(name)
    assert not runner.summarize(verbose=False).failed, capsys.readouterr().out
    shown = {f"Results.{name}" for name in EXAMPLES}
    assert ran == {name for name in OF_SEARCHES if name != "Results"} | shown
