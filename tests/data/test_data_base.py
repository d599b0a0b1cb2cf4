"""What forecasts are changes from: `base`, how `auto` chooses it, and blocks that have one."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.errors import InvalidData

ROWS = 240
DAYS = [str(np.datetime64("2024-01-01") + np.timedelta64(n, "D")) for n in range(ROWS)]
RNG = np.random.default_rng(3)
WALK = (50 + np.cumsum(RNG.normal(0.5, 1, ROWS))).tolist()
WEEKS = (10 * RNG.normal(size=7)[np.arange(ROWS) % 7] + RNG.normal(0, 0.5, ROWS)).tolist()
NOISE = RNG.normal(10, 1, ROWS).tolist()

BLOCKS = {"inputs": (), "window": None, "time": "t", "calendar": ("weekday", "trend")}
TASKS: dict[str, dict[str, Any]] = {
    "many_to_one": {"horizon": 2},
    "many_to_many": {"horizon": 2},
    "one_to_one": {"window": None},
    "sequence_to_sequence": {"output_steps": 9},
    "one_to_many": BLOCKS | {"output_steps": 10},
}


def prepared(data: Any) -> Any:
    """The preparation as it is read back from its file."""
    return preparation_from_json(json.loads(json.dumps(data.preparation(fold=-1).to_json())))


def base_of(data: Any) -> str:
    lag = data.preparation(fold=-1).lag
    return "none" if lag is None else str(lag.base)


@pytest.mark.parametrize(("base", "name"), [("last", "last_value"), ("season", "seasonal_naive")])
@pytest.mark.parametrize("scaling", ["standard", "log"])
@pytest.mark.parametrize("task", TASKS)
def test_a_network_that_puts_out_no_change_forecasts_as_the_naive_one(
    task: str, scaling: str, base: str, name: str, write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"t": DAYS, "y": WALK})
    source = csv_source(path, base=base, season=7, scaling=scaling, **TASKS[task])
    dataset = read(source, task, ()).dataset()
    for part in (dataset.train, dataset.validation, dataset.test):
        forecast = dataset.target.own_units(np.zeros_like(part.y), part.anchor)
        counts = np.broadcast_to(part.weights[..., None] > 0, part.y.shape)
        np.testing.assert_allclose(forecast[counts], part.naive[name][counts], rtol=1e-6)
        truth = dataset.target.own_units(part.y, part.anchor)
        assert np.isin(truth[counts].round(3), np.round(WALK, 3)).mean() > 0.95


@pytest.mark.parametrize("task", ["many_to_one", "sequence_to_sequence"])
def test_difference_is_the_name_that_base_had(task: str, write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": WALK})
    for base, difference in (("last", 1), ("season", "season")):
        common = {"season": 7, **TASKS[task]}
        new = read(csv_source(path, base=base, **common), task, ()).dataset()
        old = read(csv_source(path, difference=difference, **common), task, ()).dataset()
        for name in ("train", "validation", "test"):
            np.testing.assert_array_equal(getattr(new, name).y, getattr(old, name).y)
            np.testing.assert_array_equal(getattr(new, name).anchor, getattr(old, name).anchor)


@pytest.mark.parametrize(
    ("values", "base"), [("walk", "last"), ("weeks", "season"), ("noise", "none")]
)
@pytest.mark.parametrize("task", ["many_to_one", "sequence_to_sequence"])
def test_auto_finds_what_the_series_is_made_of(
    task: str, values: str, base: str, write_csv: Any, csv_source: Any
) -> None:
    y = {"walk": WALK, "weeks": (np.array(WEEKS) + np.array(WALK) / 4).tolist(), "noise": NOISE}
    # A season of noise says nothing, and a ridge regression of four past rows finds no week.
    split = {"backtest": {"folds": 1}}
    source = csv_source(
        write_csv({"y": y[values]}), base="auto", season=7, split=split, **TASKS[task]
    )
    data = read(source, task, ())
    assert base_of(data) == base
    assert "data.base: auto" in dict(data.summary())["base"]


def test_auto_finds_the_base_of_blocks(write_csv: Any, csv_source: Any) -> None:
    curve = np.tile(RNG.normal(size=(7, 6)).ravel() * 5, 12) + np.repeat(RNG.normal(size=84), 6)
    hours = [str(np.datetime64("2024-01-01T00") + np.timedelta64(4 * n, "h")) for n in range(504)]
    path = write_csv({"t": hours, "y": curve.tolist()})
    blocks = BLOCKS | {"calendar": ("day_of_year",), "output_steps": 6, "season": 42}
    assert base_of(read(csv_source(path, base="auto", **blocks), "one_to_many", ())) == "season"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), folds=st.sampled_from([1, 3]))
def test_auto_looks_at_nothing_that_scores(
    seed: int, folds: int, write_csv: Any, csv_source: Any
) -> None:
    """Rows from the first fold's validation part on may be anything, and the choice stays."""
    rng = np.random.default_rng(seed)
    y = np.cumsum(rng.normal(0, rng.choice([0.2, 1]), ROWS)) + rng.normal(size=7)[
        np.arange(ROWS) % 7
    ] * rng.choice([0, 3])
    split = {"validation": 0.15, "test": 0.15, "backtest": {"folds": folds}}
    first = ROWS - round(ROWS * 0.15) * (1 + folds)
    later = np.where(np.arange(ROWS) >= first, rng.normal(0, 50, ROWS), y)
    found = {
        base_of(
            read(csv_source(write_csv({"y": v}), base="auto", season=7, split=split), "many_to_one")
        )
        for v in (y.tolist(), later.tolist())
    }
    assert len(found) == 1


