"""Lines of a text that are no text to go on with: a label beside each, records, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnsearch.data.collecting import name_some
from rnnsearch.guessing._base import Wishes, refuse
from rnnsearch.guessing.tagged_words import check_no_words
from rnnsearch.vocabulary import MANY_TO_MANY

__all__ = ["check_no_labels", "check_no_points", "check_no_records"]

_RECORDS = 20
"""Lines that say whether all are records of JSON."""
_POINT = re.compile(r'[^\s,"=]+(?:,[^\s,=]+=[^\s,]+)* [^\s,="]+=.+ \d{10,19}')
"""``weather,place=a temperature=21.5,humidity=50 1609459200000000000``."""
_MOST_LABELS, _OFTEN = 20, 10
"""Different labels, and how often each comes on average, at least."""
_ELSEWHERE = 0.2
"""How often a label stands elsewhere in a line, on average, at most."""
_WORDS = 2
"""Of a text beside its label, on average, at least."""


def check_no_records(text: str) -> None:
    """Refuse lines that say their label as fastText has it, and records of JSON.

    Raises:
        InvalidData: They are such.
    """
    lines = _lines(text)
    if sum(line.startswith("__label__") for line in lines) * 2 > len(lines):
        must = "must be a text, or a table of texts and labels"
        received = "lines that begin with __label__, as fastText reads them"
        refuse(must, received, "write the label and the text to two columns of a .csv file")
    if lines and all(line.lstrip().startswith('{"') for line in lines[:_RECORDS]):
        must, received = "must be a text, or a table", "records of JSON, one a line"
        way = "pandas.read_json(FILE, lines=True, dtype=False).to_csv('data.csv', index=False)"
        refuse(must, received, f"write them as a table: {way}")


def check_no_points(path: Path, text: str) -> None:
    """Refuse the line protocol of InfluxDB: a name and tags, fields, a time in nanoseconds.

    Raises:
        InvalidData: The first lines are such.
    """
    lines = [line for line in _lines(text) if not line.startswith("#")]
    if not lines or not all(map(_POINT.fullmatch, lines[:_RECORDS])):
        return
    cut = "line.strip().rsplit(' ', 2)"
    refuse(
        "must be a table, with names of columns",
        "points in InfluxDB's line protocol, one a line",
        "write them as one: pandas.DataFrame([{'time': int(t) // 10**9, 'series': s} | "
        f"dict(p.split('=') for p in f.split(',')) for s, f, t in ({cut} for line in "
        f"open('{path.name}'))]).to_csv('data.csv', index=False) (times in nanoseconds)",
    )


def check_no_labels(text: str, wishes: Wishes) -> None:
    """Refuse a text whose lines hold examples and what is said of each, in a form none reads.

    Args:
        text: The whole file, which is no table.
        wishes: Who asks for a task by its name means the text as it stands.

    Raises:
        InvalidData: It is such.
    """
    if wishes.mapping is None or not wishes.mapping.aligned:
        check_no_words(text)
        _check_labels(_lines(text))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _check_labels(lines: Sequence[str]) -> None:
    """Refuse lines of which each begins, or ends, with one of a few words."""
    for place, cut, columns in (
        ("begins", str.split, "label, text"),
        ("ends", str.rsplit, "text, label"),
    ):
        parts = [cut(line, None, 1) for line in lines]
        if any(len(part) < 2 for part in parts):
            continue
        at = 0 if place == "begins" else 1
        labels = Counter(part[at] for part in parts)
        words = [word for part in parts for word in part[1 - at].split()]
        few = 2 <= len(labels) <= min(_MOST_LABELS, len(lines) / _OFTEN)
        few = few and min(labels.values()) > 1
        usual = sum(word in labels for word in words) > _ELSEWHERE * len(lines)
        if not few or usual or len(words) < _WORDS * len(lines):
            continue
        names = columns.split(", ")
        shown = name_some([f"'{label}'" for label in labels], 3)
        refuse(
            "must be a text, or a table of texts and labels",
            f"lines of which each {place} with one of {len(labels)} words ({shown})",
            "if these are labels, write them to a column: pandas.DataFrame([line.strip()."
            f"{cut.__name__}(None, 1) for line in open(FILE)], columns={names})"
            ".to_csv('data.csv', index=False); if it is a text to go on with, say "
            f"--task {MANY_TO_MANY.name}",
        )
