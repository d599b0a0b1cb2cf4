"""A column's cells, read as the sources read them: here alone is known how a table has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data.raw.cell_numbers import empty_cells, number
from rnnsearch.data.raw.tables import Table, TextColumn
from rnnsearch.errors import InvalidData, Problem

__all__ = ["column_cells", "parse_numbers", "without_parts"]

_UNREADABLE = " is left out: its cells are no numbers, texts or times"
"""The end of a note about a column of lists or structures."""

_ONE_A_CELL = "one number, text or time a cell"
"""What a source says of cells that hold more."""


def column_cells(table: Table, name: str) -> Sequence[str]:
    """The cells of a column as text, "" where there is nothing."""
    return table.column(name).texts()


def parse_numbers(cells: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Cells as (R,) float64, NaN where one is no number, and (R,) bool, where one is empty."""
    once = {cell: number(cell) for cell in {*cells}}
    values = np.array([once[cell] for cell in cells], dtype=np.float64)
    return values, empty_cells(TextColumn(cells))


def without_parts(table: Table) -> tuple[Table, list[Problem]]:
    """The table without columns whose cells are lists, or have parts of their own; said.

    And what the source says of these columns. Where there are no others they are left.
    """
    kept: list[int] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for at, (name, column) in enumerate(zip(table.header, table.columns, strict=True)):
        try:
            if column.numbers() is None and column.times() is None:
                column.texts()
        except InvalidData as error:
            problem = error.problems[0]
            if _ONE_A_CELL not in problem.must:
                raise
            problems.append(problem)
            notes.append(f"'{name}'{_UNREADABLE}")
            continue
        kept.append(at)
    if not kept or not notes:
        return table, []
    header = tuple(table.header[at] for at in kept)
    columns = tuple(table.columns[at] for at in kept)
    found = replace(table, header=header, columns=columns, notes=(*table.notes, *notes))
    return found, problems
