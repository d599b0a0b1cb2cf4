"""The contract of a tracker: what it is told of a search, and when."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.outcomes import Epoch, TrialRecord

__all__ = ["Search", "Tracker", "flat"]


@dataclass(frozen=True)
class Search:
    """What is followed.

    Attributes:
        name, task, objective, direction: As the spec resolves them.
        folder: Of the study. What a tracker has to keep stands in its folder ``trackers``.
        spec: All of the spec, as plain values.
    """

    name: str
    task: str
    objective: str
    direction: str
    folder: Path
    spec: Mapping[str, Any]

    @property
    def kept(self) -> Path:
        """Where trackers keep what they have to."""
        return self.folder / "trackers"


class Tracker(ABC):
    """Called from the driver's thread, in order; what it raises ends it, and never the search.

    A search that goes on begins its trackers anew; it tells them of no trial twice.
    """

    @abstractmethod
    def begin(self, search: Search) -> None:
        """A search begins, or goes on.

        Raises:
            MissingExtra: The tracker's library is not installed. This does end the search.
        """

    @abstractmethod
    def trial(self, record: TrialRecord, curves: Sequence[Sequence[Epoch]]) -> None:
        """A trial ended.

        Args:
            record: How.
            curves: The learning curve of each of its runs.
        """

    @abstractmethod
    def end(self, summary: Mapping[str, Any]) -> None:
        """The search ended, or was interrupted.

        Args:
            summary: The values of summary.json.
        """


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
