"""A page as Markdown, with its figures as files beside it."""

from __future__ import annotations

import re

from rnnsearch.report.page._base import Code, Figure, Page, Part, Table
from rnnsearch.visible import visible

__all__ = ["to_markdown"]

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
"""What begins a tag of HTML, which Markdown takes as it is."""


def to_markdown(page: Page, *, figures: str) -> str:
    """The text.

    Args:
        page: What it says.
        figures: The folder of the figures' SVG files, as links have it.
    """
    lines = [f"# {page.title}", "", _plain(page.subtitle), ""]
    if page.warning:
        lines += [f"> {_plain(page.warning)}", ""]
    lines += [_plain("\n\n".join(page.answer)), ""]
    if page.use:
        lines += ["To use it:", "", "```", page.use, "```", ""]
    if page.losers:
        lines += ["Why the others lost:", ""]
        lines += [_plain(f"- {count} {name}: {said}") for name, count, said in page.losers]
        lines.append("")
    lines += [f"- {chip.label}: **{chip.value}**" for chip in page.chips]
    for section in page.sections:
        lines += ["", f"## {section.title}"]
        for part in section.parts:
            lines += ["", *_lines(part, figures)]
    return visible("\n".join(lines) + "\n")


def _lines(part: Part, figures: str) -> list[str]:
    if isinstance(part, Figure):
        note = ["", _plain(part.note)] if part.note else []
        picture = f"![{_plain(part.alt)}]({figures}/{part.key}.svg)"
        return [f"### {_plain(part.title)}", "", picture, *note]
    if isinstance(part, Table):
        caption = [_plain(part.caption), ""] if part.caption else []
        return [*caption, *_table(part)]
    if isinstance(part, Code):
        return [part.label, "", "```", part.text.rstrip("\n"), "```"]
    return [_plain(part)]


def _table(part: Table) -> list[str]:
    marks = ["---:" if place in part.numbers else "---" for place in range(len(part.columns))]
    rows = [part.columns, marks, *part.rows]
    return [f"| {' | '.join(map(_cell, row))} |" for row in rows]


def _cell(value: str) -> str:
    return _plain(value.replace("|", "\\|").replace("\n", " "))


def _plain(text: str) -> str:
    """A text in which nothing is a tag: names come from files that others made."""
    return _TAG.sub("&lt;", text)
