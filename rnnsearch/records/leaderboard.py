"""leaderboard.csv: every trial and every baseline, best first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from rnnsearch.diagnosis import Verdict
from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, TrialRecord, rank_key
from rnnsearch.records import csv_cells
from rnnsearch.vocabulary import Direction, Objective

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["leaderboard", "leaderboard_csv", "read_leaderboard", "write_leaderboard"]

_VERDICT = ("verdict", "evidence", "suggestion")
_TEXT = {"trial", "state", "message", *_VERDICT}
_INTEGERS = {"rank", "runs", "epochs", "parameters"}
_GROUPS = {"PRUNED": 3, "RUNNING": 4, "WAITING": 5, "FAIL": 6}
_RANKED, _UNCONFIRMED, _WITHOUT_SCORE = 0, 1, 2


def leaderboard(
    trials: Sequence[TrialRecord],
    baselines: Sequence[BaselineRecord],
    direction: Direction,
    confirmed: Sequence[Confirmed] = (),
    deliveries: Sequence[Delivery] = (),
    verdicts: Mapping[int, Verdict] | None = None,
    costs: Sequence[str] = (),
) -> pd.DataFrame:
    """Rank trials, baselines and what was made of them together.

    COMPLETE trials and baselines have a rank, by score; of equal scores the baseline, being
    the simpler, stands first, then the trial of smaller loss, of fewer weights, of lower number.
    Where the best trials were confirmed, they come first with the baselines and with what may be
    delivered: the score of another trial is the best of many, and so too good. PRUNED trials follow
    by score, then RUNNING, WAITING and FAIL, without a rank. The order that the records come in is
    of no effect.

    Returns:
        Columns ``rank, trial, state, score, score_std``, the validation metrics, ``runs, epochs,
        seconds, parameters``, one ``params_<name>`` a search parameter, ``message``. Before the
        message stand ``verdict, evidence, suggestion`` where there are verdicts. Score and
        metrics are means over the runs (of baselines: the folds), ``score_std`` the sample standard
        deviation of the score over them, empty where there is one. Where the best were confirmed,
        ``score_low, score_high, tied_with_best, search_score`` follow the deviation: the ends of
        the 95 % interval, whether the winner is no better for sure, and what the trial had in the
        search; its score and metrics are those of the runs that confirmed it. After the validation
        metrics come ``test_…``, of what is or may be delivered and of baselines: for whoever reads
        them, nothing is chosen by them. Where there are several objectives, or limits, the costs
        that were measured follow the parameters, and `pareto` says which trials no other beats in
        all objectives: among those that were confirmed, if any were.
    """
    ordered = sorted(trials, key=lambda trial: trial.number)
    objective = Objective("score", direction)
    again = {one.trial: one for one in confirmed}
    rows = [_trial_entry(trial, again, objective) for trial in ordered]
    rows += [
        (_key("BASELINE", one.score, objective, -2, one.kind), _delivery_row(one))
        for one in deliveries
    ]
    rows += [
        (_key("BASELINE", baseline.score, objective, -1, baseline.name), _baseline_row(baseline))
        for baseline in baselines
    ]
    rows.sort(key=lambda row: row[0])
    ranked = (row for key, row in rows if key[0] in (_RANKED, _UNCONFIRMED))
    for rank, row in enumerate(ranked, 1):
        row["rank"] = rank
    _add_verdicts([row for _, row in rows], verdicts or {})
    columns = _columns(ordered, baselines, deliveries, sure=bool(confirmed or deliveries))
    if costs:
        _mark_front([row for _, row in rows], objective, costs, among=set(again))
        columns.insert(columns.index("parameters") + 1, "pareto")
    if verdicts:
        columns[-1:-1] = _VERDICT
    table = [[csv_cells.text(row.get(column)) for column in columns] for _, row in rows]
    return _frame(columns, table)


def leaderboard_csv(frame: pd.DataFrame) -> str:
    """The leaderboard as CSV text in which no cell is a formula."""
    import pandas as pd

    table = frame.astype(object).where(frame.notna(), None)
    rows = [
        ["" if pd.isna(cell) else csv_cells.text(cell) for cell in row] for row in table.to_numpy()
    ]
    return csv_cells.to_csv([list(frame.columns), *rows])


def write_leaderboard(path: Path, frame: pd.DataFrame) -> None:
    """Make or replace leaderboard.csv."""
    write_text(path, leaderboard_csv(frame))


def read_leaderboard(path: Path) -> pd.DataFrame:
    """The frame that was written.

    Raises:
        StudyError: There is none, or somebody has edited it into something else.
    """
    try:
        columns, *rows = csv_cells.from_csv(path.read_bytes().decode("utf-8"))
        missing = [name for name in _ALWAYS if name not in columns]
        if missing or len({*columns}) < len(columns):
            raise ValueError(f"no column {missing[0]}" if missing else "columns of the same name")
        return _frame(columns, [row for row in rows if row])
    except FileNotFoundError:
        raise StudyError(
            f"Expected a results folder. Received: {path.parent}, which has no leaderboard.csv; "
            "give the folder that `search` printed at its end"
        ) from None
    except ValueError as error:
        raise StudyError(
            f"Expected a leaderboard. Received: {path}, which reads otherwise ({error}); "
            "run the search again to have it written anew"
        ) from error


_ALWAYS = ("rank", "trial", "state", "score", "seconds", "parameters")
"""Columns that every leaderboard has."""

_Key = tuple[int, int, tuple[bool, float], tuple[float, float], int, str]


def _key(
    state: str,
    score: float | None,
    objective: Objective,
    number: int,
    name: str = "",
    *,
    ranked: int = _RANKED,
    missing: int = 0,
    ties: tuple[float, float] = (-math.inf, 0.0),
) -> _Key:
    """What rows are sorted by; it begins with 0 or 1 for rows that have a rank.

    Args:
        state, score, number, name: Of the row.
        objective: What ranks.
        ranked: Group of rows that have a score.
        missing: Runs without a score.
        ties: Loss and weights, of rows with the same score.
    """
    value = objective.sort_key(score)
    group = _GROUPS.get(state, _WITHOUT_SCORE if value[0] else ranked)
    has_order = group in (_RANKED, _UNCONFIRMED, _GROUPS["PRUNED"])
    return (group, missing, value if has_order else (False, 0.0), ties, number, name)


def _trial_entry(
    trial: TrialRecord, confirmed: Mapping[int, Confirmed], objective: Objective
) -> tuple[_Key, dict[str, object]]:
    """A trial's key and row."""
    row = _trial_row(trial)
    again = confirmed.get(trial.number)
    ranked = _UNCONFIRMED if confirmed and again is None else _RANKED
    score = trial.score
    if again is not None:
        score = again.score
        row |= {
            **again.metrics,
            "state": "COMPLETE",  # whatever cut it in the search, it was trained to its end since
            "message": "",
            "search_score": trial.score,
            "score": again.score,
            "score_std": None,
            "score_low": _finite(again.low),
            "score_high": _finite(again.high),
            "tied_with_best": again.tied,
            "runs": again.runs,
        }
    missing, _, loss, weights, number = rank_key(trial, objective)
    missing, ties = missing if again is None else 0, (loss, weights)
    state = str(row["state"])
    key = _key(state, score, objective, number, ranked=ranked, missing=missing, ties=ties)
    return key, row


