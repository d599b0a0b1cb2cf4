"""What is guessed of a table, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.sources import TABLES
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import ROWS, days, numbers, setting

WEEKLY = (np.sin(2 * np.pi * np.arange(ROWS) / 7) + 0.1 * np.array(numbers())).tolist()
LABELS = ["wet", "dry", "dry", "wet", "dry"] * (ROWS // 5)


def test_a_daily_series_with_a_weekly_season(look):
    found = look({"date": days(), "sales": WEEKLY})
    assert found.notes == ()
    assert setting(found, "task") == "many_to_one"
    assert setting(found, "time") == "date"
    assert setting(found, "inputs") == ["sales"]
    assert setting(found, "target") == "sales"
    assert setting(found, "calendar") == ["weekday"]
    assert setting(found, "season") == 7
    assert setting(found, "window") == 14  # two weeks: one is short
    assert setting(found, "unroll_length") == [3, "full"]
    assert setting(found, "missing") is None
    assert setting(found, "stride") is None
    assert setting(found, "split") == {"validation": 0.2, "test": 0.2}
    assert setting(found, "objective") == "val_rmse"


def test_numbers_that_name_something_are_kinds(look):
    random = np.random.default_rng(0)
    columns = {
        "date": days(),
        "zip_code": random.choice([10115, 20095, 1067, 80331], ROWS),
        "StoreId": random.choice([1, 2, 3, 7], ROWS),
        "open_code": random.integers(0, 2, ROWS),  # as it is
        "visitors": random.choice([10, 20, 30], ROWS),
        "client_id": random.permutation(ROWS) % 40,
        "late_type": [*random.choice([1, 2, 3], ROWS - 9), *[4] * 9],
        "sales": WEEKLY,
    }
    found = look(columns)
    assert setting(found, "kinds") == ["zip_code", "StoreId"]
    (note,) = [note for note in found.notes if "data.kinds" in note]
    assert note.startswith("'client_id', 'late_type' may name something")
    assert setting(look(columns, target="zip_code"), "kinds") == ["StoreId"]
    rare = ["<1" if at % 9 == 4 else "3" for at in range(ROWS)]  # as Google Trends has it
    assert setting(look({"date": days(), "rare": rare, "sales": WEEKLY}), "kinds") == ["rare"]
    assert setting(look({"date": days(), "v": WEEKLY, "rare": rare}), "kinds") == ["rare"]
    shop = np.repeat(["a", "b"], ROWS)
    panel = {name: [*values, *values] for name, values in columns.items()} | {"shop": shop}
    panel["region"] = np.repeat([4, 9], ROWS)  # two are one number
    assert setting(look(panel), "kinds") == ["zip_code", "StoreId"]


def test_states_of_which_training_lacks_some_are_said(tmp_path):
    """A protocol of movements, one after the other with rests between, as recorders write them."""
    states = np.repeat([0, 1, 0, 2, 0, 3, 0, 17, 0, 4], 60)
    values = np.random.default_rng(0).normal(size=(600, 3)).cumsum(axis=0)
    rows = np.column_stack([np.arange(600) / 100, states, values])
    np.savetxt(tmp_path / "subject.dat", rows, fmt=["%.2f", "%d", *["%.3f"] * 3])
    notes = guess(tmp_path / "subject.dat", Wishes()).notes
    (note,) = [note for note in notes if "as labels do" in note]
    assert note.startswith("'column_2' stays for long at 6 whole numbers")


def test_useless_columns_are_left_out_and_named(look):
    found = look(
        {
            "date": days(),
            "row": range(ROWS),
            "same": [3] * ROWS,
            "later": [0.0] * (ROWS - 50) + numbers(50),
            "key": np.random.default_rng(0).permutation(ROWS).tolist(),
            "remark": [f"remark {i}" for i in range(ROWS)],
            "city": LABELS,
            "gappy": [*LABELS[:-1], ""],
            "broken": [*numbers(ROWS - 1), "7 x"],
            "huge": [*numbers(ROWS - 1), 1e31],
            "none": [""] * ROWS,
            "rare": [*[""] * (ROWS // 2 + 1), *numbers(ROWS // 2 - 1)],
            "comma": [f"{v}".replace(".", ",") for v in numbers()],
            "unix_time": (1.6e9 + np.arange(ROWS) ** 1.01).tolist(),
            "price": numbers(),
        }
    )
    assert setting(found, "inputs") == ["city", "comma", "price"]
    assert found.notes == (
        "numbers are written in their own way: '0,126' is 0.126 (data.dialect.decimal)",
        "'row' is left out: it only counts the rows",
        "'same' is left out: it is 3 in all training rows",
        "'later' is left out: it is 0 in all training rows",
        "'key' is left out: it has another value in each row, as names do",
        "'remark' is left out: it holds 400 different texts in 400 rows",
        "'gappy' is left out: it is text with gaps, which has no kind in between",
        "'broken' is left out: it holds text among its numbers ('7 x' in row 401)",
        "'huge' is left out: it holds numbers of 1e30 and more; if they are no values, set "
        "data.missing_values: [1e+31]",
        "'none' is left out: it is empty",
        "'rare' is left out: it is empty in 201 of 400 rows",
        "'unix_time' is left out: it is time as a number, which data.time and "
        "data.time_format could say how to read",
    )


def test_a_name_that_stands_twice_is_left_out(tmp_path):
    rows = [f"{a},{b},{c}" for a, b, c in zip(*(numbers(seed=s) for s in range(3)), strict=True)]
    (tmp_path / "x.csv").write_text("\n".join(["a,a,b", *rows]))
    found = guess(tmp_path / "x.csv", Wishes())
    assert setting(found, "inputs") == ["b"]
    assert found.notes[0] == "'a' is left out: it stands twice in the header"


def test_gaps_are_interpolated(look):
    values = [None if i % 9 == 4 else v for i, v in enumerate(numbers())]
    found = look({"date": days(), "a": values, "b": numbers(seed=1)})
    assert setting(found, "missing") == "interpolate"


def test_the_target_is_the_one_named_so_else_the_last_else_as_said(look):
    columns = {"date": days(), "y": numbers(), "b": numbers(seed=1), "c": numbers(seed=2)}
    assert setting(look(columns), "target") == "y"
    assert setting(look(columns, target="b"), "target") == "b"
    del columns["y"]
    assert setting(look(columns), "target") == "c"


def test_of_the_prices_of_a_day_the_closing_one_is_forecast(look):
    prices = {name: numbers() for name in ("Open", "High", "Low", "Close", "Volume")}
    assert setting(look({"date": days(), **prices}), "target") == "Close"
    assert (
        setting(look({"date": days(), **prices, "Adj Close": numbers()}), "target") == "Adj Close"
    )
    del prices["Low"]
    assert setting(look({"date": days(), **prices}), "target") == "Volume"


def test_text_that_comes_up_again_is_a_class(look):
    found = look({"date": days(), "a": numbers(), "sky": LABELS})
    assert setting(found, "target") == "sky"
    assert setting(found, "target_kind") == "class"
    assert setting(found, "inputs") == ["a", "sky"], (
        "what it was is known when the next is forecast"
    )
    assert setting(found, "objective") == "val_loss"


def test_classes_are_forecast_from_their_past_alone(look):
    assert setting(look({"date": days(), "sky": LABELS}), "inputs") == ["sky"]


def test_unequal_classes_are_judged_by_f1(look):
    labels = ["rare" if i % 10 == 0 else "usual" for i in range(ROWS)]
    found = look({"date": days(), "a": numbers(), "sky": labels})
    assert setting(found, "objective") == "val_f1_macro"


def test_two_whole_numbers_are_classes_and_many_are_not(look):
    binary = [i % 3 % 2 for i in range(ROWS)]
    assert setting(look({"a": numbers(), "b": binary}), "target_kind") == "class"
    five = [i * 7 % 5 for i in range(ROWS)]
    assert setting(look({"a": numbers(), "b": five}), "target_kind") is None
    assert setting(look({"a": numbers(), "label": five}), "target_kind") == "class"


def test_a_class_that_training_lacks_is_no_target(look):
    labels = [*LABELS[:-20], *["new"] * 20]
    found = look({"date": days(), "a": numbers(), "sky": labels})
    assert setting(found, "target") == "a"
    assert found.notes == ("'sky' is left out: it has classes that the training rows lack: new",)


def test_a_flag_of_zeros_and_ones_is_an_input(look):
    flags = [i % 3 % 2 for i in range(ROWS)]
    found = look({"date": days(), "holiday": flags, "sales": WEEKLY})
    assert setting(found, "inputs") == ["holiday", "sales"]


def test_without_time_stamps_a_note_says_so(look):
    found = look({"a": numbers(), "b": numbers(seed=1)})
    assert setting(found, "time") is None
    assert setting(found, "calendar") is None
    assert "no column of time stamps was found: rows are taken to be in order of time" in (
        found.notes
    )


def test_years_are_time_only_if_the_column_says_so(look):
    years = [1600 + i for i in range(ROWS)]
    assert setting(look({"year": years, "a": numbers()}), "time") == "year"
    assert setting(look({"count": years, "a": numbers()}), "time") is None


def test_irregular_time_stamps_have_no_season(look):
    kept = np.flatnonzero(np.random.default_rng(0).random(2 * ROWS) < 0.5)[:300]
    found = look({"date": np.array(days(2 * ROWS))[kept], "a": np.resize(WEEKLY, 2 * ROWS)[kept]})
    assert setting(found, "season") is None
    assert setting(found, "calendar") is None
    assert "irregular; a row counts as a step" in found.data[2].why


def test_long_series_have_a_stride_and_smaller_parts(look):
    found = look({"a": numbers(80_000), "b": numbers(80_000, 1)})
    assert setting(found, "stride") == 5
    assert setting(found, "split") == {"validation": 0.062, "test": 0.062}


def test_training_windows_begin_at_all_times_of_a_season(look):
    daily = np.tile(np.sin(np.arange(24)), 2_600) + np.array(numbers(62_400)) / 4
    hours = pd.date_range("2015-01-01", periods=62_400, freq="h").strftime("%Y-%m-%d %H:%M")
    found = look({"time": hours, "a": daily})
    assert setting(found, "season") == 24
    assert setting(found, "stride") == 5  # 2 would see every second hour alone


def test_changes_are_learned_from_what_the_past_says(look):
    rising = np.array(numbers()) + np.arange(ROWS) - 50
    for values, scaling in (
        (rising, None),
        (rising + 200, None),  # grows, and its changes don't
        (np.exp(rising / 200), "log"),
        (numbers(), None),
    ):
        found = look({"date": days(), "a": list(values)})
        assert (setting(found, "base"), setting(found, "scaling")) == ("auto", scaling)


def test_classes_have_no_base(look):
    found = look({"date": days(), "a": numbers(), "label": ["x", "y"] * (ROWS // 2)})
    assert setting(found, "base") is None and setting(found, "lags") is None


def test_lags_are_those_of_seasons(look):
    assert setting(look({"date": days(), "sales": WEEKLY}), "lags") == [7]
    assert setting(look({"date": days(), "a": numbers()}), "lags") is None


def test_many_to_many(look):
    found = look({"date": days(), "sales": WEEKLY}, task="many_to_many")
    assert setting(found, "task") == "many_to_many"
    assert setting(found, "window") == 14
    assert setting(found, "horizon") == 1


def test_one_to_many_predicts_a_season_from_the_calendar(look):
    found = look({"date": days(), "sales": WEEKLY}, task="one_to_many")
    assert setting(found, "output_steps") == 7
    assert setting(found, "calendar") == ["day_of_year"]
    for key in ("inputs", "window", "horizon", "stride", "unroll_length"):
        assert setting(found, key) is None


def test_sequence_to_sequence_forecasts_the_next_season_at_once(look):
    found = look({"date": days(), "sales": WEEKLY}, task="sequence_to_sequence")
    assert setting(found, "task") == "sequence_to_sequence"
    assert (setting(found, "window"), setting(found, "output_steps")) == (14, 7)
    assert (setting(found, "lags"), setting(found, "base")) == ([7], "auto")
    assert setting(found, "horizon") is setting(found, "unroll_length") is None
    found = look({"date": days(), "a": numbers()}, task="sequence_to_sequence")
    assert setting(found, "output_steps") == 12, "no season"
    few = {"date": days(60), "a": numbers(60)}
    found = look(few, task="sequence_to_sequence")
    assert setting(found, "output_steps") == 6, "two forecasts behind each other can be judged"


@pytest.mark.parametrize("task", ["sequence_to_sequence", "one_to_many"])
@pytest.mark.parametrize("labels", [["x", "y"], ["0", "1"]], ids=["words", "numbers"])
def test_sequences_of_classes_are_not_forecast(refusal, task, labels):
    columns = {"date": days(), "a": numbers(), "label": labels * (ROWS // 2)}
    assert refusal(columns, task=task) == (
        f"--task: must suit the target; received {task}, and classes in 'label'; "
        "name a column of numbers: --target"
    )


def test_rows_that_are_sequences_of_their_own(look):
    names = [f"name {i % 300}" for i in range(ROWS)]
    found = look({"name": names, "share": numbers(), "sex": LABELS})
    assert setting(found, "source") == "table"
    assert setting(found, "sequence") == "name"
    assert setting(found, "tokens") == "characters"
    assert setting(found, "target") == "sex"
    assert setting(found, "split") == {"test": 0.2, "duplicates": "drop", "folds": "auto"}
    assert found.notes == ("'share' is left out: only the text is read",)
    sentences = [f"this is the sentence {i}" for i in range(ROWS)]
    found = look({"text": sentences, "mood": LABELS})
    assert setting(found, "tokens") == "words"
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}


def test_a_parquet_file_is_a_table(tmp_path):
    frame = pd.DataFrame({"date": days(), "sales": WEEKLY})
    frame.to_parquet(tmp_path / "x.parquet")
    found = guess(tmp_path / "x.parquet", Wishes())
    assert setting(found, "source") == "parquet"
    assert setting(found, "season") == 7


def test_a_search_of_a_table_is_given_time_and_no_number_of_trials(look):
    columns = {"a": numbers(5000), "b": numbers(5000, 1)}
    few, many = (look(columns, cores=cores) for cores in (1, 16))
    assert setting(few, "trials") is None and setting(few, "pruner") is None
    assert [setting(found, "timeout") for found in (few, many)] == ["20m", "5m"]


ENDINGS = [
    ({"date": days(20), "a": numbers(20)}, {}, "data.csv: must have at least 30 rows; received 20; give a longer series"),
    (
        {"date": days(), "a": numbers()},
        {"target": "aa"},
        "--target: must name a column of the file; received 'aa'; did you mean 'a'? "
        "there are: date, a",
    ),
    (
        {"date": days(), "a": numbers()},
        {"target": "date"},
        "--target: must be one column of values; received 'date', the time; name another column",
    ),
    (
        {"date": days(), "a": numbers(), "b": [1] * ROWS},
        {"target": "b"},
        "--target: must be numbers or classes; received 'b', which is 1 in all training rows; "
        "name another column",
    ),
    (
        {"date": days(), "a": [1] * ROWS},
        {},
        "data.csv: must have a column of numbers or classes; received 'a' is 1 in all training rows; "
        "look at the file",
    ),
    (
        {"date": days()},
        {},
        "data.csv: must have a column of numbers or classes; received only time stamps; "
        "look at the file",
    ),
    (
        {"date": [*days()[201:], days()[1], *days()[:200]], "a": numbers()},
        {},
        "data.csv, column 'date': must be sorted, oldest first; received 2020-01-02 in row 201 "
        "after 2021-02-03 in row 200 (2 such places); sort the file by time",
    ),
    (
        {"date": [day for day in days(ROWS // 2) for _ in range(2)], "a": numbers()},
        {},
        "data.csv, column 'date': must not occur twice; received 2020-01-01 in row 3 after 2020-01-01 "
        "in row 2 (200 such places); keep one row a time stamp, or set data.duplicates: first, last "
        "or mean, or name the series in one column, "
        "each of 15 rows or more",
    ),
    (
        {"name": [f"n{i}" for i in range(ROWS)]},
        {},
        "data.csv: must have a row a time step, or a text and its class in each row; received no time "
        "stamps, and no class beside the texts of 'name'; write the spec by hand: docs/spec.md",
    ),
    (
        {"name": [f"n{i}" for i in range(ROWS)], "sex": LABELS},
        {"target": "name"},
        "--target: must be a column of classes; received 'name'; there are: sex",
    ),
    (
        {"name": [f"n{i}" for i in range(ROWS)], "sex": LABELS},
        {"task": "one_to_many"},
        "--task: must be many_to_one; received one_to_many, and a sequence in each row of 'name'; "
        "write the spec by hand: docs/spec.md",
    ),
    (
        {"date": days(), "a": numbers()},
        {"task": "one_to_many"},
        "--task: must have time stamps and a season of which there are 30, a day or a week; "
        "received one_to_many, and no such season; use many_to_one",
    ),
    (
        {"date": days(), "a": WEEKLY, "sky": LABELS},
        {"task": "one_to_many"},
        "--task: must suit the target; received one_to_many, and classes in 'sky'; "
        "name a column of numbers: --target",
    ),
    (
        {"date": days(), "a": numbers()},
        {"task": "many"},
        "--task: must be many_to_one, many_to_many, one_to_many or sequence_to_sequence; "
        "received many; "
        "leave it out to guess",
    ),
]  # fmt: skip


OTHER_TABLES = ", ".join(f".{name}" for name in TABLES if name != "csv")


@pytest.mark.parametrize(("columns", "wishes", "message"), ENDINGS)
def test_what_is_refused_and_how(refusal, columns, wishes, message):
    assert refusal(columns, **wishes) == message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "empty.csv: must have a header line and rows below it; received an empty file; look at {}"),
        ("head.csv", "a,b\n", "head.csv: must have a header line and rows below it; received only a header line; look at {}"),
        ("x.json", "{{}}", f"x.json: must end in .csv, .tsv, {OTHER_TABLES}, .txt, .npz, .ts or .fasta; received x.json; write it as a table: pandas.read_json('x.json', dtype=False).to_csv('data.csv', index=False); of records below a key pandas.json_normalize(json.load(open('x.json'))[KEY]).to_csv('data.csv', index=False)"),
        ("none.csv", None, "FILE: must be an existing file or folder; received {} (no file); give the path of your data"),
    ],
)  # fmt: skip
def test_files_that_are_none(tmp_path: Path, name: str, content: str | None, message: str):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidInput) as caught:
        guess(path, Wishes())
    assert str(caught.value) == message.format(path)
