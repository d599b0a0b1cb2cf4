"""Parts by group and by column: nothing of one group in two parts, and nothing of the test known."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import read
from rnnsearch.data.splits import group_parts
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import GroupPattern, SplitSpec

RNG = np.random.default_rng(0)


def messages(caught: pytest.ExceptionInfo[InvalidData]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


@given(
    groups=st.lists(st.integers(0, 12), min_size=3, max_size=80).filter(lambda g: len(set(g)) >= 3),
    validation=st.floats(0.05, 0.4),
    test=st.sampled_from([0.0, 0.1, 0.3]),
    classes=st.integers(1, 4),
    seed=st.integers(0, 3),
)
@settings(deadline=None, max_examples=50)
def test_no_group_is_divided(
    groups: list[int], validation: float, test: float, classes: int, seed: int
) -> None:
    group = np.array(groups)
    labels = np.arange(len(group)) % classes
    parts = group_parts(group, labels, validation, test, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(group)))
    held = [set(group[part].tolist()) for part in parts]
    assert not (held[0] & held[1] or held[0] & held[2] or held[1] & held[2])
    assert held[0] and held[1] and bool(held[2]) == (test > 0)
    again = group_parts(group, labels, validation, test, seed)
    assert all((one == two).all() for one, two in zip(parts, again, strict=True))


def test_parts_are_near_their_shares_of_every_class() -> None:
    """40 groups of 2 to 7 members, of which a few are full of a rare class."""
    group = np.repeat(np.arange(40), 2 + np.arange(40) % 6)
    labels = np.where(group % 8 == 0, 1, 0)
    parts = group_parts(group, labels, 0.2, 0.2, 0)
    for share, part in zip((0.6, 0.2, 0.2), parts, strict=True):
        assert abs(len(part) / len(group) - share) < 0.04
        assert abs(labels[part].sum() / labels.sum() - share) < 0.1


def test_another_seed_is_another_division() -> None:
    group = np.repeat(np.arange(20), 3)
    one, other = (group_parts(group, None, 0.2, 0.2, seed)[2] for seed in (0, 1))
    assert one.tolist() != other.tolist()


def parts_of(data: Any) -> list[set[float]]:
    """The value that each sequence of a part has in its first feature, in its own units."""
    prepared, scaling = data.dataset(), data.preparation().scaling
    found = (part.x for part in (prepared.train, prepared.validation, prepared.test))
    return [set(np.round(scaling.invert(x)[:, 0, 0], 4).tolist()) for x in found]


@pytest.mark.parametrize("kind", ["class", "numeric"])
def test_arrays_divided_by_a_speaker(kind: str, write_npz: Any, npz_source: Any) -> None:
    speaker = np.repeat([f"s{i}" for i in range(12)], 5)
    x = RNG.normal(size=(60, 4, 2))
    x[:, 0, 0] = np.repeat(np.arange(12), 5)  # each sequence says whose it is
    y = np.arange(60) % 2 if kind == "class" else RNG.normal(size=60)
    source = npz_source(write_npz(x=x, y=y, speaker=speaker), split=SplitSpec(group="speaker"))
    train, validation, test = parts_of(read(source, "many_to_one"))
    assert train and validation and test
    assert not (train & validation or train & test or validation & test)
    assert train | validation | test == set(range(12))


@pytest.mark.parametrize("source", ["npy", "python"])
def test_every_source_of_arrays_has_groups(
    source: str, write_source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = SplitSpec(group="speaker")
    section = write_source(source, tmp_path, split=split)
    speaker = np.repeat(np.arange(6), 4)
    np.save(tmp_path / "speaker.npy", speaker)
    if source == "python":
        (tmp_path / "mine.py").write_text(
            "import pathlib, numpy\n"
            "def load(name):\n"
            "    here = pathlib.Path(__file__).parent\n"
            "    arrays = numpy.load(here / name)\n"
            "    return dict(arrays) | {'speaker': numpy.load(here / 'speaker.npy')}\n"
        )
    dataset = read(section, "many_to_one").dataset()
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [16, 4, 4]


@pytest.mark.parametrize("source", ["audio", "images"])
@pytest.mark.parametrize(("group", "count"), [(GroupPattern(pattern=r"(\w+\d)_"), 5), ("stem", 24)])
def test_files_divided_by_their_names(
    source: str, group: Any, count: int, write_source: Any, tmp_path: Path
) -> None:
    from rnnsearch.data.collecting import Problems
    from rnnsearch.data.sources import SEQUENCES

    section = write_source(source, tmp_path, split=SplitSpec(group=group))
    train = SEQUENCES[source].read(section, Problems()).train
    assert train is not None and train.group is not None
    assert len(set(train.group.tolist())) == count
    assert len(read(section, "many_to_one").dataset().test)


def test_the_class_of_a_file_is_no_group(write_source: Any, tmp_path: Path) -> None:
    """A pattern sees what is below the class's folder: `a` would else find class a."""
    section = write_source("audio", tmp_path, split=SplitSpec(group=GroupPattern(pattern="^a")))
    with pytest.raises(InvalidData) as caught:
        read(section, "many_to_one")
    assert messages(caught) == [
        "data.split.group: must find something in the name of each file; received nothing in "
        "a/speaker0_000.wav, a/speaker0_010.wav, a/speaker0_020.wav, a/speaker1_006.wav, "
        "a/speaker1_016.wav, a/speaker2_002.wav, … (24 in all); change the pattern"
    ]