def _add_verdicts(rows: Sequence[dict[str, object]], verdicts: Mapping[int, Verdict]) -> None:
    """Say of each trial that has a verdict what it is."""
    for row in rows:
        number = row["trial"]
        if isinstance(number, int) and number in verdicts:
            row |= dict(zip(_VERDICT, astuple(verdicts[number]), strict=True))


def _mark_front(
    rows: Sequence[dict[str, object]], objective: Objective, costs: Sequence[str], among: set[int]
) -> None:
    """Say of each trial with a score whether it is on the front."""
    from rnnsearch.outcomes.fronts import front

    points: dict[int, list[float]] = {}
    for row in rows:
        number, score = row["trial"], row["score"]
        counts = row["state"] == "COMPLETE" and isinstance(score, float)
        if isinstance(number, int) and counts and (not among or number in among):
            own = [row.get(name) for name in costs]
            values = [float(v) if isinstance(v, int | float) else math.inf for v in own]
            points[number] = [objective.sort_key(float(str(score)))[1], *values]
    chosen = set(front(points))
    for row in rows:
        if row["trial"] in points:
            row["pareto"] = row["trial"] in chosen


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _delivery_row(one: Delivery) -> dict[str, object]:
    named = ", ".join(f"{name} {share:.2f}" for name, share in one.shares.items())
    return {
        "trial": one.kind,
        "state": "DELIVERED" if one.delivered else "OFFERED",
        "score": one.score,
        **one.metrics,
        **one.test,
        "score_low": _finite(one.low),
        "score_high": _finite(one.high),
        "tied_with_best": True,
        "runs": one.networks or None,
        "parameters": one.parameters,
        "message": f"of {named}",
    }


