"""Text as it was read: a table with one sequence a row, or one long text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["LongText", "TextTable"]


@dataclass(frozen=True)
class TextTable:
    """R rows of text.

    Attributes:
        header: Column names.
        rows: (R,) where each row stands in the file.
        columns: R cells each, as the header, "" where there is nothing.
        notes: What was decided in reading, for the user.
        decided: What was found of a text file's dialect, for new files to be read with.
    """

    header: tuple[str, ...]
    rows: np.ndarray
    columns: tuple[Sequence[str], ...]
    notes: tuple[str, ...] = ()
    decided: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Sequence[str]:
        """The cells of the first column of this name."""
        return self.columns[self.header.index(name)]


@dataclass(frozen=True)
class LongText:
    """What stands in a file, or in those of a folder.

    Attributes:
        text: All of it, line ends as ``\\n``.
        notes: What was decided in reading, for the user.
    """

    text: str
    notes: tuple[str, ...] = ()
