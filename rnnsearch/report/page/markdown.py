"""A page as Markdown, with its figures as files beside it."""

from __future__ import annotations

from rnnsearch.report.page._base import Code, Figure, Page, Part, Table

__all__ = ["to_markdown"]


def to_markdown(page: Page, *, figures: str) -> str:
    """The text.

    Args:
        page: What it says.
        figures: The folder of the figures' SVG files, as links have it.
    """
    lines = [f"# {page.title}", "", page.subtitle, ""]
    if page.warning:
        lines += [f"> {page.warning}", ""]
    lines += ["\n\n".join(page.answer), ""]
    if page.losers:
        lines += ["Why the others lost:", ""]
        lines += [f"- {count} {name}: {meaning}" for name, count, meaning in page.losers]
        lines.append("")
    lines += [f"- {chip.label}: **{chip.value}**" for chip in page.chips]
    for section in page.sections:
        lines += ["", f"## {section.title}"]
        for part in section.parts:
            lines += ["", *_lines(part, figures)]
    return "\n".join(lines) + "\n"


def _lines(part: Part, figures: str) -> list[str]:
    if isinstance(part, Figure):
        note = ["", part.note] if part.note else []
        return [f"### {part.title}", "", f"![{part.alt}]({figures}/{part.key}.svg)", *note]
    if isinstance(part, Table):
        caption = [part.caption, ""] if part.caption else []
        return [*caption, *_table(part)]
    if isinstance(part, Code):
        return [part.label, "", "```", part.text.rstrip("\n"), "```"]
    return [part]


def _table(part: Table) -> list[str]:
    marks = ["---:" if place in part.numbers else "---" for place in range(len(part.columns))]
    rows = [part.columns, marks, *part.rows]
    return [f"| {' | '.join(map(_cell, row))} |" for row in rows]


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
