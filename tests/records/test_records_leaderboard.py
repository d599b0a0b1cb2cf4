"""leaderboard.csv: its order, its types, its way to a file and back, and no formulas in it."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.errors import StudyError
from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, TrialRecord
from rnnsearch.records import leaderboard, leaderboard_csv, read_leaderboard, write_leaderboard
from rnnsearch.records.csv_cells import from_csv, is_number, neutralise, restore, to_csv

Direction = Literal["minimize", "maximize"]

TRIALS = [
    TrialRecord(0, "FAIL", message="the loss became NaN at epoch 3", params={"cell": "GRU"}),
    TrialRecord(
        1,
        "COMPLETE",
        2.0,
        {"loss": 9.0, "val_rmse": 2.0, "val_loss": 4.0},
        epochs=7,
        seconds=1.23456,
        parameters=1234,
        spread=0.25,
        params={"cell": "LSTM", "units": 32, "unroll_length": "full", "dropout": 0.1},
    ),
    TrialRecord(2, "PRUNED", 1.0, {"val_rmse": 1.0}, 3, 0.5, 99, {"unroll_length": 12}, "rung 3"),
    TrialRecord(3, "RUNNING", params={"cell": "GRU", "bidirectional": True}),
    TrialRecord(4, "COMPLETE", 2.0, {"val_rmse": 2.0}, 9, 2.0, 55, {"units": 16, "dropout": 0}),
]
BASELINES = [
    BaselineRecord("linear", 2.5, {"val_rmse": 2.5}, 0.1, 97),
    BaselineRecord("mean", 2.0, {"val_rmse": 2.0}),
    BaselineRecord("last_value", None, {}),
]


def test_the_order_the_columns_and_the_types() -> None:
    frame = leaderboard(TRIALS, BASELINES, "minimize")
    assert list(frame.columns) == [
        *("rank", "trial", "state", "score", "score_std", "val_loss", "val_rmse"),
        *("runs", "epochs", "seconds", "parameters", "params_cell", "params_units"),
        *("params_unroll_length", "params_dropout", "params_bidirectional", "message"),
    ]
    assert list(frame["trial"]) == [
        *("baseline:mean", "1", "4", "baseline:linear", "baseline:last_value", "2", "3", "0"),
    ]
    assert frame["rank"].dropna().tolist() == [1, 2, 3, 4]
    types = {column: str(frame[column].dtype) for column in frame.columns}
    assert types["rank"] == types["epochs"] == types["parameters"] == types["params_units"]
    assert types["params_units"] == "Int64"
    assert types["params_dropout"] == types["score"] == "float64"
    assert types["params_bidirectional"] == "boolean"
    assert types["params_unroll_length"] == "string"
    assert list(leaderboard(TRIALS, BASELINES, "maximize")["trial"])[:4] == [
        *("baseline:linear", "baseline:mean", "1", "4"),
    ]


def test_integers_print_as_integers(tmp_path: Path) -> None:
    write_leaderboard(tmp_path / "l.csv", leaderboard(TRIALS, BASELINES, "minimize"))
    lines = (tmp_path / "l.csv").read_text().splitlines()
    assert lines[1] == "1,baseline:mean,BASELINE,2.0,,,2.0,1,,0.0,,,,,,,"
    assert lines[2] == "2,1,COMPLETE,2.0,0.25,4.0,2.0,1,7,1.235,1234,LSTM,32,full,0.1,,"


CONFIRMED = [
    Confirmed(4, 2.2, 2.0, 2.4, {"val_rmse": 2.2, "val_loss": 5.0}, 3, 55, tied=True),
    Confirmed(1, 2.8, float("-inf"), float("inf"), {"val_rmse": 2.8}, 1, 1234, tied=False),
]
DELIVERIES = [
    Delivery(
        *("bag", 2.1, 1.9, 2.3, {"val_rmse": 2.1}, {"4": 1.0}, 3),
        parameters=165,
        milliseconds=0.5,
        delivered=True,
    ),
    Delivery("single", 2.2, 2.0, 2.4, {"val_rmse": 2.2}, {"4": 1.0}, 1),
]


def test_where_the_best_were_confirmed_they_have_new_scores_and_intervals(tmp_path: Path) -> None:
    luckier = TrialRecord(5, "COMPLETE", 2.05, {"val_rmse": 2.05}, 9, 2.0, 55, {"units": 16})
    frame = leaderboard([*TRIALS, luckier], BASELINES, "minimize", CONFIRMED, DELIVERIES)
    sure = ["score_low", "score_high", "tied_with_best", "search_score"]
    assert list(frame.columns)[4:9] == ["score_std", *sure]
    # What was not confirmed stands behind all that was, however good it looks.
    assert list(frame["trial"]) == [
        *("baseline:mean", "bag", "single", "4", "baseline:linear", "1"),
        *("5", "baseline:last_value", "2", "3", "0"),
    ]
    assert frame["rank"].dropna().tolist() == [1, 2, 3, 4, 5, 6, 7]
    rows = frame.set_index("trial")
    assert rows.loc[["bag", "single"], "state"].tolist() == ["DELIVERED", "OFFERED"]
    assert rows.loc["bag", ["score", "parameters", "runs"]].tolist() == [2.1, 165, 3]
    assert rows.loc["4", ["score", "search_score", "val_loss", "runs"]].tolist() == [2.2, 2, 5, 3]
    assert rows.loc["4", ["score_low", "score_high", "tied_with_best"]].tolist() == [2.0, 2.4, True]
    # A single run does not say how sure its score is.
    assert rows.loc["1", sure[:2]].isna().all()
    assert not rows.loc["1", "tied_with_best"]
    assert rows.loc["5", sure].isna().all()
    write_leaderboard(tmp_path / "l.csv", frame)
    pd.testing.assert_frame_equal(read_leaderboard(tmp_path / "l.csv"), frame, check_exact=True)
    # What was delivered without being confirmed says how sure it is, too.
    hurried = leaderboard(TRIALS, BASELINES, "minimize", (), DELIVERIES)
    assert list(hurried.columns)[5:9] == sure


def test_equal_scores_by_loss_then_weights_then_number() -> None:
    losses = [(0, 2.0, 9), (1, 1.0, 9), (2, 1.0, 5), (3, float("nan"), 1), (4, 1.0, 5)]
    trials = [
        TrialRecord(number, "COMPLETE", 1.0, {"val_loss": loss}, parameters=weights)
        for number, loss, weights in losses
    ]
    frame = leaderboard(trials[::-1], [], "maximize")
    assert list(frame["trial"]) == ["2", "4", "1", "0", "3"]


def test_no_records(tmp_path: Path) -> None:
    frame = leaderboard([], [], "minimize")
    assert len(frame) == 0
    write_leaderboard(tmp_path / "l.csv", frame)
    pd.testing.assert_frame_equal(read_leaderboard(tmp_path / "l.csv"), frame)


def test_nothing_that_a_spreadsheet_executes(tmp_path: Path) -> None:
    attack = "=cmd|' /C calc'!A0"
    messages = [attack, "+1+1", "-1+cmd|x", "@SUM(A1)", "\t=1", "\r=1", "x;=1", "'=1", "", "fine"]
    trials = [
        TrialRecord(number, "FAIL", -0.5, params={"cell": attack, "x": -0.5}, message=message)
        for number, message in enumerate(messages)
    ]
    frame = leaderboard(trials, [], "minimize")
    path = tmp_path / "l.csv"
    write_leaderboard(path, frame)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["message"] for row in rows] == [
        *(f"'{message}" for message in messages[:6]),
        *("x;=1", "''=1", "", "fine"),
    ]
    assert {row["params_cell"] for row in rows} == {f"'{attack}"}
    assert {row["params_x"] for row in rows} == {row["score"] for row in rows} == {"-0.5"}
    assert '"x;=1"' in path.read_text()
    back = read_leaderboard(path)
    assert back["message"].tolist() == messages
    pd.testing.assert_frame_equal(back, frame)


@given(st.text(max_size=12))
def test_neutralised_text_comes_back(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert is_number(safe) or not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=4), max_size=4))
def test_csv_comes_back(rows: list[list[str]]) -> None:
    assert from_csv(to_csv(rows)) == rows


scores = st.one_of(st.none(), st.floats(width=32), st.sampled_from([1.0, 2.0]))
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_infinity=False), st.text(max_size=5)
)


@st.composite
def some_trials(draw: st.DrawFn) -> list[TrialRecord]:
    numbers = draw(st.lists(st.integers(0, 99), unique=True, max_size=8))
    trials = []
    for number in numbers:
        state = draw(st.sampled_from(["COMPLETE", "PRUNED", "FAIL", "RUNNING"]))
        trials.append(
            TrialRecord(
                number,
                state,  # type: ignore[arg-type]
                draw(scores),
                draw(st.dictionaries(st.sampled_from(["val_a", "val_b"]), st.floats())),
                draw(st.integers(0, 9)),
                draw(st.floats(0, 9)),
                draw(st.one_of(st.none(), st.integers(0, 10**9))),
                draw(st.dictionaries(st.sampled_from(["cell", "units"]), values)),
                draw(st.text(max_size=8)),
            )
        )
    return trials


baselines = st.lists(
    st.builds(
        BaselineRecord,
        st.sampled_from(["mean", "linear", "last_value"]),
        scores,
        st.dictionaries(st.sampled_from(["val_a"]), st.floats()),
    ),
    max_size=3,
    unique_by=lambda baseline: baseline.name,
)


@settings(deadline=None, max_examples=40)
@given(some_trials(), baselines, st.sampled_from(["minimize", "maximize"]), st.randoms())
def test_best_first_whatever_the_records(
    trials: list[TrialRecord],
    given_baselines: list[BaselineRecord],
    direction: Direction,
    shuffle: random.Random,
) -> None:
    frame = leaderboard(trials, given_baselines, direction)
    assert len(frame) == len(trials) + len(given_baselines)
    ranked = frame[frame["rank"].notna()]
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked.index.tolist() == list(range(len(ranked)))
    assert set(ranked["state"]) <= {"COMPLETE", "BASELINE"}
    ordered = ranked["score"].tolist()
    assert ordered == sorted(ordered, reverse=direction == "maximize")
    places = frame[~frame["state"].isin(["COMPLETE", "BASELINE"])]["state"].tolist()
    assert places == sorted(places, key=["PRUNED", "RUNNING", "FAIL"].index)
    for _, tied in ranked[ranked["state"] == "COMPLETE"].groupby("score"):
        weights = tied["parameters"].astype(float).fillna(float("inf")).tolist()
        places = list(zip(weights, tied["trial"].astype(int), strict=True))
        assert places == sorted(places)
    shuffled = list(trials)
    shuffle.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        leaderboard(shuffled, given_baselines[::-1], direction), frame, check_exact=True
    )


@settings(deadline=None, max_examples=40)
@given(trials=some_trials(), given_baselines=baselines)
def test_every_leaderboard_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    trials: list[TrialRecord],
    given_baselines: list[BaselineRecord],
) -> None:
    frame = leaderboard(trials, given_baselines, "minimize")
    path = tmp_path_factory.getbasetemp() / "leaderboard.csv"
    write_leaderboard(path, frame)
    pd.testing.assert_frame_equal(read_leaderboard(path), frame, check_exact=True)
    assert leaderboard_csv(read_leaderboard(path)).encode() == path.read_bytes()


@pytest.mark.parametrize(
    "content", ["", "rank,trial\n1\n", "rank,trial\nx,1\n", b"\xff\xfe"], ids=range(4)
)
def test_a_leaderboard_that_somebody_edited(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "leaderboard.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(
        StudyError,
        match=r"^Expected a leaderboard\. Received: .*leaderboard\.csv, "
        r"which reads otherwise \(.*\); run the search again",
    ):
        read_leaderboard(path)


def test_no_leaderboard(tmp_path: Path) -> None:
    with pytest.raises(
        StudyError,
        match=r"^Expected a results folder\. Received: .*, which has no "
        r"leaderboard\.csv; give the folder that `search` printed at its end$",
    ):
        read_leaderboard(tmp_path / "leaderboard.csv")
