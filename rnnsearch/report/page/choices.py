"""Sections on what was chosen: which parameters mattered, what each did, cells compared fairly."""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnnsearch.report import text
from rnnsearch.report.page import row_charts, svg
from rnnsearch.report.page._base import Figure, Part, Section, Table
from rnnsearch.report.page.coordinates import parallel, slices
from rnnsearch.report.page.study import Study

if TYPE_CHECKING:
    import optuna
    import pandas as pd

__all__ = ["cells", "expected_best", "importance"]

_FEWEST = 6
"""Trials with a score, fewer of which say nothing about what mattered."""

_FORESTS, _TREES = 3, 24
"""fANOVA is computed with so many seeds: how they differ is its uncertainty."""

_EFFECTS = 4


def importance(study: Study) -> Section | None:
    """What mattered, by PED-ANOVA and fANOVA; the scores at each value of what did most."""
    scored = [r for r in study.trials if r.state == "COMPLETE" and r.score is not None]
    title = "What mattered"
    if study.optuna is None or len(scored) < _FEWEST:
        why = (
            f"Too few trials have a score to say so: {len(scored)}, where {_FEWEST} are the least."
        )
        return Section("importance", title, [why])
    ped, forests = _ped_anova(study.optuna), _fanova(study.optuna)
    if not ped and not forests:
        return Section("importance", title, ["All trials had the same parameters."])
    parts: list[Part] = []
    if ped:
        parts.append(_bars("ped_anova", "By PED-ANOVA", {k: (v, 0.0) for k, v in ped.items()}))
    if forests:
        parts.append(_bars("fanova", "By fANOVA", forests))
    order = sorted({*ped, *forests}, key=lambda n: -(ped.get(n, 0.0) + forests.get(n, (0, 0))[0]))
    parts.append(
        "PED-ANOVA (Watanabe et al., 2023) asks what sets the best tenth of the trials apart; "
        "fANOVA (Hutter et al., 2014) which share of all differences a parameter explains, here "
        f"the mean of {_FORESTS} forests with their standard deviation. Of {len(scored)} trials "
        "both are rough: where they disagree, the data does not say."
    )
    parts += [one for one in (parallel(study, order), slices(study, order)) if one is not None]
    parts += [effect for name in order[:_EFFECTS] if (effect := _effect(study, name)) is not None]
    return Section("importance", title, parts)


def _ped_anova(study: optuna.Study) -> dict[str, float]:
    from optuna.importance import PedAnovaImportanceEvaluator

    return _shares(study, PedAnovaImportanceEvaluator())


def _fanova(study: optuna.Study) -> dict[str, tuple[float, float]]:
    """Parameter → mean share and its deviation over forests."""
    from optuna.importance import FanovaImportanceEvaluator

    evaluators = [FanovaImportanceEvaluator(n_trees=_TREES, seed=n) for n in range(_FORESTS)]
    found = [_shares(study, evaluator) for evaluator in evaluators]
    names = {name for one in found for name in one}
    values = {name: [one.get(name, 0.0) for one in found] for name in names}
    return {name: (statistics.fmean(each), statistics.stdev(each)) for name, each in values.items()}


def _shares(study: optuna.Study, evaluator: Any) -> dict[str, float]:
    """Importances that add up to 1; none where they can't be had."""
    from optuna.importance import get_param_importances

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = get_param_importances(study, evaluator=evaluator, target=_first)
        except (ValueError, RuntimeError):  # no parameter that all trials have, or that varies
            return {}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _first(trial: optuna.trial.FrozenTrial) -> float:
    """The objective; of several the first."""
    return float(trial.values[0])


def _bars(key: str, title: str, shares: dict[str, tuple[float, float]]) -> Figure:
    import pandas as pd

    ordered = sorted(shares.items(), key=lambda item: -item[1][0])[:12]
    data = pd.DataFrame(
        [(name, value, spread) for name, (value, spread) in ordered],
        columns=["parameter", "importance", "deviation"],
    )
    alt = f"Importance of parameters, {title}: " + ", ".join(
        f"{name} {value:.0%}" for name, (value, _) in ordered[:4]
    )
    rows = [row_charts.Bar(name, value, spread) for name, (value, spread) in ordered]
    return Figure(key, title, alt, row_charts.bars(rows, x="share", alt=alt), data)


