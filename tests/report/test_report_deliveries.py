"""What the end of a search says of what it delivers, and of what it might have delivered."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, Summary, TrialRecord
from rnnsearch.outcomes.json_values import plain
from rnnsearch.records import StudyFolder, leaderboard
from rnnsearch.report.result_tables import final
from rnnsearch.report.verdict import beyond, certainty, sentence, standing

TRIAL = TrialRecord(3, "COMPLETE", 0.3, {"val_loss": 0.3})
CONFIRMED = Confirmed(3, 0.31, 0.2, 0.42, {"val_loss": 0.31}, 5, 70, True)


def delivery(kind: str, score: float, test: float | None, **others: Any) -> Delivery:
    tested = {} if test is None else {"test_loss": test}
    metrics = {"val_loss": score}
    return Delivery(
        kind, score, score - 0.1, score + 0.1, metrics, {"3": 1.0}, 5, test=tested, **others
    )


BAG = delivery("bag", 0.25, 0.28, delivered=True, milliseconds=0.125)
SINGLE = delivery("single", 0.31, 0.33)
ENSEMBLE = delivery("ensemble", 0.27, None)


def summary(confirmed: tuple[Confirmed, ...] = (CONFIRMED,)) -> dict[str, Any]:
    return Summary(
        *("waves", "many_to_one", "val_loss", "minimize", "cpu", "fused", "jax"),
        states={"COMPLETE": 1},
        seconds=9.0,
        winner=TRIAL,
        test=BAG.test,
        confirmed=confirmed,
        deliveries=[BAG, SINGLE, ENSEMBLE],
    ).to_json()


def test_what_was_not_delivered_stands_beside_what_was() -> None:
    assert standing(summary(), "validation").offered == {"single": 0.31, "ensemble": 0.27}
    assert standing(summary(), "test").offered == {"single": 0.33}
    board = leaderboard([TRIAL], [], "minimize", [CONFIRMED], [BAG, SINGLE, ENSEMBLE])
    assert board.set_index("trial")["test_loss"].dropna().to_dict() == {"bag": 0.28, "single": 0.33}
    stream = io.StringIO()
    results = SimpleNamespace(
        leaderboard=board, summary=summary(), folder=StudyFolder("waves"), use=["predict"]
    )
    final(Console(file=stream, width=200), results)
    rows = [line.split() for line in stream.getvalue().splitlines() if "not delivered" in line]
    assert rows == [
        ["not", "delivered:", "single", "0.31", "0.33"],
        ["not", "delivered:", "ensemble", "0.27", "-"],
    ]


def test_the_end_says_how_long_a_sequence_takes_and_whether_there_was_time_to_confirm() -> None:
    said = certainty(summary())
    assert "It computes 5 networks, which takes 0.125 ms a sequence, in batches." in said
    assert any(line.startswith("1 trial was trained again") for line in said)
    short = certainty(summary(()))
    assert short[-1] == "There was no time to confirm it: it is the best of the search as it stood."


@pytest.mark.parametrize(
    ("test", "tied", "said"),
    [
        (0.27, True, "does NOT beat linear (0.28 vs 0.27) on the test part (test_loss); the difference"
         " from linear may be chance"),
        (0.27, False, "does NOT beat linear (0.28 vs 0.27) on the test part (test_loss)"),
        (0.30, True, "beats every baseline on the test part (test_loss 0.28); its lead over linear may"
         " be chance"),
        (0.30, None, "beats every baseline on the test part (test_loss 0.28)"),
    ],
)  # fmt: skip
def test_a_difference_on_the_test_part_that_may_be_chance_is_said_to_be(
    test: float, tied: bool | None, said: str
) -> None:
    linear = BaselineRecord(
        "linear", 0.4, {"val_loss": 0.4}, test={"test_loss": test}, test_tied=tied
    )
    values = summary() | {"baselines": [plain(linear)]}
    assert sentence(standing(values, "test")) == said
    assert "chance" not in sentence(standing(values, "validation"))
    assert BaselineRecord.from_json(plain(linear)).test_tied is tied


@pytest.mark.parametrize(("value", "said"), [(0.2, True), (0.5, False)])
def test_what_a_baseline_is_told_that_networks_do_not_read_is_said_where_it_wins(
    value: float, said: bool
) -> None:
    naive = BaselineRecord("last_value", value, {"val_loss": value}, told=True)
    verdict = sentence(standing(summary() | {"baselines": [plain(naive)]}, "validation"))
    told = "; last_value is told the target of the row before, which the networks do not read"
    assert verdict.endswith(told) is said
    assert BaselineRecord.from_json(plain(naive)).told


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("test", "said"), [(0.34, False), (0.36, True), (0.1, False)])
def test_a_test_score_that_is_worse_than_the_interval_is_said(
    sign: int, test: float, said: bool
) -> None:
    values = summary() | {"direction": "minimize" if sign > 0 else "maximize"}
    bag = values["deliveries"][0]
    bag["score"], bag["low"], bag["high"] = sign * 0.25, *sorted([sign * 0.15, sign * 0.35])
    values["winner"]["test"] = {"test_loss": sign * test}
    assert any("is worse than all of that interval" in line for line in certainty(values)) is said
    assert bool(beyond(values)) is said


@pytest.mark.parametrize(("linear", "said"), [(0.5, False), (0.99, True)])
def test_an_average_that_is_hardly_of_networks_is_said_to_be_none(
    linear: float, said: bool
) -> None:
    values = summary()
    values["deliveries"][0]["shares"] = {"3": 1 - linear, "linear": linear}
    values["baselines"] = [{"name": "linear", "score": 0.3}]
    line = "What it says is linear in all but name, not the networks."
    assert (line in certainty(values)) is said


@pytest.mark.parametrize(("networks", "shown"), [(0, False), (1, False), (10, True)])
def test_an_interrupted_search_says_what_predicts(networks: int, shown: bool) -> None:
    values = {**summary(()), "deliveries": [], "interrupted": True, "standing_in": networks}
    stream = io.StringIO()
    board = leaderboard([TRIAL], [], "minimize")
    results = SimpleNamespace(
        leaderboard=board, summary=values, folder=StudyFolder("waves"), use=["predict"]
    )
    final(Console(file=stream, width=200), results)
    assert ("the average of 10 networks" in stream.getvalue()) is shown
