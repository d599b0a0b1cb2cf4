"""A text table without quotes, read by its bytes: what separates cells is found all at once.

In such a file, with lines that all have as many separators as the header, a cell is what stands
between two of them. So nothing needs to go through it character by character, as quotes do.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnnsearch.data.series.table import Table
from rnnsearch.data.sources._cells import PADDING, BytesColumn, Cells

__all__ = ["SEPARATORS", "read_unquoted"]

SEPARATORS = ",;\t"

_BLOCK = 1 << 22
"""Bytes of a block: it is looked through several times, and should stay in the cache."""

_NEWLINE, _RETURN = 10, 13


def read_unquoted(path: Path) -> Table | None:
    """All cells of a file; None where it has quotes, or anything that must be told to the user."""
    content = _content(path)
    if content is None or not _simple(content):
        return None
    text = memoryview(content)
    begin = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    end = content.index(b"\n")
    first = str(text[begin:end], "utf-8").removesuffix("\r")
    if not first or end > csv.field_size_limit():
        return None
    separator = max(SEPARATORS, key=first.count)
    header = tuple(cell.strip() for cell in first.split(separator))
    blocks: list[Cells] = []
    rows: list[np.ndarray] = []
    line = 2
    for piece in _pieces(content, end + 1):
        found = _cells(text[piece.start : piece.stop + PADDING], len(piece), separator, len(header))
        if found is None:
            return None
        cells, places, lines = found
        blocks.append(cells)
        rows.append(line + places)
        line += lines
    if not sum(map(len, rows)):
        return None
    columns = tuple(BytesColumn(blocks, index) for index in range(len(header)))
    return Table(header, np.concatenate(rows), columns)


def _content(path: Path) -> bytearray | None:
    """What is in a file, a line end at its end, and the padding that `Cells` needs."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            size = path.stat().st_size
            content = bytearray(size + 1 + PADDING)
            if file.readinto(memoryview(content)[:size]) != size or not size:
                return None
    except OSError:
        return None
    if content[size - 1] != _NEWLINE:
        content[size] = _NEWLINE
        size += 1
    del content[size + PADDING :]
    return content


def _simple(content: bytearray) -> bool:
    """Whether this is text of lines without quotes, such as csv.reader takes as it stands."""
    end = len(content) - PADDING
    if b'"' in content or content.find(0) < end:
        return False
    letters = np.frombuffer(content, np.uint8)
    returns = np.flatnonzero(letters == _RETURN) if b"\r" in content else np.zeros(0, np.int64)
    return bool((letters[returns + 1] == _NEWLINE).all()) and _is_text(content)


def _is_text(content: bytearray) -> bool:
    """Whether this is UTF-8."""
    if content.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    text = memoryview(content)
    try:
        for begin in range(0, len(text), _BLOCK):
            decoder.decode(text[begin : begin + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(content: bytearray, begin: int) -> Iterator[range]:
    """Bytes of whole lines, about as many as a block has."""
    end = len(content) - PADDING
    while begin < end:
        stop = content.index(b"\n", min(begin + _BLOCK, end) - 1) + 1
        yield range(begin, stop)
        begin = stop


def _cells(
    text: memoryview, size: int, separator: str, count: int
) -> tuple[Cells, np.ndarray, int] | None:
    """The cells of some lines.

    Args:
        text: The lines and, after `size` bytes, the padding.
        size: Their bytes.
        separator: Between two cells.
        count: Cells of a line.

    Returns:
        The cells, which of the lines each row is (R,), and the number of lines; None where a line
        has more or fewer cells, or a cell is longer than csv.reader takes.
    """
    letters = np.frombuffer(text, np.uint8, size)
    ends = np.flatnonzero((letters == _NEWLINE) | (letters == ord(separator)))
    last = letters[ends] == _NEWLINE
    begins = np.concatenate([[0], ends[:-1] + 1])
    returned = last & (ends > begins) & (letters[ends - 1] == _RETURN)
    stops = ends - returned
    kept = np.ones(int(last.sum()), dtype=bool)
    if count > 1:
        blank = last & np.concatenate([[True], last[:-1]]) & (stops == begins)
        kept = ~blank[last]
        begins, stops, last = begins[~blank], stops[~blank], last[~blank]
    if len(last) != kept.sum() * count:
        return None
    last = last.reshape(-1, count)
    if last[:, :-1].any() or not last[:, -1].all():
        return None
    if size > np.iinfo(np.int32).max or (stops - begins).max(initial=0) > csv.field_size_limit():
        return None
    rows = Cells(
        text,
        begins.reshape(-1, count)[:, 0].astype(np.int32),
        stops.reshape(-1, count).astype(np.int32),
        between=1,
    )
    return rows, np.flatnonzero(kept), len(kept)
