"""Several series in one table: none reads another's rows, and all are split at the same times."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.errors import InvalidData

LENGTHS = {"berlin": (0, 90), "oslo": (0, 60), "rome": (30, 90)}
"""First and last day of each town, which lie in different thousands."""


def days(first: int, last: int) -> list[str]:
    return [str(np.datetime64("2024-01-01") + day) for day in range(first, last)]


def table(mixed: bool = False) -> dict[str, list[Any]]:
    rows = [
        (day, town, 1000.0 * (number + 1) + index + (index * 7 % 5))
        for number, (town, span) in enumerate(LENGTHS.items())
        for index, day in enumerate(days(*span), span[0])
    ]
    if mixed:
        rows.sort(key=lambda row: row[0])
    return dict(zip(("day", "town", "y"), map(list, zip(*rows, strict=True)), strict=True))


def panel(path: Any, csv_source: Any, **changes: Any) -> Any:
    return csv_source(path, **({"series": "town", "time": "day"} | changes))


TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "forecast": ("many_to_one", {"horizon": 2}),
    "steps": ("many_to_many", {"horizon": 2}),
    "changes": ("many_to_one", {"difference": 1}),
    "changes of the season": ("many_to_many", {"difference": "season", "season": 7}),
    "blocks": (
        "one_to_many",
        {"inputs": (), "calendar": ("weekday",), "output_steps": 4, "window": None},
    ),
}


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("case", TASKS)
def test_no_sequence_has_rows_of_two_series(
    case: str, mixed: bool, write_csv: Any, csv_source: Any
) -> None:
    task, changes = TASKS[case]
    data = read(panel(write_csv(table(mixed)), csv_source, **changes), task, ())
    dataset, scaling = data.dataset(), data.preparation(fold=-1).scaling
    for part in (dataset.train, dataset.validation, dataset.test):
        own = dataset.target.own_units(part.y, part.anchor).reshape(len(part), -1).round()
        town = own // 1000
        counts = part.weights.reshape(len(part), -1) > 0
        assert all(len(set(row[real])) == 1 for row, real in zip(town, counts, strict=True))
        if task != "one_to_many" and "difference" not in changes:
            raw = part.array[..., 0] * scaling.scale[0] + scaling.offset[0]
            assert (np.round(raw) // 1000 == np.round(own[:, :1]) // 1000).all()
        if part.anchor is not None:
            anchor = part.anchor.reshape(len(part), -1)
            assert (anchor[counts] // 1000 == own[counts] // 1000).all()
        for naive in part.naive.values():
            forecast = naive.reshape(len(part), -1)
            known = np.isfinite(forecast) & counts
            assert (forecast[known] // 1000 == own[known] // 1000).all()


def test_all_series_are_split_at_the_same_times(write_csv: Any, csv_source: Any) -> None:
    data = read(panel(write_csv(table(True)), csv_source), "many_to_one", ())
    # 90 days: 62 to train on, 14 to validate, 14 to test.
    borders = [np.datetime64("2024-01-01") + day for day in (0, 62, 76, 90)]
    for one, segments in zip(data.series.each(), data.segments, strict=True):
        for part, (first, end) in zip(segments, pairwise(borders), strict=True):
            times = one.times[part.start : part.stop]
            inside = one.times[(one.times >= first) & (one.times < end)]
            np.testing.assert_array_equal(times, inside)
    assert dict(data.summary())["series"] == "3: berlin, oslo, rome"
    assert dict(data.summary())["validation"] == "20 sequences, rows of 2 series"


def test_one_series_of_a_panel_is_as_it_is_alone(write_csv: Any, csv_source: Any) -> None:
    alone = {name: column[:90] for name, column in table().items()}
    pair = [
        read(panel(write_csv(alone), csv_source, **changes), "many_to_one", ())
        for changes in ({}, {"series": None})
    ]
    for name in ("train", "validation", "test"):
        left, right = (getattr(data.dataset(), name) for data in pair)
        np.testing.assert_array_equal(left.x, right.x)
        np.testing.assert_array_equal(left.y, right.y)


def test_scaling_is_that_of_all_training_rows(write_csv: Any, csv_source: Any) -> None:
    columns = table()
    data = read(panel(write_csv(columns), csv_source), "many_to_one", ())
    trained = [y for day, y in zip(columns["day"], columns["y"], strict=True) if day < "2024-03-03"]
    assert data.dataset().target.scaling.offset[0] == pytest.approx(np.mean(trained))


def test_the_name_of_the_series_is_an_input_if_asked_for(write_csv: Any, csv_source: Any) -> None:
    source = panel(write_csv(table()), csv_source, inputs=("y", "town"))
    data = read(source, "many_to_one", ())
    assert data.preparation(fold=-1).features_names == (
        "y",
        "town=berlin",
        "town=oslo",
        "town=rome",
    )
    train = data.dataset().train
    own = data.dataset().target.own_units(train.y)[:, 0]
    np.testing.assert_array_equal(train.array[:, :, 1:].argmax(axis=2)[:, 0], own // 1000 - 1)
    assert (train.array[:, :, 1:].sum(axis=2) == 1).all()


@pytest.mark.parametrize("case", ["forecast", "steps", "changes", "blocks"])
def test_new_files_are_treated_alike(case: str, write_csv: Any, csv_source: Any) -> None:
    task, changes = TASKS[case]
    data = read(panel(write_csv(table()), csv_source, **changes), task, ())
    way = preparation_from_json(json.loads(json.dumps(data.preparation(fold=-1).to_json())))
    new = str(write_csv(table(True)))
    x, frame = way.inputs(new)
    steps = {"many_to_one": 1, "many_to_many": 4, "one_to_many": 4}[task]
    assert frame.columns[0] == "town"
    assert list(dict.fromkeys(frame["town"])) == ["berlin", "oslo", "rome"]
    assert frame.index.is_unique and frame.index.max() == len(x) * steps - 1
    part = way.targets(new)
    one = str(write_csv({name: column[90:150] for name, column in table().items()}))
    alone, labels = way.inputs(one)
    first = int(np.flatnonzero((frame["town"] == "oslo").to_numpy())[0])
    start = int(frame.index[first]) // steps
    np.testing.assert_array_equal(x[start : start + len(alone)], alone)
    assert frame[frame["town"] == "oslo"]["day"].tolist() == labels["day"].tolist()
    if case == "changes":
        anchor = way.anchors(new)
        assert anchor.shape == (len(x), 1)
        np.testing.assert_array_equal(anchor[start : start + len(alone)], way.anchors(one))
    assert len(part) > len(way.targets(one))


def message(columns: dict[str, Any], write_csv: Any, csv_source: Any, **changes: Any) -> str:
    with pytest.raises(InvalidData) as error:
        read(panel(write_csv(columns), csv_source, **changes), "many_to_one", ())
    return str(error.value)


def test_messages(write_csv: Any, csv_source: Any) -> None:
    columns = table()
    assert message(columns, write_csv, csv_source, series="twn") == (
        "data.series: must name a column of the file; received 'twn'; did you mean 'town'? there "
        "are: day, town, y\n"
        "data.time: must be sorted, oldest first; received 2024-01-01 in row 92 after 2024-03-30 in "
        "row 91 (2 such places); sort the file by time"
    )
    columns["town"][7] = None
    assert message(columns, write_csv, csv_source).splitlines()[0] == (
        "data.series: must have a value in every row; received nothing in row 9 of 'town'; name "
        "the series of each row"
    )
    columns = table()
    columns["day"][100] = columns["day"][99]
    assert message(columns, write_csv, csv_source) == (
        "data.time: must not occur twice of 'oslo'; received 2024-01-10 in row 102 after "
        "2024-01-10 in row 101; keep one row a time stamp, or set data.duplicates: first, last or mean"
    )
    assert message(table(), write_csv, csv_source, window=30) == (
        "data.window: must leave every part room for a window of 30 rows and a target 1 row "
        "ahead; received 62 training, 14 validation, 14 test rows in the longest series; give more "
        "rows, a shorter window, or parts of other sizes under data.split"
    )


def test_a_short_series_of_a_new_file(write_csv: Any, csv_source: Any) -> None:
    way = read(panel(write_csv(table()), csv_source), "many_to_one", ()).preparation(fold=-1)
    columns = {name: column[87:93] for name, column in table().items()}
    path = str(write_csv(columns))
    with pytest.raises(InvalidData) as error:
        way.inputs(path)
    assert str(error.value) == (
        f"data.path: must have at least 4 rows of each series; received 3 in {path} of 'berlin' "
        "(2 such series); give the rows before them too, or leave such series out"
    )


def test_gaps_are_filled_from_the_own_series(write_csv: Any, csv_source: Any) -> None:
    columns = table()
    columns["y"][90] = columns["y"][89] = None
    source = panel(write_csv(columns), csv_source, missing="interpolate", scaling="none")
    series = read(source, "many_to_one", ()).series.each()
    assert (
        series[0].inputs[89, 0] == columns["y"][88] and series[1].inputs[0, 0] == columns["y"][91]
    )


def test_the_naive_error_is_of_rows_of_one_series(write_csv: Any, csv_source: Any) -> None:
    columns = table()
    data = read(panel(write_csv(columns), csv_source, season=7), "many_to_one", ())
    names, values = np.array(columns["town"]), np.array(columns["y"])
    changes = []
    for town, (train, _, _) in zip(LENGTHS, data.segments, strict=True):
        known = values[names == town][: train.stop]
        changes.append(np.abs(known[7:] - known[:-7]))
    expected = np.concatenate(changes).mean()
    assert data.dataset().target.naive_error == pytest.approx(expected)
    assert expected < 100, "towns lie in different thousands"


@pytest.mark.parametrize("case", ["forecast", "steps", "changes", "blocks"])
def test_columns_that_name_a_series_together(case: str, write_csv: Any, csv_source: Any) -> None:
    task, changes = TASKS[case]
    one, columns = table(True), table(True)
    towns = columns.pop("town")
    columns |= {"land": [town[:1] for town in towns], "house": ["7"] * len(towns)}
    joined = read(panel(write_csv(one), csv_source, **changes), task, ())
    source = panel(write_csv(columns), csv_source, series=("land", "house"), **changes)
    apart = read(source, task, ())
    for name in ("train", "validation", "test"):
        left, right = (getattr(data.dataset(), name) for data in (joined, apart))
        np.testing.assert_array_equal(left.x, right.x)
        np.testing.assert_array_equal(left.y, right.y)
    assert dict(apart.summary())["series"] == "3: b / 7, o / 7, r / 7"

    way = preparation_from_json(json.loads(json.dumps(apart.preparation(fold=-1).to_json())))
    _, frame = way.inputs(str(write_csv(columns)))
    _, known = joined.preparation(fold=-1).inputs(str(write_csv(one)))
    assert list(frame.columns[:2]) == ["land", "house"]
    assert frame["land"].tolist() == [town[0] for town in known["town"]]
    assert set(frame["house"]) == {"7"}
    assert frame["day"].tolist() == known["day"].tolist()


def test_messages_of_columns_that_name_a_series_together(write_csv: Any, csv_source: Any) -> None:
    columns = table()
    columns["house"] = [*range(len(columns["town"]))]
    columns["house"][4] = None
    said = message(columns, write_csv, csv_source, series=("town", "house"))
    assert "data.series: must have a value in every row; received nothing in row 6" in said
    columns = table() | {"house": [1] * len(table()["town"])}
    columns["day"][100] = columns["day"][99]
    said = message(columns, write_csv, csv_source, series=("town", "house"))
    assert said.startswith("data.time: must not occur twice of 'oslo / 1'; received 2024-01-10")


def test_a_study_from_before_series_had_several_names(write_csv: Any, csv_source: Any) -> None:
    path = write_csv(table())
    way = read(panel(path, csv_source), "many_to_one", ()).preparation(fold=-1)
    written = way.to_json() | {"series": "town"}
    assert preparation_from_json(written).inputs(str(path))[1].equals(way.inputs(str(path))[1])


@pytest.mark.parametrize("changes", [{}, {"base": "last", "scaling": "log"}])
def test_a_series_without_a_value_spoils_no_other(
    changes: dict[str, Any], write_csv: Any, csv_source: Any
) -> None:
    """Shops that never sold a thing: Kaggle's stickers begin with one."""
    cells = table()
    cells["y"] = [
        "" if town == "berlin" else y for town, y in zip(cells["town"], cells["y"], strict=True)
    ]
    path = write_csv(cells)
    data = read(panel(path, csv_source, missing="interpolate", **changes), "many_to_one", ())
    dataset = data.dataset()
    for part in (dataset.train, dataset.validation, dataset.test):
        assert np.isfinite(part.array).all() and np.isfinite(part.y).all()
        assert part.anchor is None or np.isfinite(part.anchor).all()
    assert np.isfinite(dataset.train.x.rows).all()  # all of them are multiplied by weights
    inputs, said = data.preparation(fold=-1).inputs(str(path))
    assert len(inputs) == len(said) and {*said["town"]} == {"oslo", "rome"}