def test_where_the_first_origin_says_too_little_a_later_one_does_and_that_is_said(
    write_csv: Any, csv_source: Any
) -> None:
    path = write_csv({"y": WALK})
    # Before the first origin there are 96 and 24 rows.
    for folds, where in ((3, "on rows before the first that scores"), (5, "of fold 2")):
        split = {"validation": 0.15, "test": 0.15, "backtest": {"folds": folds}}
        source = csv_source(path, base="auto", season=7, split=split)
        data = read(source, "many_to_one", ())
        assert base_of(data) == "last"
        assert dict(data.summary())["base"].endswith(where)


def test_auto_of_a_panel_looks_at_all_series(write_csv: Any, csv_source: Any) -> None:
    rows = {"t": DAYS * 2, "s": ["a"] * ROWS + ["b"] * ROWS, "y": [*WALK, *reversed(WALK)]}
    source = csv_source(write_csv(rows), base="auto", series="s", time="t")
    assert base_of(read(source, "many_to_one", ())) == "last"


def test_auto_of_classes_and_of_few_rows_is_none(write_csv: Any, csv_source: Any) -> None:
    labels = {"y": WALK, "label": ["a", "b", "b"] * (ROWS // 3)}
    source = csv_source(write_csv(labels), target="label", base="auto")
    assert base_of(read(source, "many_to_one", ())) == "none"
    few = csv_source(write_csv({"y": NOISE[:36]}), base="auto", window=3)
    assert base_of(read(few, "many_to_one", ())) == "none"


# --- Blocks --------------------------------------------------------------------------------------


def blocks(path: Any, csv_source: Any, **changes: Any) -> Any:
    return csv_source(path, **(BLOCKS | {"output_steps": 10, "season": 7} | changes))


@pytest.mark.parametrize("base", ["last", "season"])
def test_blocks_of_new_files_are_treated_alike(base: str, write_csv: Any, csv_source: Any) -> None:
    source = blocks(write_csv({"t": DAYS, "y": WALK}), csv_source, base=base)
    data = read(source, "one_to_many", ())
    way, test = prepared(data), data.dataset().test
    new = str(write_csv({"t": DAYS[190:], "y": WALK[190:]}))
    scored = way.targets(new)
    np.testing.assert_allclose(scored.anchor[-3:], test.anchor[-3:])
    np.testing.assert_allclose(scored.x[-3:], test.x[-3:], atol=1e-6)
    x, frame = way.inputs(new)
    anchor = way.anchors(new)
    # The last block is that of the rows after the file's end.
    assert len(x) == len(anchor) == 5 and np.isfinite(anchor).all()
    assert frame["t"].iloc[-10] == "2024-08-28" and frame["t"].iloc[-11] == "2024-08-27"
    expected = {"last": [WALK[-1]] * 10, "season": [*WALK[-7:], *WALK[-7:-4]]}[base]
    np.testing.assert_allclose(anchor[-1, :, 0], expected)
    np.testing.assert_allclose(anchor[-2, :, 0], data.dataset().test.anchor[-1, :, 0])


def test_values_within_a_block_change_nothing_in_its_base(write_csv: Any, csv_source: Any) -> None:
    later = [*WALK[:230], *(7 * value for value in WALK[230:])]
    anchors = [
        read(blocks(write_csv({"t": DAYS, "y": y}), csv_source, base="season"), "one_to_many", ())
        .dataset()
        .test.anchor
        for y in (WALK, later)
    ]
    np.testing.assert_array_equal(anchors[0], anchors[1])


def test_inputs_of_the_next_block_are_in_a_row_of_their_own(
    write_csv: Any, csv_source: Any
) -> None:
    source = blocks(
        write_csv({"t": DAYS, "y": WALK, "a": NOISE}), csv_source, base="last", inputs=("a",)
    )
    way = prepared(read(source, "one_to_many", ()))
    columns = {"t": DAYS[:51], "y": [*WALK[:50], None], "a": NOISE[:51]}
    x, _ = way.inputs(str(write_csv(columns)))
    assert len(x) == 5
    short = str(write_csv({name: column[:50] for name, column in columns.items()}))
    with pytest.raises(InvalidData) as error:
        way.inputs(short)
    assert str(error.value) == (
        "data.inputs: must have a row after the last with a target: that which begins the next "
        f"block; received none in {short}; add a row with a and leave its target empty"
    )


# --- Messages ------------------------------------------------------------------------------------


def message(csv_source: Any, path: Any, task: str = "many_to_one", **changes: Any) -> str:
    with pytest.raises(InvalidData) as error:
        read(csv_source(path, **changes), task, ())
    return str(error.value)


def test_messages(write_csv: Any, csv_source: Any) -> None:
    path = write_csv({"y": WALK, "label": ["a", "b"] * (ROWS // 2)})
    assert message(csv_source, path, base="season") == (
        "data.season: must be given where base is season: `time` does not tell it; add "
        "season: under data:"
    )
    assert message(csv_source, path, base="last", target="label") == (
        "data.base: must not be given where classes are predicted; received last, and text in "
        "'label'; remove it"
    )
    assert message(csv_source, path, base="season", season=165) == (
        "data.window: must leave every part room for a window of 4 rows and a target 1 row ahead, "
        "and the training part for 165 rows before them (data.base); received 168 training, 36 "
        "validation, 36 test rows; give more rows, a shorter window, or parts of other sizes under "
        "data.split"
    )
    timed = write_csv({"t": DAYS, "y": WALK})
    changes = BLOCKS | {"output_steps": 10, "base": "season", "season": 160}
    assert message(csv_source, timed, "one_to_many", **changes) == (
        "data.output_steps: must leave every part room for a block of 10 rows, and the training "
        "part for 160 rows before it (data.base); received 160 training, 40 validation, 40 test "
        "rows; give more rows, shorter blocks, or parts of other sizes under data.split"
    )
