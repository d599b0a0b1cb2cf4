"""Charts with a row for each thing that has a name: dots with whiskers, bars, squares."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from rnnsearch.report.page.svg import WIDTH, Scale, line, picture, text

__all__ = ["Bar", "Interval", "bars", "heat", "intervals"]


@dataclass(frozen=True)
class Interval:
    """A row of `intervals`: a dot with whiskers; `strong` stands out, `hollow` is a baseline."""

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    strong: bool = False
    hollow: bool = False


def intervals(rows: Sequence[Interval], *, x: str, alt: str, log: bool = False) -> str:
    """Dots with whiskers, a row each."""
    height = 26.0 * len(rows) + 48
    left = _label_width([row.label for row in rows])
    values = [v for row in rows for v in (row.value, row.low, row.high)]
    across = Scale.over(values, left, WIDTH - 16, log=log)
    bottom = height - 42
    body = []
    for value in across.ticks:
        place = across(value)
        body.append(line([(place, 6), (place, bottom)], "g"))
        body.append(f'<text class="f m" x="{place:.1f}" y="{bottom + 16:.0f}">{text(value)}</text>')
    for number, row in enumerate(rows):
        y, colour = 19 + 26.0 * number, 2 if row.strong else 1 if row.hollow else 0
        weight = " n" if row.strong else ""
        body.append(
            f'<text class="e{weight}" x="{left - 10:.0f}" y="{y + 4:.1f}">'
            f"{escape(row.label)}</text>"
        )
        if math.isfinite(row.low) and math.isfinite(row.high):
            body.append(line([(across(row.low), y), (across(row.high), y)], f"l s{colour}"))
        if math.isfinite(row.value):
            size = 5 if row.strong else 4
            body.append(
                f'<circle class="k{colour}" cx="{across(row.value):.1f}" cy="{y:.1f}" r="{size}"/>'
            )
    middle = (left + WIDTH) / 2
    body.append(f'<text class="m" x="{middle:.0f}" y="{height - 6:.0f}">{escape(x)}</text>')
    return picture(body, height, alt)


def _label_width(labels: Sequence[str]) -> float:
    return min(230.0, 24 + 6.6 * max(map(len, labels), default=4))


@dataclass(frozen=True)
class Bar:
    """A row of `bars`, with a whisker where `spread` is above 0."""

    label: str
    value: float
    spread: float = 0.0


def bars(rows: Sequence[Bar], *, x: str, alt: str, colour: int = 0) -> str:
    """Bars from 0, a row each."""
    height = 26.0 * len(rows) + 48
    left = _label_width([row.label for row in rows])
    top = max((row.value + row.spread for row in rows), default=1.0) or 1.0
    across = Scale(0.0, top * 1.05, left, WIDTH - 16)
    bottom = height - 42
    body = []
    for value in across.ticks:
        body.append(line([(across(value), 6), (across(value), bottom)], "g"))
        body.append(
            f'<text class="f m" x="{across(value):.1f}" y="{bottom + 16:.0f}">{text(value)}</text>'
        )
    for number, row in enumerate(rows):
        y = 10 + 26.0 * number
        body.append(
            f'<text class="e" x="{left - 8:.0f}" y="{y + 13:.1f}">{escape(row.label)}</text>'
            f'<rect class="k{colour}" x="{left:.1f}" y="{y:.1f}" height="17" rx="2" '
            f'width="{max(0.5, across(row.value) - left):.1f}"/>'
        )
        if row.spread > 0:
            ends = [max(0.0, row.value - row.spread), row.value + row.spread]
            body.append(line([(across(end), y + 8.5) for end in ends], "a"))
    middle = (left + WIDTH) / 2
    body.append(f'<text class="m" x="{middle:.0f}" y="{height - 6:.0f}">{escape(x)}</text>')
    return picture(body, height, alt)


def heat(
    values: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    x: str,
    y: str,
    alt: str,
    show: Callable[[float], str] = text,
) -> str:
    """A matrix in shades; each row is shaded by its share of the row's sum."""
    left = max(90.0, _label_width(rows) + 16)
    size = min(64.0, (WIDTH - left - 10) / max(1, len(columns)))
    height = size * len(rows) + 70
    body = []
    for place, name in enumerate(columns):
        centre = left + size * (place + 0.5)
        short = name if len(name) * 6.6 < size else f"{name[: max(2, int(size / 6.6) - 1)]}…"
        body.append(f'<text class="f m" x="{centre:.1f}" y="34">{escape(short)}</text>')
    for number, name in enumerate(rows):
        top = 42 + size * number
        body.append(
            f'<text class="f e" x="{left - 8:.0f}" y="{top + size / 2 + 4:.1f}">'
            f"{escape(name)}</text>"
        )
        total = sum(values[number]) or 1.0
        for place, value in enumerate(values[number]):
            share, colour = value / total, 2 if number == place else 1
            a = left + size * place
            body.append(
                f'<rect class="k{colour}" x="{a + 1:.1f}" y="{top + 1:.1f}" '
                f'width="{size - 2:.1f}" height="{size - 2:.1f}" '
                f'opacity="{0.06 + 0.6 * share:.2f}"/>'
            )
            if value and size > 20:
                body.append(
                    f'<text class="m" x="{a + size / 2:.1f}" y="{top + size / 2 + 4:.1f}">'
                    f"{show(value)}</text>"
                )
    middle = left + size * len(columns) / 2
    body.append(f'<text class="m" x="{middle:.0f}" y="14">{escape(x)}</text>')
    centre = 42 + size * len(rows) / 2
    body.append(
        f'<text class="m" transform="translate(11 {centre:.0f}) rotate(-90)">{escape(y)}</text>'
    )
    return picture(body, height, alt)
