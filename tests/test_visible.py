"""Names out of files that others made: shown by terminals and browsers, and not obeyed."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.cli.parts import console, put
from rnnsearch.report.page._base import Page, Section, Table
from rnnsearch.report.page.html import to_html
from rnnsearch.report.page.markdown import to_markdown
from rnnsearch.visible import one_line, visible
from tests.inline import command

EVIL = 'rain\x1b]0;owned\x07\x1b[2J\u202e"x\nall is well<script>alert(1)</script>'


@given(st.text())
def test_what_is_shown_moves_no_cursor(text: str) -> None:
    kinds = {unicodedata.category(one) for one in visible(text) if one not in "\n\t"}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"} and "\u202e" not in visible(text)
    assert visible(text).count("\n") == text.count("\n") and visible(visible(text)) == visible(text)
    assert "\n" not in one_line(text) and len(one_line(text).splitlines()) <= 1


def test_words_of_any_language_stay_as_they_are() -> None:
    words = "نمی‌خواهم 👩‍👩‍👧 naïve 日本語\n\tשלום"
    assert visible(words) == words


def test_commands_show_names_of_columns_as_they_are_written(tmp_path: Path) -> None:
    rows = [[str(day), str(day % 7), str(day * 0.5)] for day in range(120)]
    with (tmp_path / "e.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["day", EVIL, "\x9b31mload"], *rows])
    for arguments in (["init", "e.csv"], ["check", "e.yaml"], ["check", "\x1b[2J.yaml"]):
        _, output, errors = command(tmp_path, *arguments)
        said = output + errors
        assert "\x1b" not in said and "\x9b" not in said and "\u202e" not in said
        assert "\\x1b[2J" in said and "\nall is well" not in said


def test_styles_of_our_own_reach_the_terminal() -> None:
    shown = console()
    shown.file, shown._force_terminal = io.StringIO(), True
    shown._color_system = shown._detect_color_system() or None
    shown.print("[bold]one[/bold] \x1b[2J", highlight=False)
    assert "\\x1b[2J" in shown.file.getvalue() and "\x1b[2J" not in shown.file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_predictions_are_escaped_for_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = io.StringIO()
    monkeypatch.setattr(output, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stdout", output)
    put("a\x1b[2J,1\n")
    assert output.getvalue() == ("a\\x1b[2J,1\n" if terminal else "a\x1b[2J,1\n")


def test_pages_have_no_tag_and_no_control_of_a_name() -> None:
    table = Table("inputs", EVIL, [EVIL], [[EVIL]])
    sections = [Section("inputs", "Inputs", [table, EVIL])]
    page = Page("X", EVIL, [EVIL], EVIL, [], EVIL, [(EVIL, 1, EVIL)], sections)
    # In Markdown a command is code, in which nothing is a tag.
    code = to_markdown(replace(page, use="python main.py predict"), figures="report")
    for text in (to_html(page), code):
        assert "<script>alert" not in text and "\x1b" not in text and "\\x1b[2J" in text
