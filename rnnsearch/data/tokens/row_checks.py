"""What the rows of a new file must be: sequences that fit a network, and targets that it knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.tokens.token_rows import Rows

__all__ = ["check_classes", "check_steps", "check_written"]


def check_steps(rows: Rows, most: int, masked: bool, problems: Problems) -> None:
    """Sequences must fit into the steps that the model was built for, or fill them."""
    lengths = np.array([len(tokens) for tokens in rows.sequence])
    wrong = np.flatnonzero((lengths > most) | ((lengths < most) & (not masked)))
    if len(wrong):
        must = f"must have {'at most ' if masked else ''}{most} tokens, as in training"
        problems.add("data.sequence", must, _first(rows, lengths, wrong), "cut the sequences")


def check_written(rows: Rows, most: int, problems: Problems) -> None:
    """Targets must fit into the steps that the model writes."""
    lengths = np.array([len(tokens) for tokens in rows.target])
    wrong = np.flatnonzero(lengths > most)
    if len(wrong):
        must = f"must have at most {most} tokens, as in training"
        problems.add("data.target", must, _first(rows, lengths, wrong), "cut the targets")


def check_classes(rows: Rows, known: Sequence[Any], problems: Problems) -> None:
    """Targets, one a row or one a step, must be among the known classes."""
    each = rows.target if rows.kind == "class" else [n for labels in rows.target for n in labels]
    strange = sorted(set(map(str, set(each) - set(known))))
    if strange:
        must = "must be classes known from training"
        advice = f"there are: {name_some(known, 20)}"
        problems.add("data.target", must, name_some(strange), advice)


def _first(rows: Rows, lengths: np.ndarray, wrong: np.ndarray) -> str:
    """The first wrong length and its row, and how many there are."""
    received = f"{lengths[wrong[0]]} in row {rows.rows[wrong[0]]}"
    return received + (f" ({len(wrong)} such rows)" if len(wrong) > 1 else "")
