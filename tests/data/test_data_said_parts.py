"""A column of a table that says which part each row is in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.errors import InvalidData

WANTED = ("train", "validation", "test")


def said(*lengths: int) -> list[str]:
    """So many rows of the training, the validation and the test part."""
    return [name for name, count in zip(WANTED, lengths, strict=False) for _ in range(count)]


def table(*series: tuple[int, ...]) -> dict[str, list[Any]]:
    """Days of each series, with numbers that tell which row is read."""
    parts = [said(*lengths) for lengths in series]
    names = [f"s{number}" for number, part in enumerate(parts) for _ in part]
    start = np.datetime64("2024-01-01")
    return {
        "day": [str(start + n) for part in parts for n in range(len(part))],
        "name": names,
        "a": [n % 7 for n in range(len(names))],
        "y": list(range(len(names))),
        "part": [name for part in parts for name in part],
    }


def rows(data: Any) -> list[list[int]]:
    """Rows of the table that each part predicts."""
    dataset = data.dataset()
    parts = (dataset.train, dataset.validation, dataset.test)
    return [np.unique(dataset.target.own_units(p.y, p.anchor)).round().tolist() for p in parts]


def spec(csv_source: Any, path: Any, **changes: Any) -> Any:
    split = {"column": "part"} | changes.pop("split", {})
    return csv_source(path, **({"time": "day", "split": split} | changes))


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@pytest.mark.parametrize("time", ["day", None])
def test_parts_are_as_the_column_says(
    task: str, time: str | None, write_csv: Any, csv_source: Any
) -> None:
    columns = table((30, 12, 9))
    columns["part"] = [
        name.upper() if n % 2 else f" {name}" for n, name in enumerate(columns["part"])
    ]
    data = read(spec(csv_source, write_csv(columns), time=time, scaling="none"), task, ())
    first = 4 if task == "many_to_one" else 1
    assert rows(data) == [
        list(range(first, 30)),
        list(range(30 + first, 42)),
        list(range(42 + first, 51)),
    ]
    assert dict(data.summary())["test"].endswith("rows 44 to 52")


def test_blocks_begin_where_a_part_does(write_csv: Any, csv_source: Any) -> None:
    changes = {"inputs": ("a",), "window": None, "output_steps": 5}
    path = write_csv(table((33, 12, 9)))
    data = read(spec(csv_source, path, **changes), "one_to_many", ())
    assert rows(data) == [list(range(30)), list(range(33, 43)), list(range(45, 50))]


def test_series_differ_and_may_lack_a_part(write_csv: Any, csv_source: Any) -> None:
    path = write_csv(table((20, 10, 10), (40, 0, 0), (0, 0, 25)))
    data = read(spec(csv_source, path, series="name"), "many_to_one", ())
    train, validation, test = rows(data)
    assert train == [*range(4, 20), *range(44, 80)]
    assert validation == list(range(24, 30))
    assert test == [*range(34, 40), *range(84, 105)]
    mean = np.mean([*range(20), *range(40, 80)])
    assert data.dataset().target.scaling.offset[0] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((40, 0, 20), [range(4, 32), range(36, 40), range(44, 60)]),
        ((40, 20, 0), [range(4, 36), range(44, 60), range(40, 40)]),
        ((60, 0, 0), [range(4, 48), range(52, 60), range(60, 60)]),
    ],
)
def test_what_it_never_says_is_taken_out_of_training(
    lengths: tuple[int, ...], expected: list[range], write_csv: Any, csv_source: Any
) -> None:
    split = {"validation": 0.2, "test": 0.0}
    source = spec(csv_source, write_csv(table(lengths)), split=split)
    if lengths[1]:
        expected[0] = range(4, 40)
    assert rows(read(source, "many_to_one", ())) == [list(part) for part in expected]
    with_test = spec(
        csv_source, write_csv(table((60, 15, 0))), split={"validation": 0.2, "test": 0.25}
    )
    assert rows(read(with_test, "many_to_one", ())) == [
        list(range(4, 45)),
        list(range(64, 75)),
        list(range(49, 60)),
    ]


def test_all_series_are_divided_at_the_same_time_where_it_says_nothing(
    write_csv: Any, csv_source: Any
) -> None:
    columns = table((40, 0, 10), (20, 0, 10))
    source = spec(csv_source, write_csv(columns), series="name", split={"validation": 0.25})
    data = read(source, "many_to_one", ())
    # 40 days of training in all: the last ten of them are no days of the second series.
    assert data.segments[0][1] == range(30, 40)
    assert data.segments[1][0] == range(20) and not len(data.segments[1][1])


def test_a_category_that_training_lacks(write_csv: Any, csv_source: Any) -> None:
    columns = table((30, 12, 9))
    columns["mood"] = [*["x", "z"] * 25, "q"]
    path = write_csv(columns)
    with pytest.raises(InvalidData) as error:
        read(spec(csv_source, path, inputs=("mood",), target="y"), "many_to_one", ())
    assert str(error.value).startswith(
        "data.inputs: must have every category in the training part; received 'q' in row 52 of 'mood'"
    )


def message(columns: dict[str, Any], write_csv: Any, csv_source: Any, **changes: Any) -> str:
    with pytest.raises(InvalidData) as error:
        read(spec(csv_source, write_csv(columns), **changes), "many_to_one", ())
    return str(error.value)


def test_messages(write_csv: Any, csv_source: Any) -> None:
    columns = table((30, 12, 9))
    columns["part"][35] = "train"
    columns["part"][45] = "validation"
    assert message(columns, write_csv, csv_source) == (
        "data.split.column: must say train, then validation, then test, each in one stretch of a "
        "series' rows; received train in row 37 after validation in row 36 of 'part' (2 such "
        "places); no sequence may have rows of two parts: move the borders"
    )
    columns = table((30, 12, 9), (30, 12, 9))
    columns["part"][51] = "test"
    assert message(columns, write_csv, csv_source, series="name") == (
        "data.split.column: must say train, then validation, then test, each in one stretch of a "
        "series' rows; received train in row 54 after test in row 53 of 'part' ('s1'); no sequence "
        "may have rows of two parts: move the borders"
    )
    columns = table((30, 12, 9))
    columns["part"][3:6] = ["odd", "", "x"]
    assert message(columns, write_csv, csv_source) == (
        "data.split.column: must be a column of train, validation and test; received 'odd' in 3 "
        "rows (5 to 7) of 'part'; correct the column"
    )
    assert message(table((0, 30, 20)), write_csv, csv_source) == (
        "data.split.column: must say of some rows that they train; received test, validation; look "
        "at 'part'"
    )
    assert message(table((30, 12, 9)), write_csv, csv_source, split={"column": "prt"}) == (
        "data.split.column: must name a column of the file; received 'prt'; did you mean 'part'? "
        "there are: day, name, a, y, part"
    )
    short = message(table((30, 12, 3)), write_csv, csv_source, split={"test": 0.0})
    assert short == (
        "data.window: must leave every part room for a window of 4 rows and a target 1 row ahead; "
        "received 30 training, 12 validation, 3 test rows; give more rows, a shorter window, or "
        "parts of other sizes under data.split"
    )
