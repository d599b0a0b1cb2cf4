"""A guess for a table with a sequence a row: a text or DNA, and its class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.texts.tokenizers import Tokenizer, TokenKind
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing._base import Guess, Setting, Wishes, refuse, said_split
from rnnsearch.guessing.budget import Job, search_settings, space_settings
from rnnsearch.guessing.class_objective import class_objective
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.folding import with_folds
from rnnsearch.vocabulary import MANY_TO_ONE

__all__ = [
    "TARGETS",
    "Labelled",
    "balance",
    "counts_letters",
    "find_sequences",
    "guess_labelled",
    "guess_rows",
    "names_rows",
    "token_kind",
    "words_of",
]

_SHORT = 8
"""Sequences below this length are not worth truncating."""
_WORDY = 3
"""Spaces in a usual text from which it is taken for words."""
_MOST_WORDS = 5000
_FEWEST_LETTERS, _DIFFER = 4, 0.8
"""Letters of the usual sequence that is spelt, and the share of them that must differ."""
_MOST_GAPS = 0.2
"""Share of the rows that may lack a text."""
_TO_COMMAS = (
    "if lines have several cells set apart by blanks, write commas between them: "
    "pandas.read_fwf(FILE).to_csv('data.csv'); else write the spec by hand: docs/spec.md"
)
_FEATURES = 3
"""Columns of numbers beside which a text that only names its row is none to read."""
_COUNTED = 0.05
"""Share of the texts that may differ in more than their digits, where these count the rows."""
_DRAWN = re.compile(r"[0-9a-f-]{8,}", re.IGNORECASE)
_MOST_CLASSES, _ROWS_A_CLASS = 30, 5
"""Whole numbers are classes of texts if there are no more of them, and each comes up so often."""
TARGETS = (
    *("target", "y", "label", "class", "category", "sentiment", "polarity", "stars", "rating"),
    *("score", "emotion", "intent", "topic"),
)
"""Words in the names of columns that say what a text is."""
_IDENTITY = re.compile(
    r"(?:.*[ _.-])?[a-z]{0,2}(?i:ids?|uuid|guid|hash)[ _.-]?\d*|.*[a-z]I[dD]s?\d*"
)
"""Names of columns that say which thing or person it is: ``user_id``, ``ProductId``, ``qid1``."""
_FORMULA = re.compile(r".*[\w)]\s*[+*/^=×÷]\s*[-(]*\w.*")
"""A cell to be computed: ``12+57``."""


@dataclass(frozen=True)
class Labelled:
    """Sequences of tokens, each with its class.

    Attributes:
        cells: The sequences, "" where there is none.
        classes: Class → sequences, the most frequent first; empty where numbers are predicted.
        gaps: How many lack the sequence or the class.
    """

    cells: Sequence[str]
    classes: Mapping[str, int]
    gaps: int = 0


def find_sequences(table: Table, found: list[Column]) -> tuple[Column, list[Column]] | None:
    """The column of sequences and those of classes, where each row is a sequence of its own.

    None where rows are steps. A column of sentences wins over numbers, of which few that come up
    again and again are classes; and of a single column of others it is what these are said of.

    Raises:
        InvalidData: There are texts and nothing to learn of them.
    """
    texts = [c for c in found if c.kind == "text" and c.gaps.mean() <= _MOST_GAPS]
    found = [column for column in found if not counts_letters(table, column, texts)]
    numbers = [column for column in found if column.kind == "number" and not column.flaw]
    if len(numbers) >= _FEATURES:
        texts = [column for column in texts if not names_rows(table, column.name)]
    texts.sort(key=lambda column: _rank(table, column))
    labels = [c for c in found if c.kind == "label" and len(c.classes) > 1]
    codes = [coded for column in found if (coded := _as_classes(table, column)) is not None]
    labels, codes = _without_names(labels), _without_names(codes)
    wordy = bool(texts) and (
        words_of(table, texts[0]) >= _WORDY or _spelt(table, texts[0]) or _computes(table, texts[0])
    )
    scored = wordy and len(numbers) == 1 and not labels and not codes
    if not texts or not (labels or not numbers or (wordy and codes) or scored):
        return None
    if scored:
        return texts[0], numbers
    if not labels or (wordy and any(named(column.name, TARGETS) for column in codes)):
        labels = labels + codes
    if not labels:
        refuse(
            "must have a row a time step, or a text and its class in each row",
            f"no time stamps, and no class beside the texts of '{texts[0].name}'",
            _TO_COMMAS
            if len(table.header) == 1 and " " in table.header[0]
            else "write the spec by hand: docs/spec.md",
        )
    return texts[0], labels


def _without_names(columns: list[Column]) -> list[Column]:
    """Columns but those that say which thing or person it is, where there are others."""
    return [c for c in columns if not _IDENTITY.fullmatch(c.name.strip())] or columns


def _computes(table: Table, column: Column) -> bool:
    """Whether a text is to be computed: ``12+57``."""
    cells = [cell for cell in column_cells(table, column.name) if cell]
    return bool(cells) and all(map(_FORMULA.fullmatch, cells))


def counts_letters(table: Table, column: Column, texts: Sequence[Column]) -> bool:
    """Whether a number only says how long a text beside it is."""
    if column.kind != "number":
        return False
    said = column_cells(table, column.name)
    return any(
        all(
            not number or number in (str(len(text)), str(len(text.split())))
            for number, text in zip(said, column_cells(table, each.name), strict=True)
        )
        for each in texts
    )


def names_rows(table: Table, name: str) -> bool:
    """Whether a column only names each row: ``P-017``, or what a program draws: ``3f2a-…``."""
    cells = [cell for cell in column_cells(table, name) if cell]
    bare = {re.sub(r"\d", "", cell) for cell in cells}
    drawn = all(_DRAWN.fullmatch(cell) for cell in cells)
    return len(bare) <= _COUNTED * len(cells) or (drawn and len({*cells}) == len(cells))


def words_of(table: Table, column: Column) -> float:
    """Spaces in the usual text of a column."""
    cells = column_cells(table, column.name)
    return float(np.median([cell.count(" ") for cell in cells[:: max(1, len(cells) // 500)]]))


def _rank(table: Table, column: Column) -> tuple[float, bool, float]:
    """Orders columns of texts: sentences, what is spelt, the longer of others."""
    words = words_of(table, column)
    return -words if words >= _WORDY else 0.0, not _spelt(table, column), -_letters(table, column)


def _letters(table: Table, column: Column) -> float:
    """Length of the usual text of a column."""
    cells = column_cells(table, column.name)
    return float(np.median([len(cell) for cell in cells[:: max(1, len(cells) // 500)]]))


def _spelt(table: Table, column: Column) -> bool:
    """Whether texts differ in their letters, as DNA, molecules and names do, not in a number only.

    Texts that count, or say when, are no sequences: ``s17``, ``Week 5 2020``.
    """
    cells = [cell for cell in column_cells(table, column.name) if cell]
    bare = [re.sub(r"[\W\d_]", "", cell) for cell in cells]
    usual = float(np.median([len(letters) for letters in bare]))
    differ = len({*bare}) >= _DIFFER * len(bare) and len({*cells}) >= _DIFFER * len(cells)
    return usual >= _FEWEST_LETTERS and differ


def _as_classes(table: Table, column: Column) -> Column | None:
    """A column of numbers as one of classes, where a few whole ones come up again and again."""
    if column.kind != "number" or (column.flaw and not column.flaw.startswith("is empty")):
        return None
    counts = Counter(cell for cell in column_cells(table, column.name) if cell)
    few = 2 <= len(counts) <= min(_MOST_CLASSES, sum(counts.values()) / _ROWS_A_CLASS)
    whole = all(cell.removeprefix("-").removesuffix(".0").isdecimal() for cell in counts)
    if not few or not whole or min(counts.values()) < 2:
        return None
    return replace(column, kind="label", classes=dict(counts.most_common()), flaw="")


def guess_rows(
    table: Table,
    text: Column,
    labels: list[Column],
    wishes: Wishes,
    notes: list[str],
    split: Mapping[str, object] | None = None,
) -> Guess:
    """A spec for separate sequences.

    Args:
        table: The file.
        text: The column of sequences.
        labels: Columns of classes.
        wishes: What the user said.
        notes: What is to be said of the other columns.
        split: The parts, where a column says them.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    if wishes.mapping is not None and not wishes.mapping.sums_up:
        received = f"{wishes.task}, and a sequence in each row of '{text.name}'"
        refuse(
            "must be many_to_one", received, "write the spec by hand: docs/spec.md", path="--task"
        )
    target = _target(labels, wishes)
    cells = column_cells(table, text.name)
    answers = column_cells(table, target.name)
    gaps = sum("" in pair for pair in zip(cells, answers, strict=True))
    kind, why = token_kind(cells)
    settings = [
        Setting("source", "table", "a sequence a row"),
        Setting("path", None),
        Setting("sequence", text.name, f"usually of {_usual(cells, kind)} tokens"),
        Setting("tokens", kind, why),
    ]
    if kind == "words":
        why = "frequent words; all others are one"
        settings.append(Setting("max_vocabulary", _MOST_WORDS, why))
    said = f"classes: {balance(target.classes)}" if target.classes else "numbers"
    settings.append(Setting("target", target.name, said))
    others = [f"'{column.name}'" for column in labels if column is not target]
    if others and wishes.target is None:
        notes = [*notes, f"could be found, too, and is left out: {name_some(others)} (--target)"]
    found = Labelled(cells, target.classes, gaps)
    return guess_labelled(found, kind, settings, wishes, notes, split)