def _trial_row(trial: TrialRecord) -> dict[str, object]:
    return {
        "trial": trial.number,
        "state": trial.state,
        "score": trial.score,
        "score_std": trial.spread,
        **trial.metrics,
        "runs": trial.runs,
        "epochs": trial.epochs,
        "seconds": round(trial.seconds, 3),
        "parameters": trial.parameters,
        **{name: value for name, value in trial.costs.items() if name != "parameters"},
        **{f"params_{name}": value for name, value in trial.params.items()},
        "message": trial.message,
    }


def _baseline_row(baseline: BaselineRecord) -> dict[str, object]:
    return {
        "trial": f"baseline:{baseline.name}",
        "state": "BASELINE",
        "score": baseline.score,
        "score_std": baseline.spread,
        **baseline.metrics,
        **baseline.test,
        "runs": baseline.runs,
        "seconds": round(baseline.seconds, 3),
        "parameters": baseline.parameters,
    }


def _columns(
    trials: Sequence[TrialRecord],
    baselines: Sequence[BaselineRecord],
    deliveries: Sequence[Delivery],
    *,
    sure: bool,
) -> list[str]:
    """Names of the columns; those that say how sure a score is only where that is known.

    The test part's where something that is delivered was judged on it.
    """
    tested = {name for one in deliveries for name in one.test}
    metrics = {name for trial in trials for name in trial.metrics}
    metrics |= {name for baseline in baselines for name in baseline.metrics}
    params: dict[str, None] = {}
    for trial in trials:
        params |= {f"params_{name}": None for name in trial.params}
    measured = dict.fromkeys(name for trial in trials for name in trial.costs)
    measured.pop("parameters", None)
    return [
        *("rank", "trial", "state", "score", "score_std"),
        *(("score_low", "score_high", "tied_with_best", "search_score") if sure else ()),
        *sorted(name for name in metrics if name.startswith("val_")),
        *sorted(tested),
        *("runs", "epochs", "seconds", "parameters"),
        *measured,
        *params,
        "message",
    ]


def _frame(columns: Sequence[str], table: Sequence[Sequence[str]]) -> pd.DataFrame:
    """The frame of a table of cells; the type of a column follows from its name and cells.

    Raises:
        ValueError: A row has too few or too many cells, or text stands for a number.
    """
    import pandas as pd

    if any(len(row) != len(columns) for row in table):
        raise ValueError(f"not every row has {len(columns)} cells")
    series: dict[str, pd.Series] = {}
    for position, column in enumerate(columns):
        cast, dtype = _type(column, [row[position] for row in table])
        values = [cast(row[position]) if row[position] else None for row in table]
        if column == "message" or column in _VERDICT:
            values = [value or "" for value in values]
        series[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series, columns=list(columns))


def _type(column: str, texts: Sequence[str]) -> tuple[Callable[[str], object], str]:
    """How a column's cells become values, and the type of its series."""
    if column in _TEXT:
        return str, "string"
    if column in _INTEGERS:
        return int, "Int64"
    if column in ("tied_with_best", "pareto"):
        return {"True": True, "False": False}.__getitem__, "boolean"
    if not column.startswith("params_"):
        return float, "float64"
    known = [cell for cell in texts if cell]
    kinds: Mapping[str, tuple[Callable[[str], object], Callable[[str], bool]]] = {
        "Int64": (int, csv_cells.is_integer),
        "float64": (float, csv_cells.is_number),
        "boolean": ({"True": True, "False": False}.__getitem__, ("True", "False").__contains__),
    }
    for dtype, (cast, fits) in kinds.items():
        if known and all(map(fits, known)):
            return cast, dtype
    return str, "string"
