"""JSON lines: a line an event, for scripts and for whatever reads logs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, final

from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.trackers._base import Search, Tracker

__all__ = ["JsonLines"]


@final
class JsonLines(Tracker):
    """``events.jsonl`` in the study's folder, to which lines are added."""

    def __init__(self) -> None:
        self._path = Path()

    def begin(self, search: Search) -> None:
        """A line ``search``."""
        self._path = search.folder / "events.jsonl"
        named = {"name": search.name, "task": search.task, "objective": search.objective}
        self._add("search", {**named, "direction": search.direction, "spec": search.spec})

    def trial(self, record: TrialRecord, curves: Sequence[Sequence[Epoch]]) -> None:
        """A line ``trial``, with its curves."""
        each = [[{"epoch": one.number, **one.metrics} for one in curve] for curve in curves]
        self._add("trial", {**asdict(record), "curves": each})

    def end(self, summary: Mapping[str, Any]) -> None:
        """A line ``end``."""
        names = ("states", "seconds", "winner", "deliveries", "stop", "interrupted")
        self._add("end", {name: summary.get(name) for name in names})

    def _add(self, event: str, values: Mapping[str, Any]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps(_plain({"event": event, "at": at, **values}), allow_nan=False)
        # One call, so that a reader sees whole lines.
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _plain(value: Any) -> Any:
    """What JSON has; None for what is no number, text for what is neither."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
