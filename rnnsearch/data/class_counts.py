"""How often each class of a target must occur, whatever its examples are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnsearch.data.collecting import Problems, name_some

__all__ = ["check_counts"]


def check_counts(
    counts: Mapping[Any, int],
    keys: tuple[str, str],
    advice: str,
    problems: Problems,
    *,
    dealt: bool,
) -> None:
    """Say which classes have one member, and refuse a target of such ones, or of one class.

    Where parts get their share of every class, the only member of one is trained on. So a few of
    them do no harm; but where most are alone, these are no classes.

    Args:
        counts: Class → members.
        keys: Of the spec: where to note a class of one member, and where a class without others.
        advice: What to do about classes of one member.
        problems: Where to note them.
        dealt: Whether parts get their share of every class.
    """
    alone = [label for label in sorted(counts) if counts[label] == 1]
    if dealt and alone and 2 * len(alone) < len(counts):
        problems.notes.append(
            f"there is only one of {name_some(alone)}, of {len(counts)} classes: it is learned "
            f"from, and never judged; or {advice}"
        )
    elif alone:
        received = f"one of {name_some(alone)} ({len(counts)} classes)"
        problems.add(keys[0], "must have two members or more of each class", received, advice)
    if len(counts) == 1:
        received = f"only {next(iter(counts))}"
        problems.add(keys[1], "must have two classes or more", received, "give other classes too")
