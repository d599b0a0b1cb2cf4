"""Logarithms and changes in place of values, and inputs that are known ahead."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Part, Scaling, preparation_from_json, read
from rnnsearch.errors import InvalidData

PRICES = np.exp(1 + np.cumsum(np.random.default_rng(1).normal(0, 0.1, 160))).tolist()
HOLIDAYS = [int(n % 11 in (3, 4)) for n in range(160)]


def truth(data: Any, part: Part) -> np.ndarray:
    return data.dataset().target.own_units(part.y, part.anchor)


def prepared(data: Any) -> Any:
    """The preparation as it is read back from its file."""
    return preparation_from_json(json.loads(json.dumps(data.preparation(fold=-1).to_json())))


WAYS = list(product(("standard", "log", "none"), (None, 1, "season"), (1, 3)))


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@pytest.mark.parametrize(("scaling", "difference", "horizon"), WAYS)
def test_the_way_back_gives_the_values(
    task: str, scaling: str, difference: Any, horizon: int, write_csv: Any, csv_source: Any
) -> None:
    changes = {"scaling": scaling, "difference": difference, "horizon": horizon, "season": 7}
    plain = read(csv_source(write_csv({"y": PRICES}), horizon=horizon), task, ())
    data = read(csv_source(write_csv({"y": PRICES}), **changes), task, ())
    for name in ("validation", "test"):
        part, same = getattr(data.dataset(), name), getattr(plain.dataset(), name)
        np.testing.assert_allclose(truth(data, part), truth(plain, same), rtol=1e-4)
    first = 0 if difference is None else 1 if difference == 1 else 7
    if task == "many_to_one":
        np.testing.assert_allclose(
            truth(data, data.dataset().train)[:, 0],
            PRICES[first + 3 + horizon : 112],
            rtol=1e-4,
        )
    if scaling != "none":
        y = data.dataset().train.y
        centre = 0 if difference else y.mean()
        assert abs(y.mean()) < (1 if difference else 0.2)
        assert 0.7 < np.sqrt(((y - centre) ** 2).mean()) < 1.3


def test_what_a_network_reads_and_predicts(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": PRICES, "a": range(160)})
    changes = {"inputs": ("y", "a"), "difference": 1, "scaling": "log", "horizon": 2}
    data = read(csv_source(path, **changes), "many_to_one", ())
    dataset, logs = data.dataset(), np.log(PRICES)
    scaling = data.preparation(fold=-1).scaling
    # The first sequence begins in row 1, whose change is the first that there is.
    read_raw = dataset.train.array[0] * scaling.scale + scaling.offset
    np.testing.assert_allclose(read_raw[:, 0], np.diff(logs)[:4], atol=1e-5)
    np.testing.assert_allclose(read_raw[:, 1], [1, 2, 3, 4], atol=1e-4)
    target = dataset.target.scaling
    np.testing.assert_allclose(
        dataset.train.y[0] * target.scale + target.offset, logs[6] - logs[4], atol=1e-5
    )
    assert dataset.train.anchor is not None
    np.testing.assert_allclose(dataset.train.anchor[0], logs[4])
    # Fitted on changes of training rows only.
    changes_of_training = logs[2:112] - logs[:110]
    assert target.offset == 0  # so that an output of 0 is no change
    np.testing.assert_allclose(target.scale, np.sqrt((changes_of_training**2).mean()))
    np.testing.assert_allclose(scaling.scale[0], np.diff(logs[:112]).std())


def test_a_change_of_nothing_is_the_naive_forecast(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": PRICES})
    for difference, name in ((1, "last_value"), ("season", "seasonal_naive")):
        for horizon in (1, 9):
            source = csv_source(path, difference=difference, season=7, horizon=horizon)
            part = read(source, "many_to_one", ()).dataset().test
            np.testing.assert_allclose(part.anchor, part.naive[name])


def test_values_after_the_forecast_is_made_change_nothing_in_it(
    write_csv: Any, csv_source: Any
) -> None:
    later = PRICES[:150] + [7 * price for price in PRICES[150:]]
    for difference in (1, "season"):
        parts = [
            read(
                csv_source(write_csv({"y": y}), difference=difference, season=5, horizon=3),
                "many_to_one",
                (),
            )
            .dataset()
            .test
            for y in (PRICES, later)
        ]
        # Test rows from 136 + 3 + 3 on; those up to row 152 are forecast from rows below 150.
        np.testing.assert_array_equal(parts[0].array[:11], parts[1].array[:11])
        np.testing.assert_array_equal(parts[0].anchor[:11], parts[1].anchor[:11])
        assert (parts[0].array[11:] != parts[1].array[11:]).any()


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@pytest.mark.parametrize("difference", [1, "season"])
def test_new_files_are_treated_alike(
    task: str, difference: Any, write_csv: Any, csv_source: Any
) -> None:
    source = csv_source(
        write_csv({"y": PRICES}), difference=difference, season=6, scaling="log", horizon=2
    )
    data = read(source, task, ())
    way, back = prepared(data), {1: 1, "season": 6}[difference]
    assert way.to_json() == data.preparation(fold=-1).to_json()
    new = str(write_csv({"y": PRICES[136 - back :]}))
    part, test = way.targets(new), data.dataset().test
    np.testing.assert_array_equal(part.x, test.x)
    np.testing.assert_allclose(part.y, test.y, atol=1e-6)
    np.testing.assert_allclose(part.anchor, test.anchor)
    x, frame = way.inputs(new)
    anchor = way.anchors(new)
    assert anchor.shape == (len(x), *test.y.shape[1:])
    if task == "many_to_many":  # a window for each row that one can end at, not end to end
        x, anchor = x[::4], anchor[::4]
    count = len(test) - 1
    np.testing.assert_array_equal(x[:count], test.array[:count])
    np.testing.assert_allclose(anchor[:count], test.anchor[:count])
    assert np.isfinite(anchor).all()
    last = np.log(PRICES)[{1: 159, "season": 161 - 6}[difference]]
    np.testing.assert_allclose(way.anchors(new).ravel()[-1], last)
    assert frame["row"].iloc[-1] == back + 24 + 1 + 2


def test_gaps_are_looked_past(write_csv: Any, csv_source: Any) -> None:
    prices: list[float | None] = list(PRICES)
    prices[0] = prices[50] = None
    source = csv_source(write_csv({"y": prices}), difference=1, missing="interpolate")
    data = read(source, "many_to_one", ())
    train = data.dataset().train
    assert np.isfinite(train.x).all() and np.isfinite(train.y).all()
    # Row 50 is no target, and no window ends with it: 112 - 5 rows less these two.
    assert len(train) == 105
    assert PRICES[49] not in train.anchor.round(12)[45:47]
    weighted = read(source, "many_to_many", ()).dataset().train
    assert np.isfinite(weighted.y[weighted.weight > 0]).all()


def test_a_scaling_of_some_logarithms() -> None:
    scaling = Scaling(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([True, False]))
    raw = np.array([[5.0, -300.0], [6.0, 1e6]])
    np.testing.assert_allclose(scaling.invert(scaling.apply(raw)), raw, rtol=1e-5)
    np.testing.assert_allclose(scaling.apply(raw)[:, 0], (np.log([5, 6]) - 1) / 3, rtol=1e-6)
    # Huge linear numbers must not come back as NaN by way of a logarithm nobody asked for.
    assert np.isfinite(scaling.invert(np.array([[0.0, 1e6]]))).all()


def message(columns: dict[str, Any], write_csv: Any, csv_source: Any, **changes: Any) -> str:
    with pytest.raises(InvalidData) as error:
        read(csv_source(write_csv(columns), **changes), "many_to_one", ())
    return str(error.value)


def test_messages(write_csv: Any, csv_source: Any) -> None:
    prices = list(PRICES)
    prices[10], prices[20] = -1.5, 0
    assert message({"y": prices}, write_csv, csv_source, scaling="log") == (
        "data.inputs: must be above 0 for scaling: log; received -1.5 in 2 rows (12, 22) of 'y'; "
        "set data.scaling: standard, or correct the file"
    )
    assert message({"y": PRICES}, write_csv, csv_source, difference="season") == (
        "data.season: must be given where difference is season: `time` does not tell it; add "
        "season: under data:"
    )
    labels = {"y": PRICES, "label": ["a", "b"] * 80}
    assert message(labels, write_csv, csv_source, target="label", scaling="log", difference=1) == (
        "data.scaling: must not be given where classes are predicted; received log, and text in "
        "'label'; remove it\n"
        "data.difference: must not be given where classes are predicted; received 1, and text in "
        "'label'; remove it"
    )
    assert message({"y": PRICES[:40]}, write_csv, csv_source, difference="season", season=30) == (
        "data.window: must leave every part room for a window of 4 rows and a target 1 row ahead, "
        "and the training part for 30 rows before them (data.difference); received 28 training, 6 "
        "validation, 6 test rows; give more rows, a shorter window, or parts of other sizes under "
        "data.split"
    )


def test_other_inputs_may_be_below_zero_where_the_target_is_scaled_by_its_logarithm(
    write_csv: Any, csv_source: Any
) -> None:
    columns = {"y": PRICES, "a": np.arange(160) - 80}
    data = read(csv_source(write_csv(columns), inputs=("a", "y"), scaling="log"), "many_to_one", ())
    assert data.preparation(fold=-1).scaling.log.tolist() == [False, True]


# --- Inputs known ahead --------------------------------------------------------------------------


def known(path: Any, csv_source: Any, **changes: Any) -> Any:
    return csv_source(path, **({"known": ("holiday",), "horizon": 3} | changes))


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_what_is_known_is_that_of_the_row_predicted(
    task: str, write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"y": PRICES, "holiday": HOLIDAYS})
    data = read(known(path, csv_source, scaling="none"), task, ())
    assert data.preparation(fold=-1).features_names == ("y", "holiday")
    train, test = data.dataset().train, data.dataset().test
    np.testing.assert_array_equal(train.array[5, :, 1], HOLIDAYS[8:12])
    np.testing.assert_array_equal(train.array[-1, :, 1], HOLIDAYS[108:112])
    np.testing.assert_array_equal(test.array[-1, :, 1], HOLIDAYS[156:160])
    np.testing.assert_allclose(test.array[-1, :, 0], PRICES[153:157], rtol=1e-6)


def test_predictions_read_the_future_rows_of_the_file(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": PRICES, "holiday": HOLIDAYS})
    way = prepared(read(known(path, csv_source, scaling="none"), "many_to_one", ()))
    columns = {"y": [*PRICES[:20], None, None, None], "holiday": HOLIDAYS[:23]}
    x, frame = way.inputs(str(write_csv(columns)))
    assert len(x) == 17 and frame["row"].iloc[-1] == 24
    last = np.asarray(x)[-1]
    np.testing.assert_array_equal(last[:, 1], HOLIDAYS[19:23])
    np.testing.assert_allclose(last[:, 0], PRICES[16:20], rtol=1e-6)
    assert np.isfinite(x).all()
    short = str(write_csv({name: column[:22] for name, column in columns.items()}))
    with pytest.raises(InvalidData) as error:
        way.inputs(short)
    assert str(error.value) == (
        "data.known: must have values in 3 rows after the last with other inputs; received 2 such "
        f"rows in {short}; add rows with holiday and leave their other cells empty"
    )
    # Scores need no more than the rows that have the target.
    assert len(way.targets(short)) == 14


def test_a_search_takes_the_same_file(write_csv: Any, csv_source: Any) -> None:
    plain = write_csv({"y": PRICES[:100], "holiday": HOLIDAYS[:100]})
    longer = write_csv({"y": [*PRICES[:100], *[None] * 5], "holiday": HOLIDAYS[:105]})
    sets = [read(known(p, csv_source), "many_to_one", ()).dataset() for p in (plain, longer)]
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(sets[0], name).x, getattr(sets[1], name).x)


def test_gaps_in_what_is_known_are_found_in_the_future_too(write_csv: Any, csv_source: Any) -> None:
    holidays: list[int | None] = list(HOLIDAYS[:105])
    holidays[102] = None
    path = write_csv({"y": [*PRICES[:100], *[None] * 5], "holiday": holidays})
    with pytest.raises(InvalidData) as error:
        read(known(path, csv_source), "many_to_one", ())
    assert str(error.value) == (
        "data.known: must have a value in every row; received nothing in row 104 of 'holiday'; "
        "fill the gaps, or set data.missing to interpolate or drop"
    )
    filled = known(path, csv_source, missing="interpolate")
    assert np.isfinite(read(filled, "many_to_one", ()).dataset().test.x).all()


def test_what_is_known_is_scaled_by_training_rows_only(write_csv: Any, csv_source: Any) -> None:
    numbers = np.arange(160.0)
    path = write_csv({"y": PRICES, "holiday": numbers})
    scaling = read(known(path, csv_source), "many_to_one", ()).preparation(fold=-1).scaling
    assert scaling.offset[1] == pytest.approx(numbers[:112].mean())


@pytest.mark.parametrize("task", ["many_to_one", "sequence_to_sequence"])
def test_categories_may_be_known_ahead(task: str, write_csv: Any, csv_source: Any) -> None:
    skies = ["rain" if day else "sun" for day in HOLIDAYS]
    path = write_csv({"y": PRICES, "sky": skies})
    steps = 2 if task == "sequence_to_sequence" else None
    source = known(path, csv_source, known=("sky",), output_steps=steps)
    data = read(source, task, ())
    x = data.dataset().train.x
    assert data.preparation(fold=-1).features_names == ("y", "sky=rain", "sky=sun")
    found = np.asarray(x)[5, :, 1] if steps is None else x["ahead"][5, :, 0]
    np.testing.assert_array_equal(found, HOLIDAYS[8:12] if steps is None else HOLIDAYS[11:13])
    strange = {"y": [*PRICES[:8], *[None] * 4], "sky": [*skies[:11], "hail"]}
    with pytest.raises(InvalidData) as error:
        prepared(data).inputs(str(write_csv(strange)))
    assert str(error.value) == (
        "data.inputs: must be a category known from training; received 'hail' in row 13 of 'sky'; "
        "there are: rain, sun"
    )
