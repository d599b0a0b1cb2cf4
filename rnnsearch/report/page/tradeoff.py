"""The section of several objectives: what each network reaches and costs, and the front."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnsearch.report import text
from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure, Part, Section, Table
from rnnsearch.report.page.study import Study
from rnnsearch.report.result_tables import varying
from rnnsearch.vocabulary import COSTS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["tradeoff"]


def tradeoff(study: Study) -> Section | None:
    """Scores beside costs; nothing where there is one objective."""
    board, costs = study.board, list(study.summary.get("costs", ()))
    if "pareto" not in board or not costs:
        return None
    known = board[board["pareto"].notna()]
    front = known[known["pareto"].astype(bool)].sort_values(
        "score", ascending=not study.goal.maximize
    )
    parts: list[Part] = [_scatter(study, front, cost) for cost in costs if cost in board]
    parts.append(_table(study, front, costs))
    kept = [name for one in study.summary.get("front", ()) for name in one["shares"]]
    if kept:
        parts.append(
            f"Each is kept: with `--trial {kept[0]}` the commands predict, evaluate, export and "
            "serve take that trial's network in place of the winner."
        )
    refused = sum("search.constraints" in record.message for record in study.trials)
    if refused:
        limits = ", ".join(f"{n} {t}" for n, t in study.summary.get("constraints", {}).items())
        parts.append(f"{refused} trials were not trained, as their networks are over {limits}.")
    return Section("tradeoff", "What better costs", parts)


def _scatter(study: Study, front: pd.DataFrame, cost: str) -> Figure:
    board = study.board
    drawn = board[board["score"].notna() & board[cost].notna() & board["state"].eq("COMPLETE")]
    data = drawn[["trial", cost, "score", "pareto"]].reset_index(drop=True)
    line = front.sort_values(cost)
    unit = f" ({COSTS[cost].unit})" if COSTS[cost].unit else ""
    alt = f"{study.objective} of each trial beside its {cost}{unit}; on the front: " + ", ".join(
        f"trial {row['trial']} {text.score(row['score'])} at {float(row[cost]):,.4g}"
        for row in line.head(6).to_dict("records")
    )
    across = [float(value) for value in data[cost]]
    scores = [float(value) for value in data["score"]]
    series = [
        svg.Series("trial", across, scores, kind="points", colour=1),
        svg.Series("front", [float(v) for v in line[cost]], [float(v) for v in line["score"]]),
    ]
    picture = svg.chart(
        series,
        x=svg.Axis(f"{cost}{unit}", log=min(across) > 0 and max(across) > 10 * min(across)),
        y=svg.Axis(study.objective, log=study.positive and text.by_logarithm(scores)),
        alt=alt,
    )
    note = "The front is made of confirmed scores, where there are such: others are lucky ones."
    return Figure(f"tradeoff_{cost}", f"Score and {cost}", alt, picture, data, note)


def _table(study: Study, front: pd.DataFrame, costs: list[str]) -> Table:
    more = ["latency_in_batches", "latency_of_step"]
    shown = [*costs, *(name for name in more if "latency" in costs and name in front)]
    if "parameters" not in shown:
        shown.append("parameters")
    params = varying(study.board)
    winner = (study.summary.get("winner") or {}).get("number")
    rows = []
    for row in front.to_dict("records"):
        values = [float(str(row[name])) for name in shown]
        cells = ["-" if math.isnan(v) else f"{v:,.4g}" for v in values]
        config = {n.removeprefix("params_"): row[n] for n in params if row[n] == row[n]}
        rows.append(
            [str(row["trial"]), text.score(row["score"]), *cells, text.configuration(config)]
        )
    names = [name.replace("_", " ") for name in shown]
    return Table(
        "front",
        "The front: no other trial is as good in everything and better in something.",
        ["trial", study.objective, *names, "configuration"],
        rows,
        numbers=frozenset(range(len(names) + 2)),
        strong=frozenset(i for i, row in enumerate(rows) if row[0] == str(winner)),
    )
