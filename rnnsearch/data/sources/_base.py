"""The contract of a source: how files of one kind become a table, or sequences.

A source is one file of this folder and knows nothing of splitting, scaling and windows. What it
reads is a table with one row a time step (`TableReader`), sequences that are separate from each
other (`SequencesReader`), a table with one sequence of tokens a row (`RowsReader`), or one long
text (`TextReader`); `rnnsearch.data.series`, `rnnsearch.data.sequences` and `rnnsearch.data.tokens`
make model input of these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.raw.text_rows import LongText, TextTable

__all__ = ["Parts", "Reader", "RowsReader", "SequencesReader", "TableReader", "TextReader"]

_NOTHING: Mapping[str, Any] = {}


class Parts(NamedTuple):
    """Sequences as they were read. A part that is None is taken out of the training part.

    Attributes:
        train, validation, test: The parts.
        content: What stands for the content of data that lies in no file, else empty.
    """

    train: Raw | None
    validation: Raw | None = None
    test: Raw | None = None
    content: str = ""


class Reader:
    """A source. Stateless."""

    def files(self, section: Any) -> list[Path]:
        """Every file that is read for a data section: by their content a study knows its data."""
        path: Path = section.path
        if not path.is_dir():
            return [path]
        return sorted(file for file in path.rglob("*") if file.is_file())


class TableReader(Reader, ABC):
    """Reads tables with one row a time step."""

    @abstractmethod
    def read(self, path: Path, asked: Mapping[str, Any] = _NOTHING) -> Table:
        """All cells of a file.

        Args:
            path: The file.
            asked: What is said of its dialect, where it is a text.

        Raises:
            InvalidData: The file is missing, broken or empty.
        """


class SequencesReader(Reader, ABC):
    """Reads sequences that are separate from each other, each with its own target.

    Attributes:
        place: The key of the data section that messages about the data name.
    """

    place = "data.path"

    @abstractmethod
    def read(self, section: Any, problems: Problems) -> Parts:
        """The sequences that a spec's data section points at.

        Args:
            section: The data section, of the class that `rnnsearch.spec.sources.SOURCES` names.
            problems: Where to note everything that is wrong; the caller raises them.
        """

    @abstractmethod
    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """New sequences of the same kind, for `predict` and `evaluate`.

        Args:
            path: What the user names: a file or a folder.
            settings: The data section of the search as plain values (`model_dump(mode="json")`).
            targets: Whether the targets are needed too; else `Raw.y` is None.
            problems: Where to note everything that is wrong; the caller raises them.

        Returns:
            None, with problems noted, where nothing could be read.
        """


class RowsReader(Reader, ABC):
    """Reads tables with one sequence a row, as text.

    Attributes:
        identity: The column that names a sequence to the user, None where only its row does.
    """

    identity: str | None = None

    @abstractmethod
    def read(self, path: Path, settings: Mapping[str, Any]) -> TextTable:
        """All cells of a file.

        Args:
            path: A file or a folder.
            settings: The data section as plain values (`model_dump(mode="json")`).

        Raises:
            InvalidData: The file is missing, broken or empty.
        """


class TextReader(Reader, ABC):
    """Reads one long text."""

    @abstractmethod
    def read(self, path: Path) -> LongText:
        """The whole text of a file or a folder.

        Raises:
            InvalidData: The file is missing, is no text, or is empty.
        """
