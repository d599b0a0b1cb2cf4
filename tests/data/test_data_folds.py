"""Rolling-origin folds: where they lie, what each is fitted on, and what cannot be divided."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, read
from rnnsearch.data.splits import fold_parts, time_parts
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import BacktestSpec, SplitSpec

LOAD = np.cumsum(np.random.default_rng(3).normal(size=120)).tolist()


def times(count: int) -> list[str]:
    start = np.datetime64("2024-01-01T00:00", "m")
    return [str(start + n * np.timedelta64(6, "h")) for n in range(count)]


def folded(folds: int, step: int | None = None, window: int | None = None, **shares: float) -> Any:
    return SplitSpec(backtest=BacktestSpec(folds=folds, step=step, window=window), **shares)


def own_units(dataset: Dataset, part: Part) -> np.ndarray:
    return dataset.target.scaling.invert(part.y)[:, 0]


def test_folds_are_adjacent_equal_and_end_where_one_fold_does() -> None:
    folds = fold_parts(103, 0.15, 0.1, 4)
    assert folds[-1] == time_parts(103, 0.15, 0.1)
    lengths = {len(validation) for _, validation, _ in folds}
    assert lengths == {15}
    for (train, validation, test), (_, following, _) in pairwise(folds):
        assert train == range(0, validation.start)
        assert validation.stop == following.start
        assert len(test) == 0


def test_the_last_fold_is_the_split_without_folds(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"t": times(120), "y": LOAD})
    arguments = {"time": "t", "calendar": ("trend", "hour"), "horizon": 2}
    one = read(csv_source(path, split=folded(1), **arguments), "many_to_one", ())
    four = read(csv_source(path, split=folded(4), **arguments), "many_to_one", ())
    assert (one.folds, four.folds) == (1, 4)
    for fold in (-1, 3):
        for name in ("train", "validation", "test"):
            left, right = getattr(one.dataset(), name), getattr(four.dataset(None, fold), name)
            np.testing.assert_array_equal(left.x, right.x)
            np.testing.assert_array_equal(left.y, right.y)
    assert one.preparation(fold=-1).to_json() == four.preparation(fold=-1).to_json()


def test_each_fold_validates_on_the_rows_after_its_training_rows(
    write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"y": LOAD})
    data = read(csv_source(path, split=folded(3)), "many_to_one", ())
    # 120 rows: 18 a validation part; a window of 4 rows keeps within it.
    for fold, start in enumerate((48, 66, 84)):
        dataset = data.dataset(None, fold)
        np.testing.assert_allclose(
            own_units(dataset, dataset.train), LOAD[4:start], rtol=1e-4, atol=1e-5
        )
        np.testing.assert_allclose(
            own_units(dataset, dataset.validation), LOAD[start + 4 : start + 18], rtol=1e-4
        )
        assert len(dataset.test) == (14 if fold == 2 else 0)


def test_scaling_and_trend_are_fitted_on_the_folds_own_training_part(
    write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"t": times(120), "y": LOAD})
    source = csv_source(path, time="t", calendar=("trend",), split=folded(2))
    data = read(source, "many_to_one", ())
    for fold, rows in enumerate((66, 84)):
        dataset = data.dataset(None, fold)
        assert dataset.target.scaling.offset[0] == pytest.approx(np.mean(LOAD[:rows]))
        trend = dataset.train.array[..., 1]
        assert trend.max() <= 1 + 1e-6 < dataset.validation.array[..., 1].max()


def test_changing_later_rows_changes_nothing_in_an_earlier_fold(
    write_csv: Any, csv_source: Any
) -> None:
    changed = [*LOAD[:66], *(np.array(LOAD[66:]) * 7 + 5)]
    sets = [
        read(csv_source(write_csv({"y": y}), split=folded(2)), "many_to_one", ()).dataset(None, 0)
        for y in (LOAD, changed)
    ]
    np.testing.assert_array_equal(sets[0].train.x, sets[1].train.x)
    np.testing.assert_array_equal(sets[0].target.scaling.scale, sets[1].target.scaling.scale)


def test_folds_of_blocks_are_whole_blocks(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"a": np.arange(120) % 7, "y": LOAD})
    source = csv_source(path, inputs=("a",), output_steps=4, window=None, split=folded(3))
    data = read(source, "one_to_many", ())
    sizes = [(len(d.train), len(d.validation)) for d in (data.dataset(None, n) for n in range(3))]
    assert sizes == [(14, 4), (18, 4), (22, 4)]


def test_too_little_to_train_a_fold_on(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(write_csv({"y": LOAD}), split=folded(6))
    with pytest.raises(InvalidData) as error:
        read(source, "many_to_one", ())
    assert str(error.value.problems[0]) == (
        "data.split.backtest.folds: must leave every fold at least 5 rows to train on before its "
        "validation part; received 6 folds of 18 validation rows, the first with 0 rows before "
        "them; give more rows, fewer folds, or a smaller data.split.validation"
    )


def test_problems_of_an_earlier_fold_name_it(write_csv: Any, csv_source: Any) -> None:
    late = [0.0] * 60 + LOAD[60:]
    source = csv_source(write_csv({"a": late, "y": LOAD}), inputs=("a", "y"), split=folded(3))
    with pytest.raises(InvalidData, match=r"in all 48 training rows of 'a' \(in the training"):
        read(source, "many_to_one", ())
    with pytest.raises(InvalidData, match=r"part of fold 1\)"):
        read(source, "many_to_one", ())


def test_categories_and_classes_must_be_known_in_every_fold(
    write_csv: Any, csv_source: Any
) -> None:
    texts = ["a", "b"] * 15 + ["a", "b", "c"] * 30
    path = write_csv({"kind": texts, "y": LOAD})
    arguments = {"inputs": ("kind",), "output_steps": 1, "window": None}
    read(csv_source(path, split=folded(2), **arguments), "one_to_many", ())
    shares = {"validation": 0.3, "test": 0.15}
    with pytest.raises(InvalidData, match=r"'c' in .*\(in the training part of fold 1\)"):
        read(csv_source(path, split=folded(2, **shares), **arguments), "one_to_many", ())
    path = write_csv({"y": LOAD, "label": [1, 2] * 25 + [1, 2, 3, 2, 1] * 14})
    source = csv_source(path, target="label", target_kind="class", split=folded(3))
    with pytest.raises(InvalidData, match=r"'3' in .*\(in the training part of fold 1\)"):
        read(source, "many_to_one", ())


def test_folds_a_step_apart_with_a_window_of_training_rows() -> None:
    folds = fold_parts(100, 0.2, 0.1, 3, step=5, window=50)
    assert [part for part, _, _ in folds] == [range(10, 60), range(15, 65), range(20, 70)]
    assert [part for _, part, _ in folds] == [range(60, 80), range(65, 85), range(70, 90)]
    assert [len(part) for _, _, part in folds] == [0, 0, 10]


def test_a_backtest_trains_on_its_window_only(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(write_csv({"y": LOAD}), split=folded(2, step=10, window=40))
    data = read(source, "many_to_one", ())
    for fold, origin in enumerate((74, 84)):
        dataset = data.dataset(None, fold)
        known = LOAD[origin - 40 + 4 : origin]
        np.testing.assert_allclose(own_units(dataset, dataset.train), known, rtol=1e-4, atol=1e-5)
        assert dataset.target.scaling.offset[0] == pytest.approx(
            np.mean(LOAD[origin - 40 : origin])
        )


def test_steps_that_leave_too_little(write_csv: Any, csv_source: Any) -> None:
    source = csv_source(write_csv({"y": LOAD}), split=folded(5, step=20))
    with pytest.raises(InvalidData) as error:
        read(source, "many_to_one", ())
    assert str(error.value) == (
        "data.split.backtest.folds: must leave every fold at least 5 rows to train on before its "
        "validation part; received 5 folds of 18 validation rows, 20 rows apart, the first with 4 "
        "rows before them; give more rows, fewer folds, or a smaller data.split.validation"
    )


PLANTED: dict[str, dict[str, Any]] = {
    "standard": {},
    "log": {"scaling": "log"},
    "change": {"difference": 1},
    "change of the season": {"difference": "season", "season": 7, "scaling": "log"},
    "known": {"known": ("k",), "horizon": 2},
    "gaps": {"missing": "interpolate"},
    "window": {"split": folded(3, step=9, window=40)},
}


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
@pytest.mark.parametrize("case", PLANTED)
def test_nothing_of_the_future_leaks_into_what_a_fold_is_fitted_on(
    case: str, task: str, write_csv: Any, csv_source: Any
) -> None:
    """Columns that reveal the future: other numbers from each fold's origin on."""
    times_ = times(120)
    positive: list[Any] = [float(value) for value in np.exp(np.array(LOAD) / 5)]
    if case == "gaps":
        positive[20] = positive[30] = None
    arguments: dict[str, Any] = {
        "inputs": ("y", "a"),
        "time": "t",
        "calendar": ("hour", "trend"),
        "split": folded(3, step=9),
    } | PLANTED[case]

    def data(origin: int) -> Any:
        """The table, telling of what comes from some row on."""
        told = [1.0 if row < origin else 1e3 * (row - origin + 2) for row in range(120)]
        columns = {
            "t": times_,
            "y": [None if y is None else y * told[row] for row, y in enumerate(positive)],
            "a": [row % 13 * told[row] for row in range(120)],
            "k": [row % 5 * told[row] for row in range(120)],
        }
        return read(csv_source(write_csv(columns), **arguments), task, ())

    plain = data(120)
    for fold, origin in enumerate((66, 75, 84)):
        planted = data(origin)
        assert planted.divided[fold].segments[0][0].stop == origin
        prepared = [d.divided[fold].prepared.to_json() for d in (plain, planted)]
        assert prepared[0] == prepared[1]
        left, right = plain.dataset(None, fold).train, planted.dataset(None, fold).train
        np.testing.assert_array_equal(left.x, right.x)
        np.testing.assert_array_equal(left.y, right.y)
        np.testing.assert_array_equal(left.anchor, right.anchor)
        # The test sees what it looks for: a row earlier, and the fit is another one.
        early = data(origin - 1).divided[fold].prepared.to_json()
        assert early != prepared[0]
