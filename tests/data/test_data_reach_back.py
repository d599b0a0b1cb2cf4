"""Windows of the parts that are judged may begin in rows before the part: all of it is judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data.series.building import read_series_data as read
from rnnsearch.errors import InvalidData

ROWS = 100
Y = np.cumsum(np.random.default_rng(3).normal(size=ROWS)) + 50


def source(write_csv: Any, csv_source: Any, **changes: Any) -> Any:
    split = {"validation": 0.2, "test": 0.2, "reach_back": "auto"} | changes.pop("split", {})
    return csv_source(write_csv({"y": Y}), **({"split": split, "scaling": "none"} | changes))


@pytest.mark.parametrize(("reach_back", "begins"), [("auto", 0), (True, 0), (False, 6)])
def test_every_row_of_a_part_is_judged(
    reach_back: Any, begins: int, write_csv: Any, csv_source: Any
) -> None:
    split = {"reach_back": reach_back}
    data = read(source(write_csv, csv_source, window=6, split=split), "many_to_one", ())
    dataset = data.dataset()
    np.testing.assert_allclose(dataset.validation.y[:, 0], Y[60 + begins : 80], rtol=1e-5)
    np.testing.assert_allclose(dataset.test.y[:, 0], Y[80 + begins :], rtol=1e-5)
    # Each forecast reads the six rows right before it, and training reads no later ones.
    windows = np.lib.stride_tricks.sliding_window_view(Y, 6)
    np.testing.assert_allclose(dataset.test.array[..., 0], windows[74 + begins : 94], rtol=1e-5)
    np.testing.assert_allclose(dataset.train.y[:, 0], Y[6:60], rtol=1e-5)


@pytest.mark.parametrize(
    ("window", "horizon", "back"), [(3, 1, False), (4, 1, True), (12, 0, False), (1, 4, True)]
)
def test_by_itself_it_reaches_back_where_a_sixth_of_a_part_would_be_lost(
    window: int, horizon: int, back: bool, write_csv: Any, csv_source: Any
) -> None:
    """Of what lies ahead: a label of the row itself stands beside those of rows trained on."""
    found = read(source(write_csv, csv_source, window=window, horizon=horizon), "many_to_one", ())
    assert found.cutting.reaches_back is back
    assert ("read from rows before them" in dict(found.summary())["test"]) is back
    assert "before" not in dict(found.summary())["training"]


def test_an_output_at_each_row_stays_in_its_part(write_csv: Any, csv_source: Any) -> None:
    data = read(source(write_csv, csv_source, window=6), "many_to_many", ())
    assert not data.cutting.reaches_back


def test_every_window_and_every_origin_judges_the_same_rows(
    write_csv: Any, csv_source: Any
) -> None:
    split = {"backtest": {"folds": 2}}
    data = read(source(write_csv, csv_source, window=12, split=split), "many_to_one", (3, 12))
    for fold, rows in enumerate((range(40, 60), range(60, 80))):
        for window in (3, 12):
            judged = data.dataset(window, fold).validation
            np.testing.assert_allclose(judged.y[:, 0], Y[list(rows)], rtol=1e-5)
            assert judged.array.shape == (20, window, 1)


def test_forecasts_of_several_steps_lie_in_their_part(write_csv: Any, csv_source: Any) -> None:
    changes = {"window": 6, "output_steps": 5}
    data = read(source(write_csv, csv_source, **changes), "sequence_to_sequence", ())
    test = data.dataset().test
    expected = np.lib.stride_tricks.sliding_window_view(Y, 5)[80:]
    np.testing.assert_allclose(test.y[..., 0], expected, rtol=1e-5)


def test_a_part_may_be_shorter_than_a_window(write_csv: Any, csv_source: Any) -> None:
    data = read(source(write_csv, csv_source, window=30), "many_to_one", ())
    assert len(data.dataset().test) == 20
    with pytest.raises(InvalidData, match=r"must leave every part room for a window of 30 rows"):
        read(
            source(write_csv, csv_source, window=30, split={"reach_back": False}),
            "many_to_one",
            (),
        )


def test_changes_from_a_season_need_rows_of_the_past_too(write_csv: Any, csv_source: Any) -> None:
    changes = {"window": 6, "base": "season", "season": 12, "lags": (12,)}
    test = read(source(write_csv, csv_source, **changes), "many_to_one", ()).dataset().test
    np.testing.assert_allclose(test.anchor[:, 0], Y[68:88], rtol=1e-5)
    np.testing.assert_allclose(test.y[:, 0], Y[80:] - Y[68:88], rtol=1e-4, atol=1e-4)


def test_series_of_a_panel_that_begin_with_a_part_have_nothing_before(
    write_csv: Any, csv_source: Any
) -> None:
    days = np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]").astype(str)
    late = slice(75, ROWS)
    columns = {
        "day": [*days, *days[late]],
        "town": ["a"] * ROWS + ["b"] * 25,
        "y": [*Y, *(Y[late] + 1)],
    }
    split = {"validation": 0.2, "test": 0.2, "reach_back": "auto"}
    spec = csv_source(
        write_csv(columns), series="town", time="day", window=6, split=split, scaling="none"
    )
    validation = read(spec, "many_to_one", ()).dataset().validation
    assert len(validation) == 20  # of b six rows are read, and are too few for a forecast
    test = read(spec, "many_to_one", ()).dataset().test
    np.testing.assert_allclose(test.y[:, 0], [*Y[80:], *(Y[81:] + 1)], rtol=1e-5)
