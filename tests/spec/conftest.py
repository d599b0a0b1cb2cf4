"""A small sound spec, and a way to break it and hear what is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnsearch.errors import InvalidSpec
from rnnsearch.spec import load

SPEC = """\
task: many_to_one
data:
  source: csv
  path: load.csv
  inputs: [demand]
  target: demand
  window: 96
space:
  cell: [LSTM, GRU]
"""
WINDOW, CELL = "  window: 96\n", "  cell: [LSTM, GRU]\n"


def broken(edits: list[tuple[str, ...]]) -> str:
    """SPEC after the edits: ("replace", old, new), or a place and the lines to add there.

    Places: "data" and "space" are the ends of these sections, "cell" puts the lines in place
    of the cell, "end" is the end of the file.
    """
    text = SPEC
    for place, *lines in edits:
        inner = "".join(f"  {line}\n" for line in lines)
        if place == "replace":
            old, new = lines
        elif place == "end":
            old, new = "", "".join(f"{line}\n" for line in lines)
        else:
            old = WINDOW if place == "data" else CELL
            new = inner if place == "cell" else old + inner
        assert old in text
        text = text.replace(old, new, 1) if old else text + new
    return text


@pytest.fixture
def messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[tuple[str, ...]]], str]:
    """What `load` says about the edited spec, which it finds as s.yaml."""
    monkeypatch.chdir(tmp_path)

    def say(edits: list[tuple[str, ...]]) -> str:
        Path("s.yaml").write_text(broken(edits), encoding="utf-8")
        with pytest.raises(InvalidSpec) as caught:
            load("s.yaml")
        return str(caught.value)

    return say
