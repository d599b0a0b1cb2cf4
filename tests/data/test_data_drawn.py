"""Tables as programs draw and print them, and quotes with blanks beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rnnsearch.data.sources.csv import CsvReader

ROWS = [
    (f"2021-03-0{1 + at // 24} {at % 24:02}:00", f"{at * at % 7}.5", str(at)) for at in range(60)
]
NAMES = ("ts", "value", "count")
WIDTHS = (16, 5, 5)


def padded(cells: tuple[str, ...]) -> list[str]:
    return [f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)]


def drawn(begin: str, between: str, end: str, above: str, below: str, last: str) -> str:
    lines = [begin + between.join(padded(cells)) + end for cells in (NAMES, *ROWS)]
    return "\n".join(filter(None, [above, lines[0], below, *lines[1:], last])) + "\n"


BORDER = "+-" + "-+-".join("-" * width for width in WIDTHS) + "-+"
RULES = "  ".join("=" * width for width in WIDTHS)
BOX = [
    f"{a}─" + f"─{b}─".join("─" * w for w in WIDTHS) + f"─{c}" for a, b, c in ("┌┬┐", "├┼┤", "└┴┘")
]
FRAME = pd.DataFrame(ROWS, columns=NAMES).astype({"value": float, "count": int})
DRAWINGS: dict[str, str] = {
    "psql": drawn(" ", " | ", "", "", "-" * 18 + "+-------+------", "(60 rows)"),
    "MySQL": drawn("| ", " | ", " |", BORDER, BORDER, BORDER),
    "Markdown": drawn("| ", " | ", " |", "", "|---|---:|:-:|", ""),
    "Markdown without bars at the sides": drawn("", " | ", "", "", "--- | --- | ---", ""),
    "reStructuredText": drawn("", "  ", "", RULES, RULES, RULES),
    "a box": drawn("│ ", " │ ", " │", *BOX),
    "pandas": FRAME.to_string(),
    "R": FRAME.to_csv(sep=" ", quoting=2, index_label=False),
}


@pytest.mark.parametrize("text", DRAWINGS.values(), ids=DRAWINGS)
def test_what_is_drawn_around_a_table_is_none_of_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    table = CsvReader().read(tmp_path / "a.txt")
    assert table.header[-3:] == NAMES and set(table.header[:-3]) <= {"row"}
    for name, cells in zip(NAMES, zip(*ROWS, strict=True), strict=True):
        assert tuple(table.column(name).texts()) == cells


Write = Callable[[str], str]
QUOTED: dict[str, tuple[str, Write]] = {
    "blanks behind": (", ", lambda cell: f'"{cell}"'),
    "blanks on both sides": (" ; ", lambda cell: f'"{cell}"'),
    "blanks before": (" ,", lambda cell: f'"{cell}"'),
    "some quoted": (", ", lambda cell: f'"{cell}"' if "," in cell or " " in cell else cell),
}


@pytest.mark.parametrize(("between", "write"), QUOTED.values(), ids=QUOTED)
def test_quotes_with_blanks_beside_them(between: str, write: Write, tmp_path: Path) -> None:
    header = ("when", "flow, in l", "state")
    rows = [
        (f"2021-03-0{1 + at // 24} {at % 24:02}:00", str(at), "up" if at % 2 else "a, b; c")
        for at in range(60)
    ]
    lines = [between.join(map(write, cells)) for cells in (header, *rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = CsvReader().read(tmp_path / "a.csv")
    assert table.header == header
    assert [*zip(*(column.texts() for column in table.columns), strict=True)] == rows


def test_dashes_in_cells_are_cells(tmp_path: Path) -> None:
    lines = ["a|b", *(f"{at}|---" if at % 5 else "---|---" for at in range(1, 40))]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 39
