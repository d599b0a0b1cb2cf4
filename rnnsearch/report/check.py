"""What `check` shows: what would be searched, on what data, against which baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnnsearch.visible import one_line

__all__ = ["Checked", "show_check"]


class Remarked(Protocol):
    """Something that is allowed, and may not be meant."""

    @property
    def kind(self) -> str:
        """What is the matter."""

    def __str__(self) -> str:
        """Where, what, and what to do."""


class Checked(Protocol):
    """The plain data that is shown; `rnnsearch.api.CheckReport` is one."""

    @property
    def name(self) -> str:
        """The spec's name."""

    @property
    def task(self) -> str:
        """Which mapping."""

    @property
    def parameters(self) -> Sequence[tuple[str, str, str, str]]:
        """Name, values, ``structural`` or ``numeric``, condition or empty."""

    @property
    def programs(self) -> int | None:
        """How many programs would be compiled at most; None where there is no bound."""

    @property
    def data(self) -> Sequence[tuple[str, str]]:
        """Label and text of what was read."""

    @property
    def baselines(self) -> Sequence[str]:
        """Their names."""

    @property
    def objective(self) -> str:
        """The metric that ranks."""

    @property
    def loss(self) -> str:
        """What is trained on."""

    @property
    def engine(self) -> str:
        """What would train, and why."""

    @property
    def budget(self) -> Sequence[tuple[str, str]]:
        """Label and text of trials, epochs, time."""

    @property
    def remarks(self) -> Sequence[Remarked]:
        """What will do nothing, what will cost, what can't be told."""


def show_check(console: Console, report: Checked) -> None:
    """Draw it."""
    console.print(Text(f"{report.name}: {report.task}, no problem found", style="bold green"))
    conditional = any(condition for *_, condition in report.parameters)
    table = _table("parameter", "values", "kind", *(["in use when"] if conditional else []))
    for name, values, kind, condition in report.parameters:
        cells = [name, values, kind, *([condition] if conditional else [])]
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    programs = "no bound" if report.programs is None else f"{report.programs:,} at most"
    sections = (
        ("data", report.data),
        (
            "search",
            [
                ("objective", report.objective),
                ("loss", report.loss),
                ("programs", programs),
                ("baselines", ", ".join(report.baselines) or "none"),
                ("engine", report.engine),
                *report.budget,
            ],
        ),
    )
    console.print()
    console.print(table)
    for title, rows in sections:
        console.print()
        section = _table(title, "")
        for label, text in rows:
            section.add_row(Text(label), Text(one_line(text)))
        console.print(section)
    if report.remarks:
        console.print()
        console.print(Text("remarks", style="bold"))
    for remark in report.remarks:
        said = one_line(str(remark))
        console.print(Text.assemble((remark.kind, "yellow"), " ", said), soft_wrap=True)


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in titles:
        table.add_column(title)
    return table
