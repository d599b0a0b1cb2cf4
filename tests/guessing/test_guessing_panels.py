"""Tables of several series: which column names them, and what is guessed of them all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.api import init
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import Look, days, numbers, setting, write_table

SHOPS = ("north", "south", "east")
ROWS = 120


def panel(rows=(ROWS, ROWS, ROWS), sizes=(1.0, 1.0, 1.0), level=10.0, **more):
    """Shops one below the other, with a weekly season and a size each."""
    columns = {"shop": [], "date": [], "sales": [], **{name: [] for name in more}}
    for index, (count, size) in enumerate(zip(rows, sizes, strict=True)):
        week = np.sin(2 * np.pi * np.arange(count) / 7) + 0.1 * np.array(numbers(count, index))
        columns["shop"] += [SHOPS[index]] * count
        columns["date"] += days(count)
        columns["sales"] += (size * (week + level)).round(4).tolist()
        for name, value in more.items():
            columns[name] += value(index, count)
    return columns


def in_turns(columns):
    """The same rows, day by day."""
    order = np.argsort(columns["date"], kind="stable")
    return {name: [cells[at] for at in order] for name, cells in columns.items()}


@pytest.mark.parametrize("arranged", [dict, in_turns])
def test_series_are_found_however_their_rows_stand(look, arranged):
    found = look(arranged(panel()))
    assert found.notes == ()
    assert setting(found, "series") == "shop"
    assert setting(found, "time") == "date"
    assert setting(found, "inputs") == ["sales"]
    assert setting(found, "target") == "sales"
    assert setting(found, "season") == 7
    assert setting(found, "window") == 14  # two weeks
    assert setting(found, "base") == "auto"
    assert setting(found, "objective") == "val_rmse"


def test_all_series_train(look):
    one = {name: cells[:ROWS] for name, cells in panel().items() if name != "shop"}
    # 72 rows to train on are 60 windows of 12 in one series, and 180 in three.
    assert setting(look(one), "batch_size") == 8
    assert setting(look(panel(rows=(600, 600, 600))), "batch_size") == 32


def test_the_longest_series_stands_for_the_others(look):
    columns = panel(rows=(40, 300, 40))
    assert setting(look(columns), "window") == 14  # two weeks, of 60 validation rows


def test_series_of_unlike_size_are_made_alike(look):
    found = look(panel(sizes=(1.0, 10.0, 100.0)))
    assert setting(found, "base") == "last"
    assert setting(found, "scaling") == "log"
    assert setting(found, "objective") == "val_smape"
    assert "100-fold" in next(s.why for s in found.data if s.key == "base")


def test_the_test_part_says_nothing_of_sizes(look):
    columns = panel()
    # Of 96 rows before the test part most are as usual, of all 120 most are not.
    for at in range(50, ROWS):
        columns["sales"][2 * ROWS + at] *= 1000
    assert setting(look(columns), "scaling") is None


def test_unlike_series_without_logarithms_are_named(look):
    found = look(panel(sizes=(1.0, 10.0, 100.0), level=0.0))
    assert setting(found, "scaling") is None
    assert setting(found, "objective") == "val_rmse"
    (note,) = found.notes
    assert note.startswith("series differ ") and "search for them apart" in note


def test_what_is_the_same_in_a_series_tells_it_apart(look):
    found = look(
        panel(
            area=lambda index, rows: [100 + index] * rows,
            same=lambda index, rows: [3] * rows,
            count=lambda index, rows: range(rows),
        )
    )
    assert setting(found, "inputs") == ["sales", "area"]
    assert found.notes == (
        "'same' is left out: it is 3 in all training rows",
        "'count' is left out: it only counts the rows",
    )


def test_gaps_of_every_series_count(look):
    columns = panel()
    columns["sales"][ROWS + 5] = ""
    found = look(columns)
    assert setting(found, "missing") == "interpolate"
    assert "1 in 'sales'" in next(s.why for s in found.data if s.key == "missing")


def test_the_fewest_series_that_tell_all_rows_apart(look):
    columns = panel(
        town=lambda index, rows: ["x"] * rows,
        half=lambda index, rows: [f"{index}{'ab'[at * 2 // rows]}" for at in range(rows)],
        code=lambda index, rows: [index] * rows,
    )
    assert setting(look(columns), "series") == "shop"
    del columns["shop"]
    assert setting(look(columns), "series") == "code"


def test_blocks_of_every_series(look):
    found = look(panel(rows=(300, 300, 300)), task="one_to_many")
    assert setting(found, "output_steps") == 7
    assert setting(found, "series") == "shop"
    assert setting(found, "batch_size") == 8


def test_rows_of_a_series_must_be_in_order(refusal):
    columns = panel()
    columns["date"][3] = "2020-02-05"
    assert refusal(columns) == (
        "data.csv, column 'date': must be sorted, oldest first of 'north'; received 2020-01-05 in row "
        "6 after 2020-02-05 in row 5; sort the file by time; or correct row 5, if it is wrong"
    )


def test_the_names_of_series_are_no_target(refusal):
    assert refusal(panel(), target="shop") == (
        "--target: must be one column of values; received 'shop', which names the series; "
        "name another column"
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_written_runs(tmp_path: Path, kind: str, monkeypatch) -> None:
    import pandas as pd

    columns = panel(sizes=(1.0, 10.0, 100.0))
    path = tmp_path / f"sales.{kind}"
    if kind == "csv":
        write_table(path, columns)
    else:
        frame = pd.DataFrame(columns)
        frame.assign(date=pd.to_datetime(frame.date)).to_parquet(path)
    monkeypatch.chdir(tmp_path)
    written = init(path, output=tmp_path / "sales.yaml")  # reads the spec and its data
    assert setting(written.guess, "series") == "shop"
    assert setting(guess(path, Wishes()), "scaling") == "log"
    assert "3 series of 120 rows" in written.path.read_text()


def test_series_with_rows_unlike_far_apart_are_not_put_on_one_clock(tmp_path: Path) -> None:
    """Each second day of the second shop's, put in as a gap, would leave nothing to judge."""
    columns = panel(rows=(200, 120, 160))
    columns["date"][200:320] = days(240)[::2]
    path = tmp_path / "sales.csv"
    write_table(path, columns)
    written = init(path, output=tmp_path / "sales.yaml")  # reads the spec and its data
    assert not [found for found in written.guess.data if found.key == "irregular"]
    (note,) = (note for note in written.guess.notes if "unlike far apart" in note)
    assert "the longest every 1 day, south every 2 days; " in note


