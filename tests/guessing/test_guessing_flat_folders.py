"""Files of all classes in one folder: a table, or their names, say which is of which."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rnnsearch.data.sources import TABLES
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

COUNT = 12


def refused(root: Path) -> str:
    with pytest.raises(InvalidData) as caught:
        guess(root, Wishes())
    return str(caught.value)


def files(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")


def copied(said: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What the advice makes, run as it stands: class → files."""
    import os
    import pathlib
    import shutil

    import pandas

    monkeypatch.chdir(folder)
    loop = said.partition("copy them: ")[2]
    head, _, body = loop.partition(": ")
    names = {"os": os, "pathlib": pathlib, "shutil": shutil, "pandas": pandas, "re": re}
    exec(f"{head}:\n    {body}", names)
    return {each.name: len([*each.iterdir()]) for each in (folder / "classes").iterdir()}


@pytest.mark.parametrize("ending", [".png", ".wav"])
@pytest.mark.parametrize("bare", [True, False])
def test_classes_in_a_table(
    ending: str, bare: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{at:03}{ending}" for at in range(COUNT)]
    files(tmp_path / "set" / "all", names)
    named = [name[:-4] if bare else name for name in names]
    rows = [f"{name},{at % 3},{'ab'[at % 2]}" for at, name in enumerate(named)]
    (tmp_path / "set" / "meta.csv").write_text("\n".join(["id,fold,kind", *rows]))
    said = refused(tmp_path / "set")
    assert "set: must have a folder for each class; received 12 files in" in said
    assert "whose classes" in said and "[['id', 'kind']]" in said
    assert copied(said, tmp_path, monkeypatch) == {"a": 6, "b": 6}


def test_classes_in_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path / "all", [f"{['one', 'two', 'three'][at % 3]}_{at}.wav" for at in range(COUNT)])
    said = refused(tmp_path / "all")
    assert "whose names begin with one, three, two" in said
    assert copied(said, tmp_path, monkeypatch) == {"one": 4, "two": 4, "three": 4}


def test_numbers_are_the_classes_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spoken digits: 7_jackson_32.wav."""
    files(tmp_path / "all", [f"{at % 3}_{['theo', 'lucas'][at % 2]}_{at}.wav" for at in range(12)])
    said = refused(tmp_path / "all")
    assert "whose names begin with 0, 1, 2" in said
    assert copied(said, tmp_path, monkeypatch) == {"0": 4, "1": 4, "2": 4}


def test_a_piece_of_the_names_is_the_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TESS: OAF_back_angry.wav; words that come up more often than others."""
    names = [f"OAF_w{at // 2}x_{['happy', 'sad'][at % 2]}.wav" for at in range(COUNT)]
    files(tmp_path / "all", names)
    said = refused(tmp_path / "all")
    assert "whose names have happy, sad in them" in said
    assert copied(said, tmp_path, monkeypatch) == {"happy": 6, "sad": 6}


def test_folds_are_no_classes_where_a_table_says_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UrbanSound8K: audio/fold1/1-0.wav and metadata/meta.csv."""
    rows = ["file,fold,class"]
    for at in range(COUNT):
        files(tmp_path / "set" / "audio" / f"fold{at % 3}", [f"{at}.wav"])
        rows.append(f"{at}.wav,{at % 3},{'ab'[at % 2]}")
    (tmp_path / "set" / "metadata").mkdir()
    (tmp_path / "set" / "metadata" / "meta.csv").write_text("\n".join(rows))
    for root in (tmp_path / "set", tmp_path / "set" / "audio"):
        said = refused(root)
        if root.name == "set":
            assert "12 files below" in said and "meta.csv says" in said
            assert copied(said, tmp_path, monkeypatch) == {"a": 6, "b": 6}
        else:
            assert "received fold0, fold1, fold2, which only share the files out" in said


def test_a_folder_of_one_part_whose_classes_a_table_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contests: train/001.png, test/001.png, train_labels.csv."""
    names = [f"{at:03}.png" for at in range(COUNT)]
    files(tmp_path / "set" / "train", names)
    files(tmp_path / "set" / "test", names[:4])
    rows = [f"{name[:-4]},{'ab'[at % 2]}" for at, name in enumerate(names)]
    (tmp_path / "set" / "train_labels.csv").write_text("\n".join(["id,label", *rows]))
    said = refused(tmp_path / "set")
    assert copied(said, tmp_path, monkeypatch) == {"a": 6, "b": 6}


def test_pictures_and_masks_are_no_classes(tmp_path: Path) -> None:
    for folder in ("images", "masks"):
        files(tmp_path / folder, [f"{at}.png" for at in range(COUNT)])
    assert "received images, masks, as sets for detection" in refused(tmp_path)


def test_nothing_says_the_class(tmp_path: Path) -> None:
    files(tmp_path / "all", [f"{at}.wav" for at in range(COUNT)])
    (tmp_path / "all" / "other.csv").write_text("a,b\n1,2\n3,4\n")
    assert "no folders in" in refused(tmp_path / "all")


