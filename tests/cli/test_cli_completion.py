"""What a shell is told when somebody types half a command and the key for the rest."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from rnnsearch.cli import app
from rnnsearch.cli.use import FORMAT_NAMES
from rnnsearch.exports import FORMATS


def completed(words: str) -> list[str]:
    """As bash asks for it."""
    asked = {"_RNNSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": f"rnnsearch {words}"}
    count = str(len(words.split(" ")))
    told = CliRunner().invoke(app, env={**asked, "COMP_CWORD": count}, prog_name="rnnsearch")
    return told.stdout.split()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ex", ["example", "export"]),
        ("export results --for", ["--format"]),
        ("export results --format lit", ["litert", "litert_float16", "litert_int8"]),
        ("example electricity_", ["electricity_day"]),
    ],
)
def test_words_are_completed(typed: str, found: list[str]) -> None:
    assert sorted(completed(typed)) == found


def test_every_format_is_completed() -> None:
    assert sorted(FORMAT_NAMES) == sorted(FORMATS)
    assert sorted(completed("export results --format ")) == sorted(FORMATS)