def guess_labelled(
    found: Labelled,
    kind: TokenKind,
    settings: list[Setting],
    wishes: Wishes,
    notes: list[str],
    split: Mapping[str, object] | None = None,
) -> Guess:
    """A spec for sequences of tokens and their classes.

    Args:
        found: What there is.
        kind: The tokens.
        settings: The keys of the data section that say where it is.
        wishes: What the user said.
        notes: For the user.
        split: The parts, where a column says them.
    """
    parts = said_split(split) if split else _split(found.cells, bool(found.classes))
    data = [*settings, Setting("target_kind", "class" if found.classes else "numeric"), parts]
    if found.gaps:
        data.append(Setting("missing", "drop", f"{found.gaps} rows without a text or a class"))
    usual, rows = _usual(found.cells, kind), len(found.cells)
    job = Job(
        train=round(0.6 * rows),
        validation=round(0.2 * rows),
        steps=max(len(Tokenizer(kind).tokens(cell)) for cell in found.cells),
        both_ways=True,
        unrolled=(usual // 2,) if usual >= _SHORT else (),
    )
    objective = Setting("objective", "val_rmse", "in the target's own unit; smaller is better")
    if found.classes:
        objective = class_objective(found.classes.values())
    what = "class" if found.classes else "number"
    return Guess(
        Setting("task", MANY_TO_ONE.name, f"a sequence in, one {what} out"),
        tuple(data),
        space_settings(job),
        search_settings(job, objective, wishes.cores),
        tuple(notes),
    )


def _usual(cells: Sequence[str], kind: TokenKind) -> int:
    """Tokens of a usual sequence."""
    return int(np.median([len(Tokenizer(kind).tokens(cell)) for cell in cells]))


def _target(labels: list[Column], wishes: Wishes) -> Column:
    """The column of classes that is asked for, else the last one."""
    known = [column.name for column in labels]
    if wishes.target is None:
        said = [column for column in labels if named(column.name, TARGETS)]
        return (said or labels)[-1]
    if wishes.target not in known:
        received, advice = f"'{wishes.target}'", f"there are: {name_some(known)}"
        refuse("must be a column of classes", received, advice, path="--target")
    return labels[known.index(wishes.target)]


def _split(cells: Sequence[str], classes: bool) -> Setting:
    """The parts; texts that come up again are left out."""
    cells = [cell for cell in cells if cell]
    split: dict[str, object] = {"validation": 0.2, "test": 0.2}
    said = "at random, each class in the same share" if classes else "at random"
    if len(set(cells)) < len(cells):
        split["duplicates"] = "drop"
        said += f"; {len(cells) - len(set(cells))} texts come up again, and must not be judged"
    split, folds = with_folds(split, round(0.8 * len(cells)))
    return Setting("split", split, said + folds)


def token_kind(cells: Sequence[str]) -> tuple[TokenKind, str]:
    """Characters, or words where the usual text has some spaces."""
    spaces = np.median([cell.count(" ") for cell in cells])
    if spaces >= _WORDY:
        return "words", "a step is a word or a mark of punctuation"
    return "characters", "a step is a letter"


def balance(classes: Mapping[str, int]) -> str:
    """Class and members, the most frequent first."""
    return name_some([f"{label} {count}" for label, count in classes.items()], 5)
