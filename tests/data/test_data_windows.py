"""Which rows make up a sequence: borders, counts, and equality of what is judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import Dataset, Part, read
from rnnsearch.data.series.windows import Windows, aligned_windows, blocks, cut, forecast_windows

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


def test_cut_equals_slicing() -> None:
    values = np.arange(20.0).reshape(10, 2)
    windows = Windows(np.array([0, 3, 6]), 4, np.array([4, 7, 9]))
    expected = np.stack([values[start : start + 4] for start in (0, 3, 6)])
    np.testing.assert_array_equal(cut(values, windows), expected)


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@given(
    rows=st.integers(60, 150),
    longest=st.integers(2, 6),
    horizon=st.integers(1, 3),
    stride=st.integers(1, 3),
)
@lenient
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
            assert part.x.min() >= border.start
            assert max(part.y.max(), part.x.max()) < border.stop
            if task == "many_to_one":
                np.testing.assert_array_equal(part.x[:, -1, 0] + horizon, part.y[:, 0])
            else:
                np.testing.assert_array_equal(part.x + horizon, part.y)
            if name != "train":
                assert judged(part) == list(range(border.start + reach + horizon, border.stop))


@given(huge=st.floats(1e6, 1e20), at=st.integers(0, 8))
@lenient
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
    assert parts[0].x[0, 0, 0] == pytest.approx(expected, rel=1e-5)


def test_one_to_many_cuts_blocks_and_takes_their_first_row(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"a": np.arange(43) * 2, "y": range(43)})
    source = csv_source(path, inputs=("a",), output_steps=4, window=None, scaling="none")
    dataset: Dataset = read(source, "one_to_many", ()).dataset()
    sizes = [len(getattr(dataset, name)) for name in PARTS]
    assert sizes == [6, 2, 2]  # ten complete blocks; the last three rows are left out
    np.testing.assert_array_equal(dataset.train.x[:, 0], np.arange(6) * 8)
    np.testing.assert_array_equal(dataset.test.y[..., 0], np.arange(32, 40).reshape(2, 4))
    assert dataset.output_steps == 4
