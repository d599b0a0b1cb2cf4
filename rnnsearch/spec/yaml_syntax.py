"""Errors of PyYAML in our words: where, what must hold, what was received, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

from yaml.composer import ComposerError
from yaml.error import Mark, MarkedYAMLError
from yaml.reader import ReaderError

from rnnsearch.errors import InvalidSpec, Location, Problem

__all__ = ["invalid", "place_of", "syntax_error", "unreadable"]


def place_of(file: str, mark: Mark | None) -> Location:
    """Where a mark of PyYAML's stands in a file."""
    return Location(file) if mark is None else Location(file, mark.line + 1, mark.column + 1)


def invalid(place: Location, must: str, received: str, advice: str = "") -> InvalidSpec:
    """The error of a file that can't be read any further."""
    return InvalidSpec([Problem("", must, received, advice, place)])


def unreadable(text: str, file: str, error: ReaderError) -> InvalidSpec:
    """The error of a text with a character that YAML does not allow."""
    before = text[: error.position]
    line, column = before.count("\n") + 1, error.position - before.rfind("\n")
    code = error.character if isinstance(error.character, int) else ord(error.character)
    return invalid(
        Location(file, line, column),
        "must be printable text",
        f"the character U+{code:04X}",
        "remove it",
    )


def _quote_advice(match: re.Match[str]) -> tuple[str, str, str]:
    character = match.group(1).strip("'\"")
    if character == "\\t":
        return "must be indented with spaces", "a tab", "replace tabs by spaces"
    return "must not begin with this character", character, "put the text in quotes"


def _misplaced(match: re.Match[str]) -> tuple[str, str, str]:
    found = match.group(1).strip("'")
    if found in {"<block mapping start>", "<block sequence start>", "<block entry>", "-", "?"}:
        must, received = "must be indented as the lines beside it", "other indentation"
        return must, received, "indent the keys of one section alike"
    received = "a text" if found == "<scalar>" else found
    return "must be followed by a new line", received, "check quotes, brackets and indentation"


_SYNTAX: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
    (r"found character (.+) that cannot start any token", _quote_advice),
    (
        r"mapping values are not allowed here",
        lambda _: (
            "must be one `key: value` a line",
            "a second colon, or deeper indentation than expected",
            "put a text that holds a colon in quotes, or check the indentation",
        ),
    ),
    (
        r"could not find expected ':'",
        lambda _: ("must be `key: value`", "no colon", "check this line and the one before it"),
    ),
    (
        r"expected ',' or '([\]}])'",
        lambda match: (
            f"must be closed by {match.group(1)}",
            "the next line or another key",
            "close it, or put a comma between its items",
        ),
    ),
    (r"expected <block end>, but found (.+)", _misplaced),
    (
        r"found unexpected end of stream",
        lambda _: ("must have its quotes closed", "the end of the file", "add the closing quote"),
    ),
    (
        r"found undefined alias (.+)",
        lambda match: (
            "must refer to an anchor above it",
            f"*{match.group(1)}".replace("'", ""),
            "put a text that begins with * in quotes",
        ),
    ),
    (
        r"found duplicate anchor (.+);",
        lambda match: (
            "must name each anchor once",
            f"&{match.group(1)}".replace("'", ""),
            "rename one of the two",
        ),
    ),
    (
        r"but found another document",
        lambda _: ("must hold one document", "a second one after ---", "split the file"),
    ),
)


def syntax_error(file: str, error: MarkedYAMLError) -> InvalidSpec:
    """An error of PyYAML in our words, where we know it."""
    texts = [text for text in (error.problem, error.context) if text]
    mark = error.problem_mark or error.context_mark
    for pattern, explain in _SYNTAX:
        for text in texts:
            match = re.search(pattern, text)
            if match is None:
                continue
            if isinstance(error, ComposerError) and "anchor" in pattern and error.context_mark:
                mark = error.problem_mark
            must, received, advice = explain(match)
            if must.startswith("must be closed") and error.context_mark is not None:
                mark = error.context_mark
            return invalid(place_of(file, mark), must, received, advice)
    return invalid(place_of(file, mark), "must be valid YAML", "; ".join(texts))
