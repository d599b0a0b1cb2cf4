"""JSON in its many forms: where the table is in a file, and the line of pandas that writes it.

What programs that serve measurements answer has the rows below keys (``hits``, ``results``), or a
list for each column (``hourly``); `pandas.read_json` reads these as other tables, or not at all,
and takes the offsets from time stamps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["way_out_of_json"]

_LARGEST = 200_000_000
"""Bytes, of more of which a file is not looked through."""
_FEWEST, _DEEPEST = 2, 6
"""Rows of a table, and keys that it may stand below."""


@dataclass(frozen=True)
class _Found:
    """A table in a file.

    Attributes:
        rows: How many it has.
        line: What makes a frame of it, of `found`.
        named: Whether its columns have names.
    """

    rows: int
    line: str
    named: bool = True


def way_out_of_json(path: Path) -> str:
    """What to do with a file of JSON, as advice; "" where no table is found in it.

    Args:
        path: A file of one document, or of one a line.
    """
    if path.stat().st_size > _LARGEST:
        return ""
    text = path.read_text("utf-8-sig", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    by_line = len(lines) > 1 and all(line.lstrip()[:1] == "{" for line in lines[:2])
    try:
        found = [json.loads(line) for line in lines] if by_line else json.loads(text)
    except ValueError:
        return ""
    content = "pathlib.Path(NAME).read_text('utf-8-sig')"
    loaded = f"json.loads({content})"
    if by_line:
        loaded = f"[json.loads(line) for line in {content}.splitlines() if line.strip()]"
    table = max(_tables(found, "found", 0), key=lambda each: each.rows, default=None)
    if table is None:
        return ""
    header = "" if table.named else ", header=False"
    written = f"{table.line}.to_csv('data.csv', index=False{header})"
    return f"write it as a table: found = {loaded}; {written}"


def _tables(found: Any, where: str, depth: int) -> Iterator[_Found]:
    """Every table below a place of the document."""
    if depth > _DEEPEST:
        return
    if _are_records(found):
        yield _Found(len(found), f"pandas.json_normalize({where})")
    elif isinstance(found, list) and len(found) >= _FEWEST and _are_rows(found):
        yield _Found(len(found), f"pandas.DataFrame({where})", named=False)
    elif isinstance(found, dict):
        yield from _tables_of_keys(found, where)
    parts: list[tuple[Any, Any]] = []
    if isinstance(found, dict):
        parts = [*found.items()]
    elif isinstance(found, list) and len(found) == 1:
        parts = [(0, found[0])]
    for key, value in parts:
        yield from _tables(value, f"{where}[{key!r}]", depth + 1)


def _tables_of_keys(found: dict[str, Any], where: str) -> Iterator[_Found]:
    """Tables that all of these keys make up: names beside values, or a column or row in each."""
    names, key = found.get("columns"), "values" if "values" in found else "data"
    values = found.get(key)
    if isinstance(names, list) and isinstance(values, list) and _are_rows(values):
        yield _Found(len(values), f"pandas.DataFrame({where}['{key}'], columns={where}['columns'])")
        return
    every = [*found.values()]
    if len(every) < _FEWEST:
        return
    if all(map(_are_cells, every)) and len({len(cells) for cells in every}) == 1:
        yield _Found(len(every[0]), f"pandas.DataFrame({where})")
    if all(isinstance(part, dict) and not _has_parts(part) for part in every):
        if len(every) > len(every[0]):
            yield _Found(len(every), f"pandas.DataFrame.from_dict({where}, orient='index')")
        elif len(every[0]) >= _FEWEST and all([*part] == [*every[0]] for part in every):
            yield _Found(len(every[0]), f"pandas.DataFrame({where})")


def _are_records(found: Any) -> bool:
    """Whether these are rows with names of columns in each."""
    rows = isinstance(found, list) and len(found) >= _FEWEST
    return rows and all(isinstance(row, dict) for row in found)


def _are_rows(found: list[Any]) -> bool:
    """Whether these are rows of equally many cells."""
    rows = all(isinstance(row, list) and _are_cells(row) for row in found)
    return rows and len({len(row) for row in found}) == 1


def _are_cells(found: Any) -> bool:
    """Whether this is a list of numbers and texts."""
    return isinstance(found, list) and not any(isinstance(cell, dict | list) for cell in found)


def _has_parts(row: dict[str, Any]) -> bool:
    return any(isinstance(cell, dict | list) for cell in row.values())