@pytest.mark.parametrize("timed", [True, False])
def test_patients_one_below_the_other_are_said(timed: bool, look: Look) -> None:
    """Their stays do not overlap, and nothing counts anew."""
    patients = np.repeat(np.arange(8), 50)
    hours = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.arange(400) + 99 * patients, unit="h")
    times = {"charttime": hours.astype(str)} if timed else {}
    found = look({**times, "subject_id": patients, "heart_rate": numbers(400)})
    assert any("set data.series: subject_id" in note for note in found.notes)
    again = look({**times, "subject_id": patients % 4, "heart_rate": numbers(400)})
    assert not any("data.series: subject_id" in note for note in again.notes)


def test_weekdays_name_no_series(look):
    """A calendar of months, weeks and weekdays: each month has the 25 pairs of these."""
    stamps = pd.bdate_range("2019-01-01", periods=600)
    months = stamps.strftime("%b %Y")
    week = (stamps.day - 1) // 7 + 1
    columns = {"month": months, "week_of_month": week, "on": stamps.day_name(), "v": numbers(600)}
    with pytest.raises(InvalidInput, match="must not occur twice"):
        look(columns)


def test_kinds_of_series_that_begin_after_training_are_left_out(tmp_path):
    columns = panel(country=lambda index, count: ["NO" if index < 2 else "SE"] * count)
    late = [
        shop != "east" or day >= "2020-04-10"
        for shop, day in zip(columns["shop"], columns["date"], strict=True)
    ]
    columns = {
        name: [c for c, keep in zip(cells, late, strict=True) if keep]
        for name, cells in columns.items()
    }
    write_table(tmp_path / "data.csv", columns)
    made = init(tmp_path / "data.csv", output=tmp_path / "s.yaml")
    assert "'country' is left out: it has classes that the training rows lack: SE" in made.notes
