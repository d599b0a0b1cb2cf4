"""Charts as SVG text, small enough that a page of them needs no library and no network.

Colours are classes (`STYLE`), so that a page decides about light and dark.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

__all__ = [
    "STYLE",
    "WIDTH",
    "Axis",
    "Scale",
    "Series",
    "chart",
    "document",
    "line",
    "picture",
    "png",
    "text",
]

STYLE = """
.rs{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;--ink:#1c2330;--faint:#667085;
--grid:#e4e7ec;--paper:#ffffff;--c0:#2563eb;--c1:#c2410c;--c2:#15803d;--c3:#7c3aed;--c4:#b91c8b;
--c5:#0e7490;--bad:#c81e1e;--ok:#15803d}
.rs text{fill:var(--ink)}.rs .f{fill:var(--faint)}.rs .g{stroke:var(--grid);fill:none}
.rs .a{stroke:var(--faint);fill:none}.rs .l{fill:none;stroke-width:1.8;stroke-linejoin:round}
.rs .b{stroke:none;opacity:.16}.rs .box{fill:var(--paper);stroke:var(--ink)}
.rs .e{text-anchor:end}.rs .m{text-anchor:middle}.rs .n{font-weight:600}
""" + "".join(f".rs .s{i}{{stroke:var(--c{i})}}.rs .k{i}{{fill:var(--c{i})}}" for i in range(6))
"""Of every picture. `s0` … strokes in a colour, `k0` … fills with it."""

WIDTH, _HEIGHT = 520.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 68.0, 14.0, 12.0, 44.0
_COLOURS = 6


@dataclass(frozen=True)
class Series:
    """Points of one kind.

    Attributes:
        name: In the legend.
        x, y: Equally many; what is not finite is left out.
        low, high: Of a band around y; empty for none.
        kind: ``line``, ``step``, ``points`` or ``dash``.
        colour: One of six.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    kind: str = "line"
    colour: int = 0


@dataclass(frozen=True)
class Scale:
    """From values to pixels.

    Attributes:
        low, high: Of the values.
        start, end: Of the pixels.
        log: Whether equal factors are equally far apart.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value; what a logarithm does not have is at the low end."""
        if self.log and value <= 0:
            return self.start
        low, high, value = (self._of(v) for v in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def _of(self, value: float) -> float:
        return math.log10(value) if self.log else value

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float, *, log: bool = False) -> Scale:
        """A scale that holds all finite values, with a little room."""
        known = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
        low, high = (min(known), max(known)) if known else (0.1, 1.0)
        if log:
            if high / low < 1.5:
                low, high = low / 1.5, high * 1.5
            return cls(low, high, start, end, log=True)
        room = 0.04 * (high - low) or abs(high) * 0.1 or 0.5
        return cls(low - room, high + room, start, end)

    @property
    def ticks(self) -> list[float]:
        """A handful of round values."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            stride = max(1, round((last - first) / 5))
            parts = (1, 2, 5) if math.log10(self.high / self.low) < 2 else (1,)
            powers = range(first, last + 1, stride)
            found = [part * 10.0**power for power in powers for part in parts]
            inside = [v for v in found if self.low * 0.999 <= v <= self.high * 1.001]
            return inside if len(inside) > 1 else [self.low, self.high]
        raw = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * f for f in (1, 2, 2.5, 5, 10) if power * f >= raw)
        count = math.floor(self.high / step) - math.ceil(self.low / step) + 1
        return [(math.ceil(self.low / step) + i) * step for i in range(count)]


def text(value: float) -> str:
    """A number on an axis."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-3:
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"


def picture(body: Sequence[str], height: float, alt: str, width: float = WIDTH) -> str:
    """The elements of a chart as an image that says what it shows."""
    return (
        f'<svg class="rs" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(alt)}" preserveAspectRatio="xMidYMid meet">{"".join(body)}</svg>'
    )


def document(svg: str) -> str:
    """A picture as a file of its own, in the colours of light; programs that draw know no `var`."""
    head, rest = svg.split(">", 1)
    named = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    whole = f"{named}><style>{STYLE}.rs{{background:var(--paper)}}</style>{rest}\n"
    colours = dict(re.findall(r"(--\w+):([^;}]+)", STYLE))
    return re.sub(r"var\((--\w+)\)", lambda found: colours[found.group(1)], whole)


def png(svg: str) -> bytes | None:
    """A picture as the bytes of a PNG of twice its size; None where `resvg_py` is not installed."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        return None
    return bytes(svg_to_bytes(svg_string=document(svg), zoom=2, background="#ffffff"))


@dataclass(frozen=True)
class Axis:
    """What is said of an axis.

    Attributes:
        title: Beside it.
        log: Whether equal factors are equally far apart.
        names: Texts of the ticks at 0, 1, …, in place of numbers.
        ticks: Values and their texts, in place of round numbers.
    """

    title: str
    log: bool = False
    names: Sequence[str] = ()
    ticks: Mapping[float, str] = field(default_factory=dict)

    def labels(self, scale: Scale) -> Mapping[float, str]:
        """Values to mark, with their texts."""
        if self.names:
            return dict(enumerate(self.names))
        inside = {v: name for v, name in self.ticks.items() if scale.low <= v <= scale.high}
        return inside or {value: text(value) for value in scale.ticks}


def chart(
    series: Sequence[Series],
    *,
    x: Axis | str,
    y: Axis | str,
    alt: str,
    level: tuple[str, float] | None = None,
    diagonal: bool = False,
) -> str:
    """Lines, steps, points and bands.

    Args:
        series: What is drawn.
        x, y: Axes, or their titles.
        alt: As in `Figure`.
        level: A horizontal line with its name.
        diagonal: Whether x = y is drawn.
    """
    x, y = (Axis(axis) if isinstance(axis, str) else axis for axis in (x, y))
    rows = _legend_rows(series)
    top = _TOP + 18.0 * len(rows)
    xs = [value for one in series for value in one.x]
    ys = [value for one in series for part in (one.y, one.low, one.high) for value in part]
    ys += [level[1]] if level else []
    if diagonal:
        xs = ys = [*xs, *ys]
    xs += [-0.5, len(x.names) - 0.5] if x.names else []
    across = Scale.over(xs, _LEFT, WIDTH - _RIGHT, log=x.log)
    up = Scale.over(ys, _HEIGHT - _BOTTOM, top, log=y.log)
    body = [*_legend(rows), *_axes(across, up, x, y, top)]
    if diagonal:
        low, high = max(across.low, up.low), min(across.high, up.high)
        body.append(line([(across(low), up(low)), (across(high), up(high))], "a", "4 4"))
    if level is not None:
        place = up(level[1])
        body.append(line([(_LEFT, place), (WIDTH - _RIGHT, place)], "a", "5 4"))
        body.append(
            f'<text class="f e" x="{WIDTH - _RIGHT - 2:.0f}" y="{place - 4:.1f}">'
            f"{escape(level[0])}</text>"
        )
    for one in series:
        body += _drawn(one, across, up)
    return picture(body, _HEIGHT, alt)


def _legend_rows(series: Sequence[Series]) -> list[list[Series]]:
    """Names in rows that fit; none where there is one series."""
    if len(series) < 2:
        return []
    rows: list[list[Series]] = [[]]
    used = 0.0
    for one in series:
        if not one.name:
            continue
        size = _name_width(one)
        if rows[-1] and used + size > WIDTH - _LEFT:
            rows.append([])
            used = 0.0
        rows[-1].append(one)
        used += size
    return [row for row in rows if row]


def _name_width(one: Series) -> float:
    return 38.0 + 6.6 * len(one.name)


def _legend(rows: Sequence[Sequence[Series]]) -> list[str]:
    body = []
    for number, row in enumerate(rows):
        place, y = _LEFT, _TOP + 18.0 * number
        for one in row:
            colour = one.colour % _COLOURS
            if one.kind == "points":
                mark = f'<circle class="k{colour}" cx="{place + 8:.1f}" cy="{y:.1f}" r="3.5"/>'
            else:
                dash = "5 4" if one.kind == "dash" else ""
                mark = line([(place, y), (place + 16, y)], f"l s{colour}", dash)
            body += [mark, f'<text x="{place + 21:.1f}" y="{y + 4:.1f}">{escape(one.name)}</text>']
            place += _name_width(one)
    return body


def _axes(across: Scale, up: Scale, x: Axis, y: Axis, top: float) -> list[str]:
    body = []
    for value, shown in y.labels(up).items():
        place = up(value)
        body.append(line([(_LEFT, place), (WIDTH - _RIGHT, place)], "g"))
        body.append(f'<text class="f e" x="{_LEFT - 6}" y="{place + 4:.1f}">{escape(shown)}</text>')
    for value, shown in x.labels(across).items():
        body.append(
            f'<text class="f m" x="{across(value):.1f}" y="{_HEIGHT - _BOTTOM + 16:.0f}">'
            f"{escape(shown)}</text>"
        )
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    body.append(f'<text class="m" x="{middle:.0f}" y="{_HEIGHT - 8:.0f}">{escape(x.title)}</text>')
    centre = (top + _HEIGHT - _BOTTOM) / 2
    body.append(
        f'<text class="m" transform="translate(11 {centre:.0f}) rotate(-90)">'
        f"{escape(y.title)}</text>"
    )
    body.append(line([(_LEFT, _HEIGHT - _BOTTOM), (WIDTH - _RIGHT, _HEIGHT - _BOTTOM)], "a"))
    return body


def line(points: Sequence[tuple[float, float]], kind: str, dash: str = "") -> str:
    """A line through points, of a class of `STYLE`."""
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline class="{kind}" points="{path}"{dashed}/>'


def _drawn(one: Series, across: Scale, up: Scale) -> list[str]:
    colour = one.colour % _COLOURS

    def fits(x: float, y: float) -> bool:
        """Whether a point can be drawn."""
        return (
            math.isfinite(x)
            and math.isfinite(y)
            and (y > 0 or not up.log)
            and (x > 0 or not across.log)
        )

    points = [(across(a), up(b)) for a, b in zip(one.x, one.y, strict=True) if fits(a, b)]
    body = []
    if one.low and one.high:
        edges = [
            (across(a), up(low), up(high))
            for a, low, high in zip(one.x, one.low, one.high, strict=True)
            if fits(a, low) and fits(a, high)
        ]
        outline = [(a, high) for a, _, high in edges] + [(a, low) for a, low, _ in edges[::-1]]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in outline)
        body.append(f'<polygon class="b k{colour}" points="{path}"/>')
    if one.kind == "points":
        radius = 3.2 if len(points) < 200 else 1.8
        body += [
            f'<circle class="k{colour}" cx="{a:.1f}" cy="{b:.1f}" r="{radius}" opacity=".75"/>'
            for a, b in points
        ]
    elif one.kind == "step":
        steps = [p for (a, b), (c, _) in itertools.pairwise(points) for p in ((a, b), (c, b))]
        body.append(line([*steps, *points[-1:]], f"l s{colour}"))
    elif len(points) == 1:
        a, b = points[0]
        body.append(f'<circle class="k{colour}" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>')
    elif points:
        body.append(line(points, f"l s{colour}", "5 4" if one.kind == "dash" else ""))
    return body
