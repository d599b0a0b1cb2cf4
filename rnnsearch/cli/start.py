"""Commands to begin with: an example that runs as it stands, a worker for a search that runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rnnsearch.cli.parts import examples

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Have a command line know these commands."""
    app.command(epilog=examples("example", "example electricity --output try"))(example)
    app.command(epilog=examples("worker results/electricity"))(worker)


def _examples(incomplete: str) -> list[str]:
    """Names that a shell completes."""
    from rnnsearch.api.examples import example_names

    return [name for name in example_names() if name.startswith(incomplete)]


def example(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Of the spec; none lists them.", autocompletion=_examples
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where to copy it.")
    ] = Path(),
) -> None:
    """Copy a spec that runs as it stands, with its data, to begin from."""
    from rnnsearch.api.examples import copy_example, example_names

    if name is None:
        print("\n".join(example_names()))
        return
    spec, *data = copy_example(name, output)
    print(f"{spec} and {len(data)} of data. To run it:\n    rnnsearch search {spec}")


def worker(
    results: Annotated[
        str,
        typer.Argument(
            metavar="RESULTS",
            help="A study's folder, such as results/electricity, or the postgresql:// address that "
            "its run.storage names.",
        ),
    ],
) -> None:
    """Train for a search that runs in another shell, until it ends.

    Takes trials as the search's own workers do. May be stopped or killed at any moment.
    """
    from rnnsearch import api

    api.join(results, lambda text: print(text, file=sys.stderr, flush=True))
