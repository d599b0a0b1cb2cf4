"""Every message about bad tables, by its exact text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.errors import InvalidData


def with_value(value: Any, *rows: int, count: int = 60) -> list[Any]:
    """A column that varies, with `value` in some rows of the file."""
    column: list[Any] = [n % 7 for n in range(count)]
    for row in rows:
        column[row - 2] = value
    return column


def days(*changes: tuple[int, str]) -> list[str]:
    times = [str(np.datetime64("2024-01-01") + n) for n in range(60)]
    for row, text in changes:
        times[row - 2] = text
    return times


GOOD = with_value(0)
SPLIT = {"validation": 0.1, "test": 0.1}
# name: columns, changes of the source, messages
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "column missing": (
        {"y": GOOD, "demand": GOOD},
        {"inputs": ("demnd", "wind"), "target": "Y"},
        [
            "data.inputs: must name a column of the file; received 'demnd'; did you mean "
            "'demand'? there are: y, demand",
            "data.inputs: must name a column of the file; received 'wind'; there are: y, demand",
            "data.target: must name a column of the file; received 'Y'; did you mean 'y'? "
            "there are: y, demand",
        ],
    ),
    "text among numbers": (
        {"y": with_value("abc", 17)},
        {},
        [
            "data.inputs: must be numbers; received 'abc' in row 17 of 'y'; correct the file; "
            "leave a cell empty where a value is missing"
        ],
    ),
    "text among target numbers": (
        {"a": GOOD, "y": with_value("?", 17, 20)},
        {"inputs": ("a",)},
        [
            "data.target: must be numbers; received '?' in row 17 of 'y' (2 such rows); correct "
            "the file; leave a cell empty where a value is missing"
        ],
    ),
    "gaps": (
        {"a": with_value("NaN", 9), "y": with_value(None, 3, 5, 6, 7, 20)},
        {"inputs": ("a",)},
        [
            "data.inputs: must have a value in every row; received nothing in row 9 of 'a'; fill "
            "the gaps, or set data.missing to interpolate or drop",
            "data.target: must have a value in every row; received nothing in 5 rows (3, 5 to 7, "
            "20) of 'y'; fill the gaps, or set data.missing to interpolate or drop",
        ],
    ),
    "nothing at all": (
        {"a": [None] * 60, "y": GOOD},
        {"inputs": ("a", "y"), "missing": "interpolate"},
        ["data.inputs: must have values; received nothing in any row of 'a'; leave the column out"],
    ),
    "infinite": (
        {"y": with_value("inf", 4, 8)},
        {},
        [
            "data.inputs: must be finite numbers below 1e30; received inf in 2 rows (4, 8) of "
            "'y'; correct the file"
        ],
    ),
    "constant": (
        {"a": [5] * 60, "b": [2.5] * 48 + GOOD[:12], "y": GOOD},
        {"inputs": ("a", "y"), "target": ("y", "b"), "split": SPLIT},
        [
            "data.inputs: must vary in the training part; received 5 in all 48 training rows of "
            "'a'; leave the column out",
            "data.target: must vary in the training part; received 2.5 in all 48 training rows "
            "of 'b'; leave the column out",
        ],
    ),
    "too short": (
        {"y": GOOD},
        {"window": 8, "horizon": 2},
        [
            "data.window: must leave every part room for a window of 8 rows and a target 2 rows "
            "ahead; received 42 training, 9 validation, 9 test rows; give more rows, a shorter "
            "window, or parts of other sizes under data.split"
        ],
    ),
    "all at once": (
        {"t": days((30, "soon")), "a": [1] * 60, "y": with_value("x", 5)},
        {"time": "t", "inputs": ("a", "b"), "window": 40},
        [
            "data.inputs: must name a column of the file; received 'b'; there are: t, a, y",
            "data.target: must be numbers; received 'x' in row 5 of 'y'; correct the file; leave "
            "a cell empty where a value is missing",
            "data.time: must be time stamps, all of one form; received 'soon' in row 30 of 't'; "
            "write dates as 2024-12-31 or 2024-12-31 23:59:59, or set data.time_format",
            "data.window: must leave every part room for a window of 40 rows and a target 1 row "
            "ahead; received 42 training, 9 validation, 9 test rows; give more rows, a shorter "
            "window, or parts of other sizes under data.split",
            "data.inputs: must vary in the training part; received 1 in all 42 training rows of "
            "'a'; leave the column out",
        ],
    ),
    "unsorted": (
        {"t": days((5, "2023-12-01")), "y": GOOD},
        {"time": "t"},
        [
            "data.time: must be sorted, oldest first; received 2023-12-01 in row 5 after "
            "2024-01-03 in row 4; sort the file by time; or correct row 5, if it is wrong"
        ],
    ),
    "twice": (
        {"t": days((5, "2024-01-03"), (9, "2024-01-07")), "y": GOOD},
        {"time": "t"},
        [
            "data.time: must not occur twice; received 2024-01-03 in row 5 after 2024-01-03 in "
            "row 4 (2 such places); keep one row a time stamp, or set "
            "data.duplicates: first, last or mean"
        ],
    ),
    "constant calendar": (
        {"t": days(), "y": GOOD},
        {"time": "t", "calendar": ("weekday", "hour")},
        [
            "data.calendar[1]: must vary in the training part; received hour, the same in all 42 "
            "inputs; leave it out"
        ],
    ),
    "lone class": (
        {"a": GOOD, "y": ["x", "z"] * 29 + ["fog", "x"]},
        {"inputs": ("a",)},
        [
            "data.target: must have two rows or more of each class; received one of fog in 'y' "
            "(3 classes); leave such rows out, join classes, or set data.target_kind: numeric",
            "data.target: must have every class in the training part; received 'fog' in row 60 "
            "only; the training part has: x, z; change data.split",
        ],
    ),
    "one class": (
        {"a": GOOD, "y": ["x"] * 60},
        {"inputs": ("a",)},
        [
            "data.target: must have two classes in training; received only x; give rows of other "
            "classes too"
        ],
    ),
    "class of two columns": (
        {"a": GOOD, "y": GOOD, "z": GOOD},
        {"inputs": ("a",), "target": ("y", "z"), "target_kind": "class"},
        [
            "data.target: must be one column of classes; received y, z; search for each target "
            "on its own"
        ],
    ),
    "column twice": (
        {"a": GOOD, "y": GOOD, "y ": GOOD},
        {"inputs": ("a",)},
        [
            "data.target: must name one column; received 'y' 2 times in the header; rename all but one"
        ],
    ),
    "nothing left": (
        {"a": with_value(None, *range(2, 40)), "y": with_value(None, *range(40, 62))},
        {"inputs": ("a",), "missing": "drop"},
        [
            "data.missing: must leave some rows; received a gap in each of 60 rows; use "
            "interpolate",
            "data.window: must leave every part room for a window of 4 rows and a target 1 row "
            "ahead; received 0 training, 0 validation, 0 test rows; give more rows, a shorter "
            "window, or parts of other sizes under data.split",
        ],
    ),
    "part without targets": (
        {"a": GOOD, "y": with_value(None, *range(44, 53))},
        {"inputs": ("a",), "missing": "interpolate"},
        [
            "data.missing: must leave a sequence with an observed target in every part; received "
            "none in 9 validation rows; fill the gaps, or drop such rows"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_table(case: str, write_csv: Any, csv_source: Any) -> None:
    columns, changes, messages = CASES[case]
    with pytest.raises(InvalidData) as caught:
        read(csv_source(write_csv(columns), **changes), "many_to_one", ())
    assert [str(problem) for problem in caught.value.problems] == messages


def test_blocks_too_long(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(
        write_csv({"a": GOOD, "y": GOOD}), inputs=("a",), output_steps=24, window=None
    )
    with pytest.raises(InvalidData) as caught:
        read(source, "one_to_many", ())
    assert str(caught.value) == (
        "data.output_steps: must leave every part room for a block of 24 rows; received 48 "
        "training, 0 validation, 0 test rows; give more rows, shorter blocks, or parts of other "
        "sizes under data.split"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            None,
            "must be an existing file; received {path}; a path in a spec is relative to the "
            "spec's folder",
        ),
        (
            b"",
            "must have a header line and rows below it; received an empty file; look at {path}",
        ),
        (
            b"y\n",
            "must have a header line and rows below it; received only a header line; look at "
            "{path}",
        ),
        (
            b"a,y\n1,2\n3\n4,5\n6,7,8\n",
            "must have 2 cells in every row, like the header; received 1 in row 3, and other "
            "counts than 2 in 2 rows (3, 5); quote cells that contain the separator, or set "
            "data.dialect.separator",
        ),
        (
            b"\xff\xfey\n1",
            "must be a readable CSV file; received {path} ('utf-16-le' codec can't decode byte "
            "0x31 in position 4: truncated data); save it as UTF-8 text with commas, or set "
            "data.dialect.encoding",
        ),
    ],
)
def test_bad_file(content: bytes | None, message: str, tmp_path: Path, csv_source: Any) -> None:
    path = tmp_path / "series.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidData) as caught:
        read(csv_source(path), "many_to_one", ())
    assert str(caught.value) == "data.path: " + message.format(path=path)


def test_rows_are_those_of_the_file(tmp_path: Path, csv_source: Any) -> None:
    path = tmp_path / "series.csv"
    lines = ["a;y", "1;2", "", "3;4", "5;six"]
    path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    with pytest.raises(InvalidData, match="'six' in row 5 of 'y'"):
        read(csv_source(path, window=1), "many_to_one", ())


def test_new_file_too_short_or_with_a_new_class(write_csv: Any, csv_source: Any) -> None:
    values = {"a": GOOD, "y": ["x", "z", "x"] * 20}
    data = read(csv_source(write_csv(values), inputs=("a",)), "many_to_one", ())
    short = write_csv({"a": [1, 2, 3]})
    with pytest.raises(InvalidData) as caught:
        data.preparation().inputs(str(short))
    assert str(caught.value) == (
        f"data.path: must have at least 4 rows; received 3 in {short}; give the rows before "
        "them too"
    )
    with pytest.raises(InvalidData) as caught:
        data.preparation().targets(str(write_csv({"a": GOOD, "y": ["x", "z", "q"] * 20})))
    assert str(caught.value) == (
        "data.target: must be a class known from training; received 'q' in 20 rows (4, 7, 10, "
        "13, 16, …); there are: x, z"
    )
