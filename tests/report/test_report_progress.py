"""The displays: what each line says, and that the live view fits."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console

from rnnsearch.driver.running.tally import Tally
from rnnsearch.driver.running.watching import Lane, Snapshot
from rnnsearch.outcomes import TrialRecord
from rnnsearch.report import LiveDisplay, PlainDisplay, make_display, shown_if
from rnnsearch.report.progress import best_line, counts, label, trial_line
from rnnsearch.report.text import curve
from rnnsearch.vocabulary import Objective

BEST = TrialRecord(
    9,
    "COMPLETE",
    401.23,
    {"val_loss": 0.5, "val_rmse": 401.23},
    params={"cell": "GRU", "depth": 2, "units": 32, "learning_rate": 0.0031234, "layer_norm": True},
)
WORSE = TrialRecord(12, "PRUNED", 412.3, {"val_rmse": 412.3}, params={"cell": "LSTM"})
FAILED = TrialRecord(13, "FAIL", params={"cell": "GRU"}, message="the loss\nbecame NaN")
SNAPSHOT = Snapshot(
    done=12,
    total=60,
    pruned=3,
    failed=1,
    best=BEST,
    activity="training GRU 2x32 (8 lanes)",
    lanes=[Lane(14, 3, 500.0), Lane(15, 3, None)],
    epochs=40,
    seconds_left=125,
)


class Clock:
    """Time that goes on when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def plain() -> tuple[PlainDisplay, io.StringIO, Clock]:
    stream, clock = io.StringIO(), Clock()
    return PlainDisplay(Console(file=stream, width=40), clock=clock), stream, clock


def test_the_words() -> None:
    assert counts(SNAPSHOT) == "12/60 trials (3 pruned, 1 failed)"
    assert counts(replace(SNAPSHOT, pruned=0, failed=0)) == "12/60 trials"
    assert best_line(SNAPSHOT) == (
        "best: val_rmse 401.2 (trial 9) GRU depth 2 units 32 learning_rate 0.00312 layer_norm"
    )
    assert best_line(replace(SNAPSHOT, best=None)) == "best: none yet"
    assert trial_line(WORSE, "13/60", BEST) == (
        "[13/60] trial 12 PRUNED val_rmse 412.3 (best 401.2, trial 9) LSTM"
    )
    assert trial_line(FAILED, "1/60", None) == "[1/60] trial 13 FAIL GRU - the loss became NaN"
    assert label(TrialRecord(0, "COMPLETE", 1.0, {"val_rmse": 2.0})) == "score"


def test_a_plain_run() -> None:
    display, stream, _ = plain()
    with display:
        display.started("cpu:0")
        display.progressed(SNAPSHOT)
        display.ended(WORSE, [], None)
        display.progressed(replace(SNAPSHOT, done=13))
        display.ended(BEST, [], [])
        display.ended(FAILED, [], None)
        display.progressed(replace(SNAPSHOT, done=15))
        display.ended(WORSE, [], None)
    assert stream.getvalue().splitlines() == [
        "device: cpu:0",
        "[13/60] trial 12 PRUNED val_rmse 412.3 (best 401.2, trial 9) LSTM",
        "[14/60] trial 9 COMPLETE val_rmse 401.2 (the best so far) GRU depth 2 units 32 "
        "learning_rate 0.00312 layer_norm",
        "[15/60] trial 13 FAIL (best 401.2, trial 9) GRU - the loss became NaN",
        "[16/60] trial 12 PRUNED val_rmse 412.3 LSTM",
    ]


def test_progress_lines_every_ten_seconds() -> None:
    display, stream, clock = plain()
    for clock.now in (1.0, 9.9, 10.0, 19.9, 20.0):
        display.progressed(SNAPSHOT)
    line = (
        "12/60 trials (3 pruned, 1 failed) | best: val_rmse 401.2 (trial 9) GRU depth 2 units 32 "
        "learning_rate 0.00312 layer_norm | training GRU 2x32 (8 lanes) | 2m 05s left"
    )
    assert stream.getvalue().splitlines() == [line, line]


@pytest.mark.parametrize(
    ("terminal", "kind"), [(True, LiveDisplay), (False, PlainDisplay)], ids=["terminal", "pipe"]
)
def test_which_display(terminal: bool, kind: type) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, _environ={"TERM": "xterm"})
    assert isinstance(make_display(console), kind)


def test_a_call_in_python_shows_its_progress_or_nothing() -> None:
    with shown_if(False) as nothing, shown_if(True) as display:
        assert nothing is None
        assert isinstance(display, PlainDisplay)


@pytest.mark.parametrize("width", [30, 80, 160])
def test_the_live_view_fits(width: int) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=width, height=30, force_terminal=True, color_system=None)
    noon = datetime(2026, 1, 1, 12, 0)
    display = LiveDisplay(console, clock=Clock(), now=lambda: noon)
    many = [Lane(number, 1, 2.0) for number in range(12)]
    told = replace(SNAPSHOT, history=(900.0, 500.0, 401.2), verdicts=((8, "vanishing"),))
    for snapshot in (None, told, replace(SNAPSHOT, best=None, lanes=many, seconds_left=None)):
        if snapshot is not None:
            display.started("cpu:0")
            display.progressed(snapshot)
        console.print(display.view())
    shown = stream.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    if width > 30:
        assert "12/60 trials (3 pruned, 1 failed), 0s passed, 2m 05s left" in shown
    assert "3/40" in shown
    if width > 30:
        assert "done at about 12:02" in shown
        assert "best so far: 900 █▂▁ 401.2" in shown and "training: 8 vanishing" in shown
    assert "12 lanes in use, 4 of them" in shown


@pytest.mark.parametrize(
    ("values", "width", "line"),
    [
        ([1.0, 2.0, 3.0], 10, "▁▅█"),
        ([3.0] * 4, 10, "▁▁▁▁"),
        ([], 10, ""),
        ([math.nan, 1.0], 10, "▁"),
        ([float(n) for n in range(8)], 4, "▁▃▆█"),
        ([1.0, 10.0, 100.0], 3, "▁▅█"),  # by logarithms
        ([1.0, 10.0, 20.0], 3, "▁▄█"),
    ],
)
def test_a_curve_of_bars(values: list[float], width: int, line: str) -> None:
    assert curve(values, width) == line


def test_a_tally_keeps_the_best_so_far() -> None:
    tally = Tally([], 4, 5, Objective("val_rmse"))
    for number, score in enumerate((None, 3.0, 5.0, 1.0)):
        state = "FAIL" if score is None else "COMPLETE"
        tally.add(TrialRecord(number, state, score))
    assert tally.snapshot("", []).history == (3.0, 3.0, 1.0)


def test_a_live_run_gives_the_cursor_back() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, height=30, force_terminal=True)
    with LiveDisplay(console) as display:
        display.started("cpu:0")
        display.progressed(SNAPSHOT)
        display.ended(BEST, [], [])
    hidden, shown = stream.getvalue().rfind("\x1b[?25l"), stream.getvalue().rfind("\x1b[?25h")
    assert 0 <= hidden < shown
