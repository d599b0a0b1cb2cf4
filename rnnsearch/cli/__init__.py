"""The command line: what is typed becomes a call of `rnnsearch.api`, and what it says is shown."""

from rnnsearch.cli.commands import app, main

__all__ = ["app", "main"]
