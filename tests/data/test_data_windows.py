"""Which rows make up a sequence: borders, counts, and equality of what is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import Dataset, Part, read
from rnnsearch.data.inputs import Windowed, aligned, join
from rnnsearch.data.series.cuts.aligned import aligned_windows
from rnnsearch.data.series.cuts.blocks import blocks
from rnnsearch.data.series.cuts.one_output import forecast_windows
from rnnsearch.spec.sources import BacktestSpec, SplitSpec

PARTS = ("train", "validation", "test")
lenient = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def judged(part: Part) -> list[int]:
    """Targets that count; with y = row number and no scaling, the rows predicted."""
    y = part.y[..., 0]
    return sorted(y[part.weight > 0 if part.weight is not None else y > -1].astype(int).tolist())


@st.composite
def plans(draw: Any) -> dict[str, Any]:
    window = draw(st.integers(1, 12))
    horizon = draw(st.integers(1, 4))
    start = draw(st.integers(0, 5))
    length = draw(st.integers(window + horizon, 60))
    rows = start + length + draw(st.integers(0, 5))
    known = st.lists(st.booleans(), min_size=rows, max_size=rows)
    return {
        "segment": range(start, start + length),
        "window": window,
        "horizon": horizon,
        "inputs_known": np.array(draw(known)),
        "targets_known": np.array(draw(known)),
    }


@given(plan=plans(), stride=st.integers(1, 5))
@lenient
def test_forecast_windows_stay_inside_and_end_before_targets(
    plan: dict[str, Any], stride: int
) -> None:
    segment, window, horizon = plan["segment"], plan["window"], plan["horizon"]
    first = segment.start + window - 1 + horizon
    found = forecast_windows(**plan, first_target=first, stride=stride)
    assert all(start in segment for start in found.starts)
    assert all(target in segment for target in found.targets)
    np.testing.assert_array_equal(found.starts + window - 1 + horizon, found.targets)
    known = plan["targets_known"][found.targets] & plan["inputs_known"][found.targets - horizon]
    assert known.all()


@given(plan=plans())
@lenient
def test_aligned_windows_judge_each_observed_row_once(plan: dict[str, Any]) -> None:
    segment, horizon = plan["segment"], plan["horizon"]
    found = aligned_windows(**plan, stride=None)
    weight = np.ones(found.targets.shape) if found.weight is None else found.weight
    rows = np.arange(segment.start + horizon, segment.stop)
    expected = rows[plan["targets_known"][rows] & plan["inputs_known"][rows - horizon]]
    np.testing.assert_array_equal(np.sort(found.targets[weight > 0]), expected)
    assert all(start in segment for start in found.starts)
    assert all(target in segment for target in found.targets.ravel())


@given(plan=plans(), steps=st.integers(1, 10))
@lenient
def test_blocks_are_complete_and_do_not_overlap(plan: dict[str, Any], steps: int) -> None:
    segment = plan["segment"]
    everything = np.ones(len(plan["inputs_known"]), dtype=bool)
    found = blocks(segment, steps, everything, everything)
    assert len(found) == len(segment) // steps
    rows = found.targets.ravel()
    np.testing.assert_array_equal(rows, segment.start + np.arange(len(rows)))


@given(
    shape=st.tuples(st.integers(1, 30), st.integers(1, 3)), length=st.integers(1, 8), data=st.data()
)
@lenient
def test_windows_are_the_array_that_slicing_gives(
    shape: tuple[int, int], length: int, data: st.DataObject
) -> None:
    rows = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    last = shape[0] - length
    starts = data.draw(st.lists(st.integers(0, last), max_size=9) if last >= 0 else st.just([]))
    windows = Windowed(rows, np.array(starts, np.int32), length)
    sliced = [rows[start : start + length] for start in starts]
    expected = np.array(sliced, np.float32).reshape(len(starts), length, shape[1])
    np.testing.assert_array_equal(windows, expected, strict=True)
    assert (windows.shape, windows.ndim, len(windows)) == (expected.shape, 3, len(starts))
    flat = windows.flattened()
    np.testing.assert_array_equal(flat, expected.reshape(flat.shape), strict=True)
    index = np.array(data.draw(st.lists(st.integers(0, max(len(starts) - 1, 0)))), np.int64)
    index = index[: len(index) if starts else 0]
    np.testing.assert_array_equal(windows[index], expected[index])
    np.testing.assert_array_equal(windows[1::2], expected[1::2])
    other = Windowed(rows[::-1].copy(), windows.starts, length)
    both = join(windows, other, windows)
    assert len(both.rows) == 2 * len(rows), "the first and the last have one table"
    np.testing.assert_array_equal(both, np.concatenate([expected, other, expected]))


def test_arrays_are_laid_out_where_they_can_be_read_without_a_copy() -> None:
    parts = [np.ones((3, 2), np.float32), np.zeros((5, 2), np.float32)]
    found = aligned(parts)
    np.testing.assert_array_equal(found, np.concatenate(parts), strict=True)
    assert found.ctypes.data % 64 == 0 and aligned([found]) is found
    np.testing.assert_array_equal(aligned([found[1:]]), found[1:], strict=True)


def test_workers_map_the_tables_of_all_folds(
    write_csv: Any, csv_source: Any, tmp_path: Path
) -> None:
    split = SplitSpec(backtest=BacktestSpec(folds=2))
    source = csv_source(write_csv({"y": np.sin(np.arange(90))}), split=split)
    data = read(source, "many_to_one", (3, 5))
    mapped = data.packed(tmp_path)
    for window, fold in ((3, 0), (5, 1), (5, -1)):
        left, right = (each.dataset(window, fold).train for each in (mapped, data))
        np.testing.assert_array_equal(left.x, right.x, strict=True)
        table = left.sequences.rows
        assert isinstance(table.base, np.memmap) and aligned([table]) is table


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_the_parts_of_several_series_read_one_table(
    task: str, write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"y": np.arange(120), "s": ["a"] * 60 + ["b"] * 60})
    source = csv_source(path, series="s", scaling="none")
    dataset: Dataset = read(source, task, ()).dataset()
    tables = [getattr(dataset, name).sequences.rows for name in PARTS]
    assert tables[0] is tables[1] is tables[2]
    np.testing.assert_array_equal(tables[0][:, 0], np.arange(120))


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@given(
    rows=st.integers(60, 150),
    longest=st.integers(2, 6),
    horizon=st.integers(1, 3),
    stride=st.integers(1, 3),
)
@settings(lenient, max_examples=15)
def test_every_window_judges_the_same_rows(
    task: str, write_csv: Any, csv_source: Any, rows: int, longest: int, horizon: int, stride: int
) -> None:
    path = write_csv({"y": range(rows)})
    changes = {"window": None, "horizon": horizon, "stride": stride, "scaling": "none"}
    data = read(csv_source(path, **changes), task, (1, longest))
    tests = validations = round(rows * 0.15)
    borders = {
        "train": range(rows - tests - validations),
        "validation": range(rows - tests - validations, rows - tests),
        "test": range(rows - tests, rows),
    }
    reach = longest - 1 if task == "many_to_one" else 0
    for window in (1, longest):
        dataset = data.dataset(window)
        for name, border in borders.items():
            part = getattr(dataset, name)
            assert part.array.min() >= border.start
            assert max(part.y.max(), part.array.max()) < border.stop
            if task == "many_to_one":
                np.testing.assert_array_equal(part.array[:, -1, 0] + horizon, part.y[:, 0])
            else:
                np.testing.assert_array_equal(part.array + horizon, part.y)
            if name != "train":
                assert judged(part) == list(range(border.start + reach + horizon, border.stop))


@given(huge=st.floats(1e6, 1e20), at=st.integers(0, 8))
@settings(lenient, max_examples=15)
def test_scaling_ignores_rows_that_are_not_training(
    write_csv: Any, csv_source: Any, huge: float, at: int
) -> None:
    values = np.sin(np.arange(60)) * 5
    changed = values.copy()
    changed[51 + at] = huge
    parts = [
        read(csv_source(write_csv({"y": column})), "many_to_one", ()).dataset().train
        for column in (values, changed)
    ]
    np.testing.assert_array_equal(parts[0].x, parts[1].x)
    np.testing.assert_array_equal(parts[0].y, parts[1].y)
    training = values[:42]
    expected = (values[0] - training.mean()) / training.std()
    assert parts[0].array[0, 0, 0] == pytest.approx(expected, rel=1e-5)


def test_one_to_many_cuts_blocks_and_takes_their_first_row(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"a": np.arange(43) * 2, "y": range(43)})
    source = csv_source(path, inputs=("a",), output_steps=4, window=None, scaling="none")
    dataset: Dataset = read(source, "one_to_many", ()).dataset()
    sizes = [len(getattr(dataset, name)) for name in PARTS]
    assert sizes == [6, 2, 2]  # ten complete blocks; the last three rows are left out
    np.testing.assert_array_equal(dataset.train.array[:, 0], np.arange(6) * 8)
    np.testing.assert_array_equal(dataset.test.y[..., 0], np.arange(32, 40).reshape(2, 4))
    assert dataset.output_steps == 4
