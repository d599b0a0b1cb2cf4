"""FASTA: a line with ``>`` and a name, then lines of letters, for each sequence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.raw.text_rows import TextTable
from rnnsearch.data.sources._base import RowsReader
from rnnsearch.data.sources.plain import files_below, read_plain

__all__ = ["FastaReader"]


class FastaReader(RowsReader):
    """Reads a file or a folder of files as a table with the columns name, sequence and label.

    A row stands where its header line does; in a folder lines are counted through all files.
    """

    identity = "name"

    def read(self, path: Path, settings: Mapping[str, Any]) -> TextTable:
        """Every sequence; its label is "" where there is none.

        Raises:
            InvalidData: A file is missing, is no FASTA, or holds no sequence.
        """
        problems = Problems()
        pattern = _pattern(settings["label"], problems)
        problems.raise_any()
        files = files_below(path)
        folders = any(file.parent != path for file in files) if path.is_dir() else False
        rows: list[int] = []
        cells: list[list[str]] = []
        lines = 0
        for file in files:
            text = read_plain(file, problems)
            own = file.relative_to(path).parts[0] if folders else file.stem
            for line, header, letters in _records(text, file, problems):
                rows.append(lines + line)
                cells.append([(header.split() or [""])[0], letters, _label(pattern, header, own)])
            lines += text.count("\n") + 1
        problems.raise_any()
        if not cells:
            must = "must hold sequences, each below a line that begins with >"
            problems.add("data.path", must, "none", f"look at {path}")
        problems.raise_any()
        columns = tuple(zip(*cells, strict=True))
        names, places = ("name", "sequence", "label"), np.asarray(rows, dtype=np.int64)
        return TextTable(names, places, columns, tuple(problems.notes))


def _pattern(label: str | None, problems: Problems) -> re.Pattern[str] | None:
    """The regular expression that finds a label; None if files or folders say it."""
    if label is None:
        return None
    try:
        pattern = re.compile(label)
    except re.error as error:
        must = "must be a regular expression"
        problems.add("data.label", must, f"{label} ({error})", r"such as class=(\w+)")
        return None
    if pattern.groups == 0:
        must, advice = "must have a group, which finds the class", r"such as class=(\w+)"
        problems.add("data.label", must, label, advice)
    return pattern


def _label(pattern: re.Pattern[str] | None, header: str, own: str) -> str:
    """The class of a sequence, "" where its header has none."""
    if pattern is None:
        return own
    found = pattern.search(header)
    return (found.group(1) or "") if found else ""


def _letters(line: str) -> str:
    """The letters of a line, without the numbers of positions that may stand beside them."""
    words = line.split()
    return "".join([word for word in words if not word.isdecimal()] or words)


def _records(text: str, file: Path, problems: Problems) -> list[tuple[int, str, str]]:
    """Line, header and letters of each sequence of a file."""
    found: list[tuple[int, str, list[str]]] = []
    astray: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(">"):
            found.append((number, line[1:].strip(), []))
        elif not line.strip() or line.startswith(";"):  # ; is a comment in old files
            continue
        elif found:
            found[-1][2].append(_letters(line))
        else:
            astray.append(number)
    if astray:
        received = f"line {astray[0]} of {file}"
        must = "must begin with a header line, > and a name"
        problems.add("data.path", must, received, "give a FASTA file")
    empty = [header for _, header, letters in found if not letters]
    if empty:
        must = "must have letters below each header line"
        received = f"none below {name_some(empty, 3)} in {file}"
        problems.add("data.path", must, received, "leave these out")
    return [(number, header, "".join(letters)) for number, header, letters in found]
