"""One long text: a file, or the files of a folder."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.text_rows import LongText
from rnnsearch.data.sources._base import TextReader
from rnnsearch.data.sources.plain import files_below, read_plain

__all__ = ["PlainTextReader"]


class PlainTextReader(TextReader):
    """Reads text, UTF-8 or what its words speak for."""

    def read(self, path: Path) -> LongText:
        """The text; of a folder all files by name, a line end between them.

        Raises:
            InvalidData: The file is missing, is no text, or is empty.
        """
        problems = Problems()
        texts = [read_plain(file, problems) for file in files_below(path)]
        problems.raise_any()
        text = "\n".join(text.removesuffix("\n") for text in texts) + "\n"
        if not text.strip():
            problems.add("data.path", "must hold a text", "an empty one", f"look at {path}")
        problems.raise_any()
        return LongText(text, tuple(problems.notes))