def test_groups_may_not_straddle_given_parts(write_source: Any, tmp_path: Path) -> None:
    section = write_source("audio", tmp_path)
    shutil.copytree(section.path, tmp_path / "parts" / "train")
    shutil.copytree(section.path, tmp_path / "parts" / "test")
    split = SplitSpec(group=GroupPattern(pattern="speaker[01]|speaker"))
    parted = section.model_copy(update={"path": tmp_path / "parts", "split": split})
    with pytest.raises(InvalidData) as caught:
        read(parted, "many_to_one")
    assert messages(caught) == [
        "data.split.group: must have all sequences of a group in one part; received speaker, "
        "speaker0, speaker1 in training and test; move them, or remove split.group"
    ]


def test_what_the_test_part_holds_changes_nothing_in_training(
    write_npz: Any, npz_source: Any
) -> None:
    """A planted leak: were scaling to see the test part, its huge numbers would show in training.

    The answer is in the third decimal of a feature, which such a scaling would wipe out.
    """
    group, y = np.repeat(np.arange(10), 6), np.arange(60) % 2
    x = RNG.normal(size=(60, 3, 1))
    split = SplitSpec(group="group", test=0.2)
    first = read(npz_source(write_npz(x=x, y=y, group=group), split=split), "many_to_one")
    held = parts_of(first)[2]
    leaking = x.copy()
    leaking[np.isin(np.round(x[:, 0, 0], 4), list(held))] *= 1e6
    second = read(npz_source(write_npz(x=leaking, y=y, group=group), split=split), "many_to_one")
    np.testing.assert_array_equal(first.dataset().train.x, second.dataset().train.x)
    np.testing.assert_array_equal(first.dataset().validation.x, second.dataset().validation.x)
    assert np.abs(second.dataset().test.x).max() > 1e5
    assert abs(second.dataset().train.x.std() - 1) < 1e-5


@pytest.mark.parametrize("text", [np.str_, np.bytes_])
def test_parts_named_by_an_array(text: Any, write_npz: Any, npz_source: Any) -> None:
    x, y = RNG.normal(size=(40, 3, 1)), np.arange(40) % 2
    part = np.array(["train", "test", "validation", "train"] * 10).astype(text)
    x[:, 0, 0] = np.arange(40)
    source = npz_source(write_npz(x=x, y=y, part=part), split=SplitSpec(column="part"))
    _, validation, test = parts_of(read(source, "many_to_one"))
    assert test == set(range(1, 40, 4)) and validation == set(range(2, 40, 4))
    part[part == np.array("validation").astype(text)] = "train"
    source = npz_source(write_npz(x=x, y=y, part=part), split=SplitSpec(column="part"))
    dataset = read(source, "many_to_one").dataset()
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == [26, 4, 10]


X, Y = np.arange(60.0).reshape(20, 3, 1) % 7, np.arange(20) % 4
G = np.arange(20) // 4
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "no such array": (
        {"x": X, "y": Y, "speaker": G},
        {"group": "speakers", "column": "set"},
        [
            "data.split.group: must be the name of an array; received no array 'speakers'; did "
            "you mean 'speaker'? there are: x, y, speaker",
            "data.split.column: must be the name of an array; received no array 'set'; there "
            "are: x, y, speaker",
        ],
    ),
    "of every part": (
        {"x_train": X, "y_train": Y, "g_train": G, "x_test": X, "y_test": Y},
        {"group": "g"},
        [
            "data.split.group: must be the name of an array; received no array 'g_test'; did you "
            "mean 'y_test'? there are: x_train, y_train, g_train, x_test, y_test"
        ],
    ),
    "count": (
        {"x": X, "y": Y, "g": G[:9], "h": G / 2},
        {"group": "g", "column": "h"},
        [
            "data.split.group: must have one text or whole number for each of 20 sequences; "
            "received g of shape (9,) and type int64; save one for each sequence",
            "data.split.column: must have one text or whole number for each of 20 sequences; "
            "received h of shape (20,) and type float64; save one for each sequence",
        ],
    ),
    "too few": (
        {"x": X, "y": Y, "g": G // 3},
        {"group": "g"},
        [
            "data.split.group: must leave a group for each of 3 parts; received 2 (0, 1); give "
            "more, or divide by another group"
        ],
    ),
    "straddling": (
        {"x_train": X, "y_train": Y, "g_train": G, "x_test": X, "y_test": Y, "g_test": G + 3},
        {"group": "g"},
        [
            "data.split.group: must have all sequences of a group in one part; received 3, 4 in "
            "training and test; move them, or remove split.group"
        ],
    ),
    "straddling columns": (
        {"x": X, "y": Y // 2, "g": G, "part": np.array(["train", "test"] * 10)},
        {"group": "g", "column": "part"},
        [
            "data.split.group: must have all sequences of a group in one part; received 0, 1, 2, "
            "3, 4 in training and test; move them, or remove split.group"
        ],
    ),
    "other words": (
        {"x": X, "y": Y, "part": np.array(["train", "odd", "even", "test"] * 5)},
        {"column": "part"},
        [
            "data.split.column: must say train, validation or test for each sequence; received "
            "even, odd; correct these"
        ],
    ),
    "no training": (
        {"x": X, "y": Y, "part": np.array(["validation", "test"] * 10)},
        {"column": "part"},
        [
            "data.split.column: must say train for some of the sequences; received test, "
            "validation; correct it"
        ],
    ),
    "parts twice": (
        {"x_train": X, "y_train": Y, "part": G},
        {"column": "part"},
        [
            "data.split.column: must not be given where the data has parts of its own; received "
            "part; remove it, or save x and y"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_message(case: str, write_npz: Any, npz_source: Any) -> None:
    arrays, split, expected = CASES[case]
    with pytest.raises(InvalidData) as caught:
        read(npz_source(write_npz(**arrays), split=SplitSpec(**split)), "many_to_one")
    assert messages(caught) == expected
