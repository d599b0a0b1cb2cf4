"""The leaderboard as a table, and what is shown when a search has ended."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from rnnsearch.report import text
from rnnsearch.report.each_target import each_verdict
from rnnsearch.report.verdict import (
    Standing,
    certainty,
    failures,
    name_of_winner,
    sentence,
    standings,
)
from rnnsearch.visible import one_line

if TYPE_CHECKING:
    import pandas as pd

    from rnnsearch.records import StudyFolder

__all__ = ["Ended", "final", "leaderboard_table", "show_leaderboard", "varying"]

_STYLES = {
    "DELIVERED": "bold green",
    "BASELINE": "cyan",
    "PRUNED": "dim",
    "RUNNING": "yellow",
    "WAITING": "yellow",
    "FAIL": "red",
}


_NO_TRIALS = ("BASELINE", "DELIVERED", "OFFERED")
"""States of rows that have no configuration of their own."""


class Ended(Protocol):
    """A search at its end; `rnnsearch.api.Results` is one.

    Attributes:
        folder: Of the study.
        summary: The values of summary.json.
    """

    folder: StudyFolder
    summary: Mapping[str, Any]

    @property
    def leaderboard(self) -> pd.DataFrame:
        """A row a trial and a baseline, best first."""

    @property
    def use(self) -> Sequence[str]:
        """The arguments of a command that predicts with the winner."""


def varying(frame: pd.DataFrame) -> list[str]:
    """The search parameters that differ between trials, as columns of the leaderboard."""
    trials = frame[~frame["state"].isin(_NO_TRIALS)]
    names = [column for column in frame.columns if column.startswith("params_")]
    return [name for name in names if trials[name].nunique(dropna=False) > 1]


def leaderboard_table(
    frame: pd.DataFrame, *, top: int | None = None, columns: bool = True
) -> Table:
    """The first rows of the leaderboard.

    Args:
        frame: From `rnnsearch.records.leaderboard`.
        top: Rows; None for all.
        columns: Whether each varying parameter has its own column; else they share one.
    """
    params = varying(frame)
    rows = frame.head(len(frame) if top is None else top).to_dict("records")
    notes = any(str(row["message"]) for row in rows)
    judged = any(row.get("verdict") for row in rows)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("rank", "trial", "state", "score", "seconds", "parameters"):
        left = title in ("trial", "state")
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    for name in params if columns else ():
        table.add_column(name.removeprefix("params_"), justify="right")
    if params and not columns:
        table.add_column("configuration")
    if judged:
        table.add_column("verdict", no_wrap=True)
    if notes:
        table.add_column("message")
    for row in rows:
        cells = _cells(row, params, columns) + ([str(row["verdict"])] if judged else [])
        cells += [str(row["message"])] if notes else []
        style = _STYLES.get(str(row["state"]), "green" if cells[0] == "1" else None)
        table.add_row(*(Text(one_line(cell)) for cell in cells), style=style)
    return table


def show_leaderboard(console: Console, frame: pd.DataFrame, *, top: int | None = None) -> None:
    """Draw the leaderboard, with a column a parameter where the console is wide enough."""
    table = leaderboard_table(frame, top=top)
    if Measurement.get(console, console.options, table).maximum >= console.width:
        table = leaderboard_table(frame, top=top, columns=False)
    console.print(table)
    hidden = len(frame) - table.row_count
    if hidden > 0:
        console.print(Text(f"… and {hidden} more", style="dim"))


def final(
    console: Console,
    results: Ended,
    *,
    program: Sequence[str] = ("python", "main.py"),
    top: int = 10,
) -> None:
    """What stands on the screen when a search has ended.

    Args:
        console: Where to.
        results: What was found.
        program: How the user calls this program.
        top: Rows of the leaderboard.
    """
    frame, summary = results.leaderboard, results.summary
    show_leaderboard(console, frame, top=top)
    console.print()
    if summary.get("winner") is None:
        _lines(console, _why_none(frame), style="red")
    else:
        name, parts, sure = name_of_winner(summary), standings(summary), certainty(summary)
        console.print(_standings_table(name, parts))
        console.print()
        for part in parts:
            style = "yellow" if part.unbeaten else "green"
            _lines(console, [f"{name[0].upper()}{name[1:]} {sentence(part)}."], style=style)
        for line, beaten in each_verdict(summary):
            _lines(console, [line], style="green" if beaten else "yellow")
        _lines(console, sure or _of_runs(summary["winner"], tested=len(parts) > 1))
        networks = summary.get("standing_in", 0)
        if networks > 1:
            _lines(
                console,
                [
                    f"What predicts until the search ends is the average of {networks} networks: "
                    "those of its folds, and of trials within a standard error of it."
                ],
            )
    for problem in summary.get("problems") or ():
        _lines(console, [f"Went wrong: {problem}."], style="yellow")
    console.print()
    took = text.duration(summary.get("seconds"))
    place = f"Everything is in {results.folder.path}"
    _lines(console, [f"Took {took} on {summary.get('device', '-')}. {place}"])
    if summary.get("winner") is not None:
        command = shlex.join([*program, *results.use])
        what = "the best so far" if summary.get("interrupted") else "the winner"
        _lines(console, [f"To use {what}:", f"    {command}"])


def _cells(row: Mapping[Hashable, Any], params: Sequence[str], columns: bool) -> list[str]:
    cells = [
        "-" if _missing(row["rank"]) else str(row["rank"]),
        str(row["trial"]),
        str(row["state"]),
        _score(row),
        "-" if _missing(row["seconds"]) else f"{row['seconds']:.1f}",
        text.number(None if _missing(row["parameters"]) else int(row["parameters"])),
    ]
    values = {name: None if _missing(row[name]) else row[name] for name in params}
    if columns:
        return cells + ["" if item is None else text.value(item) for item in values.values()]
    short = {name.removeprefix("params_"): item for name, item in values.items()}
    return [*cells, text.configuration(short)] if params else cells


def _score(row: Mapping[Hashable, Any]) -> str:
    value, spread = (row.get(name) for name in ("score", "score_std"))
    return text.score(*(None if _missing(item) else item for item in (value, spread)))


def _missing(value: object) -> bool:
    """Whether a cell of a frame is None, NaN or NA."""
    import pandas as pd

    return bool(pd.isna(value))  # type: ignore[call-overload]


def _standings_table(name: str, parts: Sequence[Standing]) -> Table:
    """The winner's score and the baselines', a column a part."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for part in parts:
        table.add_column(part.metric, justify="right")
    table.add_row(name, *(text.score(part.winner, part.spread) for part in parts), style="green")
    for kind in dict.fromkeys(kind for part in parts for kind in part.offered):
        scores = [text.score(part.offered.get(kind)) for part in parts]
        table.add_row(Text(f"not delivered: {kind}"), *scores)
    for name in dict.fromkeys(name for part in parts for name in part.baselines):
        scores = [text.score(part.baselines.get(name)) for part in parts]
        table.add_row(Text(f"baseline:{name}"), *scores, style="cyan")
    return table


def _of_runs(winner: Mapping[str, Any], tested: bool) -> list[str]:
    """What the scores of a winner that was trained more than once are of."""
    runs = winner.get("runs", 1)
    if runs == 1:
        return []
    line = f"Its validation score is the mean ± standard deviation over {runs} runs"
    test = "the test score is of one network, the run that validates best (on the last fold)"
    return [f"{line}; {test}." if tested else f"{line}."]


def _why_none(frame: pd.DataFrame) -> list[str]:
    lines = ["No trial was completed."]
    for message, count in failures(frame):
        lines.append(f"  {count} trial{'s' if count > 1 else ''}: {message}")
    return lines


def _lines(console: Console, lines: Sequence[str], style: str | None = None) -> None:
    """Lines that are never broken, so that paths and commands can be copied."""
    for line in lines:
        said = Text(one_line(line), style=style or "")
        console.print(said, soft_wrap=True, highlight=False)
