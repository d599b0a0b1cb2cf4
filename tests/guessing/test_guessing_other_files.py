"""Files of other programs, files without a header of few rows, and texts unlike those of training."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.io.arff

import rnnsearch
from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.sequences.doubtful import said_values
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from rnnsearch.spec import load
from tests.guessing.conftest import setting

SEED = np.random.default_rng(0)
WORDS = [" ".join(row) for row in SEED.choice(["good", "bad", "film", "plot", "dull"], (60, 6))]
HEAD = "@univariate true\n@classLabel true a 1\n@data\n"


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("a.xlsx", r"pandas.read_excel\('a.xlsx'\).to_csv"),
        ("a.json", "read_json"),
        ("a.jsonl", "lines=True"),
        ("a.feather", "to_parquet"),
        ("a.arff", "loadarff"),
        ("a.tar.gz", "unpack it first"),
        ("a.mat", "numpy.savez"),
        ("a.log", "rename it"),
        ("a.wav", "a folder of such files for each class"),
    ],
)
def test_the_way_out_is_said(name: str, way: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InvalidData, match=way):
        guess(tmp_path / name, Wishes())


def _json(path: Path, lines: bool) -> None:
    days = pd.date_range("2020-01-01", periods=60).astype(str)
    codes = [["007", "7", "017"][at * at % 7 % 3] for at in range(60)]
    frame = pd.DataFrame({"day": days, "v": np.arange(60) * 7 % 11 + 0.5, "code": codes})
    frame.to_json(path, orient="records", lines=lines)


def _arff(path: Path) -> None:
    rows = [f"{at % 5},{at % 7},{at % 3}.5,{'ab'[at % 2]}" for at in range(60)]
    names = [f"@attribute t{at} numeric" for at in range(3)]
    path.write_text("\n".join(["@relation a", *names, "@attribute y {a,b}", "@data", *rows]))


def _mat(path: Path) -> None:
    scipy.io.savemat(path, {"x": SEED.normal(size=(60, 5, 1)), "y": np.arange(60)[:, None] % 2})


@pytest.mark.parametrize(
    ("name", "write", "kept"),
    [
        ("a.json", lambda path: _json(path, lines=False), ["007", "017", "7"]),
        ("a.jsonl", lambda path: _json(path, lines=True), ["007", "017", "7"]),
        ("a.feather", lambda path: pd.DataFrame({"v": range(60)}).to_feather(path), None),
        ("a.arff", _arff, ["a", "b"]),
        ("a.mat", _mat, None),
    ],
)
def test_the_way_out_leads_out(
    name: str, write: Any, kept: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that is said runs as it stands, and what it writes has the labels of the file."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name)
    with pytest.raises(InvalidData) as caught:
        guess(tmp_path / name, Wishes())
    said = caught.value.problems[0].advice
    line = re.split(r"; of records|, under the names", said.rpartition("arrays: ")[2])[0]
    exec(
        line.rpartition("Parquet: ")[2].rpartition("a table: ")[2],
        {"json": json, "numpy": np, "pandas": pd, "pathlib": pathlib, "scipy": scipy},
    )
    (written,) = tmp_path.glob("data.*")
    if written.suffix == ".csv":
        table = CsvReader().read(written)
        label = "code" if "code" in table.header else table.header[-1]
        assert sorted(set(table.column(label).texts())) == kept
    elif kept is not None:
        assert sorted(set(np.load(written)["y"].tolist())) == kept
    else:
        assert written.stat().st_size


def test_a_folder_of_arff_files_becomes_one_of_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Gun").mkdir()
    for part in ("TRAIN", "TEST"):
        rows = [
            ",".join([*map(str, SEED.normal(size=30).cumsum()), "ab"[n % 2]]) for n in range(40)
        ]
        names = [f"@attribute t{at} numeric" for at in range(30)]
        lines = ["@relation Gun", *names, "@attribute y {a,b}", "@data", *rows]
        (tmp_path / "Gun" / f"Gun_{part}.arff").write_text("\n".join(lines))
    with pytest.raises(InvalidData, match=r"2 \.arff files") as caught:
        guess(tmp_path / "Gun", Wishes())
    line = caught.value.problems[0].advice.partition("give that: ")[2]
    exec(line, {"os": os, "pathlib": pathlib, "pandas": pd, "scipy": scipy})
    found = guess(tmp_path / "tables", Wishes())
    assert {one.key: one.value for one in found.data}["source"] == "wide"


def test_of_a_kind_that_nobody_knows_the_two_ways_in_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.tfrecord").write_bytes(bytes(range(32)) * 9)
    with pytest.raises(InvalidData, match=r"to_parquet\('data.parquet'\).*numpy.savez\('data.npz'"):
        guess(tmp_path / "a.tfrecord", Wishes())


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"PAR1"])
def test_a_file_that_is_called_csv_and_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content + bytes(range(256)) * 9)
    with pytest.raises(
        InvalidData, match=r"must be a text file; received .*(zip|gzip|old|Parquet)"
    ):
        guess(tmp_path / "a.csv", Wishes())


def prepared(path: Path, tmp_path: Path) -> Any:
    """As `predict` has it, after a search."""
    spec = load(rnnsearch.init(path, output=tmp_path / "s.yaml").path).spec
    window = getattr(spec.data, "window", None)
    data = read(spec.data, spec.task, () if window is None else (window,))
    return preparation_from_json(data.preparation(window).to_json())


def test_a_new_file_without_a_header_may_have_one_row(tmp_path: Path) -> None:
    lines = [f"{'ab'[at % 2]}\t{text}" for at, text in enumerate(WORDS)]
    (tmp_path / "a.tsv").write_text("\n".join(lines), "utf-8")
    ready = prepared(tmp_path / "a.tsv", tmp_path)
    for count in (1, 2, 3, 60):
        (tmp_path / "new.tsv").write_text("\n".join(lines[:count]), "utf-8")
        assert len(ready.inputs(str(tmp_path / "new.tsv"))[1]) == count
    (tmp_path / "new.tsv").write_text("\n".join(["label\tfilm", *lines[:9]]), "utf-8")
    with pytest.raises(InvalidData, match="column_2"):
        ready.inputs(str(tmp_path / "new.tsv"))


def test_columns_of_a_series_without_a_header(tmp_path: Path) -> None:
    days = np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(80))
    lines = [f"{day},{at % 7}.5" for at, day in enumerate(days)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    ready = prepared(tmp_path / "a.csv", tmp_path)
    (tmp_path / "new.csv").write_text("\n".join(lines[:30]), "utf-8")
    _, frame = ready.inputs(str(tmp_path / "new.csv"))
    assert frame.iloc[-1, 0] == days[30]


def test_classes_that_a_ts_file_does_not_name(tmp_path: Path) -> None:
    rows = [f"{at % 5},{at % 3},1:{'a1'[at % 2]}" for at in range(40)]
    (tmp_path / "a.ts").write_text(HEAD + "\n".join([*rows, "1,2,3:1.0"]), "utf-8")
    assert prepared(tmp_path / "a.ts", tmp_path).target.classes == ("1", "a")
    (tmp_path / "a.ts").write_text(HEAD + "\n".join([*rows, "1,2,3:A", "1,2,3:A"]), "utf-8")
    with pytest.raises(
        InvalidData, match=r"a class that @classLabel names \(1, a\), not 'A'.*44 to 45"
    ):
        guess(tmp_path / "a.ts", Wishes())


def test_a_text_to_go_on_with_may_be_of_another_alphabet(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("it was the best of times, it was the worst. " * 90, "utf-8")
    ready = prepared(tmp_path / "a.txt", tmp_path)
    (tmp_path / "new.txt").write_text("ЭТО БЫЛО ЛУЧШЕЕ", "utf-8")
    assert "never shown in training" in ready.unlike(str(tmp_path / "new.txt"))[0]
    assert ready.unlike(str(tmp_path / "a.txt")) == ()


def test_values_of_arrays_that_may_be_none() -> None:
    x = SEED.normal(size=(50, 20, 2))
    assert said_values(x, "x") == ()
    spoilt = np.where(SEED.random(x.shape) < 0.02, [0.5, -999], x)
    assert (
        "-999 stands in" in said_values(spoilt, "x")[0]
        and "feature 1" in said_values(spoilt, "x")[0]
    )
    assert "tokens" in said_values(SEED.integers(1, 500, (50, 20)), "x")[0]
    assert said_values((x[..., 0].cumsum(1) * 100 + 5000).astype(int), "x") == ()


@pytest.mark.parametrize("place", ["first", "last", "none"])
@pytest.mark.parametrize("named", [True, False])
def test_rows_that_are_sequences_are_no_series(place: str, named: bool, tmp_path: Path) -> None:
    waves = np.sin(np.arange(40) / (3 + SEED.integers(0, 2, 60)[:, None])) + SEED.normal(
        0, 0.05, (60, 40)
    )
    rows = [[f"{value:.3f}" for value in row] for row in waves]
    names = [f"t_{at}" for at in range(40)]
    if place != "none":
        at = 0 if place == "first" else 40
        names.insert(at, "kind")
        rows = [[*row[:at], "ab"[n % 2], *row[at:]] for n, row in enumerate(rows)]
    lines = [",".join(row) for row in ([names] if named else []) + rows]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    if place == "none":
        with pytest.raises(InvalidData, match=r"40 numbers in each row .* numpy.savez"):
            guess(tmp_path / "a.csv", Wishes())
    else:
        assert setting(guess(tmp_path / "a.csv", Wishes()), "source") == "wide"
    turned = [",".join(row) for row in zip(*rows[:30], strict=True)][1:-1]
    (tmp_path / "a.csv").write_text(
        "\n".join([",".join(f"s{n}" for n in range(30)), *turned]), "utf-8"
    )
    assert guess(tmp_path / "a.csv", Wishes()).task.value == "many_to_one"


def test_values_below_what_is_measured_are_gaps_that_a_key_names(tmp_path: Path) -> None:
    lines = ["Week,python"] + [
        f"{np.datetime64('2018-01-07') + 7 * at},{'<1' if at % 11 == 3 else 20 + at % 7}"
        for at in range(90)
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    assert setting(guess(tmp_path / "a.csv", Wishes()), "missing_values") == ["<1"]
    prepared(tmp_path / "a.csv", tmp_path)


def test_quotes_that_are_not_doubled_make_no_column_of_names(tmp_path: Path) -> None:
    """A header of fewer cells is R's, but not where what stands first is a sentence."""
    lines = [f'"{text} he said "no", and left",{"ab"[n % 2]}' for n, text in enumerate(WORDS)]
    (tmp_path / "a.csv").write_text("\n".join(["review,sentiment", *lines]), "utf-8")
    with pytest.raises(InvalidData, match="must have"):
        guess(tmp_path / "a.csv", Wishes())


