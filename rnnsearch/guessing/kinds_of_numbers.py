"""Columns whose numbers name kinds: zip codes, numbers of shops, codes of errors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.cell_numbers import holds_codes, mostly_text
from rnnsearch.data.raw.tables import Table, TextColumn
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column, is_state_without_name
from rnnsearch.guessing.table_columns import TableColumns

__all__ = ["find_kinds"]

_CALLED = (
    *("zip", "zipcode", "zip code", "postcode", "postalcode", "postal code", "plz", "cap", "cep"),
    *("postleitzahl", "code postal", "codigo postal", "código postal"),
    *("id", "code", "type", "kind", "category", "class", "cluster", "region"),
)
"""Last words of the names of columns whose numbers name something."""
_FEWEST, _MOST = 3, 30
"""Different numbers of which each becomes an input of its own; two are one as they stand."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WHOLE = re.compile(r"-?\d+(\.0)?")


def find_kinds(
    found: TableColumns, columns: Sequence[Column], target: Column, share: float
) -> tuple[tuple[str, ...], list[str]]:
    """The columns that are read as kinds, and a note of those that are called so but are not.

    Args:
        found: The table.
        columns: Those that are read.
        target: What is predicted, which is none of them.
        share: Of the validation and of the test part, each.
    """
    kinds, others, notes = [], [], []
    table = found.table if found.panel is None else found.panel.table
    for column in columns:
        if column.kind == "label" and _looks_like_numbers(table, column.name):
            kinds.append(column.name)
        if column is target or column.kind != "number":
            continue
        if not column.classes and is_state_without_name(table, column.name):
            notes.append(_states_note(column.name, column_cells(table, column.name)))
        if not _is_called_so(column.name):
            continue
        cells = column_cells(table, column.name)
        counts = Counter(cells)
        if len(counts) < _FEWEST or not all(map(_WHOLE.fullmatch, counts)):
            continue
        if len(counts) <= _MOST and _all_in_training(cells, found, share):
            kinds.append(column.name)
        else:
            others.append(column.name)
    return tuple(kinds), [*notes, *([_note(others)] if others else [])]


def _looks_like_numbers(table: Table, name: str) -> bool:
    """Whether readers would take kinds for numbers: most cells are one, and some are ``<1``."""
    cells = column_cells(table, name)
    return not mostly_text(TextColumn(cells)) and not holds_codes(cells)


def _is_called_so(name: str) -> bool:
    return named(_CAMEL.sub("_", name.strip()), _CALLED)


def _all_in_training(cells: Sequence[str], found: TableColumns, share: float) -> bool:
    """Whether all kinds stand in the training part, of every series."""
    rows = np.arange(len(cells) - 2 * round(len(cells) * share))
    if found.panel is not None:
        times = None if found.time is None else found.time.times
        rows = found.panel.training_rows(times, share)
    return {cells[at] for at in rows.tolist()} == {*cells}


def _states_note(name: str, cells: Sequence[str]) -> str:
    """What to say of states that may be what is to be found, but of which training lacks some."""
    return (
        f"'{name}' stays for long at {len({*cells})} whole numbers, as labels do, of which the "
        f"training rows lack some: to find them, data.target: {name}, target_kind: class and "
        "horizon: 0, without it in data.inputs, and recordings that have them all, some of which "
        "judge: data.series, split: {by: series}"
    )


def _note(names: Sequence[str]) -> str:
    quoted = name_some(f"'{name}'" for name in names)
    them, are = ("it", "is") if len(names) == 1 else ("them", "are")
    return (
        f"{quoted} may name something, of many kinds or such as training lacks, and {are} read as "
        f"amounts: if so, take {them} out of data.inputs, or set data.kinds: [{', '.join(names)}]"
    )
