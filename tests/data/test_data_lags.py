"""What was to be learned some rows before, as inputs: which values, and that none lies ahead."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.series.cuts import cut_for
from rnnsearch.data.series.naive import seasonal_lag
from rnnsearch.errors import InvalidData

ROWS = 160
DAYS = [str(np.datetime64("2024-01-01") + np.timedelta64(n, "D")) for n in range(ROWS)]
PRICES = np.exp(1 + np.cumsum(np.random.default_rng(1).normal(0, 0.1, ROWS))).tolist()
LAGS = (7, 3)

BLOCKS = {"inputs": (), "window": None, "time": "t", "calendar": ("weekday", "trend")}
TASKS: dict[str, dict[str, Any]] = {
    "many_to_one": {"horizon": 2},
    "many_to_many": {"horizon": 2},
    "one_to_one": {"window": None, "horizon": 2},
    "sequence_to_sequence": {"output_steps": 9, "horizon": 2},
    "one_to_many": BLOCKS | {"output_steps": 8},
}


def prepared(data: Any) -> Any:
    """The preparation as it is read back from its file."""
    return preparation_from_json(json.loads(json.dumps(data.preparation(fold=-1).to_json())))


def lags_of(x: Any) -> np.ndarray:
    """What is read of lags, (N, L) of one row or (N, T, L)."""
    if isinstance(x, dict):
        return x["ahead"][..., :-1] if "source" in x else x["ahead"]
    return np.asarray(x)[..., -len(LAGS) :]


def expected(rows: np.ndarray, ahead: Any, base: str, scaling: Any) -> np.ndarray:
    """By hand, of rows (N,) or (N, T) that lie `ahead` rows after the last known."""
    logs, found = np.log(PRICES), []
    for lag in LAGS:
        at = rows - seasonal_lag(lag, ahead)
        back = {"none": None, "last": ahead, "season": seasonal_lag(5, ahead)}[base]
        learned = logs[at] - (0 if back is None else logs[at - back])
        found.append((learned - scaling.offset[0]) / scaling.scale[0])
    return np.stack(found, axis=-1)


@pytest.mark.parametrize("base", ["none", "last", "season"])
@pytest.mark.parametrize("task", TASKS)
def test_it_is_what_was_to_be_learned_then(
    task: str, base: str, write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"t": DAYS, "y": PRICES})
    changes = TASKS[task] | {"lags": LAGS, "base": base, "season": 5, "scaling": "log"}
    data = read(csv_source(path, **changes), task, ())
    dataset, scaling = data.dataset(), data.preparation(fold=-1).target.scaling
    several = task in ("sequence_to_sequence", "one_to_many")
    for part, stop in ((dataset.train, 112), (dataset.test, ROWS)):
        found = lags_of(part.x)
        if several:
            steps = part.y.shape[1]
            ahead = np.arange(steps) + (1 if task == "one_to_many" else 2)
            rows = np.arange(stop - steps, stop)[None]
            np.testing.assert_allclose(found[-1:], expected(rows, ahead, base, scaling), rtol=1e-4)
            continue
        last = found[-1] if found.ndim == 3 else found[-1:]
        rows = np.arange(stop - len(last), stop)
        np.testing.assert_allclose(last, expected(rows, 2, base, scaling), rtol=1e-4)
    # The first sequence is the first whose past is there.
    y = dataset.train.y.reshape(len(dataset.train), -1)
    values = dataset.target.own_units(dataset.train.y, dataset.train.anchor)
    assert np.isfinite(y).all() and np.isin(values.round(3), np.round(PRICES[:112], 3)).mean() > 0.9
    reach = data.preparation(fold=-1).back
    assert 0 < reach < 30


@given(origin=st.integers(125, 150), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("task", TASKS)
def test_rows_after_the_forecast_is_made_change_nothing_in_it(
    task: str, origin: int, seed: int, write_csv: Any, csv_source: Any
) -> None:
    noise = np.random.default_rng(seed).normal(size=ROWS - origin - 1)
    later = [*PRICES[: origin + 1], *noise.tolist()]
    changes = TASKS[task] | {"lags": LAGS, "base": "season", "season": 5}
    found = []
    for y in (PRICES, later):
        data = read(csv_source(write_csv({"t": DAYS, "y": y}), **changes), task, ())
        found.append((data, data.dataset().test))
    way, test = found[0][0].preparation(fold=-1), found[0][1]
    segment = way.usable(found[0][0].segments[0][2])
    first = segment.start + (way.window or 1) - 1 + way.horizon
    windows = way.windows(found[0][0].series, segment, first, None)
    rows = cut_for(way.mapping).predicted(way, windows)
    begin = (rows[:, 0] if rows.ndim == 2 else rows) - (1 if task == "one_to_many" else 2)
    if task == "many_to_many":  # each step is a forecast of its own
        keep = np.broadcast_to(rows - 2 <= origin, rows.shape)
        other = found[1][1]
        for pair in ((test.array, other.array), (test.anchor, other.anchor)):
            np.testing.assert_array_equal(pair[0][keep], pair[1][keep])
        return
    before = begin <= origin
    for one, other in zip(arrays(test), arrays(found[1][1]), strict=True):
        np.testing.assert_array_equal(one[before], other[before])


def arrays(part: Any) -> list[np.ndarray]:
    x = list(part.x.values()) if isinstance(part.x, dict) else [part.x]
    return [*(np.asarray(array) for array in x), part.anchor]


@pytest.mark.parametrize("task", TASKS)
def test_new_files_are_treated_alike(task: str, write_csv: Any, csv_source: Any) -> None:
    changes = TASKS[task] | {"lags": LAGS, "base": "last", "scaling": "log"}
    data = read(csv_source(write_csv({"t": DAYS, "y": PRICES}), **changes), task, ())
    way, test = prepared(data), data.dataset().test
    assert way.to_json() == data.preparation(fold=-1).to_json()
    first = 136 - (16 if task == "one_to_many" else way.back)
    new = str(write_csv({"t": DAYS[first:], "y": PRICES[first:]}))
    scored = way.targets(new)
    skipped = len(scored) - len(test)
    for one, other in zip(arrays(scored), arrays(test), strict=True):
        np.testing.assert_allclose(one[skipped:], other, atol=1e-6)
    x, frame = way.inputs(new)
    assert np.isfinite(lags_of(x)).all() and np.isfinite(way.anchors(new)).all()
    assert frame.iloc[-1]["t" if "t" in frame else "row"]
    last = lags_of(x)[-1]
    row = last[-1] if task in ("many_to_one", "many_to_many") else last
    scaling, logs = way.target.scaling, np.log(PRICES)
    if row.ndim == 1:  # of the second row after the end
        due = [logs[161 - lag] - logs[159 - lag] for lag in (7, 3)]
        np.testing.assert_allclose(row * scaling.scale[0], due, rtol=1e-4)
    else:
        ahead = np.arange(len(row)) + (1 if task == "one_to_many" else 2)
        rows = 159 + ahead
        for place, lag in enumerate(LAGS):
            at = rows - seasonal_lag(lag, ahead)
            np.testing.assert_allclose(
                row[:, place] * scaling.scale[0], logs[at] - logs[at - ahead], rtol=1e-4, atol=1e-6
            )


def test_gaps_are_looked_past(write_csv: Any, csv_source: Any) -> None:
    """A value that is filled in knows the one after it, which may not have been known."""
    prices: list[float | None] = list(PRICES)
    prices[150] = None
    changes = {"lags": (3,), "horizon": 2, "missing": "interpolate", "scaling": "none"}
    test = read(csv_source(write_csv({"y": prices}), **changes), "many_to_one", ()).dataset().test
    # Three before row 153 is row 150: the value is that of a lag before, 147.
    rows = [n for n in range(141, ROWS) if n not in (150, 152)]
    assert len(rows) == len(test)
    np.testing.assert_allclose(test.array[rows.index(153), -1, -1], PRICES[147], rtol=1e-6)


def test_check_names_them(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"t": DAYS, "y": PRICES})
    lines = {
        task: dict(read(csv_source(path, lags=LAGS, **TASKS[task]), task, ()).summary())
        for task in TASKS
    }
    assert lines["many_to_one"]["input"].endswith(": y, y_lag_7, y_lag_3")
    assert lines["sequence_to_sequence"]["ahead"].endswith(": y_lag_7, y_lag_3, place")
    assert lines["one_to_many"]["ahead"].endswith(", 8, 2): y_lag_7, y_lag_3")


def test_scalings_are_those_of_all_features(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"t": DAYS, "y": PRICES})
    for task, changes in TASKS.items():
        data = read(csv_source(path, lags=LAGS, **changes), task, ())
        x = data.dataset().train.x
        scalings = data.preparation(fold=-1).scalings
        read_by = x if isinstance(x, dict) else dict.fromkeys(scalings, x)
        for name, scaling in scalings.items():
            assert scaling.scale.shape == (read_by[name].shape[-1],)


def test_messages(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": PRICES, "label": ["a", "b"] * (ROWS // 2)})
    for changes, message in (
        (
            {"lags": (3,), "target": "label"},
            "data.lags: must not be given where classes are predicted; received [3], and text in "
            "'label'; remove it",
        ),
        (
            {"lags": (110,), "base": "last"},
            "data.window: must leave every part room for a window of 4 rows and a target 1 row "
            "ahead, and the training part for 110 rows before them (data.base, data.lags); received "
            "112 training, 24 validation, 24 test rows; give more rows, a shorter window, or parts "
            "of other sizes under data.split",
        ),
    ):
        with pytest.raises(InvalidData) as error:
            read(csv_source(path, **changes), "many_to_one", ())
        assert str(error.value) == message
