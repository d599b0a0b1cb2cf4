"""Tables in Markdown, as the README shows them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["spread", "table"]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], texts: Sequence[str] = ()) -> str:
    """A Markdown table.

    Args:
        header: Names of the columns.
        rows: Cells, as many as there are columns.
        texts: Columns that are text and stand at the left; numbers stand at the right.
    """
    left = [name in texts for name in header]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = [
        "-" * width if is_left else "-" * (width - 1) + ":"
        for width, is_left in zip(widths, left, strict=True)
    ]
    return "\n".join(_line(row, widths, left) for row in (header, rule, *rows))


def _line(row: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    cells = [
        cell.ljust(width) if is_left else cell.rjust(width)
        for cell, width, is_left in zip(row, widths, left, strict=True)
    ]
    return f"| {' | '.join(cells)} |"


def spread(values: Sequence[float], digits: int) -> str:
    """The smallest and the largest value."""
    return f"{min(values):.{digits}f}–{max(values):.{digits}f}"
