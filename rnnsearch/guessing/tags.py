"""A guess for sentences and a label of each of their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rnnsearch.guessing._base import Guess, Setting, Wishes, said_split
from rnnsearch.guessing.budget import Job, search_settings, space_settings
from rnnsearch.guessing.class_objective import class_objective
from rnnsearch.guessing.folding import with_folds
from rnnsearch.vocabulary import MANY_TO_MANY, SEQUENCE_TO_SEQUENCE

__all__ = ["are_tags", "guess_tags"]

_MOST_WORDS = 5000
_SHARE = 0.2
"""Of the test part, and of a validation part."""

Pairs = Sequence[tuple[str, str]]
"""A sentence, and what may be the labels of its words."""


def are_tags(pairs: Pairs) -> bool:
    """Whether the second text of each pair has as many words, or letters, and these are a few."""
    cut = list if by_letters(pairs) else str.split
    words = [(cut(read), cut(written)) for read, written in pairs]
    labels = [word for _, written in words for word in written]
    known = {word for read, _ in words for word in read}
    aligned = all(len(read) == len(written) for read, written in words)
    few = 20 * len(set(labels)) < len(labels) and 2 * len(set(labels)) < len(known)
    return aligned and few and len(labels) > 2 * len(pairs)


def by_letters(pairs: Pairs) -> bool:
    """Whether each text is one word with as many letters as the other has: a protein's folds."""
    one_word = not any(" " in text.strip() for pair in pairs for text in pair)
    return one_word and all(len(read) == len(written) for read, written in pairs)


def guess_tags(
    columns: tuple[str, str],
    pairs: Pairs,
    wishes: Wishes,
    notes: Sequence[str],
    split: Mapping[str, object] | None = None,
) -> Guess:
    """A spec for them: a label is found at each word.

    Args:
        columns: Names of the sentences and of the labels.
        pairs: Rows that have both.
        wishes: What the user said.
        notes: What is to be said of the file.
        split: The parts, where a column says them.
    """
    letters = by_letters(pairs)
    cut = list if letters else str.split
    counts = Counter(label for _, written in pairs for label in cut(written))
    parts, why = {"validation": _SHARE, "test": _SHARE}, "at random"
    again = len(pairs) - len({text for text, _ in pairs})
    drop = {"duplicates": "drop"} if again else {}
    keys, folds = with_folds({**parts, **drop}, round((1 - _SHARE) * len(pairs)))
    job = Job(
        train=round((1 - 2 * _SHARE) * len(pairs)),
        validation=round(_SHARE * len(pairs)),
        steps=max(len(cut(read)) for read, _ in pairs),
        both_ways=True,
    )
    step = "letter" if letters else "word"
    said = f"a label of each {step} of '{columns[0]}', {len(counts)} in all"
    tokens = [
        Setting("tokens", "spaces", "a step is what stands between spaces, as labels are counted"),
        Setting("max_vocabulary", _MOST_WORDS, "frequent words; all others are one"),
    ]
    if letters:
        tokens = [Setting("tokens", "characters", "a step is a letter, as labels are counted")]
    data = (
        Setting("source", "table", "a sequence a row" if letters else "a sentence a row"),
        Setting("path", None),
        Setting("sequence", columns[0], f"is read, {step} by {step}"),
        *tokens,
        Setting("target", columns[1], said),
        said_split(split) if split else Setting("split", keys, why + folds),
    )
    how = f"--task {SEQUENCE_TO_SEQUENCE.name} writes them one after the other"
    return Guess(
        Setting("task", MANY_TO_MANY.name, "a sequence in, and a class at each step"),
        data,
        space_settings(job),
        search_settings(job, class_objective(counts.values()), wishes.cores),
        (*notes, f"'{columns[1]}' has {said}: {how}"),
    )
