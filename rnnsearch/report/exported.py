"""What is shown when the winner was exported."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.text import Text

__all__ = ["show_export"]


class Comparison(Protocol):
    """How an export compares with the network; `rnnsearch.exports.Checked` is one."""

    @property
    def count(self) -> int:
        """Sequences."""

    @property
    def worst(self) -> float:
        """The largest difference."""


class Exported(Protocol):
    """An export; `rnnsearch.api.studies.exporting.Exported` is one."""

    @property
    def folder(self) -> Path:
        """Where it stands."""

    @property
    def files(self) -> tuple[str, ...]:
        """Of the folder."""

    @property
    def checked(self) -> Comparison | None:
        """How it compares."""

    @property
    def unchecked(self) -> str:
        """Why it does not."""


def show_export(console: Console, exported: Exported) -> None:
    """Where it is, and whether it predicts the same."""
    shown = [name for name in exported.files if "/" not in name]
    folders = sorted({f"{name.split('/')[0]}/" for name in exported.files if "/" in name})
    console.print(Text(f"Wrote {', '.join([*folders, *shown])} to {exported.folder}"))
    if exported.checked is None:
        console.print(Text(f"Not checked: {exported.unchecked}", style="yellow"))
        return
    count, worst = exported.checked.count, exported.checked.worst
    what = "1 sequence" if count == 1 else f"{count} sequences"
    said = f"Checked in a process without rnnsearch: {what} predicted as by the network"
    console.print(Text(f"{said} (off by {worst:.1g} of the deviation at most)", style="green"))
