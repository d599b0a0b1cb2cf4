"""Pictures of several parameters at once: parallel coordinates, and two of them as a plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from rnnsearch.report import text
from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure
from rnnsearch.report.page.study import Study

if TYPE_CHECKING:
    from rnnsearch.outcomes import TrialRecord

__all__ = ["parallel", "slices"]

_WIDTH, _HEIGHT, _TOP, _BOTTOM, _SIDE = 860.0, 320.0, 34.0, 26.0, 62.0
_AXES, _LINES = 8, 300
_BEST = 4
"""The best of so many stand out."""


def _place(values: Sequence[Any]) -> tuple[list[float], list[tuple[float, str]]]:
    """Where values stand on an axis, from 0 to 1, and its ticks."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values) or len(set(values)) <= 4:
        names = sorted({text.value(v) for v in values}, key=lambda n: (len(n), n))
        if len(numbers) == len(values):
            names = [text.value(v) for v in sorted(set(numbers))]
        step = 1 / max(1, len(names) - 1)
        ticks = [(place * step, name) for place, name in enumerate(names)]
        return [names.index(text.value(v)) * step for v in values], ticks
    log = text.by_logarithm(numbers)
    scale = svg.Scale(min(numbers), max(numbers), 0.0, 1.0, log=log)
    ticks = [(scale(tick), svg.text(tick)) for tick in scale.ticks]
    return [scale(float(v)) for v in numbers], ticks


def parallel(study: Study, names: Sequence[str]) -> Figure | None:
    """Each trial a line over its parameters, to its score; the best quarter stands out."""
    import pandas as pd

    names = [name for name in names if _varies(study, name)][:_AXES]
    trials = [t for t in _scored(study) if all(n in t.params for n in names)][-_LINES:]
    if len(names) < 2 or len(trials) < _BEST:
        return None
    order = sorted(trials, key=lambda t: t.score or 0.0, reverse=not study.goal.maximize)
    best = {t.number for t in order[-max(1, len(order) // _BEST) :]}
    columns = {name: [t.params[name] for t in order] for name in names}
    columns[study.objective] = [t.score for t in order]
    places, body = [], []
    gap = (_WIDTH - 2 * _SIDE) / (len(columns) - 1)
    for index, (name, values) in enumerate(columns.items()):
        found, ticks = _place(values)
        places.append(found)
        body += _axis(_SIDE + index * gap, name, ticks)
    for line, trial in enumerate(order):
        points = " ".join(
            f"{_SIDE + index * gap:.1f},{_up(column[line]):.1f}"
            for index, column in enumerate(places)
        )
        kind, opacity = ("l s2", ".9") if trial.number in best else ("l s0", ".18")
        body.append(f'<polyline class="{kind}" opacity="{opacity}" points="{points}"/>')
    data = pd.DataFrame({"trial": [t.number for t in order], **columns})
    alt = f"Parameters of {len(order)} trials as lines; green are the best quarter"
    picture = (
        f'<svg class="rs" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(alt)}" preserveAspectRatio="xMidYMid meet">{"".join(body)}</svg>'
    )
    return Figure("parallel", "Every trial, a line", alt, picture, data, f"{alt}.", wide=True)


def _up(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axis(x: float, name: str, ticks: Sequence[tuple[float, str]]) -> list[str]:
    bottom = _HEIGHT - _BOTTOM
    body = [
        f'<polyline class="a" points="{x:.1f},{_TOP:.1f} {x:.1f},{bottom:.1f}"/>',
        f'<text class="m n" x="{x:.1f}" y="18">{escape(name)}</text>',
    ]
    shown = ticks if len(ticks) <= 8 else ticks[:: -(-len(ticks) // 8)]
    return body + [
        f'<text class="f" x="{x + 4:.1f}" y="{_up(place) + 4:.1f}">{escape(tick)}</text>'
        for place, tick in shown
        if -0.01 <= place <= 1.01
    ]


def slices(study: Study, names: Sequence[str]) -> Figure | None:
    """The two parameters that mattered most as a plane: where the best quarter lies in it."""
    import pandas as pd

    chosen = [name for name in names if _varies(study, name)][:2]
    if len(chosen) < 2:
        return None
    trials = [t for t in _scored(study) if all(n in t.params for n in chosen)]
    if len(trials) < _BEST:
        return None
    first, second = chosen
    across, names_x, log_x = _along([t.params[first] for t in trials])
    up, names_y, log_y = _along([t.params[second] for t in trials])
    if names_y is not None and names_x is None:  # names stand along the horizontal axis
        first, second = second, first
        across, up, names_x, names_y = up, across, names_y, None
        log_x, log_y = log_y, log_x
    order = sorted(range(len(trials)), key=lambda i: trials[i].score or 0.0)
    order = order[::-1] if study.goal.maximize else order
    best, rest = order[: max(1, len(order) // _BEST)], order[max(1, len(order) // _BEST) :]
    series = [
        svg.Series(
            name, [across[i] for i in group], [up[i] for i in group], kind="points", colour=c
        )
        for name, group, c in (("the others", rest, 0), ("the best quarter", best, 2))
    ]
    alt = f"{first} and {second} of each trial; green are the best quarter"
    if names_y is not None:
        second = f"{second}: " + ", ".join(f"{n} {name}" for n, name in enumerate(names_y))
    along = svg.Axis(first, log_x, names=names_x or ())
    picture = svg.chart(series, x=along, y=svg.Axis(second, log_y), alt=alt)
    rows = [(t.number, t.params[chosen[0]], t.params[chosen[1]], t.score) for t in trials]
    data = pd.DataFrame(rows, columns=["trial", *chosen, "score"])
    return Figure("slices", f"{chosen[0]} and {chosen[1]}", alt, picture, data)


def _along(values: Sequence[Any]) -> tuple[list[float], list[str] | None, bool]:
    """Places of values along an axis, names of the places where they are no numbers, or log."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        numbers = [float(v) for v in values]
        return numbers, None, text.by_logarithm(numbers)
    names = sorted({text.value(v) for v in values})
    return [float(names.index(text.value(v))) for v in values], names, False


def _scored(study: Study) -> list[TrialRecord]:
    return [
        t
        for t in study.trials
        if t.state == "COMPLETE" and t.score is not None and math.isfinite(t.score)
    ]


def _varies(study: Study, name: str) -> bool:
    return len({text.value(t.params[name]) for t in _scored(study) if name in t.params}) > 1
