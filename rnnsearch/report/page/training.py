"""Sections on training: learning curves, how far back learning reaches, the gallery of failures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnsearch.report import text
from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure, Part, Section, Table
from rnnsearch.report.page.study import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["failures", "learning_curves", "reach"]

_CURVES, _GALLERY = 6, 6
_SPOILT = 50.0
"""Values this many times the median are cut off a linear axis by taking logarithms."""


def learning_curves(study: Study) -> Section | None:
    """The objective by epoch of the best trials, with a band over their runs."""
    chosen = _best_trials(study, _CURVES)
    if study.objective not in study.curves or not chosen:
        return None
    data = _bands(study.curves[study.curves["trial"].isin(chosen)], study.objective)
    if data.empty:
        return None
    series = [
        svg.Series(
            f"trial {number}",
            list(rows["epoch"]),
            list(rows["mean"]),
            list(rows["low"]) if (rows["runs"] > 1).any() else (),
            list(rows["high"]) if (rows["runs"] > 1).any() else (),
            colour=place,
        )
        for place, number in enumerate(chosen)
        if len(rows := data[data["trial"] == number])
    ]
    values = data["mean"].dropna()
    log = bool((data["low"] > 0).all() and values.max() > _SPOILT / 5 * values.min())
    alt = f"{study.objective} by epoch of the trials {', '.join(map(str, chosen))}"
    picture = svg.chart(series, x="epoch", y=svg.Axis(study.objective, log), alt=alt)
    note = "A line is the mean over a trial's runs, the band goes from its lowest to its highest."
    parts: list[Part] = [Figure("curves", "Learning curves", alt, picture, data, note)]
    parts += _losses(study, chosen[0])
    return Section("curves", "Learning curves", parts)


def _best_trials(study: Study, count: int) -> list[int]:
    trials = study.board[study.board["trial"].str.fullmatch(r"\d+") & study.board["rank"].notna()]
    return [int(name) for name in trials["trial"].head(count)]


def _bands(curves: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean, lowest and highest over the runs of each trial, by epoch."""
    grouped = curves.groupby(["trial", "epoch"])[name]
    found = grouped.agg(["mean", "min", "max", "count"]).reset_index()
    return found.rename(columns={"min": "low", "max": "high", "count": "runs"})


def _losses(study: Study, trial: int) -> list[Part]:
    """Training and validation loss of one trial: whether it overfits is seen here."""
    curves = study.curves[study.curves["trial"] == trial]
    if "loss" not in curves or "val_loss" not in curves:
        return []
    kinds = {"training": "loss", "validation": "val_loss"}
    data = {kind: _bands(curves, name) for kind, name in kinds.items()}
    series = [
        svg.Series(
            kind,
            list(rows["epoch"]),
            list(rows["mean"]),
            list(rows["low"]),
            list(rows["high"]),
            colour=i,
        )
        for i, (kind, rows) in enumerate(data.items())
    ]
    means = [value for rows in data.values() for value in rows["low"] if math.isfinite(value)]
    log = bool(means) and min(means) > 0 and max(means) > 10 * min(means)
    alt = f"Training and validation loss of trial {trial} by epoch"
    picture = svg.chart(series, x="epoch", y=svg.Axis("loss", log), alt=alt)
    both = [rows.assign(part=kind) for kind, rows in data.items()]
    import pandas as pd

    note = "In scaled units. With dropout, training's loss is that of a thinned network."
    title = f"Loss of the best trial ({trial})"
    return [Figure("losses", title, alt, picture, pd.concat(both, ignore_index=True), note)]


