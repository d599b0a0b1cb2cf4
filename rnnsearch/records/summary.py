"""summary.json: the winner beside the baselines, on validation and test part."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.records.each_target import each_target
from rnnsearch.vocabulary import Direction

if TYPE_CHECKING:
    from rnnsearch.driver.trials import BaselineRecord, Confirmed, Delivery, TrialRecord

__all__ = ["Summary", "read_summary", "write_summary"]


@dataclass(frozen=True)
class Summary:
    """How a search ended.

    Attributes:
        name, task, objective, direction: As the spec resolves them.
        device, engine, backend: What it ran on and with.
        states: State → number of trials.
        seconds: Wall clock, over all resumes.
        winner: The best COMPLETE trial, None where there is none.
        test: The winner's ``test_…`` metrics; empty where there is no test part.
        baselines: With their test metrics.
        confirmed: The trials that were trained again at the end, best first.
        deliveries: What is delivered, and what else might have been.
        stop: What ended it: ``finished``, ``timeout``, ``no gain`` in the last rounds, or
            ``failures``, so many in a row.
        interrupted: Whether it was stopped before its budget was used up.
        standing_in: Networks that are averaged in place of best.keras, while there is none.
        problems: What went wrong, and was left out; the same command tries again.
    """

    name: str
    task: str
    objective: str
    direction: Direction
    device: str
    engine: str
    backend: str
    states: Mapping[str, int]
    seconds: float
    winner: TrialRecord | None
    test: Mapping[str, float] = field(default_factory=dict)
    baselines: Sequence[BaselineRecord] = ()
    confirmed: Sequence[Confirmed] = ()
    deliveries: Sequence[Delivery] = ()
    stop: str = "finished"
    interrupted: bool = False
    standing_in: int = 0
    problems: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values; None for numbers that are not finite, which JSON does not have.

        ``targets`` has the verdict on each of several targets, see `each_target`.
        """
        values: dict[str, Any] = _plain(self)
        if values["winner"] is not None:
            values["winner"]["test"] = values.pop("test")
        else:
            values.pop("test")
        values["targets"] = _plain(each_target(values))
        return values


def write_summary(path: Path, summary: Summary) -> None:
    """Make or replace summary.json."""
    write_text(path, json.dumps(summary.to_json(), indent=2, allow_nan=False) + "\n")


def read_summary(path: Path) -> dict[str, Any]:
    """What was written, as plain values.

    Raises:
        StudyError: There is none, or it is no JSON.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"Expected a results folder. Received: {path.parent}, which has no summary.json; "
            "give the folder of a search that has ended"
        ) from None
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"Expected a summary in JSON. Received: {path}, which reads otherwise ({error}); "
            "run the search again to have it written anew"
        ) from error
    return values


def _plain(value: Any) -> Any:
    """Values that JSON takes, NumPy's scalars among them."""
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
