"""The floors of the package and the way of a trial through them: writes docs/floors.svg.

    python docs/floors_picture.py

The floors are those of the import contract in pyproject.toml, what each holds is the first sentence
of its docstring. A test compares the picture with them.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "floors.svg"

WAY = {
    "spec": "a YAML file is parsed, once",
    "data": "files become arrays, divided into folds",
    "space": "structural and numeric parameters",
    "driver": "a block of trials that share a program is asked for",
    "execution": "a worker process is given the block",
    "engines": "the lanes of the program train, side by side",
    "models": "of plain Keras layers, or of gated ones",
    "tasks": "outputs are judged, in the target's own units",
    "records": "scores and weights are written, whole or not at all",
    "report": "what was found is shown",
}
"""What a trial meets where, in this order."""

_WIDTH, _ROW, _LEFT, _MIDDLE = 1120, 34, 150, 640
_STYLE = "font-family='Helvetica, Arial, sans-serif' font-size='13'"


def floors() -> list[str]:
    """Names of the packages, from the top down; modules of the command line are one."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    layers = next(c for c in tools["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    return [name for name in layers if (ROOT / "rnnsearch" / name).is_dir()]


def holds(floor: str) -> str:
    """The first sentence of a package's docstring."""
    code = (ROOT / "rnnsearch" / floor / "__init__.py").read_text("utf-8")
    text = " ".join((ast.get_docstring(ast.parse(code)) or "").split("\n\n")[0].split())
    sentence = text.partition(". ")[0].replace("`", "").rstrip(".")
    return textwrap.shorten(sentence, 76, placeholder=" …")


def picture() -> str:
    """The whole SVG."""
    names = floors()
    height = _ROW * (len(names) + 1) + 12
    return "\n".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{height}' {_STYLE}>",
            "<rect width='100%' height='100%' fill='white'/>",
            f"<text x='{_MIDDLE + 20}' y='22' fill='#555'>the way of a trial</text>",
            "<text x='10' y='22' fill='#555'>floors; imports point down</text>",
            *(line for place, name in enumerate(names, 1) for line in _floor(name, place)),
            "</svg>",
            "",
        ]
    )


def _floor(name: str, place: int) -> Iterator[str]:
    """A row: the floor, what it holds, what a trial meets there."""
    top = place * _ROW
    base = top + 21
    yield (
        f"<rect x='6' y='{top + 2}' width='{_MIDDLE - 6}' height='{_ROW - 4}' rx='4' "
        f"fill='{'#eaf2fb' if name in WAY else '#f4f4f4'}' stroke='#bbb'/>"
    )
    yield f"<text x='16' y='{base}' font-weight='bold'>{escape(name)}/</text>"
    yield f"<text x='{_LEFT}' y='{base}'>{escape(holds(name))}</text>"
    if name in WAY:
        step = [*WAY].index(name) + 1
        yield (
            f"<text x='{_MIDDLE + 24}' y='{base}' fill='#2b6cb0' text-anchor='end' "
            f"font-weight='bold'>{step}</text>"
        )
        yield f"<text x='{_MIDDLE + 34}' y='{base}' fill='#2b6cb0'>{escape(WAY[name])}</text>"


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
