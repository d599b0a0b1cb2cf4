"""Columns of parts: in many languages, or asked about; columns with no value of 1e36."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import rnnsearch
from rnnsearch.data.splits import said_part
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting


def guessed(folder: Path, name: str, words: tuple[str, str, str]) -> Guess:
    said = [words[0]] * 60 + [words[1]] * 20 + [words[2]] * 20
    vocabulary = ("good film", "bad plot", "long scene", "dull end")
    texts = [
        f"{vocabulary[at % 4]} and {vocabulary[at // 4 % 4]} of {'abcdefghij'[at // 10]}"
        f"{'klmnopqrst'[at % 10]} again"
        for at in range(100)
    ]
    lines = [f"{text},{said[at]},{'pn'[at % 2]}" for at, text in enumerate(texts)]
    (folder / "a.csv").write_text("\n".join([f"text,{name},label", *lines]) + "\n", "utf-8")
    return guess(folder / "a.csv", Wishes())


@pytest.mark.parametrize(
    "words",
    [
        ("Training", "Validierung", "Test"),
        ("Trainingsdaten", "Validierungsdaten", "Testdaten"),
        ("entrenamiento", "validaci\u00f3n", "prueba"),
        ("ENTRA\u00ceNEMENT", "validation", "test"),
        ("\u8bad\u7ec3\u96c6", "\u9a8c\u8bc1\u96c6", "\u6d4b\u8bd5\u96c6"),
        ("train_set", "val-set", "test data"),
        ("\uad6d", "", ""),
    ],
)
def test_parts_are_said_in_many_languages(words: tuple[str, str, str]) -> None:
    known = all(words)
    assert [said_part(word) for word in words] == (
        ["train", "validation", "test"] if known else ["", "", ""]
    )


@pytest.mark.parametrize(
    "word", ["dataset", "set", "training day", "tr", "contest", "protest data"]
)
def test_other_words_are_no_parts(word: str) -> None:
    assert said_part(word) == ""


def test_a_column_of_parts_is_used(tmp_path: Path) -> None:
    found = guessed(tmp_path, "Teilmenge", ("Training", "Validierung", "Test"))
    assert setting(found, "split") == {"column": "Teilmenge"}


@pytest.mark.parametrize(
    ("name", "words"), [("is_test", ("0", "0", "1")), ("split_id", ("0", "1", "2"))]
)
def test_what_may_say_parts_is_asked(
    name: str, words: tuple[str, str, str], tmp_path: Path
) -> None:
    notes = guessed(tmp_path, name, words).notes
    said = f"set data.split: {{column: {name}}}"
    assert any(f"'{name}' (" in note and said in note for note in notes)


def test_other_columns_are_not_asked_about(tmp_path: Path) -> None:
    notes = guessed(tmp_path, "mood", ("0", "1", "2")).notes
    assert not any("may say which rows" in note for note in notes)


def test_numbers_beyond_all_others_have_a_way_out(tmp_path: Path) -> None:
    hours = [f"2020-01-{1 + at // 24:02} {at % 24:02}:00" for at in range(96)]
    rows = [
        f"{hour},{at * at % 7}.5,{'9.96921E+36' if at == 9 else at * at % 11}"
        for at, hour in enumerate(hours)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["time,y,x", *rows]) + "\n")
    notes = guess(tmp_path / "a.csv", Wishes()).notes
    assert any("data.missing_values: [9.96921E+36]" in note for note in notes)


@pytest.mark.parametrize("name", ["fold", "kfold", "CV_Fold", "k-fold id"])
def test_folds_are_no_classes_and_their_key_runs(name: str, tmp_path: Path) -> None:
    found = guessed(tmp_path, name, ("1", "2", "3"))
    assert setting(found, "target") == "label"
    assert f"'{name}' says folds" in found.notes[0] and f"{{group: {name}}}" in found.notes[0]
    written = rnnsearch.init(tmp_path / "a.csv", output=tmp_path / "a.yaml").path
    text = written.read_text(encoding="utf-8")
    grouped = text.replace("folds: auto", f"group: {name}")
    assert grouped != text
    written.write_text(grouped, encoding="utf-8")
    assert rnnsearch.check(written).task == "many_to_one"


def test_folds_of_a_series_are_left_out(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=100).strftime("%Y-%m-%d")
    rows = [f"{day},{at * at % 7}.5,{at // 20}" for at, day in enumerate(days)]
    (tmp_path / "a.csv").write_text("\n".join(["day,y,fold", *rows]) + "\n")
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "inputs") == ["y"]
    assert any("rows of a series are divided by time" in note for note in found.notes)
