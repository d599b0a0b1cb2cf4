"""What a report consists of: a page of sections, with figures and tables that hold their data.

Everything here is computed; `rnnsearch.report.page.html` and `markdown` draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chip", "Code", "Figure", "Page", "Section", "Table"]


@dataclass(frozen=True)
class Figure:
    """A picture with its data.

    Attributes:
        key: Name of its files.
        title: Above it.
        alt: What it shows, for who does not see it.
        svg: The picture; colours by the classes of `rnnsearch.report.page.svg`.
        data: What is drawn.
        note: Below it; may be empty.
        wide: Whether it takes the whole width of a page.
    """

    key: str
    title: str
    alt: str
    svg: str
    data: pd.DataFrame
    note: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        key: Name of its file.
        caption: Above it.
        columns: Their headings.
        rows: Cells, row by row.
        numbers: Columns, by place, that hold numbers and stand to the right.
        strong: Rows, by place, that stand out.
    """

    key: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    text: str
    label: str = ""


Part = Figure | Table | Code | str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; a text is a paragraph."""

    key: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Chip:
    """A figure at the head of a page: a label, its value, and how good that is."""

    label: str
    value: str
    mood: str = ""


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: Of the study.
        subtitle: What was learned from what.
        answer: Three sentences: what to use, how sure that is, what it costs.
        warning: What must be known before, such as that the search was interrupted.
        chips: The figures that matter most.
        use: The command that predicts; empty without a winner.
        losers: Why the others lost: a verdict, how many trials, what it says.
        sections: In order.
    """

    title: str
    subtitle: str
    answer: Sequence[str]
    warning: str
    chips: Sequence[Chip]
    use: str = ""
    losers: Sequence[tuple[str, int, str]] = ()
    sections: Sequence[Section] = field(default_factory=tuple)

    @property
    def figures(self) -> list[Figure]:
        """All of them, in order."""
        return [part for s in self.sections for part in s.parts if isinstance(part, Figure)]

    @property
    def tables(self) -> list[Table]:
        """All of them, in order."""
        return [part for s in self.sections for part in s.parts if isinstance(part, Table)]
