"""Files whose kind was once read wrong without a word: codes, meters, tables below each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import ROWS, Look, days, numbers, setting


def test_codes_with_zeros_and_a_word_for_none_are_classes_as_written(look: Look) -> None:
    codes = [["01", "02", "NA"][at % 7 % 3] for at in range(ROWS)]
    found = look({"date": days(), "a": numbers(), "code": codes})
    assert setting(found, "target") == "code"
    assert setting(found, "inputs") == ["a", "code"]
    why = next(each.why for each in found.data if each.key == "target_kind")
    assert why == "rows of each: 01 172, 02 114, NA 114"


def test_a_meter_that_stands_still_has_no_classes(look: Look) -> None:
    """Where no column had a value there is ``?`` in it, too."""
    a, b = ([str(value) for value in numbers(seed=seed)] for seed in (0, 1))
    still = ["0.000"] * ROWS
    for column in (a, b, still):
        column[7::50] = ["?"] * len(column[7::50])
    found = look({"date": days(), "still": still, "a": a, "b": b})
    assert setting(found, "inputs") == ["a", "b"]
    assert "'still' is left out: it is 0.000 wherever it has a value" in found.notes


def _table(names: str, rows: int, seed: int) -> list[str]:
    values = zip(days(rows), numbers(rows, seed), numbers(rows, seed + 1), strict=True)
    return [names, *(f"{day},{a},{b}" for day, a, b in values)]


@pytest.mark.parametrize("title", [[], ["Costs of 2020"], ["Costs of 2020,,"]])
def test_of_tables_below_each_other_the_longest_is_read(tmp_path: Path, title: list[str]) -> None:
    lines = [*_table("date,a,b", 60, 0), "", *title, *_table("date,c,d", 90, 2)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "inputs") == ["c", "d"]
    said = "another table begins in line 1 ('date a b'), and is left out: data.dialect: {header: 1}"
    assert f"{said} reads it" in found.notes
    table = CsvReader().read(tmp_path / "a.csv", {"header": 1})
    assert table.header == ("date", "a", "b")
    assert len(table.rows) == 60
    at = 63 + len(title)
    assert f"another table begins in line {at} ('date c d')" in " ".join(table.notes)


def test_lines_without_anything_part_no_table(tmp_path: Path) -> None:
    """Nor does the header again, as files put together have it."""
    names, *rows = _table("date,a,b", 90, 0)
    (tmp_path / "a.csv").write_text("\n".join([names, *rows[:45], "", *rows[45:]]))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 90
    (tmp_path / "a.csv").write_text("\n".join([names, *rows[:45], "", names, *rows[45:]]))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 90


def test_the_header_of_another_table_is_no_row(tmp_path: Path) -> None:
    """As words among numbers ``b`` would be no value."""
    lines = ["t,a", *(f"{at},{at % 7}" for at in range(60)), "t,b"]
    lines += [f"{at},{at % 5}" for at in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    said = r"must hold one table; received the header of another one in row 62 \('t b'\)"
    with pytest.raises(InvalidData, match=said):
        CsvReader().read(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("\n".join(lines).replace("t,b", ",M"))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 121


def _lines(path: Path, rows: Iterable[Sequence[object]], between: str = ",") -> Path:
    path.write_text("".join(between.join(map(str, row)) + "\n" for row in rows))
    return path


def test_without_names_the_first_column_behind_the_time_is_the_target(tmp_path: Path) -> None:
    """As of sunspots: year, month, day, the year with its fraction, the number, its error, how many."""
    when = [day.split("-") for day in days()]
    spots, wrong = numbers(), numbers(seed=1)
    rows = [
        (*day, f"{2020 + at / 366:.3f}", f"  {spots[at]} ", wrong[at], f"  {at % 3}")
        for at, day in enumerate(when)
    ]
    found = guess(_lines(tmp_path / "a.txt", rows, " "), Wishes())
    assert setting(found, "time") == ["column_1", "column_2", "column_3"]
    assert setting(found, "target") == "column_5"


def test_without_names_the_closing_price_is_told_by_its_size(tmp_path: Path) -> None:
    begin, end = np.array(numbers()) + 9, np.array(numbers(seed=1)) + 9
    high, low = np.maximum(begin, end) + 0.1, np.minimum(begin, end) - 0.1
    columns = [days(), *(values.round(3) for values in (begin, high, low, end)), range(7, 7 + ROWS)]
    found = guess(_lines(tmp_path / "a.csv", zip(*columns, strict=True)), Wishes())
    assert setting(found, "target") == "column_5"


def test_without_names_states_that_come_back_are_classes(tmp_path: Path) -> None:
    """As the logs of sensors on a body have it: the activity is the last number."""
    states = [0, 4, 2, 0, 7, 4, 2, 7, 0, 4, 7, 2, 0, 4, 2, 7]
    rows = [
        (*(round(x + state, 3) for x in np.random.default_rng(at).normal(size=5)), state)
        for at, state in enumerate(np.repeat(states, 25).tolist())
    ]
    found = guess(_lines(tmp_path / "a.csv", rows, "\t"), Wishes())
    assert setting(found, "target") == "column_6"
    assert setting(found, "target_kind") == "class"


def test_what_is_left_of_each_engine_can_be_made_the_target(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    rows = [
        (engine, cycle, *draw.normal(size=3).round(3).tolist())
        for engine in range(1, 9)
        for cycle in range(1, int(draw.integers(20, 60)))
    ]
    found = guess(_lines(tmp_path / "a.txt", rows, " "), Wishes())
    line = (
        "frame['rul'] = frame.groupby('column_1')['column_2'].transform('max') - frame['column_2']"
    )
    assert any(line in note for note in found.notes)


def test_columns_that_are_called_alike_may_be_series_of_their_own(look: Look) -> None:
    clients = {f"MT_{at:03}": numbers(seed=at) for at in range(1, 22)}
    said = "21 columns are called 'MT' and a number"
    found = look({"date": days(), **clients})
    assert any(note.startswith(said) and "melt(id_vars=['date']" in note for note in found.notes)
    few = dict(list(clients.items())[:12])
    assert not any("are called 'MT'" in note for note in look({"date": days(), **few}).notes)


def test_rows_without_the_target_may_lie_in_the_future_or_not(look: Look) -> None:
    target = [*numbers()[:-20], *[""] * 20]
    notes = look({"date": days(), "a": numbers(seed=1), "target": target}).notes
    assert any("have no 'target': gaps, if it was not measured there; if they" in n for n in notes)


@pytest.mark.parametrize(("rate", "refused"), [(25, True), (60, False)])
def test_time_codes_of_films_are_no_days(
    rate: int, refused: bool, refusal: Callable[..., str], look: Look
) -> None:
    code = [f"00:{at // rate // 60:02}:{at // rate % 60:02}:{at % rate:02}" for at in range(ROWS)]
    columns = {"timecode": code, "a": numbers()}
    if not refused:
        assert setting(look(columns), "time") == "timecode"
        return
    said = refusal(columns)
    assert f"'{code[-1]}', whose last number counts 25 frames of a second" in said
    frame = pd.DataFrame(columns)
    line = said.partition("write seconds: ")[2].splitlines()[0]
    seconds = eval(line, {"frame": frame})
    assert seconds.tolist() == pytest.approx([at / rate for at in range(ROWS)])
