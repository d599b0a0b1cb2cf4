"""Collecting what is wrong with data, and saying it in few words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnnsearch.errors import InvalidData, Problem

__all__ = ["Problems", "name_nearest", "name_rows", "name_some"]


@dataclass
class Problems:
    """Everything found to be wrong so far; raised together.

    Attributes:
        found: The problems.
        place: The key that names the data, and is put where `data.path` is said.
        notes: What was decided, and the user may want otherwise.
    """

    found: list[Problem] = field(default_factory=list)
    place: str = "data.path"
    notes: list[str] = field(default_factory=list)

    def add(self, path: str, must: str, received: str = "", advice: str = "") -> None:
        """Note one problem."""
        path = self.place if path == "data.path" else path
        self.found.append(Problem(path, must, received, advice))

    def raise_any(self) -> None:
        """Stop here if anything was found.

        Raises:
            InvalidData: With all problems noted.
        """
        if self.found:
            raise InvalidData(self.found)


def name_rows(rows: Sequence[int] | np.ndarray, most: int = 5) -> str:
    """Rows of a file as text: ``row 7`` or ``3 rows (2, 5 to 6)``; long lists are cut."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    shown = [f"{a}" if a == b else f"{a} to {b}" for a, b in runs[:most]]
    more = ", …" if len(runs) > most else ""
    return f"{len(rows)} rows ({', '.join(shown)}{more})"


def name_some(values: Iterable[object], most: int = 6) -> str:
    """Values as text, separated by commas; long lists are cut."""
    names = [str(value) for value in values]
    more = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def name_nearest(name: str, known: Sequence[str]) -> str:
    """Advice for a name that is not there: the nearest one, and all there are."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if not close:
        folded = {other.casefold(): other for other in known}
        close = [folded[name.casefold()]] if name.casefold() in folded else []
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}there are: {name_some(known, 20)}"
