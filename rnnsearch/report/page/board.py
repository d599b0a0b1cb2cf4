"""Sections of the ranking: the leaderboard with its intervals, the best so far, the cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnsearch.report import text
from rnnsearch.report.page import row_charts, svg
from rnnsearch.report.page._base import Figure, Part, Section, Table
from rnnsearch.report.page.study import Study
from rnnsearch.report.page.under_way import under_way
from rnnsearch.report.result_tables import varying
from rnnsearch.space import SearchSpace

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

__all__ = ["best_so_far", "cost", "leaderboard"]

_ROWS, _DRAWN, _APART = 25, 14, 2.0
_SIMPLE = ("BASELINE", "OFFERED")


def leaderboard(study: Study) -> Section:
    """The table, and scores with their intervals."""
    import pandas as pd

    rows = study.board.head(_ROWS).to_dict("records")
    sure = "score_low" in study.board
    columns = ["rank", "what", "state", study.objective]
    columns += ["95 % interval", "ties"] if sure else ["± over runs"]
    columns += ["verdict", "weights", "seconds", "configuration"]
    table = Table(
        "leaderboard",
        _caption(len(rows), len(study.board)),
        columns,
        [_cells(row, sure, varying(study.board)) for row in rows],
        numbers=frozenset({0, 3, columns.index("weights"), columns.index("seconds")}),
        strong=frozenset(i for i, row in enumerate(rows) if row["state"] == "DELIVERED"),
    )
    parts: list[Part] = [table]
    drawn = [row for row in rows if not pd.isna(row["score"]) and row["state"] != "FAIL"][:_DRAWN]
    if drawn:
        parts.insert(0, _intervals(study, drawn))
    return Section("leaderboard", "Leaderboard", parts)


def _caption(shown: int, count: int) -> str:
    """What of the leaderboard is shown, and where the rest is."""
    if shown == count:
        return "As in leaderboard.csv."
    return f"The first {shown} of {count}; all are in leaderboard.csv."


def _cells(row: Mapping[Hashable, Any], sure: bool, params: Sequence[str]) -> list[str]:
    import pandas as pd

    def known(name: str) -> Any:
        """A cell of the row, or None."""
        value = row.get(name)
        return None if value is None or pd.isna(value) else value

    low, high, tied = (known(name) for name in ("score_low", "score_high", "tied_with_best"))
    interval = "" if low is None or high is None else f"{text.score(low)} – {text.score(high)}"
    shown = {name.removeprefix("params_"): known(name) for name in params}
    spread = known("score_std")
    return [
        "" if known("rank") is None else str(row["rank"]),
        _name(row),
        str(row["state"]).lower(),
        text.score(known("score")),
        *(
            [interval, {True: "tie", False: "worse"}.get(tied, "")]
            if sure
            else ["" if spread is None else text.score(spread)]
        ),
        str(row.get("verdict") or ""),
        text.number(known("parameters")) if known("parameters") else "",
        "" if known("seconds") is None else f"{row['seconds']:.1f}",
        text.configuration(shown) or str(row.get("message") or ""),
    ]


def _name(row: Mapping[Hashable, Any]) -> str:
    name = str(row["trial"])
    return f"trial {name}" if name.isdecimal() else name.removeprefix("baseline:")


def _intervals(study: Study, rows: list[dict[Hashable, Any]]) -> Figure:
    import pandas as pd

    data = pd.DataFrame(rows).reindex(
        columns=["trial", "state", "score", "score_std", "score_low", "score_high"]
    )
    low, high = data["score_low"], data["score_high"]
    spread = data["score_std"]
    data["low"] = low.fillna(data["score"] - spread)
    data["high"] = high.fillna(data["score"] + spread)
    drawn = [
        row_charts.Interval(
            _name(row),
            float(row["score"]),
            float(row["low"]),
            float(row["high"]),
            strong=row["state"] == "DELIVERED",
            hollow=row["state"] in _SIMPLE,
        )
        for row in data.to_dict("records")
    ]
    drawn, far = _near(study, drawn)
    log = study.positive and text.by_logarithm([row.value for row in drawn])
    better = "larger" if study.goal.maximize else "smaller"
    alt = (
        f"{study.objective} of the best {len(drawn)} rows of the leaderboard, {better} is better: "
        + ", ".join(f"{row.label} {text.score(row.value)}" for row in drawn[:5])
    )
    return Figure(
        "scores",
        f"Scores ({better} is better)",
        alt,
        row_charts.intervals(drawn, x=study.objective, alt=alt, log=log),
        data,
        "Green is what best.keras holds, orange are simple methods and what was not delivered. "
        "Whiskers: the 95 % interval where there is one, else a standard deviation over runs."
        + (f" Far off, and not drawn: {', '.join(far)}." if far else ""),
    )


def _near(
    study: Study, rows: list[row_charts.Interval]
) -> tuple[list[row_charts.Interval], list[str]]:
    """Those to draw, and the names and scores of simple methods beside which nothing else is seen.

    Intervals are what is to be seen, and one method far off would hide them.
    """
    if not study.positive or study.goal.maximize:
        return rows, []
    limit = _APART * min(row.value for row in rows)
    near = [row for row in rows if row.value <= limit or not row.hollow]
    far = [f"{row.label} ({text.score(row.value)})" for row in rows if row not in near]
    return near, far


def best_so_far(study: Study) -> Section | None:
    """The score of each trial in the order of their ends, and the best until then."""
    import pandas as pd

    found = []
    ends = {t.number: t.datetime_complete for t in (study.optuna.trials if study.optuna else ())}
    starts = [t.datetime_start for t in (study.optuna.trials if study.optuna else ())]
    first = min((start for start in starts if start is not None), default=None)
    for record in study.trials:
        end = ends.get(record.number)
        if record.score is None or end is None or first is None or not record.ended:
            continue
        minutes = (end - first).total_seconds() / 60
        found.append((record.number, minutes, record.score, record.state))
    if not found:
        return None
    data = pd.DataFrame(found, columns=["trial", "minutes", "score", "state"])
    data = data.sort_values("minutes", kind="stable").reset_index(drop=True)
    complete = data["score"].where(data["state"] == "COMPLETE")
    data["best"] = complete.cummax() if study.goal.maximize else complete.cummin()
    data["best"] = data["best"].ffill()
    series = [
        svg.Series("best so far", list(data["minutes"]), list(data["best"]), kind="step"),
        *(
            svg.Series(name, list(rows["minutes"]), list(rows["score"]), kind="points", colour=c)
            for state, name, c in (("COMPLETE", "trial", 0), ("PRUNED", "stopped early", 1))
            if len(rows := data[data["state"] == state])
        ),
    ]
    levels = [b for b in study.summary.get("baselines", ()) if b["score"] is not None]
    best = study.goal.best_of(levels, lambda level: level["score"])
    level = None if best is None else (best["name"], float(best["score"]))
    values = [*data["score"], *([level[1]] if level else [])]
    log = study.positive and text.by_logarithm(values)
    last = data["best"].iloc[-1]
    alt = (
        f"Best {study.objective} over {data['minutes'].iloc[-1]:.1f} minutes and {len(data)} "
        f"trials; it ends at {text.score(None if math.isnan(last) else last)}"
    )
    picture = svg.chart(series, x="minutes", y=svg.Axis(study.objective, log), alt=alt, level=level)
    note = "Scores as the search saw them, on its own divisions of the data."
    parts: list[Part] = [Figure("best_so_far", "Best so far", alt, picture, data, note)]
    at_rungs = _rungs(study)
    return Section("search", "Best so far", parts + ([] if at_rungs is None else [at_rungs]))


def _rungs(study: Study) -> Figure | None:
    """What trials had reached where they were compared, and who went no further."""
    import pandas as pd

    stopped = {one.number for one in study.trials if one.state == "PRUNED"}
    rows = [
        (trial.number, rung, value, trial.number in stopped)
        for trial in (study.optuna.trials if study.optuna else ())
        for rung, value in trial.intermediate_values.items()
        if math.isfinite(value)
    ]
    if not rows or not stopped:
        return None
    data = pd.DataFrame(rows, columns=["trial", "rung", "score", "stopped"])
    last = data["rung"].eq(data.groupby("trial")["rung"].transform("max")) & data["stopped"]
    series = [
        svg.Series(name, list(some["rung"]), list(some["score"]), kind="points", colour=colour)
        for name, some, colour in (("went on", data[~last], 0), ("stopped here", data[last], 1))
    ]
    scores = list(data["score"])
    log = study.positive and text.by_logarithm(scores)
    x = "rung: runs of a race, or epochs"
    alt = f"{study.objective} of trials at each rung; {int(last.sum())} of them were stopped there"
    picture = svg.chart(series, x=x, y=svg.Axis(study.objective, log), alt=alt)
    note = "A race compares trials after so many of their runs, other pruners after so many epochs."
    return Figure("rungs", "Rungs", alt, picture, data, note)


def _energy(summary: Mapping[str, Any]) -> list[list[str]]:
    joules = summary.get("joules")
    if joules is None:
        return []
    what = "energy of processors and cards, with all that ran on them"
    return [[what, f"{text.score(joules / 3600)} Wh"]]


def cost(study: Study) -> Section:
    """What the search and its winner cost."""
    summary = study.summary
    trained = sum(record.seconds for record in study.trials)
    epochs = sum(sum(record.run_epochs) or record.epochs for record in study.trials)
    structures = {
        tuple(sorted((k, str(v)) for k, v in record.params.items() if SearchSpace.is_structural(k)))
        for record in study.trials
    }
    rows = [
        ["wall clock", text.duration(summary.get("seconds"))],
        ["training alone, of the trials", text.duration(trained)],
        *_energy(summary),
        ["device", str(summary.get("device", "-"))],
        ["engine, backend", f"{summary.get('engine', '-')}, {summary.get('backend', '-')}"],
        ["epochs trained, over all runs", text.number(epochs)],
        ["structures tried (a program each)", text.number(len(structures))],
        ["what ended the search", str(summary.get("stop", "-"))],
    ]
    delivered = next((one for one in summary.get("deliveries", ()) if one["delivered"]), None)
    if delivered is not None:
        rows.append(["networks in best.keras", text.number(delivered["networks"])])
        rows.append(["weights in best.keras", text.number(delivered["parameters"])])
        if delivered["milliseconds"]:
            rows.append(["ms a sequence, in batches", text.score(delivered["milliseconds"])])
    parts: list[Part] = [Table("cost", "", ["what", "how much"], rows)]
    return Section("cost", "Cost", [*parts, *under_way(study)])
