"""Classes of a target, whatever their examples are: how often each must occur, which are alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rnnsearch.data.collecting import Problems, name_some

__all__ = ["check_counts", "said_alike"]

_BETWEEN = re.compile(r"[\s_-]+")
"""What stands between the words of a label."""


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
    problems.notes += said_alike(counts)
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


def said_alike(labels: Iterable[Any], where: str = "") -> tuple[str, ...]:
    """A note where labels differ in capitals, blanks or accents' codes only, as slips do.

    Args:
        labels: That are told apart.
        where: Whose they are, for the note: `` of 'region'``.
    """
    written: dict[str, list[str]] = {}
    for label in labels:
        if isinstance(label, str) and len(label) > 1:
            plain = unicodedata.normalize("NFKC", label).casefold().strip()
            written.setdefault(_BETWEEN.sub(" ", plain), []).append(f"'{label}'")
    alike = [name_some(sorted(each)) for each in written.values() if len(each) > 1]
    if not alike:
        return ()
    more = f" (and {len(alike) - 1} more)" if len(alike) > 1 else ""
    return (
        f"{alike[0]}{where}{more} differ in capitals, blanks or marks between words only, and are "
        "told apart: if they are one, write them alike",
    )
