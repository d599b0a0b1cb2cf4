"""Of several objectives: a network of each trial of the front, for who weighs them otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnsearch.driver.finishing.delivering import Delivering, Standing
from rnnsearch.engines import Program
from rnnsearch.errors import WorkerError
from rnnsearch.outcomes import Delivery
from rnnsearch.outcomes.fronts import front
from rnnsearch.vocabulary import Objective

__all__ = ["FrontNetwork", "deliver_front", "on_front"]


@dataclass(frozen=True)
class FrontNetwork:
    """A network of the front that lies in the folder.

    Attributes:
        trial: Whose configuration it has.
        delivery: What it came to.
        program: Of its inputs and outputs.
    """

    trial: int
    delivery: Delivery
    program: Program


def on_front(
    standings: Sequence[Standing],
    scores: Callable[[Standing], float],
    objective: Objective,
    costs: Sequence[str],
) -> list[Standing]:
    """The trials that were confirmed and that no other of them beats in everything.

    Args:
        standings: Those that were confirmed.
        scores: The score that is published of each.
        objective: What is searched for.
        costs: What is to be small beside it.
    """
    points = {}
    for one in standings:
        of = [one.record.costs.get(name, math.inf) for name in costs]
        points[one.record.number] = [objective.sort_key(scores(one))[1], *of]
    chosen = set(front(points))
    return [one for one in standings if one.record.number in chosen]


def deliver_front(
    delivering: Delivering,
    members: Sequence[Standing],
    offer: Callable[[Standing], Delivery],
    place: Callable[[int], Path],
) -> tuple[list[FrontNetwork], list[str]]:
    """Train, judge and save a network of each; until the time is up on all data.

    Args:
        delivering: Makes models.
        members: The trials, those that matter most first.
        offer: What a single network of a trial is worth.
        place: Where the model of a trial goes.

    Returns:
        What was saved, and what went wrong.
    """
    found: list[FrontNetwork] = []
    problems: list[str] = []
    try:
        delivering.train_on_all(members, 1, delivering.ends)  # those of one program together
    except WorkerError as error:
        problems.append(f"the front was not trained on all data, as {error}")
    for one in members:
        number = one.record.number
        try:
            # What could not be trained is not tried again: a network of a division is as well.
            saved = delivering.deliver(offer(one), [one], place(number), deadline=-math.inf)
        except WorkerError as error:
            problems.append(f"the network of trial {number}, of the front, is not saved: {error}")
        else:
            found.append(FrontNetwork(number, saved.delivery, saved.program))
    return found, problems
