"""Commands for what was found: taking it elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnsearch.cli_parts import Folder, console, examples

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Have a command line know these commands."""
    app.command(
        epilog=examples(
            "export results/electricity --format keras",
            "export results/electricity --format onnx --output electricity_onnx",
            "export results/electricity --format python --data new.csv",
        )
    )(export)


def export(
    results: Folder,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="keras, python, onnx, savedmodel, streaming."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The folder; else RESULTS/exports/FORMAT."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="New data to check it on; else the data searched on."),
    ] = None,
) -> None:
    """Write the winner down for use without rnnsearch, and check that it predicts the same."""
    from rnnsearch import api, report

    exported = api.Results.open(results, alone=True).export(form, output, data=data)
    report.show_export(console(), exported)
