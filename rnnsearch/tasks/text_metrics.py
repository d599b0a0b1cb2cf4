"""How alike written texts are to those that were wanted."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np

from rnnsearch.data.texts.coding import Writing

__all__ = ["bleu", "chrf", "edit_distance", "text_metrics", "written_as"]


def text_metrics(written: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Metrics of whole texts, N written ones beside the N wanted.

    Returns:
        ``exact_match``, the share that is right as a whole; ``edit_distance``, characters to
        insert, delete or replace, as a share of those wanted. And where sacrebleu is installed
        (extra ``translation``) ``chrf`` and ``bleu``, 0 to 100.
    """
    pairs = list(zip(written, references, strict=True))
    changes = sum(edit_distance(one, other) for one, other in pairs)
    found = {
        "exact_match": sum(one == other for one, other in pairs) / len(pairs),
        "edit_distance": changes / max(1, sum(map(len, references))),
    }
    if importlib.util.find_spec("sacrebleu") is not None:
        found |= {"chrf": chrf(written, references), "bleu": bleu(written, references)}
    return found


def written_as(writing: Writing, wanted: np.ndarray, written: np.ndarray) -> dict[str, float]:
    """`text_metrics` of classes (N, T), read as text."""
    texts = [[writing.text(row) for row in classes] for classes in (written, wanted)]
    return text_metrics(*texts)


def edit_distance(one: str, other: str) -> int:
    """Characters to insert, delete or replace to get from one text to the other.

    Levenshtein (1966) by the rows of Wagner & Fischer (1974).
    """
    codes = np.array([ord(character) for character in other])
    index = np.arange(len(other) + 1)
    row = index.copy()
    for position, character in enumerate(one, start=1):
        best = row + 1  # delete
        best[1:] = np.minimum(best[1:], row[:-1] + (codes != ord(character)))
        best[0] = position
        # Insert: from any place to the left, at a cost of the distance.
        row = np.minimum.accumulate(best - index) + index
    return int(row[-1])


def chrf(written: Sequence[str], references: Sequence[str]) -> float:
    """Character n-gram F-score (Popović, 2015) of all texts together, 0 to 100, by sacrebleu."""
    from sacrebleu.metrics.chrf import CHRF

    return float(CHRF().corpus_score(list(written), [list(references)]).score)


def bleu(written: Sequence[str], references: Sequence[str]) -> float:
    """BLEU (Papineni et al., 2002) of all texts together, 0 to 100, by sacrebleu."""
    from sacrebleu.metrics.bleu import BLEU

    return float(BLEU().corpus_score(list(written), [list(references)]).score)
