"""A search whose trials all failed says what of, and what to change."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.api.studies.failed import why_all_failed
from rnnsearch.records import StudyFolder


def said(path: Path, *rows: tuple[str, str]) -> str:
    lines = ["rank,trial,state,score,message", "1,,BASELINE,0.5,"]
    lines += [f',{n},{state},,"{message}"' for n, (state, message) in enumerate(rows)]
    path.mkdir(exist_ok=True)
    (path / "leaderboard.csv").write_text("\n".join(lines) + "\n")
    return why_all_failed(StudyFolder(path))


def test_it_says_why_and_what_helps(tmp_path: Path) -> None:
    nan, memory = "the loss became nan in epoch 2", "RESOURCE_EXHAUSTED: out of memory"
    text = said(tmp_path, ("FAIL", nan), ("FAIL", nan), ("PRUNED", ""), ("FAIL", memory))
    assert "all 3 trials failed" in text and f"2: {nan}; 1: {memory}" in text
    assert "lower the max of space.learning_rate" in text and "smaller units" in text
    assert "--fresh" in text
    runs = [("FAIL", f"run 0 (seed {seed}, fold 0) diverged") for seed in (12, 34)]
    assert "(2: diverged)" in said(tmp_path, *runs)
    assert "change what they name in the spec" in said(tmp_path, ("FAIL", "no such cell"))


def test_a_search_that_goes_on_has_not_failed(tmp_path: Path) -> None:
    assert said(tmp_path, ("FAIL", "x"), ("RUNNING", "")) == ""
    assert said(tmp_path, ("FAIL", "x"), ("COMPLETE", "")) == ""
    assert said(tmp_path) == "" and why_all_failed(StudyFolder(tmp_path / "none")) == ""
