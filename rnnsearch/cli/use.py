"""Commands for what was found: taking it elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rnnsearch.cli.parts import Folder, Trial, console, examples
from rnnsearch.cli.problems import usual_signals

__all__ = ["FORMAT_NAMES", "add"]


def add(app: typer.Typer) -> None:
    """Have a command line know these commands."""
    app.command(
        epilog=examples(
            "export results/electricity --format keras",
            "export results/electricity --format onnx --output electricity_onnx",
            "export results/electricity --format python --data new.csv",
        )
    )(export)
    app.command(
        epilog=examples(
            "serve results/electricity",
            "serve results/electricity --port 9000 --most 1000",
        )
    )(serve)
    app.command(epilog=examples("doctor", "doctor --json"))(doctor)


FORMAT_NAMES = (
    "keras",
    "python",
    "onnx",
    "savedmodel",
    "litert",
    "litert_float16",
    "litert_int8",
    "openvino",
    "torch",
    "streaming",
)
"""As `rnnsearch.exports` has them, which imports what writes them: no shell waits for that."""


def _formats(incomplete: str) -> list[str]:
    """Names that a shell completes."""
    return [name for name in FORMAT_NAMES if name.startswith(incomplete)]


def export(
    results: Folder,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{', '.join(FORMAT_NAMES)}.",
            autocompletion=_formats,
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
    trial: Trial = None,
) -> None:
    """Write the winner down for use without rnnsearch, and check that it predicts the same."""
    from rnnsearch import api, report

    found = api.Results.open(results, alone=True, trial=trial)
    exported = found.export(form, output, data=data)
    report.show_export(console(), exported)


def serve(
    results: Folder,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 is everywhere.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    most: Annotated[
        int, typer.Option(min=1, metavar="N", help="Sequences or rows in a request, at most.")
    ] = 10_000,
    size: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Megabytes of a request, at most.")
    ] = 32,
    trial: Trial = None,
) -> None:
    """Answer requests over HTTP with the winner's predictions; on this machine only, unless told.

    /docs shows the endpoints; each prediction is of the request alone.
    """
    from rnnsearch import api

    found = api.Results.open(results, alone=True, trial=trial)
    found.best_model()  # the backend is chosen before anything else imports Keras
    from rnnsearch.integrations.serve import Limits, make_app, run, service_of

    app = make_app(service_of(found), Limits(most, size << 20))
    typer.echo(f"Listening on http://{host}:{port}; /docs shows what it takes", err=True)
    usual_signals()
    run(app, host, port)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object.")] = False,
) -> None:
    """Look at versions, devices and the cache, and say what is known to go wrong.

    Where something does, the status is 1.
    """
    from rnnsearch import api, report

    found = api.doctor()
    if as_json:
        print(json.dumps(asdict(found), indent=2))
    else:
        report.show_diagnosis(console(), found)
    if not found.sound:
        raise typer.Exit(1)
