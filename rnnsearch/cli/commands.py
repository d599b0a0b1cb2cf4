"""The command line: reads arguments, calls `rnnsearch.api`, shows what comes back.

Results go to standard output, progress and problems to standard error. Whatever takes long to
import is imported by the command that needs it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from rnnsearch.cli import reporting, start, use
from rnnsearch.cli.overrides import overriding
from rnnsearch.cli.parts import Folder, Trial, check_folder_of, console, examples, put
from rnnsearch.cli.problems import INTERRUPTED, Commands, again, own_signals, program
from rnnsearch.errors import InvalidInput, Problem, UnlikeTraining
from rnnsearch.visible import visible

__all__ = ["app", "main"]

_NOTHING_FOUND = 1
_TABLE_ROWS = 20
_NO_TEXTS = (".xlsx", ".xls", ".ods", ".json", ".jsonl", ".feather", ".npz", ".npy", ".pkl", ".h5")
"""Endings of files of other programs, which predictions are not written as."""


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Search for the best recurrent network for your data.",
    epilog="Begin with:  python main.py init data.csv",
)


Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="The YAML file.")]
Overrides = dict[str, Any]
"""The spec's dotted keys that options stand for, and what they say."""

Data = Annotated[
    Path, typer.Argument(metavar="DATA", help="New data, laid out as the data searched on.")
]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        from importlib import metadata

        try:
            number = metadata.version("rnnsearch")
        except metadata.PackageNotFoundError:
            number = "(not installed)"
        print(f"rnnsearch {number}")
        raise typer.Exit


@app.command(
    epilog=examples(
        "search search_spaces/electricity.yaml",
        "search search_spaces/electricity.yaml --trials 20 --timeout 10m",
        "search my.yaml --backend tensorflow --engine keras --output results/second --fresh",
    )
)
@overriding
def search(
    spec: Spec,
    overrides: Overrides,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The study's folder; else results/<name>."
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew; the old folder is kept aside.")
    ] = False,
) -> None:
    """Search the space of a spec, or go on where an earlier search of it stopped.

    Options override the spec's search and run keys.
    """
    from rnnsearch.ahead import importing, search_of

    of_worker = (overrides.get(f"run.{key}") for key in ("backend", "engine", "device", "workers"))
    with search_of(spec, *of_worker):
        with importing():
            from rnnsearch import api, report

        with report.make_display(console(stderr=True)) as display:
            results = api.search(
                spec, overrides=overrides, output=output, fresh=fresh, observer=display
            )
    report.final(console(), results, program=program())
    if results.interrupted:
        print(f"Interrupted. To go on where it stopped:\n    {again()}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    if results.summary.get("winner") is None:
        raise typer.Exit(_NOTHING_FOUND)


@app.command(
    epilog=examples(
        "init data.csv",
        "init search_spaces/data/weather.csv --target temp_max --output seattle.yaml",
        "init data.csv --task many_to_many --force",
        "init search_spaces/data/king_james.txt --output bible.yaml",
    )
)
def init(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Your data: a .csv, an .npz, a .txt, or a folder with one for each class.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="SPEC", help="The YAML file to write; else <FILE>.yaml here."
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What to predict, if not as guessed.")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="Which mapping, if not as guessed: many_to_one, many_to_many, one_to_many or "
            "sequence_to_sequence.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a spec that is there already.")
    ] = False,
) -> None:
    """Look at your data and write a spec for it that runs as it stands."""
    from rnnsearch import api, report

    initial = api.init(
        file, output=output, target=target, task=task, force=force, program=program()
    )
    report.show_initial(console(), initial, program=program())


@app.command(
    epilog=examples(
        "check search_spaces/electricity.yaml",
        "check my.yaml --trials 200 --backend torch",
        "check my.yaml --learn-from results/my",
    )
)
@overriding
def check(
    spec: Spec,
    overrides: Overrides,
    learn_from: Annotated[
        Path | None,
        typer.Option(
            "--learn-from", metavar="DIR", help="An earlier study: what never helped there is said."
        ),
    ] = None,
) -> None:
    """Validate a spec and its data, and show what would be searched. Trains nothing.

    Remarks name what will do nothing, what will cost, and what can't be told apart.
    """
    from rnnsearch import api, report

    report.show_check(console(), api.check(spec, overrides=overrides, learn_from=learn_from))