def test_a_word_that_is_the_same_in_all_rows_is_no_label(tmp_path: Path) -> None:
    """As files of tweets have one, without a header."""
    lines = [f"{n % 2 * 4},{1000 + n},NO_QUERY,user{n},{text}" for n, text in enumerate(WORDS)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    found = guess(tmp_path / "a.csv", Wishes())
    assert (setting(found, "sequence"), setting(found, "target")) == ("column_5", "column_1")


def test_other_columns_of_classes_beside_a_text_are_said(tmp_path: Path) -> None:
    rows = [f"{text},{at % 2},{at // 2 % 2},{at % 3 // 2}" for at, text in enumerate(WORDS)]
    (tmp_path / "a.csv").write_text("\n".join(["text,toxic,rude,threat", *rows]))
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "target") == "threat"
    note = "could be found, too, and is left out: 'toxic', 'rude' (--target)"
    assert note in found.notes
    assert note not in guess(tmp_path / "a.csv", Wishes(target="rude")).notes


def test_a_folder_of_texts_becomes_a_table_with_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As reviews of films come: a part each, and in it a folder for each class."""
    monkeypatch.chdir(tmp_path)
    for part, label, number in itertools.product(("train", "test"), ("pos", "neg"), range(30)):
        folder = tmp_path / "films" / part / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}_7.txt").write_text(f"It was {label} film number {number}, I say.\n")
    with pytest.raises(InvalidData) as caught:
        guess(tmp_path / "films", Wishes())
    line = caught.value.problems[0].advice.partition("to one table: ")[2]
    exec(line, {"pathlib": pathlib, "pandas": pd})
    found = {one.key: one.value for one in guess(tmp_path / "data.csv", Wishes()).data}
    assert (found["sequence"], found["target"]) == ("text", "label")
    assert found["split"]["column"] == "split"


def test_genbank_is_refused_with_what_writes_fasta(tmp_path: Path) -> None:
    record = "LOCUS       A\nORIGIN\n        1 gatcctccat atacaacggt\n//\n"
    (tmp_path / "a.gb").write_text(record * 60)
    with pytest.raises(InvalidData, match=r"Bio\.SeqIO\.convert\('a\.gb', 'genbank'"):
        guess(tmp_path / "a.gb", Wishes())
