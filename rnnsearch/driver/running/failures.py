"""Trials that fail one after the other: when to stop, and what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from rnnsearch.outcomes import TrialRecord
from rnnsearch.spec import Scalar

__all__ = ["Failures", "in_common"]


class Failures:
    """The trials that failed since the last one that did not.

    One structure whose every trial fails says nothing of the next: so they must be of two at least,
    unless there is one only.

    Args:
        most: So many in a row end the search; None: none do.
        structures: How many the space has; None where they are too many to count.
    """

    def __init__(self, most: int | None, structures: int | None) -> None:
        self._most = most
        self._least_structures = 1 if structures == 1 else 2
        self._row: list[TrialRecord] = []
        self._structures: set[Hashable] = set()

    def add(self, record: TrialRecord, structure: Hashable) -> None:
        """Note how a trial ended: one that did not fail ends the row."""
        if record.state != "FAIL":
            self._row.clear()
            self._structures.clear()
            return
        self._row.append(record)
        self._structures.add(structure)

    @property
    def too_many(self) -> bool:
        """Whether the search ends."""
        enough = self._most is not None and len(self._row) >= self._most
        return enough and len(self._structures) >= self._least_structures

    def __str__(self) -> str:
        return f"{len(self._row)} trials in a row failed; {in_common(self._row)}"


def in_common(records: Sequence[TrialRecord]) -> str:
    """What trials that failed share: their reasons, the parameters that are the same in all."""
    reasons = Counter(" ".join(one.message.split()) or "no reason" for one in records)
    said = [f"{text} ({count} times)" for text, count in reasons.most_common(2)]
    if len(reasons) > 2:
        said.append(f"and {len(reasons) - 2} other reasons")
    first = records[0].params
    same = [
        f"{name} {value}"
        for name, value in first.items()
        if all(one.params.get(name, object()) == value for one in records)
    ]
    ranges = [
        _range(name, [one.params.get(name) for one in records])
        for name in first
        if f"{name} {first[name]}" not in same
    ]
    shared = ", ".join([*same, *filter(None, ranges)])
    return f"{'; '.join(said)}; they have in common: {shared or 'no parameter'}"


def _range(name: str, values: Sequence[Scalar]) -> str:
    """From where to where numbers are; "" of others."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values):
        return ""
    return f"{name} from {min(numbers):.3g} to {max(numbers):.3g}"
