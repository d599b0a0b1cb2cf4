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
from rnnsearch.data.sources.packed import name_inside
from rnnsearch.data.sources.plain import files_below, read_plain
from rnnsearch.data.splits import said_part

__all__ = ["ENDINGS", "FastaReader"]

ENDINGS = (".fasta", ".fa", ".fna", ".faa", ".fas", ".fsa", ".ffn", ".frn", ".mpfa")
"""Of FASTA files; others that stand in a folder beside them are left out."""


class FastaReader(RowsReader):
    """Reads a file or a folder of files as a table with the columns name, sequence and label.

    A row stands where its header line does; in a folder lines are counted through all files. Where
    folders or files are called train and test, what stands in them has a column `part`, too.
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
        files = _files(path)
        parts = _parts(files, path)
        rows: list[int] = []
        cells: list[list[str]] = []
        lines = 0
        for file in files:
            text = read_plain(file, problems)
            part, own = _place(file, path, files, bool(parts))
            for line, header, letters in _records(text, file, problems):
                rows.append(lines + line)
                name = (header.split() or [""])[0]
                cells.append([name, letters, _label(pattern, header, own), part])
            lines += text.count("\n") + 1
        problems.raise_any()
        if not cells:
            must = "must hold sequences, each below a line that begins with >"
            problems.add("data.path", must, "none", f"look at {path}")
        problems.raise_any()
        names = ("name", "sequence", "label", "part")[: 4 if parts else 3]
        columns = tuple(zip(*cells, strict=True))[: len(names)]
        places = np.asarray(rows, dtype=np.int64)
        return TextTable(names, places, columns, tuple(problems.notes))


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder; where some of these end as FASTA does, only these."""
    every = files_below(path)
    named = [file for file in every if name_inside(file).lower().endswith(ENDINGS)]
    return named if path.is_dir() and named else every


def _parts(files: list[Path], path: Path) -> set[str]:
    """Training, validation, test, where all folders, or all files, are called so; else none."""
    if not path.is_dir():
        return set()
    parts = {said_part(_outer(file, path)) for file in files}
    return parts if "train" in parts and len(parts) > 1 and "" not in parts else set()


def _outer(file: Path, path: Path) -> str:
    """The folder below `path` that a file is in, else its own name."""
    outer = file.relative_to(path).parts[0]
    return outer if file.parent != path else Path(name_inside(file)).stem


def _place(file: Path, path: Path, files: list[Path], parts: bool) -> tuple[str, str]:
    """The part and the class of a file, by the folders that it is in, or by its name."""
    if not parts:
        folders = path.is_dir() and any(each.parent != path for each in files)
        return "", _outer(file, path) if folders else Path(name_inside(file)).stem
    part = said_part(_outer(file, path))
    inner = file.relative_to(path).parts[1:]
    if not inner:
        return part, ""  # the header lines say the class
    return part, inner[0] if len(inner) > 1 else Path(name_inside(file)).stem


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
