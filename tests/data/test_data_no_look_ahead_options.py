"""What is predicted after a row is the same whatever follows: each option of a table by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.spec.sources import CsvSource
from tests.data.test_data_no_look_ahead import WINDOW, predictions

ROWS = 200
OPTIONS: dict[str, dict[str, Any]] = {
    "names of months": {"calendar": ("month_name", "quarter", "weekday", "weekend")},
    "waves and trend": {"calendar": ("month", "day_of_year", "day_of_month", "trend")},
    "gaps dropped": {"missing": "drop", "gaps": True},
    "gaps filled": {"missing": "interpolate", "gaps": True, "base": "last", "lags": (2,)},
    "a value for none": {"missing": "interpolate", "missing_values": (-9999,), "sentinels": True},
    "text": {"inputs": ("y", "sky")},
    "classes": {"target": "sky", "inputs": ("y", "z"), "target_kind": "class"},
    "past classes": {"target": "sky", "inputs": ("y", "sky"), "target_kind": "class"},
    "two targets": {"target": ("y", "z"), "base": "last"},
    "far ahead": {"horizon": 4, "lags": (4,), "base": "last"},
    "windows that reach back": {"split": {"reach_back": True}},
    "no base chosen": {"base": "auto", "season": 7},
    "logarithms": {"scaling": "log", "base": "last"},
    "newest first": {"reverse": True},
    "in no order": {"shuffle": True},
    "rows twice": {"duplicates": "mean", "twice": True},
    "rows missing": {"lacking": True, "lags": (3,), "base": "last"},
    "rows put in": {"lacking": True, "irregular": "reindex", "missing": "interpolate"},
    "clocks that change": {"time_zone": "Europe/Berlin", "hourly": True, "calendar": ("hour",)},
    "hours of business": {"open": True, "calendar": ("hour", "weekday"), "base": "last"},
    "series held out": {"split": {"by": "series"}, "lags": (3,), "base": "last"},
}
TASKS: dict[str, dict[str, Any]] = {
    "one_to_one": {},
    "one_to_many": {"output_steps": 3, "lags": (3,), "calendar": ("day_of_year",)},
    "many_to_one": {"window": WINDOW},
    "many_to_many": {"window": WINDOW},
    "sequence_to_sequence": {"window": WINDOW, "output_steps": 3},
}
UNTOLD = ("gaps dropped", "rows missing", "clocks that change")
"""Options under which the third step of one block may have the time stamp of another's."""
MADE = ("gaps", "sentinels", "reverse", "shuffle", "twice", "lacking", "hourly", "open")
"""Keys of an option that say how the table is made."""


def table(made: dict[str, bool], series: int) -> pd.DataFrame:
    """Every fifth day, or every hour over a change of clocks or of business; of so many series."""
    frames = []
    for number in range(series):
        random = np.random.default_rng(number)
        times = pd.date_range("2021-01-04", periods=ROWS, freq="5D")
        if "hourly" in made:
            times = pd.date_range("2021-10-28", periods=ROWS, freq="h", tz="Europe/Berlin")
        if "open" in made:  # of an exchange: seven bars a day, Monday to Friday
            hours = pd.date_range("2021-01-04 09:00", periods=10 * ROWS, freq="h")
            times = hours[(hours.hour < 16) & (hours.hour > 8) & (hours.day_of_week < 5)][:ROWS]
        y = 60 + 9 * np.sin(np.arange(ROWS) * 2 * np.pi / 7) + random.normal(size=ROWS)
        sky = random.choice(["sun", "rain", "fog"], ROWS)
        frame = pd.DataFrame({"t": times, "name": str(number), "y": y, "sky": sky})
        frame["z"] = random.normal(20, 2, ROWS)
        if "gaps" in made or "sentinels" in made:
            frame.loc[random.random(ROWS) < 0.2, "y"] = np.nan if "gaps" in made else -9999
        if "lacking" in made:
            frame = frame[(random.random(ROWS) < 0.9) | (np.arange(ROWS) % (ROWS - 1) == 0)]
        if "twice" in made:
            frame = frame.iloc[np.sort([*range(ROWS), 50, 120])]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def written(frame: pd.DataFrame, made: dict[str, bool]) -> pd.DataFrame:
    """The table in the order of its file, time stamps as clocks show them."""
    order = np.arange(len(frame))
    if "shuffle" in made:
        order = np.random.default_rng(0).permutation(order)
    frame = frame.iloc[order[::-1] if "reverse" in made else order]
    return frame.assign(t=frame["t"].dt.strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize(
    ("task", "series"),
    [
        *(("one_to_one", 1), ("one_to_many", 1), ("many_to_one", 1), ("many_to_one", 2)),
        *(("many_to_many", 1), ("sequence_to_sequence", 1), ("sequence_to_sequence", 2)),
    ],
)
@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_no_option_looks_ahead(option: str, task: str, series: int, tmp_path: Path) -> None:
    keys = {"target": "y", "inputs": ("y", "z"), "base": "none", **TASKS[task], **OPTIONS[option]}
    made = {key: keys.pop(key) for key in MADE if key in keys}
    blocks = "output_steps" in TASKS[task]
    if task == "one_to_many":  # what begins a block is of the calendar, and of the past
        keys["inputs"] = ()
        keys.pop("horizon", None)
    if blocks and ("target_kind" in keys or option in UNTOLD):
        pytest.skip("no forecasts of several steps, or of windows that a time stamp does not tell")
    if made.keys() & {"reverse", "shuffle", "twice"} and series > 1:
        pytest.skip("such rows are of one series")
    if "by" in keys.get("split", {}):
        if series > 1:
            pytest.skip("of eight series, once")
        series = 8
    frame = table(made, series)
    written(frame, made).to_csv(tmp_path / "all.csv", index=False, float_format="%.4f")
    source = CsvSource(
        source="csv", path=tmp_path / "all.csv", time="t", series="name" if series > 1 else None, **keys
    )  # fmt: skip
    prepared = preparation_from_json(read(source, task).preparation().to_json())
    # What is forecast in blocks is aligned to the end: one cut of three has the same blocks.
    ends = [frame["t"].iloc[at] for at in ((109, 110, 111, 159) if blocks else (110, 159))]
    *shorter, whole = (
        predictions(prepared, written(frame[frame["t"] <= end], made), tmp_path / "new.csv")
        for end in ends
    )
    both = [(short, key) for short in shorter for key in short if key in whole]
    assert len(both) > 20
    for short, key in both:
        for one, other in zip(short[key], whole[key], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=str(key))


@pytest.mark.parametrize("base", ["none", "last"])
def test_a_gap_at_the_end_is_what_was_last_known(base: str, tmp_path: Path) -> None:
    """As if a person had written the value above it there."""
    frame = table({}, 1)[["t", "y", "z"]]
    written(frame, {}).to_csv(tmp_path / "all.csv", index=False)
    source = CsvSource(
        source="csv", path=tmp_path / "all.csv", time="t", inputs=("y", "z"), target="y",
        window=WINDOW, missing="interpolate", base=base,
    )  # fmt: skip
    prepared = preparation_from_json(read(source, "many_to_one").preparation().to_json())

    def last_window(column: str, value: float) -> np.ndarray:
        new = frame[:50].copy()
        new.loc[48:, column] = value
        written(new, {}).to_csv(tmp_path / "new.csv", index=False)
        return np.asarray(prepared.inputs(str(tmp_path / "new.csv"))[0])[-1]

    for column in ("y", "z"):
        held = frame[column][47]
        np.testing.assert_allclose(
            last_window(column, np.nan), last_window(column, held), atol=1e-5, err_msg=column
        )
