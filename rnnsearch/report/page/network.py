"""A drawing of the winner: rolled, with its loop, and unrolled over the steps of a sequence.

After the classic picture of a recurrent network. Columns are steps: the first two, and the last.
"""

from __future__ import annotations

from html import escape

from rnnsearch.models import Architecture
from rnnsearch.report.page._base import Figure, Section
from rnnsearch.report.page.study import Study

__all__ = ["network"]

_BOX_W, _BOX_H, _GAP = 92.0, 34.0, 26.0
_ROLLED, _UNROLLED = 86.0, 248.0
_COLUMN = 118.0


def network(study: Study) -> Section | None:
    """The drawing; None where there is no winner, or it has no recurrent layers."""
    import pandas as pd

    found = study.network
    if found is None or not found.head.recurrent or not found.units:
        return None
    params = (study.summary.get("winner") or {}).get("params", {})
    cut = params.get("unroll_length")
    layers = _layers(found)
    alt = _words(found, cut)
    data = pd.DataFrame(layers[::-1], columns=["layer", "what"])
    picture = _Drawing(found, layers, cut if isinstance(cut, int) else None).svg(alt)
    note = f"{alt} Left: rolled, with the loop of its hidden state; right: unrolled over the steps."
    figure = Figure(
        "network", "The winner, rolled and unrolled", alt, picture, data, note, wide=True
    )
    return Section("network", "The network", [figure])


def _layers(found: Architecture) -> list[tuple[str, str]]:
    """Names and kinds of the layers, bottom to top."""
    head = found.head
    below = [("embedding", f"embedding {found.embedding_dim}")] if head.vocabulary else []
    if found.patch > 1:
        below.append(("patch", f"{found.patch} steps as one"))
    way = "↔ " if found.bidirectional else ""
    middle = [("recurrent", f"{way}{found.cell} {units}") for units in found.units]
    above = []
    if found.pooling != "last" and not head.sequences:
        above.append(("pooling", f"{found.pooling} over steps"))
    if found.attention != "none":
        above.append(("attention", f"{found.attention} attention"))
    output = "softmax" if head.activation == "softmax" else "dense"
    return [*below, *middle, *above, ("output", f"{output} {head.width}")]


def _words(found: Architecture, cut: object) -> str:
    head, source = found.head, found.head.source
    way = "bidirectional " if found.bidirectional else ""
    units = " and ".join(map(str, found.units))
    said = f"A {way}{found.cell} of {units} units over {head.steps} steps"
    if source is not None:
        said = f"An encoder over {source.steps} steps and a decoder over {head.steps}, each a "
        said += f"{way}{found.cell} of {units} units"
    said += ", an output at every step." if head.sequences else ", one output after the last."
    if isinstance(cut, int):
        said += f" In training the gradient is cut every {cut} steps."
    return said


