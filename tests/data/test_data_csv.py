"""CSV: naive forecasts, calendar, gaps, classes, and the preparation of new files."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Part, preparation_from_json, read
from rnnsearch.data.series.naive import naive_error, naive_forecasts, seasonal_lag
from rnnsearch.data.time import (
    Step,
    calendar_features,
    calendar_names,
    format_time,
    infer_step,
    read_stamps,
)
from rnnsearch.errors import InvalidData


def hours(count: int, start: str = "2024-01-01", step: int = 1) -> list[str]:
    times = np.datetime64(start, "m") + np.arange(count) * np.timedelta64(step, "h")
    return [str(time).replace("T", " ") for time in times]


def same(left: Part, right: Part) -> None:
    np.testing.assert_array_equal(left.x, right.x)
    np.testing.assert_array_equal(left.y, right.y)
    assert (left.weight is None) == (right.weight is None)
    if left.weight is not None and right.weight is not None:
        np.testing.assert_array_equal(left.weight, right.weight)


def test_naive_forecasts_many_to_one(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(write_csv({"y": range(60)}), horizon=3, season=2)
    dataset = read(source, "many_to_one", ()).dataset()
    target = dataset.target.scaling.invert(dataset.validation.y)
    naive = dataset.validation.naive
    np.testing.assert_allclose(naive["last_value"], target - 3, atol=1e-4)
    np.testing.assert_allclose(naive["seasonal_naive"], target - 4, atol=1e-4)


def test_naive_forecast_of_the_same_step_is_the_value_before(
    write_csv: Any, csv_source: Any
) -> None:
    source = csv_source(
        write_csv({"a": np.arange(40) ** 2, "y": range(40)}), inputs=("a",), horizon=0
    )
    dataset = read(source, "many_to_one", ()).dataset()
    target = dataset.target.scaling.invert(dataset.test.y)
    np.testing.assert_allclose(dataset.test.naive["last_value"], target - 1, atol=1e-4)
    assert "seasonal_naive" not in dataset.test.naive


@pytest.mark.parametrize("scaling", ["standard", "none"])
def test_naive_error_is_that_of_the_training_part(
    scaling: str, write_csv: Any, csv_source: Any
) -> None:
    values = np.concatenate([np.arange(42) ** 2, np.full(18, 9)])  # 70 % of 60 rows train
    path = write_csv({"y": values})
    seasonal = read(csv_source(path, season=4, scaling=scaling), "many_to_one", ())
    train = values[:42]
    assert seasonal.dataset().target.naive_error == pytest.approx(np.mean(train[4:] - train[:-4]))
    plain = read(csv_source(path, season=None, scaling=scaling), "many_to_one", ())
    assert plain.dataset().target.naive_error == pytest.approx(np.mean(np.diff(train)))
    kept = preparation_from_json(json.loads(json.dumps(seasonal.preparation(fold=-1).to_json())))
    assert kept.target.naive_error == seasonal.dataset().target.naive_error
    old = seasonal.preparation(fold=-1).to_json()
    del old["target"]["naive_error"]
    assert preparation_from_json(old).target.naive_error is None


def test_naive_error_of_rows_that_were_observed() -> None:
    values = np.array([[1.0, 1], [3, 1], [99, 99], [4, 3], [9, 9]])
    known = np.array([True, True, False, True, True])
    np.testing.assert_array_equal(naive_error([(values, known, range(5))], None), [3.5, 3])
    np.testing.assert_array_equal(naive_error([(values, known, range(5))], 2), [1, 2])
    assert naive_error([(values, known, range(4))], 4) is None  # one row apart, the second is right


def test_there_is_no_naive_error_where_nothing_differs_or_compares() -> None:
    values, known = np.array([[1.0], [2], [1], [2]]), np.ones(4, bool)
    assert naive_error([(values, known, range(4))], 2) is None
    assert naive_error([(values, known, range(1))], None) is None


def test_naive_forecasts_of_blocks(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"a": np.arange(80) % 7, "y": range(80)})
    source = csv_source(path, inputs=("a",), output_steps=4, season=3, window=None)
    dataset = read(source, "one_to_many", ()).dataset()
    target = dataset.target.scaling.invert(dataset.train.y)
    naive = dataset.train.naive
    assert np.isnan(naive["last_value"][0]).all()
    np.testing.assert_allclose(
        naive["last_value"][1:], np.broadcast_to(target[1:, :1] - 1, (13, 4, 1)), atol=1e-3
    )
    # The last step lies further ahead than the season before is known.
    back = np.array([[3], [3], [3], [6]])
    np.testing.assert_allclose(naive["seasonal_naive"][2:], target[2:] - back, atol=1e-3)


def test_naive_forecasts_look_past_gaps_and_know_their_limits() -> None:
    values = np.array([[5.0], [6.0], [7.0], [8.0]])
    known = np.array([True, True, False, True])
    rows = np.arange(4)
    found = naive_forecasts(values, known, rows, rows - 1, 1, None)["last_value"][:, 0]
    np.testing.assert_array_equal(found, [np.nan, 5, 6, 6])
    labels = naive_forecasts(np.array([2, 1, -1, 0]), known, rows, rows - 1, 1, 2)
    np.testing.assert_array_equal(labels["last_value"], [-1, 2, 1, 1])
    np.testing.assert_array_equal(labels["seasonal_naive"], [-1, -1, 2, 1])


@pytest.mark.parametrize(
    ("season", "distance", "lag"), [(24, 1, 24), (24, 24, 24), (24, 25, 48), (7, 30, 35)]
)
def test_seasonal_lag(season: int, distance: int, lag: int) -> None:
    assert seasonal_lag(season, distance) == lag


@pytest.mark.parametrize(
    ("times", "step", "season"),
    [
        (np.arange(0, 5 * 1800, 1800), "30 minutes", 48),
        (np.arange(0, 5 * 900, 900), "15 minutes", 96),
        (np.arange(0, 5 * 3600, 3600), "1 hour", 24),
        (np.arange(0, 5 * 86400, 86400), "1 day", 7),
        (np.arange(0, 5 * 604800, 604800), "1 week", 52),
        (np.arange(0, 20, 4), "4 seconds", None),
        (np.array([0, 1, 5, 9, 20]) * 3600, "4 hours, irregular", None),
    ],
)
def test_step_and_season(times: np.ndarray, step: str, season: int | None) -> None:
    found = infer_step(np.datetime64("2024-01-15", "us") + times.astype("timedelta64[s]"))
    assert found is not None
    assert (str(found), found.season()) == (step, season)


def test_months_are_a_step_of_their_own() -> None:
    times = read_stamps(["1949-11", "1949-12", "1950-01", "1950-02"]).times
    step = infer_step(times)
    assert step == Step(1, "months") and step.season() == 12
    later = step.after(times[-1], np.array([1, 12]))
    assert [format_time(time) for time in later] == ["1950-03-01", "1951-02-01"]


def test_other_forms_of_time_stamps() -> None:
    times = read_stamps(["13/02/2024 10:00", "14/02/2024 10:30"]).times
    assert [format_time(time) for time in times] == ["2024-02-13 10:00", "2024-02-14 10:30"]
    times = read_stamps(["2024-01-01T02:00:00+02:00", "2024-01-01T04:00:00+02:00"]).times
    assert format_time(times[0]) == "2024-01-01"


def test_calendar_features() -> None:
    times = read_stamps(["2024-01-01 06:00", "2024-04-06 12:00", "2024-12-31 00:00"]).times
    names = ["hour", "weekday", "weekend", "month", "month_name", "quarter", "trend"]
    found = calendar_features(times, names, (times[0], times[1]))
    columns = dict(zip(calendar_names(names), found.T, strict=True))
    np.testing.assert_allclose(columns["hour_sin"], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(columns["hour_cos"], [0, -1, 1], atol=1e-12)
    np.testing.assert_array_equal(columns["weekday_mon"], [1, 0, 0])
    np.testing.assert_array_equal(columns["weekday_sat"], [0, 1, 0])
    np.testing.assert_array_equal(columns["weekday_tue"], [0, 0, 1])
    np.testing.assert_array_equal(columns["weekend"], [0, 1, 0])
    np.testing.assert_allclose(columns["month_sin"], np.sin(2 * np.pi * np.array([0, 3, 11]) / 12))
    kinds = ("jan", "feb", "apr", "dec"), ("1", "2", "4")
    months, quarters = (
        np.array([columns[f"{name}_{kind}"] for kind in of])
        for name, of in zip(("month", "quarter"), kinds, strict=True)
    )
    np.testing.assert_array_equal(months, [[1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(quarters, [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert columns["trend"][0] == 0 and columns["trend"][1] == 1 and columns["trend"][2] > 1


def test_calendar_is_that_of_the_step_predicted(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"t": hours(80), "y": np.sin(np.arange(80))})
    source = csv_source(path, time="t", calendar=("hour",), horizon=2)
    data = read(source, "many_to_one", ())
    first = data.dataset().train.array[0, -1, 1:]  # the window of rows 0 to 3 predicts row 5
    angle = 2 * np.pi * 5 / 24
    np.testing.assert_allclose(first, [np.sin(angle), np.cos(angle)], atol=1e-6)


def test_gaps_interpolated_leave_no_answer_behind(write_csv: Any, csv_source: Any) -> None:
    values: list[float | None] = [float(n % 5) for n in range(60)]
    values[10] = values[11] = None
    path = write_csv({"y": values})
    data = read(csv_source(path, missing="interpolate", scaling="none"), "many_to_one", ())
    train = data.dataset().train
    # targets in rows 4 to 41; rows 10, 11 are not observed, nor are the windows' last rows
    # for the targets 11 and 12
    assert len(train) == 38 - 3
    np.testing.assert_allclose(train.array[6, :, 0], [4, 10 / 3, 8 / 3, 2], rtol=1e-6)
    steps = read(csv_source(path, missing="interpolate", scaling="none"), "many_to_many", ())
    assert steps.dataset().train.weight is not None
    dropped = read(csv_source(path, missing="drop", scaling="none"), "many_to_one", ())
    assert dict(dropped.summary())["rows"] == "58"


def test_text_targets_are_classes(write_csv: Any, csv_source: Any) -> None:
    labels = ["sun", "rain", "fog"] * 20
    path = write_csv({"a": np.arange(60) % 7, "label": labels})
    source = csv_source(path, inputs=("a",), target="label")
    for task in ("many_to_one", "many_to_many"):
        data = read(source, task, ())
        dataset = data.dataset()
        assert dataset.target.classes == ("fog", "rain", "sun")
        assert dataset.train.y.dtype == np.int32
        assert dataset.train.y.ndim == (1 if task == "many_to_one" else 2)
        assert dataset.target.width == 3
        previous = dataset.validation.naive["last_value"].ravel()
        expected = {0: 1, 1: 2, 2: 0}  # what comes before fog is rain, …
        assert all(
            expected[y] == p for y, p in zip(dataset.validation.y.ravel(), previous, strict=True)
        )


def test_whole_numbers_are_classes_where_the_spec_says_so(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"a": np.arange(60) % 7, "label": [3, 10, 2] * 20})
    source = csv_source(path, inputs=("a",), target="label", target_kind="class")
    assert read(source, "many_to_one", ()).dataset().target.classes == (2, 3, 10)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "forecast": ("many_to_one", {"calendar": ("hour", "trend"), "horizon": 2}),
    "steps": ("many_to_many", {"calendar": ("hour",)}),
    "blocks": (
        "one_to_many",
        {"inputs": ("a",), "calendar": ("weekday",), "window": None, "output_steps": 6},
    ),
    "two targets": ("many_to_one", {"inputs": ("a",), "target": ("y", "b")}),
    "classes": ("many_to_many", {"inputs": ("a",), "target": "label"}),
    "no time": ("many_to_one", {"time": None}),
}


def columns(rows: int = 200) -> dict[str, Any]:
    index = np.arange(rows)
    return {
        "t": hours(rows),
        "y": np.round(np.sin(index) * 3 + 10, 4),
        "a": index % 13,
        "b": index % 11,
        "label": [["low", "high"][n % 3 % 2] for n in index],
    }


@pytest.mark.parametrize("case", CASES)
def test_preparation_treats_new_files_alike(case: str, write_csv: Any, csv_source: Any) -> None:
    task, changes = CASES[case]
    values = columns()
    data = read(csv_source(write_csv(values), **({"time": "t"} | changes)), task, ())
    data = pickle.loads(pickle.dumps(data))
    kept = json.loads(json.dumps(data.preparation(fold=-1).to_json()))
    prepared = preparation_from_json(kept)
    assert prepared.to_json() == kept
    tests = 30 if task != "one_to_many" else 5 * 6
    stop = 200 if task != "one_to_many" else 198
    rows = range(stop - tests, stop)
    path = write_csv({name: [column[row] for row in rows] for name, column in values.items()})
    same(prepared.targets(str(path)), data.dataset().test)
    x, frame = prepared.inputs(str(path))
    sizes = {"many_to_one": 1, "many_to_many": 4, "one_to_many": 6}
    assert frame.index.max() == len(x) * sizes[task] - 1
    assert task == "many_to_many" or len(frame) == len(x) * sizes[task]
    if task == "many_to_many":  # a window for each row that one can end at, not end to end
        x = x[::4]
    np.testing.assert_array_equal(x[: len(data.dataset().test) - 1], data.dataset().test.array[:-1])


def test_predictions_carry_the_time_they_are_of(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"t": hours(50), "y": np.sin(np.arange(50))})
    data = read(csv_source(path, time="t", horizon=2), "many_to_one", ())
    new = write_csv({"t": hours(5, "2024-03-01"), "y": np.arange(5)})
    x, frame = data.preparation(fold=-1).inputs(str(new))
    assert len(x) == 2
    assert frame["t"].tolist() == ["2024-03-01 05:00", "2024-03-01 06:00"]
    timeless = write_csv({"y": np.arange(5)})
    assert data.preparation(fold=-1).inputs(str(timeless))[1]["row"].tolist() == [7, 8]


def test_each_row_is_predicted_once_by_steps(write_csv: Any, csv_source: Any) -> None:
    """Ahead by the window that ends before it; of the same row by windows end to end."""
    data = read(csv_source(write_csv({"y": np.arange(60) % 7})), "many_to_many", ())
    _, frame = data.preparation(fold=-1).inputs(str(write_csv({"y": range(6)})))
    assert frame["row"].tolist() == [3, 4, 5, 6, 7, 8]
    assert frame.index.tolist() == [0, 1, 2, 3, 7, 11]
    assert frame["step"].tolist() == [1, 2, 3, 4, 1, 2]
    columns = {"y": np.arange(60) % 7, "z": np.arange(60) % 5}
    same_row = csv_source(write_csv(columns), inputs=("z",), horizon=0)
    data = read(same_row, "many_to_many", ())
    _, frame = data.preparation().inputs(str(write_csv({"z": range(6)})))
    assert frame["row"].tolist() == [2, 3, 4, 5, 6, 7]
    assert frame.index.tolist() == [0, 1, 2, 3, 6, 7]
    assert frame["step"].tolist() == [1, 2, 3, 4, 3, 4]


def test_blocks_to_predict_may_be_given_by_their_first_rows(
    write_csv: Any, csv_source: Any
) -> None:
    values = columns()
    source = csv_source(
        write_csv(values), time="t", inputs=(), calendar=("weekday",), window=None, output_steps=24
    )
    prepared = read(source, "one_to_many", ()).preparation(fold=-1)
    for rows, blocks in ((1, 1), (3, 3)):
        x, frame = prepared.inputs(str(write_csv({"t": hours(rows, "2024-05-01", 24)})))
        assert len(x) == blocks and len(frame) == blocks * 24
        assert frame["t"].iloc[23] == "2024-05-01 23:00"
    x, frame = prepared.inputs(str(write_csv({"t": hours(30, "2024-05-01")})))
    assert len(x) == 2 and frame["t"].iloc[-1] == "2024-05-02 23:00"


def test_summary_names_axes(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(write_csv(columns()), time="t")
    assert read(source, "many_to_one", ()).summary() == [
        ("rows", "200"),
        ("time", "2024-01-01 to 2024-01-09 07:00, a row every 1 hour"),
        ("season", "24 rows"),
        ("folds", "3, validated on rows 82 to 111, 112 to 141, 142 to 171; the last:"),
        ("training", "136 sequences, rows 2 to 141"),
        ("validation", "26 sequences, rows 142 to 171"),
        ("test", "26 sequences, rows 172 to 201"),
        ("input", "(N, T, F) = (136, 4, 1): y"),
        ("output", "(N, O) = (136, 1)"),
        ("target", "y: 7 to 12.9997"),
    ]


def test_irregular_rows_are_counted_or_refused(write_csv: Any, csv_source: Any) -> None:
    stamps = hours(60, step=24)
    regular = write_csv({"t": stamps, "y": np.arange(60) % 7})
    gaps = write_csv({"t": stamps[:5] + stamps[7:50] + stamps[51:], "y": np.arange(57) % 7})
    months = [f"{1950 + n // 12}-{n % 12 + 1:02}" for n in range(60)]
    for path in (regular, write_csv({"t": months, "y": np.arange(60) % 7})):
        read(csv_source(path, time="t", irregular="error"), "many_to_one", ())
    read(csv_source(gaps, time="t"), "many_to_one", ())
    with pytest.raises(InvalidData) as error:
        read(csv_source(gaps, time="t", irregular="error"), "many_to_one", ())
    assert str(error.value) == (
        "data.irregular: must be rows where rows are not all 1 day apart; received 2024-01-08 in "
        "row 7 after 2024-01-05 in row 6 (2 such places); set data.irregular: rows, or give a row "
        "for each step"
    )
