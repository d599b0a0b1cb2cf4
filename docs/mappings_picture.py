"""Pictures of the five mappings, from what the package knows of them: writes docs/one-to-one.svg ….

    python docs/mappings_picture.py

What is read stands below, the network's hidden states in the middle, what is written above; an
arrow between two states is what a step tells the next. A test compares the pictures with the facts.
"""

from __future__ import annotations

from pathlib import Path

from rnnsearch.vocabulary import MAPPINGS
from rnnsearch.vocabulary.mappings import MappingFact

DOCS = Path(__file__).parent
STEPS = 4
"""That a sequence is drawn with; an encoder and a decoder have fewer each."""

_GAP, _BOX, _LEFT = 92, 44, 40
_ROWS = {"output": 20, "state": 110, "input": 200}
_FILLS = {"output": "#3b82a0", "state": "#2f9e6e", "input": "#c2703d"}
_STYLE = "font-family='Helvetica, Arial, sans-serif' font-size='13'"


def columns(fact: MappingFact) -> list[tuple[bool, bool]]:
    """Whether something is read, and whether something is written, at each step."""
    if fact.encodes:
        half = STEPS - 1
        return [(True, False)] * half + [(False, True)] * half
    if not fact.recurrent:
        return [(True, True)]
    steps = range(STEPS)
    return [
        (fact.reads_sequence or at == 0, fact.writes_sequence or at == STEPS - 1) for at in steps
    ]


def picture(fact: MappingFact) -> str:
    """The whole SVG, on a plate of its own, so that it is seen on dark pages, too."""
    steps = columns(fact)
    width = _LEFT * 2 + _GAP * (len(steps) - 1) + _BOX + 90
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='264' {_STYLE}>",
        f"<title>{fact.title}</title>",
        "<defs><marker id='tip' markerWidth='8' markerHeight='8' refX='6' refY='3' orient='auto'>"
        "<path d='M0,0 L6,3 L0,6 z' fill='#444'/></marker></defs>",
        f"<rect width='{width}' height='264' rx='8' fill='#ffffff'/>",
    ]
    for at, (reads, writes) in enumerate(steps):
        x = _LEFT + at * _GAP
        parts.append(_box("state", x))
        if reads:
            parts += [_box("input", x), _arrow(x, _ROWS["input"], x, _ROWS["state"] + _BOX)]
        if writes:
            parts += [_box("output", x), _arrow(x, _ROWS["state"], x, _ROWS["output"] + _BOX)]
        if at:
            middle = _ROWS["state"] + _BOX / 2
            parts.append(_arrow(x - _GAP + _BOX / 2, middle, x - _BOX / 2, middle))
    end = _LEFT + (len(steps) - 1) * _GAP + _BOX + 14
    words = {"output": "written", "state": "hidden", "input": "read"}
    for kind, word in words.items():
        y = _ROWS[kind] + _BOX / 2 + 5
        parts.append(f"<text x='{end}' y='{y}' fill='{_FILLS[kind]}'>{word}</text>")
    return "\n".join([*parts, "</svg>", ""])


def file_of(fact: MappingFact) -> Path:
    """Where its picture lies, beside its page."""
    return DOCS / f"{fact.name.replace('_', '-')}.svg"


def _box(kind: str, x: float) -> str:
    place = f"x='{x}' y='{_ROWS[kind]}' width='{_BOX}' height='{_BOX}' rx='6'"
    return f"<rect class='{kind}' {place} fill='{_FILLS[kind]}'/>"


def _arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    ends = f"x1='{x + _BOX / 2}' y1='{y}' x2='{to_x + _BOX / 2}' y2='{to_y}'"
    return f"<line {ends} stroke='#444' stroke-width='1.6' marker-end='url(#tip)'/>"


if __name__ == "__main__":
    for one in MAPPINGS.values():
        file_of(one).write_text(picture(one), encoding="utf-8")
