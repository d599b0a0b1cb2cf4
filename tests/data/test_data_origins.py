"""How many rolling origins a table has by itself, and what the final networks are trained on."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import read
from rnnsearch.spec.sources import BacktestSpec, SplitSpec

DAYS = [str(np.datetime64("2024-01-01") + np.timedelta64(n, "D")) for n in range(400)]
TASKS: dict[str, dict[str, Any]] = {
    "many_to_one": {"horizon": 2},
    "many_to_many": {},
    "sequence_to_sequence": {"output_steps": 3},
    "one_to_many": {"output_steps": 5, "window": None, "inputs": (), "calendar": ("weekday",)},
}


def series(rows: int, seed: int = 0) -> list[float]:
    generator = np.random.default_rng(seed)
    return (10 + np.arange(rows) / 20 + generator.normal(size=rows)).tolist()


@pytest.mark.parametrize(
    ("rows", "shares", "folds"),
    [
        (160, (0.15, 0.15), 3),
        (160, (0.1, 0.1), 5),
        (160, (0.3, 0.1), 2),
        (160, (0.4, 0.1), 1),  # the first would have 16 rows
        (50, (0.1, 0.1), 4),  # 21 rows are needed to train on
        (34, (0.15, 0.15), 1),
        (2_001, (0.1, 0.1), 3),
        (20_001, (0.1, 0.1), 1),
    ],
)
def test_as_many_as_leave_enough_to_train_on(
    rows: int, shares: tuple[float, float], folds: int, write_csv: Any, csv_source: Any
) -> None:
    split = SplitSpec(validation=shares[0], test=shares[1])
    data = read(csv_source(write_csv({"y": series(rows)}), split=split), "many_to_one", ())
    assert data.folds == folds
    lengths = [len(fold.segments[0][0]) for fold in data.divided]
    assert lengths == sorted(lengths) and 2 * lengths[0] >= lengths[-1]
    same = split.model_copy(update={"backtest": BacktestSpec(folds=folds)})
    asked = read(csv_source(write_csv({"y": series(rows)}), split=same), "many_to_one", ())
    assert [f.segments for f in asked.divided] == [f.segments for f in data.divided]


def test_a_fold_that_cannot_be_is_left_out(write_csv: Any, csv_source: Any) -> None:
    """Of 200 rows the first fold has 80; there the column never varies."""
    late = [0] * 90 + [int(n % 3 == 0) for n in range(110)]
    columns = {"y": series(200), "late": late}
    source = csv_source(write_csv(columns), inputs=("y", "late"))
    assert read(source, "many_to_one", ()).folds == 2
    gone = [None if n < 82 else value for n, value in enumerate(series(200))]
    gappy = csv_source(write_csv({"y": gone, "z": series(200)}), inputs=("z",))
    gappy = gappy.model_copy(update={"missing": "interpolate"})
    assert read(gappy, "many_to_one", ()).folds == 2


def test_a_panel_has_one_number_of_folds(write_csv: Any, csv_source: Any) -> None:
    rows = [("a", n) for n in range(120)] + [("b", n) for n in range(60, 120)]
    columns = {
        "t": [DAYS[n] for _, n in rows],
        "s": [s for s, _ in rows],
        "y": series(180),
    }
    for time in ({"time": "t"}, {}):
        data = read(csv_source(write_csv(columns), series="s", **time), "many_to_one", ())
        assert data.folds == 3


@pytest.mark.parametrize("task", TASKS)
def test_final_networks_learn_the_latest_rows(task: str, write_csv: Any, csv_source: Any) -> None:
    y = series(200)
    source = csv_source(write_csv({"t": DAYS[:200], "y": y}), time="t", **TASKS[task])
    data = read(source, task, ())
    whole, last = data.whole(), data.dataset()
    way, own = data.preparation(), data.preparation(fold=-1)
    # Rows 140 to 169 are validated on; with the rest they are all but the test part.
    values = np.array(y)[:170]
    np.testing.assert_allclose(way.target.scaling.offset, values.mean())
    np.testing.assert_allclose(own.target.scaling.offset, values[:140].mean())
    assert len(whole.train) > len(last.train)
    found = whole.target.own_units(whole.train.y, whole.train.anchor)
    assert found[-1].ravel()[-1] == pytest.approx(y[169], rel=1e-5)
    # What is predicted for the test part is the same, scaled in another way.
    for one, other in ((whole, last),):
        np.testing.assert_allclose(
            one.target.own_units(one.test.y), other.target.own_units(other.test.y), rtol=1e-4
        )


def test_all_of_it_is_in_what_workers_get(tmp_path: Path, write_csv: Any, csv_source: Any) -> None:
    data = read(csv_source(write_csv({"y": series(200)})), "many_to_one", ())
    sent = pickle.loads(pickle.dumps(data.packed(tmp_path)))
    np.testing.assert_array_equal(sent.whole().train.x, data.whole().train.x)
    assert sent.preparation().to_json() == data.preparation().to_json()


@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_test_part_has_no_say_in_them(seed: int, write_csv: Any, csv_source: Any) -> None:
    y = series(200)
    later = y[:170] + np.random.default_rng(seed).normal(size=30).tolist()
    found = [
        read(csv_source(write_csv({"y": one}), base="auto"), "many_to_one", ())
        for one in (y, later)
    ]
    assert found[0].preparation().to_json() == found[1].preparation().to_json()
    np.testing.assert_array_equal(found[0].whole().train.x, found[1].whole().train.x)
