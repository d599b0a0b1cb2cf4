"""A guess for pairs of texts: one is read, the other written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.texts.tokenizers import Tokenizer, TokenKind
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing._base import Guess, Setting, Wishes, refuse, said_split
from rnnsearch.guessing.budget import Job, Written, judged_share, search_settings, writing_settings
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.name_words import words_in
from rnnsearch.guessing.row_sequences import TARGETS, counts_letters, names_rows, token_kind
from rnnsearch.guessing.tags import are_tags, guess_tags
from rnnsearch.vocabulary import SEQUENCE_TO_SEQUENCE

__all__ = ["find_texts", "guess_pairs"]

_TASK = SEQUENCE_TO_SEQUENCE.name
_MOST_WORDS = 2000
"""Known words of each language: the time of a step is mostly that of choosing among them."""
_FEWEST = 30
"""Pairs; fewer teach nothing that could be judged."""
_ALIKE, _FEWEST_LETTERS = 0.1, 10
"""Share of the letters of two texts that may be the same where they are of two scripts."""
_LANGUAGES = {
    word
    for line in (
        "en eng english de ger deu german deutsch fr fra fre french es spa spanish it ita italian",
        "pt por portuguese nl nld dutch ru rus russian pl pol polish cs ces czech sv swe swedish",
        "da dan danish fi fin finnish tr tur turkish ar ara arabic he heb hebrew fa fas persian",
        "hi hin hindi ta tam tamil te tel telugu bn ben bengali ur urd urdu mr mar marathi thai",
        "vi vie vietnamese indonesian ja jpn japanese ko kor korean zh zho chinese uk ukrainian",
        "ro ron romanian el ell greek hu hun hungarian la lat latin sw swa swahili yo yor yoruba",
    )
    for word in line.split()
}
"""Names of languages, and their codes of ISO 639."""
_PAIRS = [
    ({*one.split()}, {*other.split()})
    for one, other in (
        ("source src", "target tgt trg"),
        (
            "input question query prompt context utterance",
            "output answer response reply completion",
        ),
        ("instruction", "output response completion"),
        ("article document text dialogue story body", "summary highlights headline abstract tldr"),
        ("original noisy incorrect wrong complex", "translation clean correct corrected simple"),
        ("informal", "formal"),
        (
            "word grapheme graphemes orthography lemma",
            "pronunciation phoneme phonemes phones ipa form",
        ),
    )
]
"""Words in the names of two texts of which the second is made of the first."""
_SHARE = 0.1
"""Of each of these parts, at most."""
_MOST_ROWS = 1000
"""Rows of these parts that tell two networks apart; more only take time."""


def find_texts(table: Table, columns: Sequence[Column], wishes: Wishes) -> list[Column]:
    """The columns of texts, where there are two or more and they are to be learned from each other.

    Beside classes or numbers they are if the user says so, `--task sequence_to_sequence`, or if the
    names or the letters of two do: English and Hindi, an article and its summary. Classes count in
    whatever order their rows are: texts are no steps of time.
    """
    texts = [column for column in columns if column.kind == "text"]
    others = [column for column in texts if not names_rows(table, column.name)]
    texts = others if len(others) > 1 else texts
    asked = wishes.mapping
    if len(texts) < 2 or not (asked is None or asked.encodes or asked.aligned):
        return []
    others = [
        column
        for column in columns
        if column.kind != "text"
        and (not column.flaw or len(column.classes) > 1)
        and not counts_letters(table, column, texts)
    ]
    if wishes.task == _TASK or not others:
        return texts
    if wishes.target is not None or any(named(column.name, TARGETS) for column in others):
        return []
    return next((list(two) for two in combinations(texts, 2) if _belong(table, *two)), [])


def _belong(table: Table, one: Column, other: Column) -> bool:
    """Whether the names of two texts, or their alphabets, say that one becomes the other."""
    first, second = (words_in(column.name) for column in (one, other))
    if any((first & a and second & b) or (first & b and second & a) for a, b in _PAIRS):
        return True
    if first & _LANGUAGES and second & _LANGUAGES and first != second:
        return True
    letters = [
        {char for cell in column_cells(table, column.name) for char in cell if char.isalpha()}
        for column in (one, other)
    ]
    alike = len(letters[0] & letters[1]) <= _ALIKE * min(map(len, letters))
    return min(map(len, letters)) >= _FEWEST_LETTERS and alike


def guess_pairs(
    table: Table,
    texts: list[Column],
    columns: Sequence[Column],
    wishes: Wishes,
    notes: list[str],
    split: Mapping[str, object] | None = None,
) -> Guess:
    """A spec for texts and what they become, or for the labels of their words.

    Args:
        table: The file.
        texts: Two columns of texts, or more.
        columns: All of them.
        wishes: What the user said.
        notes: What is to be said of the file.
        split: The parts, where a column says them.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    source, target = _two(texts, wishes)
    others = [column.name for column in columns if column.name not in (source, target)]
    notes = notes + [f"'{name}' is left out: two texts are read" for name in others]
    read, write = column_cells(table, source), column_cells(table, target)
    pairs = [pair for pair in zip(read, write, strict=True) if "" not in pair]
    if len(pairs) < _FEWEST:
        must = f"must have at least {_FEWEST} rows with both texts"
        received = f"{len(pairs)} with '{source}' and '{target}'"
        refuse(must, received, "give more, or name another column: --target")
    if wishes.task != _TASK and are_tags(pairs):
        return guess_tags((source, target), pairs, wishes, notes, split)
    if wishes.mapping is not None and wishes.mapping.aligned:
        must = "must have a label for each word, of a few that come up again"
        refuse(must, f"other texts in '{target}'", f"leave out --task, or say {_TASK}")
    kinds = [token_kind(texts)[0] for texts in (read, write)]
    tokens = [
        _tokens(texts, kind) for texts, kind in zip(zip(*pairs, strict=True), kinds, strict=True)
    ]
    found = [
        Setting("source", "pairs", "a text and what it becomes in each row"),
        Setting("path", None),
        Setting("sequence", source, f"is read; usually of {_usual(tokens[0])} tokens"),
        Setting("target", target, f"is written; usually of {_usual(tokens[1])} tokens"),
        *_token_settings(kinds),
        said_split(split) if split else _split(pairs),
    ]
    gaps = len(read) - len(pairs)
    if gaps:
        found.append(Setting("missing", "drop", f"{gaps} rows without one of the two"))
    job = _job(tokens, kinds)
    objective = Setting("objective", "val_perplexity", "between how many tokens it wavers")
    return Guess(
        Setting("task", _TASK, "a text in, another text out"),
        tuple(found),
        writing_settings(job),
        search_settings(job, objective, wishes.cores),
        tuple(notes),
    )


