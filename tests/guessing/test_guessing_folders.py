"""What is guessed of folders of recordings and pictures, and what is refused."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import rnnsearch
from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources.listed_folders import list_classes
from rnnsearch.errors import InvalidInput, MissingExtra
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

RNG = np.random.default_rng(0)
CLASSES = ("cat", "dog", "owl")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def write_pictures(
    root: Path,
    count: int = 12,
    sizes: Sequence[tuple[int, int]] = ((8, 6),),
    mode: str = "L",
    stem: str = "{label}{i}",
) -> Path:
    image = pytest.importorskip("PIL.Image")
    for label in CLASSES:
        (root / label).mkdir(parents=True)
        for i in range(count):
            height, width = sizes[i % len(sizes)]
            pixels = RNG.integers(0, 256, (height, width)).astype(np.uint8)
            name = stem.format(label=label, i=i)
            image.fromarray(pixels).convert(mode).save(root / label / f"{name}.png")
    return root


def write_picture(path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.fromarray(RNG.integers(0, 256, (8, 6)).astype(np.uint8)).save(path)


def write_sounds(root: Path, seconds: float = 0.3, rates: Sequence[int] = (8000,)) -> Path:
    soundfile = pytest.importorskip("soundfile")
    for label in CLASSES:
        (root / label).mkdir(parents=True)
        for i in range(12):
            rate = rates[i % len(rates)]
            samples = RNG.normal(0, 0.1, int(rate * seconds))
            soundfile.write(root / label / f"{label}_{i}.wav", samples, rate)
    return root


def task_of_written(data: Path) -> str:
    written = rnnsearch.init(data, output=data.parent / "s.yaml").path
    return rnnsearch.check(written).task


def test_pictures_in_folders(tmp_path):
    root = write_pictures(tmp_path / "animals")
    found = guess(root, Wishes())
    assert setting(found, "task") == "many_to_one"
    assert setting(found, "source") == "images"
    assert setting(found, "steps") == "rows"
    assert setting(found, "channels") == "grey"
    assert setting(found, "size") is None
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    assert setting(found, "objective") == "val_loss"
    why = next(s.why for s in found.data if s.key == "path")
    assert why == "files of each class: cat 12, dog 12, owl 12"
    assert task_of_written(root) == "many_to_one"


@pytest.mark.parametrize(
    ("sizes", "size"),
    [(((8, 6), (8, 6), (9, 6)), [8, 6]), (((128, 64),), [64, 32])],
    ids=["they differ", "they are large"],
)
def test_a_size_where_it_is_needed(tmp_path, sizes, size):
    root = write_pictures(tmp_path / "animals", sizes=sizes, mode="RGB")
    found = guess(root, Wishes())
    assert setting(found, "size") == size
    assert setting(found, "channels") == "rgb"
    assert task_of_written(root) == "many_to_one"


def test_files_of_one_name_stay_together(tmp_path):
    root = write_pictures(tmp_path / "animals", count=20, stem="scene{i}")
    assert setting(guess(root, Wishes()), "split")["group"] == "stem"
    assert task_of_written(root) == "many_to_one"


def test_parts_in_folders_are_taken_as_they_are(tmp_path):
    root = tmp_path / "animals"
    for part in ("train", "test"):
        write_pictures(root / part)
    assert setting(guess(root, Wishes()), "split") == {"folds": "auto"}
    assert task_of_written(root) == "many_to_one"
    write_pictures(root / "validation")
    assert setting(guess(root, Wishes()), "split") is None
    assert rnnsearch.init(root, output=tmp_path / "all.yaml").path.exists()


def _read_sounds(root):
    """Files that the source reads of a folder."""
    return list_classes(root, (".wav",), False, Problems()).paths


def test_recordings_in_folders(tmp_path):
    root = write_sounds(tmp_path / "animals")
    (root / "__MACOSX" / "cat").mkdir(parents=True)  # as archives of a Mac have beside the data
    (root / "__MACOSX" / "cat" / "._0.wav").write_bytes(b"\0\5")
    (root / "_background_noise_").mkdir()  # of Speech Commands, and no word
    some = next((root / "cat").glob("*.wav"))
    (root / "_background_noise_" / "pink.wav").write_bytes(some.read_bytes())
    assert all(path.parent.name != "_background_noise_" for path in _read_sounds(root))
    count = len(_read_sounds(root))
    (root / "cat" / ".ipynb_checkpoints").mkdir()
    (root / "cat" / ".ipynb_checkpoints" / "0-checkpoint.wav").write_bytes(b"no sound")
    assert len(_read_sounds(root)) == count
    found = guess(root, Wishes())
    assert setting(found, "source") == "audio"
    assert (setting(found, "rate"), setting(found, "mels")) == (8000, 40)
    assert (setting(found, "frame_ms"), setting(found, "hop_ms")) == (25, 10)
    assert task_of_written(root) == "many_to_one"


def test_the_lowest_rate_counts_and_long_recordings_have_longer_steps(tmp_path):
    root = write_sounds(tmp_path / "animals", seconds=4, rates=(4000, 11025))
    found = guess(root, Wishes())
    assert setting(found, "rate") == 4000
    assert (setting(found, "frame_ms"), setting(found, "hop_ms")) == (50, 20)
    assert task_of_written(root) == "many_to_one"


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    root = write_sounds(tmp_path / "animals")
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingExtra, match=r"pip install 'rnnsearch\[audio\]'"):
        guess(root, Wishes())


def test_the_spec_is_called_as_the_folder(tmp_path, monkeypatch):
    root = write_pictures(tmp_path / "animals.v2")
    monkeypatch.chdir(root)
    assert rnnsearch.init(".").path == Path("animals.v2.yaml")


def refusal(root: Path, **wishes: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        guess(root, Wishes(**wishes))
    return str(caught.value)


def test_what_a_folder_must_have(tmp_path):
    assert refusal(tmp_path) == (
        f"{tmp_path.name}: must be a file, or a folder with a folder for each class of "
        "recordings (.wav, .mp3, …), pictures (.png, .jpg, …), .fasta or .ts files; "
        f"received {tmp_path} (a folder without such files); give the path of your data"
    )
    root = write_pictures(tmp_path / "animals")
    (root / "yak").mkdir()
    assert refusal(root) == (
        "animals: must have .png, .jpg, .jpeg, … files in the folder of each class; "
        f"received none in yak; fill or remove these of {root}"
    )
    one = tmp_path / "one"
    one.mkdir()
    (root / "cat").rename(one / "cat")
    assert refusal(one) == (
        "one: must have folders of two classes or more; received one, cat; "
        "add those of another class"
    )


def test_wishes_that_a_folder_cannot_grant(tmp_path):
    root = write_pictures(tmp_path / "animals")
    assert refusal(root, target="cat") == (
        "--target: must be given for a table only; received 'cat', and a folder for each class; "
        "leave it out: the folders' names are the classes"
    )
    assert refusal(root, task="one_to_many") == (
        "--task: must be many_to_one; received one_to_many, and a folder for each class; "
        "leave it out, or write the spec by hand: docs/spec.md"
    )


def test_files_that_cannot_be_read(tmp_path):
    pytest.importorskip("soundfile")
    for label in CLASSES:
        (tmp_path / label).mkdir()
        (tmp_path / label / "x.wav").write_text("no sound")
    assert refusal(tmp_path) == (
        f"{tmp_path.name}: must have sound in its files; received none in x.wav, x.wav, x.wav; look at them"
    )


def test_a_test_folder_without_classes_is_left_out_and_said(tmp_path):
    root = write_pictures(tmp_path / "set" / "train").parent
    (root / "test").mkdir()
    for path in (root / "train" / "cat").iterdir():
        (root / "test" / path.name).write_bytes(path.read_bytes())
    found = guess(root, Wishes())
    assert setting(found, "split")["test"] == 0.2
    assert "the test folder has no folders of classes" in found.notes[0]
    assert task_of_written(root) == "many_to_one"


def test_lists_of_the_parts_are_said_with_what_follows_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = write_sounds(tmp_path / "set")
    for part, at in (("testing", 3), ("validation", 4)):
        lines = "".join(f"{label}/{label}_{at}.wav\n" for label in CLASSES)
        (root / f"{part}_list.txt").write_text(lines)
    (note,) = guess(root, Wishes()).notes
    first, second, last = note.partition("follow them, ")[2].split("; then ")
    for line in (first, second):
        exec(line.replace("splitlines(): ", "splitlines():\n    "), {"os": os, "pathlib": pathlib})
    exec(last.replace("parts/train'", f"{tmp_path}/x'"), {"os": os})
    assert sorted(path.name for path in pathlib.Path("parts/test").rglob("*.wav")) == [
        f"{label}_3.wav" for label in CLASSES
    ]


@pytest.mark.parametrize(
    ("stem", "group"),
    [("{i:03}abc_{label}_0", None), ("s{g}_{label}{i}", True), ("{label}{i}", None)],
)
def test_takes_of_one_speaker_stay_together(tmp_path, stem, group):
    root = tmp_path / "set"
    for label in CLASSES:
        (root / label).mkdir(parents=True)
        for i in range(24):
            name = stem.format(label=label, i=i, g=i // 2)
            write_picture(root / label / f"{name}.png")
    said = setting(guess(root, Wishes()), "split").get("group")
    assert (said is not None) == bool(group)
    if group:
        assert rnnsearch.check(rnnsearch.init(root, output=tmp_path / "s.yaml").path)
        assert re.search(said["pattern"], "s7_cat14.png")[1] == "s7"


def test_folders_below_those_of_classes_stay_together(tmp_path):
    root = tmp_path / "set"
    for label in CLASSES:
        for clip in range(5):
            (root / label / f"{label}{clip}").mkdir(parents=True)
            for i in range(3):
                write_picture(root / label / f"{label}{clip}" / f"frame{i}.png")
    assert setting(guess(root, Wishes()), "split")["group"] == {"pattern": "([^/]+)/"}


def test_folders_of_persons_are_said(tmp_path):
    for at in range(3):
        write_pictures(tmp_path / f"Actor_0{at}" / "x", count=2)
    notes = guess(tmp_path, Wishes()).notes
    assert any("classes are the folders, Actor_00, Actor_01, Actor_02" in note for note in notes)


@pytest.mark.parametrize("speaker", [True, False])
def test_folders_of_speakers_by_number_are_said(speaker: bool, tmp_path: Path) -> None:
    for folder in ("01", "02", "03"):
        for at in range(6):
            name = f"{at % 2}_{folder}_{at}" if speaker else f"{at % 2}_{at}"
            (tmp_path / folder).mkdir(exist_ok=True)
            write_picture(tmp_path / folder / f"{name}.png")
    notes = guess(tmp_path, Wishes()).notes
    said = [note for note in notes if "classes are the folders, 01, 02, 03" in note]
    assert bool(said) == speaker
    assert not said or "such as by piece 2 of their names" in said[0]


def test_folders_of_who_and_what_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("anna", "ben"):
        for what in ("angry", "glad"):
            for at in range(4):
                (tmp_path / "set" / f"{who}_{what}").mkdir(parents=True, exist_ok=True)
                write_picture(tmp_path / "set" / f"{who}_{what}" / f"{who}{at}.png")
    monkeypatch.chdir(tmp_path)
    (note,) = (n for n in guess(Path("set"), Wishes()).notes if n.startswith("classes are each"))
    assert "each of anna, ben with each of angry, glad: both will be found" in note
    line = note.partition("such as the last: ")[2]
    exec(line, {"pathlib": pathlib, "re": re, "shutil": shutil})
    assert sorted(path.name for path in Path("classes").iterdir()) == ["angry", "glad"]
    assert len([*Path("classes/glad").iterdir()]) == 8
    (tmp_path / "set" / "ben_glad").rename(tmp_path / "set" / "eva_sad")
    assert not any(n.startswith("classes are each") for n in guess(Path("set"), Wishes()).notes)


@pytest.mark.parametrize("alike", [True, False])
def test_classes_within_the_folders_of_persons_are_said(alike: bool, tmp_path: Path) -> None:
    for at, person in enumerate(("anna", "ben")):
        write_pictures(tmp_path / person)
        if not alike and at:
            (tmp_path / person / "owl").rename(tmp_path / person / "bat")
    found = guess(tmp_path, Wishes())
    said = [note for note in found.notes if "if these are the classes" in note]
    assert bool(said) == alike
    assert not alike or "anna" in said[0]
    assert not any("if these are the classes" in note for note in _of_one_level(tmp_path).notes)


def _of_one_level(folder: Path) -> Guess:
    return guess(write_pictures(folder / "anna" / "more"), Wishes())
