"""The leaderboard on screen, the verdict, and what `check` shows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from rnnsearch.linting import Remark
from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, Summary, TrialRecord
from rnnsearch.records import StudyFolder, leaderboard
from rnnsearch.report import failures, final, sentence, show_check, show_leaderboard, standings
from rnnsearch.report.result_tables import varying
from rnnsearch.report.text import configuration, duration, number, score, value

TRIALS = [
    TrialRecord(
        number,
        "COMPLETE",
        2.0 + number,
        {"val_rmse": 2.0 + number},
        5,
        61.26,
        1234567,
        {"cell": "[GRU]", "units": 2**number, "depth": 1},
    )
    for number in range(3)
]
FAILED = [
    TrialRecord(5, "FAIL", message="NaN at epoch 1", params={"cell": "LSTM"}),
    TrialRecord(6, "FAIL", message="out of memory"),
    TrialRecord(7, "FAIL", message="NaN at epoch 1"),
    TrialRecord(8, "FAIL"),
]
BASELINES = [
    BaselineRecord("linear", 2.1, {"val_rmse": 2.1}, test={"test_rmse": 1.5}),
    BaselineRecord("mean", 9.0, {"val_rmse": 9.0}, test={"test_rmse": 8.0}),
    BaselineRecord("majority", None, {}),
]


def console(width: int = 200) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, width=width), stream


def summary(
    winner: TrialRecord | None = TRIALS[0], test: float | None = 1.75, direction: str = "minimize"
) -> dict[str, Any]:
    return Summary(
        name="x",
        task="many_to_one",
        objective="val_rmse",
        direction=direction,  # type: ignore[arg-type]
        device="cpu:0",
        engine="fused",
        backend="jax",
        states={"COMPLETE": 3},
        seconds=65.0,
        winner=winner,
        test={} if test is None else {"test_rmse": test},
        baselines=BASELINES,
    ).to_json()


def test_the_words() -> None:
    assert [score(item) for item in (None, float("nan"), 0.123456, 12345.6, -1e-9, 1e12)] == [
        *("-", "-", "0.1235", "12,346", "-1e-09", "1e+12"),
    ]
    assert [duration(item) for item in (None, 0.4, 59.6, 125, 4000)] == [
        *("-", "0s", "1m 00s", "2m 05s", "1h 06m"),
    ]
    assert (number(None), number(1234567)) == ("-", "1,234,567")
    assert [value(item) for item in (True, False, 3, 0.00012345, "full")] == [
        *("yes", "no", "3", "0.000123", "full"),
    ]
    assert configuration({"units": 8, "cell": "GRU", "a": None, "b": False, "c": True}) == (
        "GRU units 8 c"
    )


def test_only_parameters_that_vary_are_shown() -> None:
    frame = leaderboard(TRIALS, BASELINES, "minimize")
    assert varying(frame) == ["params_units"]
    target, stream = console()
    show_leaderboard(target, frame, top=3)
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert lines == [
        ["rank", "trial", "state", "score", "seconds", "parameters", "units"],
        ["1", "0", "COMPLETE", "2", "61.3", "1,234,567", "1"],
        ["2", "baseline:linear", "BASELINE", "2.1", "0.0", "-"],
        ["3", "1", "COMPLETE", "3", "61.3", "1,234,567", "2"],
        ["…", "and", "3", "more"],
    ]


def test_what_is_delivered_has_no_configuration_of_its_own() -> None:
    confirmed = [Confirmed(0, 2.4, 2.0, 2.8, {"val_rmse": 2.4}, 3, 1234567, tied=True)]
    deliveries = [Delivery("bag", 2.05, 1.8, 2.3, {}, {"0": 1.0}, 3, parameters=99, delivered=True)]
    frame = leaderboard(TRIALS, BASELINES, "minimize", confirmed, deliveries)
    assert varying(frame) == ["params_units"]
    target, stream = console()
    show_leaderboard(target, frame, top=3)
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert lines[1:4] == [
        ["1", "bag", "DELIVERED", "2.05", "-", "99", "of", "0", "1.00"],
        ["2", "baseline:linear", "BASELINE", "2.1", "0.0", "-"],
        ["3", "0", "COMPLETE", "2.4", "61.3", "1,234,567", "1"],
    ]


def test_a_narrow_screen_gets_one_column_for_the_configuration() -> None:
    params = {f"parameter_{letter}": 1 for letter in "abcdef"}
    trials = [
        TrialRecord(n, "COMPLETE", 1.0, params={"cell": "GRU", **dict.fromkeys(params, n)})
        for n in range(2)
    ]
    target, stream = console(90)
    show_leaderboard(target, leaderboard(trials, [], "minimize"))
    assert "configuration" in stream.getvalue()
    assert "parameter_f 1" in " ".join(stream.getvalue().split())
    assert max(map(len, stream.getvalue().splitlines())) <= 90


def test_messages_are_shown_as_they_are() -> None:
    target, stream = console()
    show_leaderboard(
        target, leaderboard([TrialRecord(0, "FAIL", message="[red]x")], [], "minimize")
    )
    assert "[red]x" in stream.getvalue()


def test_the_verdict_on_each_part() -> None:
    validation, test = standings(summary())
    assert sentence(validation) == "beats every baseline on the validation part (val_rmse 2)"
    assert sentence(test) == "does NOT beat linear (1.75 vs 1.5) on the test part (test_rmse)"
    assert test.baselines == {"linear": 1.5, "mean": 8.0}


@pytest.mark.parametrize(
    ("own", "direction", "unbeaten"),
    [
        (1.4, "minimize", ()),
        (1.5, "minimize", ("linear",)),
        (8.5, "minimize", ("linear", "mean")),
        (8.5, "maximize", ()),
        (8.0, "maximize", ("mean",)),
        (1.0, "maximize", ("linear", "mean")),
    ],
)
def test_as_good_as_a_baseline_does_not_beat_it(
    own: float, direction: str, unbeaten: tuple[str, ...]
) -> None:
    assert standings(summary(test=own, direction=direction))[1].unbeaten == unbeaten


def test_no_test_part_no_verdict_on_it() -> None:
    assert [part.part for part in standings(summary(test=None))] == ["validation"]


@dataclass
class Results:
    """What `final` shows."""

    leaderboard: pd.DataFrame
    summary: Mapping[str, Any]
    folder: StudyFolder = field(default_factory=lambda: StudyFolder(Path("results/x")))

    @property
    def use(self) -> list[str]:
        return ["predict", str(self.folder.path), "new.npz"]


def test_nothing_to_compare_with() -> None:
    values = summary()
    values["baselines"] = []
    assert sentence(standings(values)[1]) == (
        "no baseline has test_rmse on the test part to compare with"
    )


def test_the_end_of_a_search() -> None:
    target, stream = console(60)
    folder = Path("results/a folder that has quite a long name, longer than the screen is wide")
    frame = leaderboard(TRIALS, BASELINES, "minimize")
    final(target, Results(frame, summary(), StudyFolder(folder)))
    shown = stream.getvalue().splitlines()
    table = [line.split() for line in shown]
    assert ["val_rmse", "test_rmse"] in table
    assert ["trial", "0", "2", "1.75"] in table
    assert ["baseline:linear", "2.1", "1.5"] in table
    assert "Trial 0 beats every baseline on the validation part (val_rmse 2)." in shown
    assert "Trial 0 does NOT beat linear (1.75 vs 1.5) on the test part (test_rmse)." in shown
    assert shown[-3:] == [
        f"Took 1m 05s on cpu:0. Everything is in {folder}",
        "To use the winner:",
        f"    python main.py predict '{folder}' new.npz",
    ]


def test_the_end_of_a_search_without_a_winner() -> None:
    target, stream = console()
    frame = leaderboard(FAILED, [], "minimize")
    final(target, Results(frame, summary(winner=None)))
    shown = stream.getvalue()
    assert (
        "No trial was completed.\n  2 trials: NaN at epoch 1\n  1 trial: out of memory\n" in shown
    )
    assert "predict" not in shown


def test_the_most_frequent_failures() -> None:
    frame = leaderboard(FAILED, [], "minimize")
    assert failures(frame, 1) == [("NaN at epoch 1", 2)]
    assert ("no reason was given", 1) in failures(frame)
    pruned = leaderboard([TrialRecord(0, "PRUNED", 1.0, message="at rung 3")], [], "minimize")
    assert failures(pruned) == [("at rung 3", 1)]
    assert failures(pd.DataFrame({"state": [], "message": []})) == []


@dataclass
class Report:
    """What `check` finds."""

    name: str = "electricity"
    task: str = "many_to_one"
    parameters: list[tuple[str, str, str, str]] = field(
        default_factory=lambda: [
            ("cell", "SimpleRNN, LSTM, GRU", "structural", ""),
            ("recurrent_dropout", "0 … 0.3", "numeric", "cell is LSTM or GRU"),
        ]
    )
    programs: int | None = 27
    data: list[tuple[str, str]] = field(default_factory=lambda: [("rows", "[17520]")])
    baselines: list[str] = field(default_factory=lambda: ["last_value", "linear"])
    objective: str = "val_rmse (minimize)"
    loss: str = "huber with delta 1"
    engine: str = "fused on jax"
    budget: list[tuple[str, str]] = field(default_factory=lambda: [("trials", "60")])
    remarks: list[Remark] = field(
        default_factory=lambda: [Remark("costs", "space.units", "many", "list some", "a.yaml:3:3")]
    )


def test_check_shows_everything() -> None:
    target, stream = console(100)
    show_check(target, Report())
    lines = [" ".join(line.split()) for line in stream.getvalue().splitlines() if line.strip()]
    assert lines == [
        "electricity: many_to_one, no problem found",
        "parameter values kind in use when",
        "cell SimpleRNN, LSTM, GRU structural",
        "recurrent_dropout 0 … 0.3 numeric cell is LSTM or GRU",
        "data",
        "rows [17520]",
        "search",
        "objective val_rmse (minimize)",
        "loss huber with delta 1",
        "programs 27 at most",
        "baselines last_value, linear",
        "engine fused on jax",
        "trials 60",
        "remarks",
        "costs a.yaml:3:3: space.units: many; list some",
    ]


def test_check_without_conditions_bound_or_baselines() -> None:
    target, stream = console(100)
    show_check(
        target, Report(parameters=[("units", "8", "structural", "")], programs=None, baselines=[])
    )
    shown = " ".join(stream.getvalue().split())
    assert "in use when" not in shown
    assert "programs no bound baselines none" in shown


@pytest.mark.parametrize("interrupted", [False, True])
def test_an_interrupted_search_has_no_winner_to_use_yet(interrupted: bool) -> None:
    target, output = console()
    frame = leaderboard(TRIALS, BASELINES, "minimize")
    final(target, Results(frame, {**summary(), "interrupted": interrupted}))
    assert ("To use the winner" in output.getvalue()) is not interrupted


def test_a_winner_of_several_runs_is_shown_with_its_spread() -> None:
    winner = TrialRecord(
        0, "COMPLETE", 2.0, {"val_rmse": 2.0}, runs=3, spread=0.0125, run_epochs=(4, 5, 6)
    )
    target, stream = console()
    final(target, Results(leaderboard([winner], BASELINES, "minimize"), summary(winner)))
    shown = stream.getvalue()
    assert [line.split()[:6] for line in shown.splitlines() if "COMPLETE" in line] == [
        ["1", "0", "COMPLETE", "2", "±", "0.013"]
    ]
    assert "beats every baseline on the validation part (val_rmse 2 ± 0.013)." in shown
    assert "does NOT beat linear (1.75 vs 1.5) on the test part" in shown
    assert (
        "Its validation score is the mean ± standard deviation over 3 runs; the test score is of "
        "one network, the run that validates best (on the last fold).\n"
    ) in shown
    assert standings(summary())[0].spread is None


def test_trials_that_the_time_did_not_reach_are_a_reason() -> None:
    frame = leaderboard([TrialRecord(n, "RUNNING") for n in range(3)], [], "minimize")
    assert failures(frame) == [("not trained yet; the same command goes on with it", 3)]