def _effect(study: Study, name: str) -> Figure | None:
    """The score of each trial at its value of a parameter."""
    import pandas as pd

    rows = [
        (record.params[name], record.score)
        for record in study.trials
        if record.state == "COMPLETE" and record.score is not None and name in record.params
    ]
    if len({str(value) for value, _ in rows}) < 2:
        return None
    data = pd.DataFrame(rows, columns=[name, "score"])
    numeric = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value, _ in rows
    )
    scores = list(data["score"])
    value = svg.Axis(study.objective, log=study.positive and text.by_logarithm(scores))
    alt = f"{study.objective} of each trial by {name}"
    if numeric:
        values = [float(str(value)) for value, _ in rows]
        log_x = text.by_logarithm(values)
        series = [svg.Series("", values, scores, kind="points")]
        picture = svg.chart(series, x=svg.Axis(name, log_x), y=value, alt=alt)
    else:
        names = sorted({str(value) for value, _ in rows})
        series = [
            svg.Series("", [float(names.index(str(v))) for v, _ in rows], scores, kind="points")
        ]
        picture = svg.chart(series, x=svg.Axis(name, names=names), y=value, alt=alt)
    return Figure(f"effect_{name}", f"{name}", alt, picture, data)


def cells(study: Study) -> Section | None:
    """The kinds of cell, each by the best of equally many trials of it."""
    import pandas as pd

    scores: dict[str, list[float]] = {}
    for record in study.trials:
        if record.score is not None and record.state in ("COMPLETE", "PRUNED"):
            scores.setdefault(str(record.params.get("cell", "?")), []).append(record.score)
    if len(scores) < 2:
        return None
    count = min(map(len, scores.values()))
    sign = -1.0 if study.goal.maximize else 1.0
    rows, data = [], []
    for cell, values in scores.items():
        best, spread = expected_best([sign * value for value in values], count)
        rows.append((sign * best, spread, cell, values))
        data += [(cell, value) for value in values]
    rows.sort(key=lambda row: sign * row[0])
    table = Table(
        "cells",
        f"The best of {count} trials of each, on average over all ways to pick them.",
        ["cell", "trials", f"best of {count}", "± over picks", "best of all"],
        [
            [
                cell,
                str(len(values)),
                text.score(best),
                text.score(spread),
                text.score(sign * min(sign * value for value in values)),
            ]
            for best, spread, cell, values in rows
        ],
        numbers=frozenset({1, 2, 3, 4}),
    )
    frame = pd.DataFrame(data, columns=["cell", "score"])
    return Section("cells", "Cells compared", [_strip(study, frame, [r[2] for r in rows]), table])


def _strip(study: Study, data: pd.DataFrame, names: Sequence[str]) -> Figure:
    alt = f"{study.objective} of each trial by kind of cell, the best kind first"
    places = [float(names.index(cell)) for cell in data["cell"]]
    scores = list(data["score"])
    log = study.positive and text.by_logarithm(scores)
    series = [svg.Series("", places, scores, kind="points")]
    picture = svg.chart(
        series,
        x=svg.Axis("cell", names=list(names)),
        y=svg.Axis(study.objective, log),
        alt=alt,
    )
    note = (
        "Scores of the search. A kind that was tried more often has more luck: the table takes "
        "the best of equally many (Dodge et al., 2019)."
    )
    return Figure("cells", "Scores by kind of cell", alt, picture, data, note)


def expected_best(values: Sequence[float], count: int) -> tuple[float, float]:
    """Mean and standard deviation of the lowest of `count` of these, over all ways to pick them.

    The k-th lowest of n is the lowest of those picked in C(n - k, count - 1) of C(n, count) ways.
    """
    ordered, n = sorted(values), len(values)
    ways = [math.comb(n - 1 - place, count - 1) / math.comb(n, count) for place in range(n)]
    mean = math.fsum(way * value for way, value in zip(ways, ordered, strict=True))
    square = math.fsum(way * (value - mean) ** 2 for way, value in zip(ways, ordered, strict=True))
    return mean, math.sqrt(square)