class _Drawing:
    """Boxes and arrows.

    Args:
        found: The network.
        layers: As `_layers` gives them.
        cut: Steps after which the gradient is cut, or None.
    """

    def __init__(self, found: Architecture, layers: list[tuple[str, str]], cut: int | None) -> None:
        self._found, self._layers, self._cut = found, layers, cut
        self._body: list[str] = []
        self._height = 72 + (len(layers) + 1) * (_BOX_H + _GAP)

    def svg(self, alt: str) -> str:
        """The whole picture."""
        self._rolled()
        self._unrolled()
        width = _UNROLLED + 4 * _COLUMN + 30
        marker = (
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
            "<style>.tip{fill:var(--faint)}</style>"
        )
        return (
            f'<svg class="rs" viewBox="0 0 {width:.0f} {self._height:.0f}" role="img" '
            f'aria-label="{escape(alt)}">{marker}{"".join(self._body)}</svg>'
        )

    def _y(self, level: int) -> float:
        """The middle of a layer, -1 for the input."""
        return self._height - 46 - (level + 1) * (_BOX_H + _GAP)

    def _box(self, x: float, level: int, label: str, kind: str) -> None:
        y, colour = self._y(level), {"recurrent": 0, "output": 2}.get(kind, 3)
        self._body.append(
            f'<rect class="box s{colour}" x="{x - _BOX_W / 2:.0f}" y="{y - _BOX_H / 2:.0f}" '
            f'width="{_BOX_W}" height="{_BOX_H}" rx="7"/>'
            f'<text class="m" x="{x:.0f}" y="{y + 4:.0f}" font-size="11">{escape(label)}</text>'
        )

    def _word(self, x: float, y: float, word: str, kind: str = "m") -> None:
        self._body.append(f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(word)}</text>')

    def _arrow(self, path: str, kind: str = "a") -> None:
        self._body.append(f'<path class="{kind}" d="{path}" marker-end="url(#arrow)"/>')

    def _up(self, x: float, level: int) -> None:
        """From a layer to the one above."""
        start, end = self._y(level) - _BOX_H / 2, self._y(level + 1) + _BOX_H / 2
        if level < 0:
            start = self._y(-1) - 8
        if level == len(self._layers) - 1:
            end = self._y(level) - _BOX_H / 2 - _GAP + 8
        self._arrow(f"M{x:.0f} {start:.0f}V{end:.0f}")

    def _rolled(self) -> None:
        x = _ROLLED
        self._word(x, self._y(-1) + 8, "xₜ")
        for level, (kind, label) in enumerate(self._layers):
            self._box(x, level, label, kind)
            if kind == "recurrent":
                y, side = self._y(level), x + _BOX_W / 2
                loop = f"M{side} {y - 8:.0f}C{side + 34} {y - 26:.0f} {side + 34} {y + 26:.0f}"
                self._arrow(f"{loop} {side + 2} {y + 9:.0f}")
                self._word(side + 36, y + 4, "h")
        for level in range(-1, len(self._layers)):
            self._up(x, level)
        self._word(x, self._y(len(self._layers) - 1) - _BOX_H / 2 - _GAP, "ŷ")
        self._word(x + 106, self._y(0) + 5, "=", "m n")

    def _unrolled(self) -> None:
        found, steps = self._found, self._found.longest
        columns = [("1", 0), ("2", 1), ("…", 2), (str(steps), 3)]
        every = found.head.sequences
        for name, place in columns:
            x = _UNROLLED + _BOX_W / 2 + place * _COLUMN
            if name == "…":
                for level, (kind, _) in enumerate(self._layers):
                    if kind == "recurrent":
                        self._word(x, self._y(level) + 4, "…")
                continue
            self._column(x, name, last=place == 3, every=every)
        for level, (kind, _) in enumerate(self._layers):
            if kind == "recurrent":
                self._sideways(level)
        if self._cut is not None:
            self._cut_mark()

    def _column(self, x: float, name: str, *, last: bool, every: bool) -> None:
        subscript = name.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
        self._word(x, self._y(-1) + 8, f"x{subscript}")
        top = -1
        for level, (kind, label) in enumerate(self._layers):
            if kind in ("pooling", "attention", "output") and not (last or every):
                break
            self._box(x, level, label, kind)
            self._up(x, level - 1)
            top = level
        if top == len(self._layers) - 1:
            self._up(x, top)
            self._word(x, self._y(top) - _BOX_H / 2 - _GAP, f"ŷ{subscript}" if every else "ŷ")

    def _sideways(self, level: int) -> None:
        """The hidden state from step to step; back as well, where the layer reads both ways."""
        y = self._y(level)
        for place in range(3):
            start = _UNROLLED + place * _COLUMN + (_BOX_W if place != 2 else _BOX_W / 2 + 12)
            end = _UNROLLED + (place + 1) * _COLUMN + (0 if place != 1 else _BOX_W / 2 - 12)
            offset = -6 if self._found.bidirectional else 0
            self._arrow(f"M{start:.0f} {y + offset:.0f}H{end:.0f}")
            if self._found.bidirectional:
                self._arrow(f"M{end:.0f} {y + 6:.0f}H{start:.0f}")

    def _cut_mark(self) -> None:
        x = _UNROLLED + 2 * _COLUMN + _BOX_W + 4
        top, bottom = self._y(len(self._layers) - 1), self._y(-1)
        self._body.append(
            f'<path class="l s1" stroke-dasharray="5 4" d="M{x:.0f} {top:.0f}V{bottom:.0f}"/>'
        )
        self._word(x - 4, bottom + 30, f"gradient cut every {self._cut} steps", "m")