def test_a_table_of_names_of_files(tmp_path: Path) -> None:
    rows = [f"{at:03}.png,{'ab'[at % 2]}" for at in range(120)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,kind", *rows]))
    with pytest.raises(InvalidData) as caught:
        guess(tmp_path / "labels.csv", Wishes())
    assert str(caught.value) == (
        "labels.csv: must hold the data, and not where it is; received names of files in 'file', "
        "such as 000.png; give the folder that they are in"
    )


@pytest.mark.parametrize("ending", ["", ".txt"])
def test_two_texts_line_by_line(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pathlib

    import pandas

    (tmp_path / "set").mkdir()
    for name, count in (("en", 40), ("es", 40)):
        lines = [f"{name} \u2028 line {at}" for at in range(count)]
        (tmp_path / "set" / f"train.{name}{ending}").write_text("\n".join(lines), encoding="utf-8")
    said = refused(tmp_path / "set")
    assert f"two texts, line by line: 40 lines in train.en{ending}, 40 lines in train.es" in said
    monkeypatch.chdir(tmp_path)
    exec(said.partition("to one table: ")[2], {"pandas": pandas, "pathlib": pathlib})
    table = TABLES["csv"].read(tmp_path / "pairs.tsv")
    assert table.header == ("en", "es") and len(table.rows) == 40
    with (tmp_path / "set" / f"train.es{ending}").open("a") as file:
        file.write("\none more\n")
    assert "find the lines that one of them lacks" in refused(tmp_path / "set")


def run(said: str, before: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the advice of a message as it stands."""
    import gzip
    import pathlib

    import numpy
    import pandas

    monkeypatch.chdir(folder)
    names = {"numpy": numpy, "pandas": pandas, "pathlib": pathlib, "gzip": gzip}
    exec(said.partition(before)[2], names)


def test_pairs_of_several_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Multi30k: train.en.gz, train.de.gz, val.en.gz, …"""
    import gzip

    for part, count in (("train", 30), ("val", 10)):
        for name in ("en", "de"):
            content = "\n".join(f"{name} {at}" for at in range(count)).encode()
            (tmp_path / f"{part}.{name}.gz").write_bytes(gzip.compress(content))
    run(refused(tmp_path), "to one table: ", tmp_path, monkeypatch)
    table = TABLES["csv"].read(tmp_path / "pairs.tsv")
    assert table.header == ("de", "en", "part") and len(table.rows) == 40
    assert {*table.column("part").texts()} == {"train", "validation"}


def test_a_text_beside_which_its_translation_stands(tmp_path: Path) -> None:
    for name in ("en", "de"):
        (tmp_path / f"train.{name}").write_text("a line\n" * 40)
    said = refused(tmp_path / "train.en")
    assert "must hold both texts of a pair in each row; received two texts, line by line" in said


def test_reviews_in_folders_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in train/unsup has no class."""
    for part, label in [("train", "pos"), ("train", "neg"), ("train", "unsup"), ("test", "pos")]:
        (tmp_path / part / label).mkdir(parents=True)
        (tmp_path / part / label / "1.txt").write_text(f"a {label} film")
    (tmp_path / "test" / "neg").mkdir()
    (tmp_path / "test" / "neg" / "1.txt").write_text("a neg film")
    run(refused(tmp_path), "to one table: ", tmp_path, monkeypatch)
    table = TABLES["csv"].read(tmp_path / "data.csv")
    assert len(table.rows) == 4 and {*table.column("label").texts()} == {"pos", "neg"}


def test_arrays_in_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, shape in (("X_train", (40, 5, 2)), ("y_train", (40,))):
        np.save(
            tmp_path / f"{name}.npy",
            np.ones(shape) * (np.arange(40) % 2).reshape(-1, *[1] * (len(shape) - 1)),
        )
    run(refused(tmp_path), "into one: ", tmp_path, monkeypatch)
    assert setting(guess(tmp_path / "data.npz", Wishes()), "source") == "npz"


def test_arrays_in_folders_of_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(40):
        (tmp_path / "ab"[at % 2]).mkdir(exist_ok=True)
        np.save(
            tmp_path / "ab"[at % 2] / f"{at}.npy",
            np.random.default_rng(at).normal(size=(5 + at % 3, 2)),
        )
    run(refused(tmp_path), "to one length: ", tmp_path, monkeypatch)
    found = guess(tmp_path / "data.npz", Wishes())
    assert setting(found, "target_kind") == "class"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ptb.train.txt", "ptb.test.txt"], "in parts"),
        (["w.train.tokens", "w.valid.tokens"], "in parts"),
    ],
)
def test_a_text_in_parts(names: list[str], said: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text(" a line of words that say nothing \n" * 90)
    assert f"a long text {said}: write them behind each other" in refused(tmp_path)


def test_chapters_are_one_text(tmp_path: Path) -> None:
    for at in range(3):
        words = np.random.default_rng(at).choice(["in", "the", "beginning", "was"], 2000)
        (tmp_path / f"chapter{at}.txt").write_text(" ".join(words))
    found = guess(tmp_path, Wishes())
    assert (setting(found, "source"), setting(found, "task")) == ("text", "many_to_many")
    assert "one behind the other" in found.notes[0]


def test_an_ending_that_nothing_is_known_of(tmp_path: Path) -> None:
    tunes = "\n".join(f"X:{at}\nK:D\n{'abcd' * (at % 9)}" for at in range(300))
    (tmp_path / "tunes.abc").write_text(tunes)
    assert setting(guess(tmp_path / "tunes.abc", Wishes()), "source") == "text"
    (tmp_path / "images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + bytes(2000))
    assert "pictures as MNIST has them" in refused(tmp_path / "images-idx3-ubyte")
