"""What a whole search came to: the winner beside the baselines, on validation and test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnsearch.outcomes.baseline import BaselineRecord
from rnnsearch.outcomes.by_target import each_target
from rnnsearch.outcomes.finals import Confirmed, Delivery
from rnnsearch.outcomes.json_values import known_to, plain
from rnnsearch.outcomes.trial import TrialRecord
from rnnsearch.vocabulary import Direction

__all__ = ["Summary"]


@dataclass(frozen=True)
class Summary:
    """How a search ended.

    Attributes:
        name, task, objective, direction: As the spec resolves them.
        device, engine, backend: What it ran on and with.
        states: State → number of trials.
        seconds: Wall clock, over all resumes.
        joules: Energy of the processors and cards meanwhile, whatever else ran on them; None where
            they don't tell.
        winner: The best COMPLETE trial, None where there is none.
        test: The winner's ``test_…`` metrics; empty where there is no test part.
        baselines: With their test metrics.
        confirmed: The trials that were trained again at the end, best first.
        deliveries: What is delivered, and what else might have been.
        front: Of several objectives, the networks of the front that lie in the folder.
        stop: What ended it: ``finished``, ``timeout``, ``no gain`` in the last rounds, or
            ``failures``, so many in a row.
        interrupted: Whether it was stopped before its budget was used up.
        standing_in: Networks that are averaged in place of best.keras, while there is none.
        problems: What went wrong, and was left out; the same command tries again.
        costs: What is to be small beside the objective.
        constraints: Cost → limit, as the spec has them.
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
    costs: Sequence[str] = ()
    constraints: Mapping[str, str] = field(default_factory=dict)
    front: Sequence[Delivery] = ()
    joules: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; None for numbers that are not finite, which JSON does not have.

        ``targets`` has the verdict on each of several targets, see `each_target`.
        """
        values: dict[str, Any] = plain(self)
        if values["winner"] is not None:
            values["winner"]["test"] = values.pop("test")
        else:
            values.pop("test")
        values["targets"] = plain(each_target(values))
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Summary:
        """The summary of plain values, of this version or an older one."""
        known, winner = known_to(cls, values), values.get("winner")
        known["winner"] = None if winner is None else TrialRecord.from_json(winner)
        known["test"] = dict(winner.get("test", {})) if winner is not None else {}
        known["baselines"] = tuple(map(BaselineRecord.from_json, values.get("baselines", ())))
        known["confirmed"] = tuple(map(Confirmed.from_json, values.get("confirmed", ())))
        known["deliveries"] = tuple(map(Delivery.from_json, values.get("deliveries", ())))
        known["front"] = tuple(map(Delivery.from_json, values.get("front", ())))
        return cls(**known)
