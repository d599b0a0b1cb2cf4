"""Labels come back as they were written, and what could be either is decided and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.api.asking.asked import read_spec
from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.raw.cell_numbers import holds_codes
from rnnsearch.data.sequences.kinds import number_classes
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from rnnsearch.spec.sources import CsvSource, SplitSpec, TableSource

LABEL = st.sampled_from(
    [
        "007",
        "7",
        "01",
        "1",
        "0",
        "000",
        "1.0",
        "None",
        "NA",
        "nan",
        "null",
        "yes",
        "-1",
        "ä b",
        "1e3",
    ]
)


@given(labels=st.lists(LABEL, min_size=2, max_size=6, unique=True), table=st.booleans())
@settings(max_examples=60)
def test_labels_of_a_table_round_trip(
    write_csv: Any, csv_source: Any, labels: list[str], table: bool
) -> None:
    cells = [labels[n % len(labels)] for n in range(120)]
    columns = {
        "a": np.arange(120) % 7 + 0.5,
        "text": [f"w{n % 9} x" for n in range(120)],
        "y": cells,
    }
    path = write_csv(columns)
    if table:
        source: Any = TableSource(
            source="table", path=path, sequence="text", target="y", target_kind="class"
        )
    else:
        source = csv_source(path, inputs=("a",), target="y", target_kind="class", horizon=0)
    data = read(source, "many_to_one")
    kept = preparation_from_json(data.preparation().to_json()).target.classes
    assert sorted(map(str, kept)) == sorted(labels)
    truth = preparation_from_json(data.preparation().to_json()).targets(str(path))
    found = [str(kept[index]) for index in np.ravel(truth.y)]
    assert found == (cells if table else cells[3:])


def test_another_way_to_write_a_number_is_the_same_class(write_csv: Any, csv_source: Any) -> None:
    columns = {"a": np.arange(60) % 7, "y": ["0.0", "1.0", "1.0"] * 20}
    source = csv_source(
        write_csv(columns), inputs=("a",), target="y", target_kind="class", horizon=0
    )
    prepared = read(source, "many_to_one").preparation()
    assert prepared.target.classes == ("0.0", "1.0")
    new = write_csv({"a": np.arange(9) % 7, "y": [0, 1, 1] * 3})
    np.testing.assert_array_equal(prepared.targets(str(new)).y, np.array([0, 1, 1] * 3)[3:])


def spec(data: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {"task": "many_to_one", "data": data, "space": {"cell": "GRU"}, **sections}


@pytest.mark.parametrize(
    ("sections", "kind"),
    [
        ({"loss": "mse"}, "numeric"),
        ({"loss": "huber"}, "numeric"),
        ({"loss": "cross_entropy"}, "class"),
        ({"search": {"objective": "val_rmse"}}, "numeric"),
        ({"search": {"objective": "val_accuracy"}}, "class"),
        ({}, "class"),
    ],
)
@pytest.mark.parametrize("column", [False, True])
def test_loss_and_objective_say_what_whole_numbers_are(
    tmp_path: Path, sections: dict[str, Any], kind: str, column: bool
) -> None:
    y = np.arange(60) % 5
    np.savez(
        tmp_path / "a.npz",
        x=np.random.default_rng(0).normal(size=(60, 4, 1)),
        y=y[:, None] if column else y,
    )
    read_of = read_spec(
        spec({"source": "npz", "path": str(tmp_path / "a.npz")}, **sections), {}
    ).read()
    assert read_of.data.dataset().target.kind == kind
    if not sections:
        (note,) = read_of.data.notes
        assert "5 different whole numbers, which are taken for classes (data.target_kind" in note


def test_many_whole_numbers_are_amounts(npz_source: Any, write_npz: Any) -> None:
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(300, 4, 1)), generator.integers(40, 90, 300)
    data = read(npz_source(write_npz(x=x, y=y)), "many_to_one")
    assert data.dataset().target.kind == "numeric" and "taken for numbers" in data.notes[0]
    letters = read(npz_source(write_npz(x=x, y=np.arange(300) % 60)), "many_to_one")
    assert letters.dataset().target.kind == "class"


def ranked(classes: int, members: int) -> np.ndarray:
    """Whole numbers from 1 as archives number classes: the first has most members, some have one."""
    sizes = np.maximum(1, (members / np.arange(1, classes + 1) ** 1.2).astype(int))
    sizes[1::7] = 1
    return np.repeat(np.arange(1, classes + 1), sizes)


COUNTED = np.repeat(np.arange(1, 26), np.r_[1:14, 12:0:-1])
"""As people, cars or faults are counted: 1 to 25, the smallest and the largest once."""


@pytest.mark.parametrize(
    ("y", "called_so", "right"),
    [
        (ranked(50, 90), False, True),
        (COUNTED, False, False),
        (COUNTED, True, True),
        (ranked(50, 4_000), False, False),  # of which the usual one has more than 50
        (np.delete(ranked(50, 90), 0) + 3, True, False),  # not from 1
        (ranked(50, 90)[ranked(50, 90) != 9], True, False),  # a number is left out
        (np.repeat(np.arange(1, 41), 2), False, True),
        (np.r_[1:15], False, True),
    ],
)
def test_numbers_that_stand_once_may_be_classes(
    y: np.ndarray, called_so: bool, right: bool
) -> None:
    assert number_classes(*np.unique(y, return_counts=True), called_so=called_so) == right


def test_the_only_one_of_a_class_is_learned_from(npz_source: Any, write_npz: Any) -> None:
    y = np.r_[np.arange(100) % 4, 7, 8]
    path = write_npz(x=np.random.default_rng(0).normal(size=(102, 4, 1)), y=y)
    for split in (SplitSpec(folds=1), SplitSpec(folds=3)):
        data = read(npz_source(path, split=split), "many_to_one")
        (note,) = [note for note in data.notes if note.startswith("there is only one of")]
        assert note.startswith("there is only one of 7, 8, of 6 classes: it is learned from")
        for fold in range(data.folds):
            assert {4, 5} <= {*data.dataset(None, fold).train.y.tolist()}
    with pytest.raises(InvalidData, match="must have two members or more of each class"):
        mostly = np.r_[np.zeros(60), np.arange(1, 4)].astype(int)
        x = np.random.default_rng(0).normal(size=(63, 4, 1))
        read(npz_source(write_npz(x=x, y=mostly)), "many_to_one")


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_one_hot_targets_are_classes(dtype: Any, npz_source: Any, write_npz: Any) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4, 1))
    path = write_npz(x=x, y=np.eye(3)[np.arange(60) % 3].astype(dtype))
    data = read(npz_source(path), "many_to_one")
    assert data.dataset().target.classes == (0, 1, 2) and "one-hot: 3 classes" in data.notes[0]
    assert data.preparation().targets(str(path)).y.tolist() == (np.arange(60) % 3).tolist()
    assert guess(path, Wishes()).data[2].value == "class"
    steps = np.eye(3)[np.arange(240).reshape(60, 4) % 3].astype(dtype)
    tagged = read(npz_source(write_npz(x=x, y=steps)), "many_to_many")
    assert tagged.dataset().target.classes == (0, 1, 2)


@pytest.mark.parametrize("given_", [None, -1, 9])
def test_padding_of_tags_is_no_class(given_: int | None, npz_source: Any, write_npz: Any) -> None:
    x = np.random.default_rng(0).normal(size=(40, 6, 2))
    y = np.arange(240).reshape(40, 6) % 3
    pad = -1 if given_ is None else given_
    y[::2, 4:] = pad
    path = write_npz(x=x, y=y)
    data = read(npz_source(path, ignore_class=given_), "many_to_many")
    train = data.dataset().train
    assert data.dataset().target.classes == (0, 1, 2)
    assert train.weight is not None and (train.weight == 0).sum() > 0
    prepared = preparation_from_json(data.preparation().to_json())
    assert (prepared.targets(str(path)).weights == 0).sum() == 40
    assert bool(data.notes) == (given_ is None) or "whole numbers" in data.notes[0]


def guessed(tmp_path: Path, text: str, name: str = "a.csv") -> dict[str, Any]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = guess(tmp_path / name, Wishes())
    return {setting.key: setting.value for setting in found.data} | {"notes": found.notes}


@pytest.mark.parametrize(
    "labels", [["0", "1"], ["1", "2", "3", "4", "5"], ["0.0", "1.0"], ["-1", "1"]]
)
@pytest.mark.parametrize(
    "header", ["message,stars\n", "id,message,stars\n", "date,message,stars\n"]
)
def test_texts_with_numbers_as_classes(tmp_path: Path, labels: list[str], header: str) -> None:
    rows = []
    for n in range(100):
        first = {"i": f"{n},", "d": f"2024-01-{n % 28 + 1:02},"}.get(header[0], "")
        rows.append(f"{first}win the cash {n} now or never,{labels[n % len(labels)]}")
    found = guessed(tmp_path, header + "\n".join(rows))
    assert (found["source"], found["sequence"], found["target"]) == ("table", "message", "stars")
    assert found["target_kind"] == "class"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("code", ["000", "007", "107"], "class"),
        ("label", ["0.0", "1.0"], "class"),
        ("activity", ["None", "NA", "walk"], "class"),
        ("amount", ["1.0", "2.0", "3.0"], None),
    ],
)
def test_init_sees_codes(tmp_path: Path, name: str, values: list[str], kind: str | None) -> None:
    generator = np.random.default_rng(0)
    rows = [
        f"2024-01-01 {n // 60:02}:{n % 60:02},{generator.normal():.3f},{values[n // 7 % len(values)]}"
        for n in range(600)
    ]
    found = guessed(tmp_path, f"t,sensor,{name}\n" + "\n".join(rows))
    assert found["target"] == name and found.get("target_kind") == kind


@pytest.mark.parametrize(
    ("kinds", "codes"),
    [
        (("007", "07", "7"), True),
        (("01", "02", "NA"), True),
        (("01", "02", "None", ""), True),
        (("007", "107", ""), False),  # as numbers they are three, and one gap
        (("0.5", "01", "1"), False),
        (("1", "2", "NA"), False),
        ((*(f"{at:04}" for at in range(40)), "NA"), False),  # numbers of one width
    ],
)
def test_codes_that_numbers_would_not_tell_apart(kinds: tuple[str, ...], codes: bool) -> None:
    assert holds_codes(kinds * 3) == codes


@pytest.mark.parametrize("rows", [300, 90_000])  # the second is read by pandas
def test_the_past_of_codes_is_read_as_it_is_written(tmp_path: Path, rows: int) -> None:
    kinds = ["007", "07", "7"]
    lines = [f"{at % 10 / 10},{kinds[at % 7 % 3]}" for at in range(rows)]
    (tmp_path / "a.csv").write_text("\n".join(["a,code", *lines, ""]))
    source = CsvSource(
        source="csv",
        path=tmp_path / "a.csv",
        inputs=["a", "code"],
        target="code",
        target_kind="class",
        window=4,
    )
    data = read(source, "many_to_one")
    assert dict(data.preparation().to_json()["categories"]) == {"code": ["007", "07", "7"]}
    assert data.dataset().target.classes == ("007", "07", "7")
