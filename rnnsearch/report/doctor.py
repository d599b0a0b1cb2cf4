"""What a doctor says of a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["show_diagnosis"]


class _Finding(Protocol):
    @property
    def serious(self) -> bool:
        """Whether nothing works before it is mended."""

    @property
    def found(self) -> str:
        """What was found."""

    @property
    def advice(self) -> str:
        """What to do."""


class Diagnosis(Protocol):
    """What was looked at; `rnnsearch.api.examining.Diagnosis` is one."""

    @property
    def machine(self) -> Mapping[str, Any]:
        """Python, platform, CPUs."""

    @property
    def packages(self) -> Mapping[str, str | None]:
        """Versions."""

    @property
    def devices(self) -> Mapping[str, list[str] | str]:
        """Of each backend."""

    @property
    def variables(self) -> Mapping[str, str]:
        """Of the environment."""

    @property
    def cache(self) -> Mapping[str, int]:
        """Bytes of each folder."""

    @property
    def limit(self) -> float | None:
        """Bytes that it may take."""

    @property
    def free(self) -> int:
        """Bytes free."""

    @property
    def findings(self) -> Sequence[_Finding]:
        """What goes wrong, or may."""


def show_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """All of it, what goes wrong at the end."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("machine", Text(", ".join(f"{k} {v}" for k, v in diagnosis.machine.items())))
    present = [f"{name} {version}" for name, version in diagnosis.packages.items() if version]
    absent = [name for name, version in diagnosis.packages.items() if not version]
    table.add_row("packages", Text(", ".join(present)))
    if absent:
        table.add_row("not installed", Text(", ".join(absent)))
    for backend, answer in diagnosis.devices.items():
        table.add_row(backend, Text(answer if isinstance(answer, str) else ", ".join(answer)))
    if diagnosis.variables:
        said = ", ".join(f"{name}={value}" for name, value in diagnosis.variables.items())
        table.add_row("variables", Text(said))
    total = sum(diagnosis.cache.values())
    parts = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in diagnosis.cache.items())
    limit = "" if diagnosis.limit is None else f" of {diagnosis.limit / 1e9:g} GB"
    room = f"{total / 1e6:,.0f} MB{limit}{f' ({parts})' if parts else ''}"
    table.add_row("cache", Text(f"{room}, {diagnosis.free / 1e9:,.0f} GB free on its disk"))
    console.print(table)
    console.print()
    if not diagnosis.findings:
        console.print(Text("Nothing is known to go wrong with this.", style="green"))
    for one in diagnosis.findings:
        word, style = ("PROBLEM", "red") if one.serious else ("note", "yellow")
        console.print(Text(f"{word}: {one.found}; {one.advice}", style=style))
