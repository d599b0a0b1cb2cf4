"""A word a row and its tag, as corpora of sentences are kept: no steps of a series."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells

__all__ = ["check_no_words", "check_no_words_of_rows"]

_SENTENCES, _MOST_TAGS, _OFTEN = 20, 100, 10
"""Sentences, at least; different tags, at most; and how often each comes on average."""
_NAMES = re.compile(r"(?:sentence|sent|satz|phrase|frase)[ _]*(?:#|id|no|nr|num|number|idx|index)?")
"""A column that says which sentence a word belongs to: ``Sentence #``, ``sent_id``."""
_WORD = re.compile(r"[^\W\d_]")
_WORDY = 0.5
"""Share of the cells of a column of words that have a letter, at least."""

_MUST = "must have a sentence a row, and the labels of its words beside it"


def check_no_words(text: str) -> None:
    """Refuse a text with a word and its tag a line, and an empty line between sentences.

    Raises:
        InvalidData: It is such.
    """
    sentences = re.split(r"\n\s*\n", text.strip())
    cells = [line.split() for line in text.splitlines() if line.strip()]
    if len(sentences) < _SENTENCES or len({len(each) for each in cells}) != 1:
        return
    columns = [*zip(*cells, strict=True)]
    words = [at for at, column in enumerate(columns[:-1]) if _are_words(column)]
    if words and _are_tags(columns[-1]):
        _refuse_lines(len(sentences), words[0])


def check_no_words_of_rows(table: Table, names: Sequence[str]) -> None:
    """Refuse a table with a word and its tag a row: a column, or empty lines, part sentences.

    Args:
        table: The file.
        names: Columns that the header has once.

    Raises:
        InvalidData: It is such.
    """
    if len(names) < 2 or not _are_tags(column_cells(table, names[-1])):
        return
    sentence = next((name for name in names if _NAMES.fullmatch(name.casefold())), None)
    others = [name for name in names[:-1] if name != sentence]
    words = [name for name in others if _are_words(column_cells(table, name))]
    if not words:
        return
    if sentence is not None:
        _refuse_named(table, sentence, words[0], names[-1])
    lines = np.all([[not cell for cell in column.texts()] for column in table.columns], axis=0)
    empty = int((np.diff(table.rows[~lines]) > 1).sum())
    if empty >= _SENTENCES:
        _refuse_lines(empty + 1, table.header.index(words[0]))


def _are_tags(cells: Sequence[str]) -> bool:
    """Whether few words come again and again."""
    return 1 < len({*cells}) <= min(_MOST_TAGS, len(cells) / _OFTEN)


def _are_words(cells: Sequence[str]) -> bool:
    """Whether there is one word in each cell, most of them of letters."""
    lettered = sum(bool(_WORD.search(cell)) for cell in cells)
    return lettered > _WORDY * len(cells) and not any(" " in cell for cell in cells)


def _refuse_named(table: Table, sentence: str, word: str, tag: str) -> None:
    cells = column_cells(table, sentence)
    filled = [cell for cell in cells if cell]
    parts = sum(1 for at, cell in enumerate(cells) if cell and (not at or cell != cells[at - 1]))
    if parts < _SENTENCES or parts * 2 > len(cells):
        return
    key = f"frame['{sentence}']" + ("" if len(filled) == len(cells) else ".ffill()")
    refuse(
        _MUST,
        f"a word a row: '{sentence}' says which sentence it belongs to",
        f"put the words of each together: frame.groupby({key}, sort=False)[['{word}', '{tag}']]"
        ".agg(lambda words: ' '.join(map(str, words))).to_csv('data.csv', index=False)",
    )


def _refuse_lines(count: int, at: int) -> None:
    refuse(
        _MUST,
        f"a word a line, and empty lines between {count} sentences",
        "put the words of each together: pandas.DataFrame([[' '.join(line.split()[at] for line in "
        f"lines.strip().splitlines()) for at in ({at}, -1)] for lines in '\\n'.join("
        "map(str.strip, open(FILE))).split('\\n\\n') if lines.strip()], "
        "columns=['words', 'labels']).to_csv('data.csv', index=False)",
    )