def reach(study: Study) -> Section | None:
    """How far back the gradient of the last output reaches, in the best trial of each cell."""
    cells = {record.number: str(record.params.get("cell")) for record in study.trials}
    chosen: dict[str, int] = {}
    for number in _best_trials(study, len(study.board)):
        if (study.reach["trial"] == number).any():
            chosen.setdefault(cells.get(number, "?"), number)
    if not chosen:
        return None
    data = study.reach[study.reach["trial"].isin(chosen.values())].copy()
    data["cell"] = data["trial"].map(cells)
    first = data.groupby(["trial", "layer"])["gradient"].transform("first")
    data["share"] = data["gradient"] / first.where(first > 0)
    series: list[svg.Series] = []
    for (one, of), rows in data.groupby(["cell", "layer"], sort=False):
        cell, layer = str(one), str(of)
        name = f"{cell}, {layer.replace('_', ' ')}" if data["layer"].nunique() > 1 else cell
        lags = [float(lag) for lag in rows["lag"]]
        series.append(svg.Series(name, lags, list(rows["share"]), colour=len(series)))
    alt = "Norm of the gradient by lag before the last output, as a share of that at the output"
    picture = svg.chart(
        series,
        x="steps before the last output",
        y=svg.Axis("share of the gradient", log=True),
        alt=alt,
    )
    note = (
        "∂L/∂h at each step back, where L is the loss of the last output alone. A line that falls "
        "says that what lay further back was hardly learned from; one that is cut off, that "
        "unroll_length cut it."
    )
    parts: list[Part] = [Figure("reach", "How far back learning reaches", alt, picture, data, note)]
    parts.append(_memory(study, chosen))
    return Section("reach", "How far back learning reaches", parts)


def _memory(study: Study, chosen: dict[str, int]) -> Table:
    records = {record.number: record for record in study.trials}
    rows = []
    for cell, number in chosen.items():
        for layer in records[number].layers:
            horizon, memory = layer.horizon, layer.memory
            rows.append(
                [
                    f"{cell} (trial {number})",
                    layer.layer.replace("_", " "),
                    "" if horizon is None else str(horizon),
                    "" if memory is None else text.score(memory),
                    f"{layer.saturated:.0%}",
                ]
            )
    columns = ["cell", "layer", "1 % of the gradient is left after", "memory of its gates, steps"]
    columns.append("saturated")
    return Table("memory", "", columns, rows, numbers=frozenset({2, 3, 4}))


def failures(study: Study) -> Section | None:
    """The verdicts with their evidence, and the loss and gradients of one trial of each."""
    frame = study.diagnosis
    frame = frame[frame["verdict"].astype("string").fillna("").ne("")]
    if frame.empty:
        return None
    rows: list[list[str]] = []
    figures: list[Figure] = []
    for name, group in _by_gravity(frame):
        one = group.iloc[0]
        numbers = [str(number) for number in group["trial"]]
        shown = ", ".join(numbers[:8]) + (" …" if len(numbers) > 8 else "")
        rows.append([name, shown, str(one["evidence"]), str(one["suggestion"])])
        if name != "healthy" and len(figures) < _GALLERY:
            figures += _portrait(study, int(one["trial"]), name, str(one["evidence"]))
    columns = ["verdict", "trials", "evidence of the first", "what to try"]
    table = Table("verdicts", "Rules and thresholds: docs/diagnosis.md.", columns, rows)
    return Section("verdicts", "Why the others lost", [table, *figures])


def _by_gravity(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    from rnnsearch.diagnosis import NAMES

    present = [name for name in NAMES if (frame["verdict"] == name).any()]
    return [(name, frame[frame["verdict"] == name]) for name in present]


def _portrait(study: Study, trial: int, verdict: str, evidence: str) -> list[Figure]:
    curves = study.curves[study.curves["trial"] == trial]
    if curves.empty or "loss" not in curves:
        return []
    names = [n for n in ("loss", "val_loss", "gradient_norm") if n in curves]
    data = curves.groupby("epoch")[names].mean().reset_index()
    words = {"loss": "training loss", "val_loss": "validation loss", "gradient_norm": "gradient"}
    series = [
        svg.Series(
            words[name],
            [float(epoch) for epoch in data["epoch"]],
            list(data[name]),
            kind="dash" if name == "gradient_norm" else "line",
            colour=place,
        )
        for place, name in enumerate(names)
    ]
    values = [v for name in names for v in data[name] if math.isfinite(v) and v > 0]
    log = bool(values) and max(values) > 10 * min(values)
    alt = f"Losses and gradient norm of trial {trial} by epoch: {verdict}"
    picture = svg.chart(series, x="epoch", y=svg.Axis("loss, norm", log), alt=alt)
    key = f"verdict_{verdict.replace(' ', '_')}"
    return [Figure(key, f"{verdict}: trial {trial}", alt, picture, data, evidence)]
