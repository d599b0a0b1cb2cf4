"""Options that stand for keys of a spec: the same for every command that takes one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

__all__ = ["overriding"]

_KEYS = {
    "trials": "search.trials",
    "epochs": "search.epochs",
    "timeout": "search.timeout",
    "workers": "run.workers",
    "executor": "run.executor",
    "address": "run.address",
    "seed": "search.seed",
    "backend": "run.backend",
    "engine": "run.engine",
    "device": "run.device",
    "join": "run.join",
}
"""Option → key."""


def _options(
    trials: Annotated[int | None, typer.Option(help="Trials in total, across resumes.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Most epochs that a trial trains.")] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop after this long: 90s, 10m, 2h.")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Training processes, or: auto.")
    ] = None,
    executor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where workers run: processes, ray.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of the Ray cluster.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the search.")] = None,
    backend: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keras backend: jax, tensorflow, torch.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(metavar="NAME", help="What trains: auto, fused, keras.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where it trains: auto, cpu, gpu.")
    ] = None,
    join: Annotated[
        str | None,
        typer.Option(metavar="FROM", help="From where workers may join: machine, network."),
    ] = None,
) -> None:
    """The options, as a command line is made of them."""


def overriding(command: Callable[..., None]) -> Callable[..., None]:
    """A command with these options in place of its argument `overrides`.

    That is given what they say: a dict of the spec's dotted keys.
    """

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        """The command, its overrides put together."""
        said = {name: given.pop(name) for name in _KEYS}
        if (said["workers"] or "").isdecimal():
            said["workers"] = int(said["workers"])
        command(**given, overrides={_KEYS[n]: v for n, v in said.items() if v is not None})

    options = inspect.signature(_options, eval_str=True).parameters.values()
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        parameters += options if parameter.name == "overrides" else [parameter]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_options