@app.command(
    epilog=examples(
        "leaderboard results/electricity",
        "leaderboard results/electricity --json --top 3",
        "leaderboard results/electricity --csv > board.csv",
        "leaderboard results/electricity --rebuild",
    )
)
def leaderboard(
    results: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list, an object a row.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, as in leaderboard.csv.")] = False,
    top: Annotated[
        int | None,
        typer.Option(min=1, help=f"Only the first rows; else all, {_TABLE_ROWS} in the table."),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Write leaderboard.csv anew, from the study, and show it."),
    ] = False,
) -> None:
    """Show the trials and baselines of a search, best first."""
    from rnnsearch import api, records, report

    if as_json and as_csv:
        raise typer.BadParameter("give one of --json and --csv, not both")
    frame = api.rebuild_leaderboard(results) if rebuild else api.Results.open(results).leaderboard
    shown = frame if top is None else frame.head(top)
    if as_json:
        print(json.dumps(report.plain_rows(shown), indent=2, allow_nan=False))
    elif as_csv:
        put(records.leaderboard_csv(shown))
    else:
        report.show_leaderboard(console(), frame, top=top or _TABLE_ROWS)


@app.command(
    epilog=examples(
        "predict results/electricity new.csv -o out.csv",
        "predict results/electricity new.csv | head",
        "predict results/king_james prompt.txt --tokens 300 --temperature 0.7",
    )
)
def predict(
    results: Folder,
    data: Data,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The .csv or .parquet to write; else on screen.",
        ),
    ] = None,
    beams: Annotated[
        int | None,
        typer.Option(min=1, help="Where text is written: beginnings kept side by side."),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0.01, help="Where text is written: draw tokens, below 1 tamer."),
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(min=1, help="Where a text is written on: how many tokens.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn.")] = 0,
    trial: Trial = None,
) -> None:
    """Predict with the winner of a search; of one that reads a text, write how it goes on."""
    from rnnsearch import api, files, records

    content: str | bytes
    _check_output(output)
    found = api.Results.open(results, alone=True, trial=trial)
    api.check_writing(found.writes, "--", beams=beams, temperature=temperature, tokens=tokens)
    if found.writes == "on":
        with _said_warnings():
            content = found.continue_text(
                data, tokens=tokens or 200, temperature=temperature or 1.0, seed=seed
            )
        content, what = f"{content}\n", f"{tokens or 200:,} tokens"
    else:
        with _said_warnings():
            frame = found.predict(data, beams=beams, temperature=temperature, seed=seed)
        what = f"{len(frame):,} predictions"
        typed = output is not None and output.suffix.lower() == ".parquet"
        content = records.frame_to_parquet(frame, data) if typed else records.frame_to_csv(frame)
    if output is None:
        put(str(content))
        return
    files.write_bytes(output, content if isinstance(content, bytes) else content.encode())
    print(f"Wrote {what} to {output}", file=sys.stderr)


def _check_output(output: Path | None) -> None:
    """Refuse what predictions can't be written to, before anything is computed."""
    check_folder_of(output)
    if output is not None and output.suffix.lower() in _NO_TEXTS:
        must, advice = "must be a text file, or end in .parquet", "call it .csv"
        raise InvalidInput([Problem("--output", must, str(output), advice)])


@app.command(
    epilog=examples(
        "evaluate results/electricity new.csv",
        "evaluate results/electricity new.csv --json",
    )
)
def evaluate(
    results: Folder,
    data: Data,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object.")] = False,
    trial: Trial = None,
) -> None:
    """Score the winner of a search on new data that has targets."""
    from rnnsearch import api, report

    with _said_warnings():
        metrics = api.Results.open(results, alone=True, trial=trial).evaluate(data)
    if as_json:
        print(json.dumps({name: report.plain(value) for name, value in metrics.items()}, indent=2))
        return
    width = max(map(len, metrics), default=0)
    for name, value in metrics.items():
        print(f"{name:<{width}}  {value:.6g}")


@contextlib.contextmanager
def _said_warnings() -> Iterator[None]:
    """Have warnings about the data said as lines on standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, UnlikeTraining):
            print(visible(f"warning: {warning.message}"), file=sys.stderr)


start.add(app)
use.add(app)
reporting.add(app, lambda: program())


def main() -> None:
    """Run the command line; a reader that goes away early (``| head``) is no error."""
    own_signals()
    try:
        try:
            app(prog_name=" ".join(program()))
        finally:
            sys.stdout.flush()
            # Nothing is left to be freed: Python would search all objects for it, for 0.3 s.
            gc.freeze()
    except KeyboardInterrupt:  # before the command stood that says more of it
        print(f"Interrupted. The same again:\n    {again()}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
