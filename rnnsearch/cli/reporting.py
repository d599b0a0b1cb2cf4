"""The command `report`: reads arguments, calls `rnnsearch.api`, says where the page is."""

from __future__ import annotations

import contextlib
import enum
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from rnnsearch.cli.parts import Folder, check_folder_of, examples

__all__ = ["add"]


class _Format(enum.StrEnum):
    """What a report is written as."""

    html = "html"
    md = "md"


_NO_PNG = ", as SVG; as PNG, too, with: pip install 'rnnsearch[png]'"


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
            typer.Option("--figures", help="Also each figure as SVG and PNG, all data as CSV."),
        ] = False,
        live: Annotated[
            bool,
            typer.Option("--live", help="Serve the page of a search that goes on, for a browser."),
        ] = False,
        port: Annotated[int, typer.Option(min=0, max=65535, help="Where, with --live.")] = 8640,
        every: Annotated[
            int, typer.Option(min=1, metavar="SECONDS", help="How often, with --live.")
        ] = 5,
    ) -> None:
        """Explain a search on one page: what to use, how sure that is, why the others lost."""
        from rnnsearch import api

        if live:
            _serve(results, port, every, program())
            return
        check_folder_of(output)
        file = api.make_report(
            results, output=output, format=format.value, figures=figures, program=program()
        )
        print(file)
        if figures or format is _Format.md:
            folder = file.parent / "report"
            more = "" if any(folder.glob("*.png")) or not figures else _NO_PNG
            print(f"figures are in {folder}{more}", file=sys.stderr)

    named = (
        "report results/electricity",
        "report results/electricity --format md --figures",
        "report results/electricity --live",
    )
    app.command("report", epilog=examples(*named))(report)
    app.command(epilog=examples("dashboard results/electricity"))(dashboard)


def _serve(results: Path, port: int, every: int, program: Sequence[str]) -> None:
    """Serve a page of this machine until Ctrl-C."""
    from rnnsearch.api.studies.live import LivePage, live_server

    page = LivePage(results, every, program=program)
    page.html()  # what is wrong with the folder is said here
    with live_server(page, port) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def dashboard(
    results: Folder,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
) -> None:
    """Show a study in optuna-dashboard, with verdicts as notes and its files as artifacts.

    What is shown is the study as it is now; on this machine only.
    """
    from rnnsearch import api
    from rnnsearch.integrations.dashboard import copy_of, show

    shown = copy_of(api.Results.open(results, alone=True))
    print(f"http://127.0.0.1:{port}/ (Ctrl-C ends it)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        show(shown, port)
