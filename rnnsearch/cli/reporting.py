"""The command `report`: reads arguments, calls `rnnsearch.api`, says where the page is."""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from rnnsearch.cli.parts import Folder, examples
from rnnsearch.errors import InvalidInput, Problem

__all__ = ["add"]


class _Format(enum.StrEnum):
    """What a report is written as."""

    html = "html"
    md = "md"


def add(app: typer.Typer, program: Callable[[], Sequence[str]]) -> None:
    """Have a command line know the command.

    Args:
        app: The command line.
        program: How the user calls this program, for commands to copy.
    """

    def report(
        results: Folder,
        format: Annotated[
            _Format, typer.Option("--format", "-f", help="One HTML file, or Markdown.")
        ] = _Format.html,
        output: Annotated[
            Path | None,
            typer.Option(
                "--output", "-o", metavar="FILE", help="Else report.html or report.md in RESULTS."
            ),
        ] = None,
        figures: Annotated[
            bool,
            typer.Option("--figures", help="Also each figure as SVG, its data and tables as CSV."),
        ] = False,
    ) -> None:
        """Explain a search on one page: what to use, how sure that is, why the others lost."""
        from rnnsearch import api

        if output is not None and not output.absolute().parent.is_dir():
            must = "must be in a folder that exists"
            raise InvalidInput([Problem("--output", must, str(output), "make it first")])
        file = api.make_report(
            results, output=output, format=format.value, figures=figures, program=program()
        )
        print(file)
        if figures or format is _Format.md:
            print(f"figures are in {file.parent / 'report'}", file=sys.stderr)

    named = ("report results/electricity", "report results/electricity --format md --figures")
    app.command("report", epilog=examples(*named))(report)
