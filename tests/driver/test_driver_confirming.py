"""Which runs confirm the best, in which order, and what is too little."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnnsearch.driver.finishing.concluding import Finish
from rnnsearch.driver.finishing.confirming import Work, work_of
from rnnsearch.vocabulary import Objective

ORIGINS = 3


def runs_of(number: int) -> tuple[Any, ...]:
    """Of each origin two, from different seeds; a search had the indices before."""
    indices = range(ORIGINS, 3 * ORIGINS)
    return tuple(
        SimpleNamespace(trial=number, index=at, key=(number, at), fold=at % ORIGINS, epochs=9)
        for at in indices
    )


PLANNER: Any = SimpleNamespace(
    program=lambda params: params["cell"],
    confirming=lambda number, params: runs_of(number),
    costs=(),
    regime=SimpleNamespace(
        folds=ORIGINS,
        deliver="bag",
        final_schedule=lambda *epochs: None,
        final_epochs=lambda batch: 9,
        contenders=lambda records: 8,
    ),
)


def record(number: int) -> Any:
    return SimpleNamespace(number=number, params={"cell": "GRU"})


def order(work: Sequence[Work]) -> list[tuple[int, int]]:
    return [run.key for one in work for run in one.runs]


@pytest.mark.parametrize(
    ("together", "first"),
    [
        (1, [(7, 3), (2, 3), (7, 4), (2, 4), (7, 5), (2, 5)]),
        (ORIGINS, [(7, 3), (7, 4), (7, 5), (2, 3), (2, 4), (2, 5)]),
    ],
)
def test_origins_in_time_stay_together(together: int, first: list[tuple[int, int]]) -> None:
    def of(place: int, one: Any) -> Sequence[Any]:
        return runs_of(one.number)

    work = work_of(PLANNER, [record(7), record(2)], frozenset(), of, together=together)
    assert order(work)[:6] == first
    assert len(order(work)) == 12


@dataclass(frozen=True)
class Slow(Finish):
    """One whose workers end so many runs, asked for the first time and for the second."""

    able: list[int] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    def _train(self, work: Sequence[Work], deadline: float) -> None:
        every = [run for one in work for run in one.runs]
        self.kept.extend(every[: self.able.pop(0)])

    def _reserve(self, candidates: Sequence[Any]) -> float:
        return 1.0


def slow(able: list[int], *, ordered: bool) -> Slow:
    kept: list[Any] = []
    nothing: Any = None
    return Slow(
        *(nothing, PLANNER, SimpleNamespace(ordered=ordered)),
        finals=SimpleNamespace(runs=lambda: kept),  # type: ignore[arg-type]
        objective=Objective("val_loss", "minimize"),
        lanes=None,
        deadline=time.monotonic() + 60,
        ends=0.0,
        save=Path(),
        save_trial=lambda number: Path(),
        able=able,
        kept=kept,
    )


@pytest.mark.parametrize(
    ("able", "confirmed", "enough"),
    [
        ([12, 0], {7: 6, 2: 6}, True),
        ([6, 0], {7: 3, 2: 3}, True),
        ([4, 0], {7: 3}, True),
        ([2, 1], {7: 3}, True),  # what the best lacks is trained in the time that was kept
        ([2, 0], {7: 2}, False),
        ([0, 0], {}, False),
    ],
)
def test_a_forecast_is_confirmed_from_all_origins_or_not_at_all(
    able: list[int], confirmed: dict[int, int], enough: bool
) -> None:
    """Some origins are harder than others: baselines were judged from all of them."""
    finish = slow(able, ordered=True)
    found = finish._confirmed([record(7), record(2)])
    assert {one.record.number: len(one.runs) for one in found} == confirmed
    assert (bool(found) and not finish._says_too_little(found)) is enough


@pytest.mark.parametrize(
    ("able", "confirmed", "enough"),
    [
        ([4, 0], {7: 2, 2: 2}, True),
        ([3, 0], {7: 2}, True),  # two of the best say more than one of each
        ([1, 1], {7: 2}, True),
        ([1, 0], {7: 1}, False),
    ],
)
def test_of_divisions_that_are_alike_each_trial_has_two_before_the_next_has_any(
    able: list[int], confirmed: dict[int, int], enough: bool
) -> None:
    finish = slow(able, ordered=False)
    found = finish._confirmed([record(7), record(2)])
    assert {one.record.number: len(one.runs) for one in found} == confirmed
    assert (bool(found) and not finish._says_too_little(found)) is enough


@pytest.mark.parametrize(("judged", "kept"), [(300, 3.0), (60_000, 30.0)])
def test_time_is_kept_for_judging_what_is_delivered(judged: int, kept: float) -> None:
    """By what an epoch took: of large validation and test parts that is longer than any start."""
    finish = slow([], ordered=False)
    parts = {"train": range(1000), "validation": range(judged // 3), "test": range(2 * judged // 3)}
    data = SimpleNamespace(ordered=False, dataset=lambda window: SimpleNamespace(**parts))
    planner = SimpleNamespace(
        **vars(PLANNER) | {"program": lambda params: SimpleNamespace(window=None)}
    )
    best = SimpleNamespace(params={}, seconds=100.0, run_epochs=(20, 10), epochs=20, runs=2)
    found = Finish._reserve(replace(finish, data=data, planner=planner), [best])
    assert found == pytest.approx(
        kept, rel=0.01
    )  # 6 networks, half an epoch's 3.3 s each; at most half
