"""Forecasts of several steps: what is read, what is known ahead, and what is judged."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import Part, preparation_from_json, read
from rnnsearch.data.series.cuts.forecasts import forecast_sequences
from rnnsearch.data.series.naive import seasonal_lag
from rnnsearch.errors import InvalidData

lenient = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
ROWS = 160
PRICES = np.exp(1 + np.cumsum(np.random.default_rng(1).normal(0, 0.1, ROWS))).tolist()
HOLIDAYS = [int(n % 11 in (3, 4)) for n in range(ROWS)]
HOURS = [str(np.datetime64("2024-01-01T00:00") + np.timedelta64(n, "h")) for n in range(ROWS)]
TASK = "sequence_to_sequence"
STEPS = 5


def forecast(path: Any, csv_source: Any, **changes: Any) -> Any:
    """Four rows are read, and five forecast."""
    return csv_source(path, **({"output_steps": STEPS} | changes))


def truth(data: Any, part: Part) -> np.ndarray:
    return data.dataset().target.own_units(part.y, part.anchor)


def prepared(data: Any) -> Any:
    """The preparation as it is read back from its file."""
    return preparation_from_json(json.loads(json.dumps(data.preparation(fold=-1).to_json())))


@given(
    rows=st.integers(90, 160),
    longest=st.integers(2, 6),
    horizon=st.integers(1, 3),
    steps=st.integers(1, 5),
    stride=st.integers(1, 3),
)
@lenient
def test_every_window_forecasts_the_same_rows(
    write_csv: Any, csv_source: Any, rows: int, longest: int, horizon: int, steps: int, stride: int
) -> None:
    """With y = row number and no scaling."""
    path = write_csv({"y": range(rows)})
    changes = {"window": None, "horizon": horizon, "stride": stride, "scaling": "none"}
    data = read(forecast(path, csv_source, output_steps=steps, **changes), TASK, (1, longest))
    held_out = round(rows * 0.15)
    borders = {
        "train": range(rows - 2 * held_out),
        "validation": range(rows - 2 * held_out, rows - held_out),
        "test": range(rows - held_out, rows),
    }
    for window in (1, longest):
        dataset = data.dataset(window)
        for name, border in borders.items():
            part = getattr(dataset, name)
            source, y = np.asarray(part.x["source"])[..., 0], part.y[..., 0]
            assert source.shape == (len(part), window) and y.shape == (len(part), steps)
            np.testing.assert_array_equal(source, source[:, -1:] + np.arange(1 - window, 1))
            np.testing.assert_array_equal(y, source[:, -1:] + horizon + np.arange(steps))
            reach, by = (window, stride) if name == "train" else (longest, 1)
            first = border.start + reach - 1 + horizon
            np.testing.assert_array_equal(y[:, 0], np.arange(first, border.stop - steps + 1, by))
            assert part.weight is None


def test_a_window_that_ends_in_a_gap_is_left_out() -> None:
    known = np.ones(20, bool)
    known[6] = False
    found = forecast_sequences(range(2, 16), 3, 2, 4, 6, 1, known)
    np.testing.assert_array_equal(found.starts + 2, [4, 5, 7, 8, 9, 10])
    np.testing.assert_array_equal(found.targets[-1], [12, 13, 14, 15])


def test_what_is_known_is_that_of_the_row_itself(write_csv: Any, csv_source: Any) -> None:
    """Of rows read and of rows forecast; the others have no feature of what lies ahead."""
    path = write_csv({"t": HOURS, "y": PRICES, "holiday": HOLIDAYS})
    changes = {"time": "t", "known": ("holiday",), "calendar": ("hour",), "horizon": 3}
    data = read(forecast(path, csv_source, scaling="none", **changes), TASK)
    way, train, test = data.preparation(fold=-1), data.dataset().train, data.dataset().test
    assert way.features_names == ("y", "holiday", "hour_sin", "hour_cos")
    assert way.ahead_names == ("holiday", "hour_sin", "hour_cos", "place")
    source, ahead = np.asarray(train.x["source"]), train.x["ahead"]
    assert source.dtype == ahead.dtype == np.float32
    assert ahead.shape == (len(train), STEPS, 4)
    sines = np.sin(2 * np.pi * np.arange(ROWS) / 24)
    np.testing.assert_allclose(source[7, :, 0], PRICES[7:11], rtol=1e-6)
    np.testing.assert_array_equal(source[7, :, 1], HOLIDAYS[7:11])
    np.testing.assert_allclose(source[7, :, 2], sines[7:11], atol=1e-6)
    np.testing.assert_array_equal(ahead[7, :, 0], HOLIDAYS[13:18])
    np.testing.assert_allclose(ahead[7, :, 1], sines[13:18], atol=1e-6)
    np.testing.assert_array_equal(test.x["ahead"][-1, :, 0], HOLIDAYS[155:160])
    np.testing.assert_array_equal(ahead[..., 3], np.tile([0, 0.25, 0.5, 0.75, 1], (len(train), 1)))
    lines = dict(data.summary())
    assert lines["input"] == f"(N, S, F) = {source.shape}: y, holiday, hour_sin, hour_cos"
    assert lines["ahead"] == f"(N, T, A) = {ahead.shape}: holiday, hour_sin, hour_cos, place"
    assert lines["output"] == f"(N, T, O) = {train.y.shape}"


def test_where_nothing_is_known_the_place_of_a_step_is(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": PRICES})
    train = read(forecast(path, csv_source, output_steps=1), TASK).dataset().train
    np.testing.assert_array_equal(train.x["ahead"], np.zeros((len(train), 1, 1)))


def test_rows_after_the_forecast_is_made_change_nothing_in_it(
    write_csv: Any, csv_source: Any
) -> None:
    """But for what is known of them. A leak planted in row 150 must be seen only from then on."""
    origin = 149
    last = [*PRICES[: origin + 1], *(7 * price for price in PRICES[origin + 1 :])]
    for difference, scaling in ((None, "standard"), (1, "log"), ("season", "none")):
        changes = {
            "time": "t",
            "known": ("holiday",),
            "calendar": ("hour",),
            "difference": difference,
            "scaling": scaling,
            "season": 3,
            "horizon": 2,
        }
        parts = []
        for prices in (PRICES, last):
            columns = {"t": HOURS, "y": prices, "holiday": HOLIDAYS}
            source = forecast(write_csv(columns), csv_source, **changes)
            parts.append(read(source, TASK).dataset().test)
        # The first window of the test part, which begins in row 136, ends in row 139.
        same = origin - 139 + 1
        assert 0 < same < len(parts[0])
        for name in ("source", "ahead"):
            np.testing.assert_array_equal(*(part.x[name][:same] for part in parts))
        assert (
            np.asarray(parts[0].x["source"])[same:] != np.asarray(parts[1].x["source"])[same:]
        ).any()
        for name, forecasts in parts[0].naive.items():
            np.testing.assert_array_equal(forecasts[:same], parts[1].naive[name][:same])
        if difference is not None:
            np.testing.assert_array_equal(parts[0].anchor[:same], parts[1].anchor[:same])
        assert (parts[0].y[:same] != parts[1].y[:same]).any(), "the truth does change"


@pytest.mark.parametrize("scaling", ["standard", "log"])
@pytest.mark.parametrize("difference", [None, 1, "season"])
def test_the_way_back_gives_the_values(
    scaling: str, difference: Any, write_csv: Any, csv_source: Any
) -> None:
    changes = {"difference": difference, "scaling": scaling, "season": 3, "horizon": 2}
    data = read(forecast(write_csv({"y": PRICES}), csv_source, **changes), TASK)
    for name in ("train", "validation", "test"):
        part = getattr(data.dataset(), name)
        firsts = {"train": 5 + {None: 0, 1: 1, "season": 3}[difference], "validation": 117}
        firsts["test"] = 141
        rows = firsts[name] + np.arange(len(part))[:, None] + np.arange(STEPS)
        np.testing.assert_allclose(truth(data, part)[..., 0], np.array(PRICES)[rows], rtol=1e-4)
    train = data.dataset().train.y
    centre = 0 if difference else train.mean()
    assert abs(train.mean()) < (1 if difference else 0.2)
    assert 0.7 < np.sqrt(((train - centre) ** 2).mean()) < 1.3


def test_each_step_is_the_change_from_what_is_known_of_it(write_csv: Any, csv_source: Any) -> None:
    """Changes of nothing are the naive forecasts, whose season may lie several seasons back."""
    path = write_csv({"y": PRICES})
    for difference, name in ((1, "last_value"), ("season", "seasonal_naive")):
        changes = {"difference": difference, "season": 3, "horizon": 2}
        data = read(forecast(path, csv_source, **changes), TASK)
        test = data.dataset().test
        np.testing.assert_array_equal(test.anchor, test.naive[name])
        targets = 141 + np.arange(len(test))[:, None] + np.arange(STEPS)
        origins = np.broadcast_to(targets[:, :1] - 2, targets.shape)
        seasons = targets - seasonal_lag(3, targets - origins)
        # Two to six rows ahead: the last season but one from the fourth row on.
        np.testing.assert_array_equal(targets[0] - seasons[0], [3, 3, 6, 6, 6])
        rows = {1: origins, "season": seasons}[difference]
        np.testing.assert_allclose(test.anchor[..., 0], np.array(PRICES)[rows])
        # Fitted on the changes of every step that training rows have.
        past = {1: range(2, 7), "season": (3, 3, 6, 6, 6)}[difference]
        prices = np.array(PRICES[:112])
        found = np.concatenate([prices[back:] - prices[:-back] for back in past])
        scaling = data.dataset().target.scaling
        np.testing.assert_allclose(
            [scaling.offset[0], scaling.scale[0]], [0, np.sqrt((found**2).mean())]
        )


@pytest.mark.parametrize("difference", [None, 1, "season"])
def test_targets_that_were_not_observed_have_no_weight(
    difference: Any, write_csv: Any, csv_source: Any
) -> None:
    """Nor have those of which nothing was observed that they could be the change from."""
    gaps = (0, 1, 2, 3, 4, 5, 50, 155)
    prices = [None if row in gaps else price for row, price in enumerate(PRICES)]
    changes = {"inputs": ("a",), "missing": "interpolate", "scaling": "none", "season": 3}
    path = write_csv({"y": prices, "a": range(ROWS)})
    dataset = read(forecast(path, csv_source, difference=difference, **changes), TASK).dataset()
    for part in (dataset.train, dataset.test):
        ends = np.asarray(part.x["source"])[:, -1:, 0].astype(int)
        targets = ends + 1 + np.arange(STEPS)
        back = {1: targets - ends, "season": seasonal_lag(3, targets - ends)}.get(difference)
        has_past = True if back is None else targets - back > 5
        np.testing.assert_array_equal(part.weights, ~np.isin(targets, gaps) & has_past)
        assert part.weights.any(axis=1).all() and not part.weights.all()
        assert np.isfinite(part.y).all()
        assert part.anchor is None or np.isfinite(part.anchor).all()


CHANGES: dict[str, dict[str, Any]] = {
    "values": {},
    "changes": {"difference": 1, "scaling": "log", "horizon": 2},
    "seasons": {"difference": "season", "season": 3},
    "calendar": {"time": "t", "calendar": ("hour", "weekday")},
}


@pytest.mark.parametrize("case", CHANGES)
def test_new_files_are_treated_alike(case: str, write_csv: Any, csv_source: Any) -> None:
    source = forecast(write_csv({"t": HOURS, "y": PRICES}), csv_source, **CHANGES[case])
    data = read(source, TASK)
    way, test = prepared(data), data.dataset().test
    assert way.to_json() == data.preparation(fold=-1).to_json()
    back = 0 if data.preparation(fold=-1).lag is None else data.preparation(fold=-1).lag.inputs
    new = str(write_csv({"t": HOURS[136 - back :], "y": PRICES[136 - back :]}))
    part = way.targets(new)
    for name in ("source", "ahead"):
        np.testing.assert_array_equal(part.x[name], test.x[name])
    np.testing.assert_allclose(part.y, test.y, atol=1e-5)
    if test.anchor is not None:
        np.testing.assert_allclose(part.anchor, test.anchor)


@pytest.mark.parametrize("case", CHANGES)
def test_predictions_end_after_the_file_and_are_of_each_row_once(
    case: str, write_csv: Any, csv_source: Any
) -> None:
    columns = {"t": HOURS, "y": PRICES}
    data = read(forecast(write_csv(columns), csv_source, **CHANGES[case]), TASK)
    way, horizon = prepared(data), CHANGES[case].get("horizon", 1)
    new = str(write_csv({name: column[:33] for name, column in columns.items()}))
    x, frame = way.inputs(new)
    lag = data.preparation(fold=-1).lag
    count = 1 + (33 - 4 - (lag.inputs if lag else 0)) // STEPS
    assert x["source"].shape[0] == x["ahead"].shape[0] == count
    assert frame["sequence"].tolist() == np.repeat(np.arange(count) + 1, STEPS).tolist()
    assert frame["step"].tolist() == [*range(1, STEPS + 1)] * count
    rows = np.arange(33 - (count - 1) * STEPS, 33 + STEPS) + horizon - 1
    if case == "calendar":
        assert pd.to_datetime(frame["t"], format="mixed").tolist() == [
            pd.Timestamp(HOURS[row]) for row in rows
        ]
        whole = data.preparation(fold=-1).features(data.series)
        np.testing.assert_allclose(x["ahead"][-1, :, :-1], whole[33:38, 1:], atol=1e-6)
    else:
        assert frame["row"].tolist() == (rows + 2).tolist()
    raw = way.scaling.invert(np.asarray(x["source"])[-1], None)
    if lag is None:
        np.testing.assert_allclose(raw[:, 0], PRICES[29:33], rtol=1e-5)
    else:
        anchors, values = way.anchors(new), data.dataset().target.scaling.link(np.array(PRICES))
        assert anchors.shape == (count, STEPS, 1)
        last = {1: [32] * STEPS, 3: [30, 31, 32, 30, 31]}[lag.inputs]
        np.testing.assert_allclose(anchors[-1, :, 0], values[last])


def test_predictions_need_what_is_known_of_the_rows_ahead(write_csv: Any, csv_source: Any) -> None:
    columns = {"y": PRICES, "holiday": HOLIDAYS}
    source = forecast(write_csv(columns), csv_source, known=("holiday",), horizon=2, scaling="none")
    way = prepared(read(source, TASK))
    ahead = {"y": [*PRICES[:20], *[None] * 6], "holiday": HOLIDAYS[:26]}
    x, frame = way.inputs(str(write_csv(ahead)))
    assert frame["row"].iloc[-1] == 27
    np.testing.assert_array_equal(x["ahead"][-1, :, 0], HOLIDAYS[21:26])
    np.testing.assert_allclose(np.asarray(x["source"])[-1, :, 0], PRICES[16:20], rtol=1e-6)
    short = str(write_csv({name: column[:25] for name, column in ahead.items()}))
    with pytest.raises(InvalidData) as error:
        way.inputs(short)
    assert str(error.value) == (
        "data.known: must have values in 6 rows after the last with other inputs; received 5 such "
        f"rows in {short}; add rows with holiday and leave their other cells empty"
    )
    assert len(way.targets(short)) == 20 - 4 - 6 + 1
    with pytest.raises(InvalidData) as error:
        way.targets(str(write_csv({name: column[:9] for name, column in ahead.items()})))
    assert "must have at least 10 rows; received 9 in" in str(error.value)


TOWNS = {
    "town": ["oslo"] * 80 + ["rome"] * 80,
    "t": HOURS[:80] * 2,
    "y": [1000 + n for n in range(80)] + [5000 + n for n in range(80)],
}


def test_no_forecast_has_rows_of_two_series(write_csv: Any, csv_source: Any) -> None:
    path = write_csv(TOWNS)
    changes = {"series": "town", "time": "t", "difference": 1, "scaling": "none"}
    data = read(forecast(path, csv_source, inputs=("y", "town"), **changes), TASK)
    for name in ("train", "validation", "test"):
        part = getattr(data.dataset(), name)
        own = truth(data, part)[..., 0]
        assert (np.diff(own, axis=1) == 1).all()
        town = np.where(own < 4000, 0, 1)
        np.testing.assert_array_equal(
            np.asarray(part.x["source"])[:, :, 1:].argmax(axis=2)[:, 0], town[:, 0]
        )
        assert part.x["ahead"].shape == (len(part), STEPS, 1)
    x, frame = prepared(data).inputs(str(path))
    assert frame.columns.tolist() == ["town", "sequence", "step", "t"]
    assert frame.index.tolist() == list(range(x["source"].shape[0] * STEPS))
    half = len(frame) // 2
    assert frame["town"].tolist() == ["oslo"] * half + ["rome"] * half
    assert frame["t"].iloc[half - 1] == frame["t"].iloc[-1] == "2024-01-04T12:00"


def test_a_series_too_short_for_a_forecast_has_none(write_csv: Any, csv_source: Any) -> None:
    short = {name: [*column[:80], *column[80:85]] for name, column in TOWNS.items()}
    source = forecast(write_csv(short), csv_source, series="town", time="t", scaling="none")
    dataset = read(source, TASK).dataset()
    assert max(dataset.train.y.max(), dataset.validation.y.max(), dataset.test.y.max()) < 4000


def test_folds_begin_one_after_the_other(write_csv: Any, csv_source: Any) -> None:
    from rnnsearch.spec.sources import BacktestSpec, SplitSpec

    split = SplitSpec(backtest=BacktestSpec(folds=3, step=10))
    changes = {"split": split, "scaling": "none"}
    data = read(forecast(write_csv({"y": range(ROWS)}), csv_source, **changes), TASK)
    for fold, end in enumerate((92, 102, 112)):
        dataset = data.dataset(fold=fold)
        assert dataset.train.y.max() == end - 1
        firsts = dataset.validation.y[:, 0, 0]
        np.testing.assert_array_equal(firsts, np.arange(end + 4, end + 24 - STEPS + 1))


def test_messages(write_csv: Any, csv_source: Any) -> None:
    def message(columns: dict[str, Any], **changes: Any) -> str:
        with pytest.raises(InvalidData) as error:
            read(forecast(write_csv(columns), csv_source, **changes), TASK)
        return str(error.value)

    assert message({"y": PRICES, "label": ["a", "b"] * 80}, target="label") == (
        "data.target: must be numbers for sequence_to_sequence; received text in 'label'; use "
        "many_to_one or many_to_many, one horizon at a time"
    )
    assert message({"y": PRICES}, output_steps=21) == (
        "data.window: must leave every part room for a window of 4 rows and 21 targets, the first "
        "1 row ahead; received 112 training, 24 validation, 24 test rows; give more rows, a "
        "shorter window, or parts of other sizes under data.split"
    )
    assert (
        len(
            read(forecast(write_csv({"y": PRICES}), csv_source, output_steps=20), TASK)
            .dataset()
            .test
        )
        == 1
    )
