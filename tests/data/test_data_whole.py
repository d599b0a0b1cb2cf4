"""What a final network is trained on: every row outside the test part, and none in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import SequenceData, read
from rnnsearch.spec.sources import SplitSpec

VALUES = np.arange(60.0)
"""Of which 36 rows are the training, 12 the validation and 12 the test part."""
SPLIT = SplitSpec(validation=0.2, test=0.2)


@pytest.fixture(scope="module")
def path(write_csv: Any) -> Path:
    return Path(write_csv({"y": VALUES.tolist()}))


def rows_of(data: SequenceData, window: int | None = None) -> np.ndarray:
    """The rows that the whole predicts, in order: a row's value is its number."""
    whole = data.whole(window)
    own = whole.target.own_units(whole.train.y, whole.train.anchor)
    return np.round(own[..., 0]).astype(int)


@pytest.mark.parametrize("changes", [{}, {"difference": 1}, {"scaling": "none", "stride": 3}])
@pytest.mark.parametrize("window", [4, 2])
def test_rows_of_a_table(path: Path, csv_source: Any, changes: dict[str, Any], window: int) -> None:
    source = csv_source(path, split=SPLIT, horizon=2, **changes)
    data = read(source, "many_to_one", (4,))
    first = window - 1 + 2 + changes.get("difference", 0)  # the first row has no past
    expected = np.arange(first, 48, changes.get("stride", 1))
    np.testing.assert_array_equal(rows_of(data, window), expected)
    # In units of its own, which are those that the delivered network reads and puts out.
    dataset, whole = data.dataset(window), data.whole(window)
    assert whole.target == data.preparation(window).target
    tests = [one.target.own_units(one.test.y, one.test.anchor) for one in (dataset, whole)]
    np.testing.assert_allclose(*tests, atol=1e-4)


def test_forecasts_and_blocks(path: Path, csv_source: Any) -> None:
    source = csv_source(path, split=SPLIT, output_steps=5)
    forecasts = rows_of(read(source, "sequence_to_sequence", (4,)))
    starts = np.arange(4, 48 - 5 + 1)
    np.testing.assert_array_equal(forecasts, starts[:, None] + np.arange(5))
    blocks = csv_source(path, split=SPLIT, output_steps=4, window=None)
    found = rows_of(read(blocks, "one_to_many", ()))
    np.testing.assert_array_equal(found, np.arange(48).reshape(12, 4))


def test_of_rolling_origins_the_last_is_whole(path: Path, csv_source: Any, tmp_path: Path) -> None:
    split = SPLIT.model_copy(update={"backtest": SPLIT.backtest.model_copy(update={"folds": 3})})
    data = read(csv_source(path, split=split), "many_to_one", (4,))
    assert data.folds == 3
    np.testing.assert_array_equal(rows_of(data), np.arange(4, 48))
    np.testing.assert_array_equal(rows_of(data.packed(tmp_path)), np.arange(4, 48))


def test_series_of_a_panel(write_csv: Any, csv_source: Any) -> None:
    """Two towns, one of which begins in the validation part."""
    days = {"oslo": range(60), "rome": range(40, 60)}
    table: dict[str, list[Any]] = {"day": [], "town": [], "y": []}
    for town, span in days.items():
        table["day"] += [str(np.datetime64("2024-01-01") + day) for day in span]
        table["town"] += [town] * len(span)
        table["y"] += [day + 1000.0 * (town == "rome") for day in span]
    source = csv_source(write_csv(table), split=SPLIT, series="town", time="day")
    found = rows_of(read(source, "many_to_one", (4,)))
    expected = [*range(4, 48), *(1000 + day for day in range(44, 48))]
    np.testing.assert_array_equal(found, expected)


def test_parts_that_a_column_says(write_csv: Any, csv_source: Any) -> None:
    said = ["train"] * 30 + ["validation"] * 10 + ["test"] * 20
    table = {"y": VALUES.tolist(), "part": said}
    source = csv_source(write_csv(table), split=SplitSpec(column="part"))
    np.testing.assert_array_equal(rows_of(read(source, "many_to_one", (4,))), np.arange(4, 40))


def test_a_new_file_of_one_block_is_judged(write_csv: Any, csv_source: Any) -> None:
    """Nothing lies between what is read of it, its first row, and the rows that it predicts."""
    columns = {"a": [n // 5 % 7 for n in range(60)], "y": VALUES.tolist()}
    keys = {"inputs": ("a",), "output_steps": 5, "window": None, "split": SPLIT.model_dump()}
    prepared = read(csv_source(write_csv(columns), **keys), "one_to_many").preparation()
    new = write_csv({name: values[:5] for name, values in columns.items()})
    assert prepared.targets(str(new)).y.shape[:2] == (1, 5)
