"""The examples in the docstrings of what is public run, in one folder, the search's own first."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from typing import Any

import pytest

import rnnsearch
from rnnsearch.api.asking.given import merged
from rnnsearch.integrations.scikit_learn._base import Recurrent

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
WITHOUT = {
    *("BayesianOptimization", "CheckReport", "GridSearch", "Hyperband", "Initial"),
    "RecurrentHyperModel",
}
"""What `check` and `init` give; what docs/tuner.md shows; tuners that are used as `RandomSearch`."""
OF_RESULTS = {"best_model", "curves", "evaluate", "export", "leaderboard", "open", "predict"}


def examples(name: str, thing: Any, variables: dict[str, Any]) -> doctest.DocTest:
    text = inspect.getdoc(thing) or ""
    return doctest.DocTestParser().get_doctest(text, variables, name, None, 0)


@pytest.fixture
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimators train one network once, and look into none: most of an example's time."""
    said = Recurrent._said
    once = {
        "data": {"split": {"test": 0, "folds": 1}},
        "search": {"confirm": 0, "deliver": "best"},
        "run": {"diagnosis": False},
    }
    monkeypatch.setattr(Recurrent, "_said", lambda self: merged(said(self), once))


def test_examples_run(
    inline: None,
    unconfirmed: None,
    without_feed_forward: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    things = {name: getattr(rnnsearch, name) for name in ("search", *rnnsearch.__all__)}
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
    shown = {f"Results.{name}" for name in OF_RESULTS}
    assert ran == {*rnnsearch.__all__} - WITHOUT - {"Results"} | shown