def _two(texts: list[Column], wishes: Wishes) -> tuple[str, str]:
    """The text that is read, and the one that is written: the first two, or as the user says."""
    names = [column.name for column in texts]
    target = names[1] if wishes.target is None else wishes.target
    if target not in names:
        advice = f"there are: {', '.join(names)}"
        refuse("must be a column of texts", f"'{target}'", advice, path="--target")
    return next(name for name in names if name != target), target


def _tokens(texts: Sequence[str], kind: TokenKind) -> list[list[str]]:
    """The tokens of each text."""
    tokenizer = Tokenizer(kind, lower_case=kind == "words")
    return [tokenizer.tokens(text) for text in texts]


def _usual(tokens: list[list[str]]) -> int:
    return int(np.median([len(text) for text in tokens]))


def _token_settings(kinds: list[TokenKind]) -> list[Setting]:
    """How both texts are cut, and which tokens are known."""
    read, written = kinds
    steps = {"words": "a word or a mark of punctuation", "characters": "a letter"}
    found = [Setting("tokens", read, f"a step is {steps[read]}")]
    if written != read:
        found.append(Setting("target_tokens", written, f"of the target, {steps[written]}"))
    if "words" in kinds:
        why = "frequent words of each column; all others are one"
        found.append(Setting("max_vocabulary", _MOST_WORDS, why))
        found.append(Setting("lower_case", True, "so that a word has one form"))
    return found


def _share(rows: int) -> float:
    """Of the validation part, and of the test part."""
    return judged_share(_SHARE, _MOST_ROWS, rows)


def _split(pairs: Sequence[tuple[str, str]]) -> Setting:
    """The parts by share, and what of them must not be judged."""
    share, again = _share(len(pairs)), len(pairs) - len({text for text, _ in pairs})
    split: dict[str, object] = {"validation": share, "test": share}
    why = "at random, but rows that follow each other stay together"
    if again:
        split["duplicates"] = "drop"
        why += f"; {again} texts come up again, and pairs that do must not be judged"
    return Setting("split", split, why)


def _job(tokens: list[list[list[str]]], kinds: list[TokenKind]) -> Job:
    """How much there is to train on; short texts are padded to the longest."""
    rows = len(tokens[0])
    written = sum(map(len, tokens[1]))
    share = _share(rows)
    known = len({token for text in tokens[1] for token in text})
    words = "words" in kinds
    train = max(1, round(rows * (1 - 2 * share)))
    return Job(
        train=train,
        validation=max(1, round(rows * share)),
        steps=_padded(tokens[0]),
        written=Written(
            tokens=round(written * train / rows),
            steps=_padded(tokens[1]),
            vocabulary=min(known, _MOST_WORDS) if words else known,
            embedding=64 if words else 16,
        ),
        most_batch=32,
        trials=(8, 16),
        epochs=(10, 40),
    )


def _padded(tokens: list[list[str]]) -> int:
    """Steps that a text takes: nearly those of the longest; a few outliers are not to count."""
    return max(1, round(float(np.quantile([len(text) for text in tokens], 0.99))))
