"""How alike texts are: the metric of translations."""

from __future__ import annotations

from collections.abc import Sequence

from rnnsearch.errors import MissingExtra

__all__ = ["chrf"]


def chrf(written: Sequence[str], references: Sequence[str]) -> float:
    """Character n-gram F-score (Popović, 2015) of all texts together, 0 to 100, by sacrebleu.

    Raises:
        MissingExtra: sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ImportError:
        raise MissingExtra("sacrebleu", "translation", "the metric chrF") from None
    return float(CHRF().corpus_score(list(written), [list(references)]).score)
