"""What is guessed of arrays, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

N, T, F = 120, 16, 3
RNG = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def look(folder: Path, arrays: dict[str, Any], **wishes: Any) -> Guess:
    np.savez(folder / "data.npz", **arrays)
    return guess(folder / "data.npz", Wishes(**wishes))


def classes(count: int = N) -> np.ndarray:
    return np.arange(count) % 3


CASES = [
    ("many_to_one", "class", noise(N, T, F), classes()),
    ("many_to_one", "class", noise(N, T), classes().astype(np.float64)),
    ("many_to_one", "class", noise(N, T, F), np.array(["a", "b", "c"])[classes()]),
    ("many_to_one", "numeric", noise(N, T, F), noise(N)),
    ("many_to_one", "numeric", noise(N, T, F), noise(N, 2)),
    ("many_to_one", "numeric", noise(N, T, F), np.arange(N)),
    ("many_to_many", "numeric", noise(N, T, F), noise(N, T, 2)),
    ("many_to_many", "numeric", noise(N, T, F), noise(N, T)),
    ("many_to_many", "class", noise(N, T, F), RNG.integers(0, 3, (N, T))),
    ("one_to_many", "numeric", noise(N, F), noise(N, T)),
    ("one_to_many", "numeric", noise(N, F), noise(N, T, 2)),
    ("one_to_many", "numeric", np.array(["a", "b", "c"])[classes()], noise(N, T)),
]


@pytest.mark.parametrize(("task", "kind", "x", "y"), CASES)
def test_the_shapes_say_the_task_and_the_spec_reads_them(tmp_path, task, kind, x, y):
    found = look(tmp_path, {"x": x, "y": y})
    assert setting(found, "task") == task
    assert setting(found, "target_kind") == kind
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    several = kind == "numeric" and y.shape[-1] == 2
    expected = "val_nrmse" if several else "val_rmse" if kind == "numeric" else "val_loss"
    assert setting(found, "objective") == expected
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == task


def test_parts_of_their_own_are_taken_as_they_are(tmp_path):
    arrays = {"x_train": noise(N, T, F), "y_train": classes()}
    arrays |= {"x_test": noise(30, T, F), "y_test": classes(30)}
    found = look(tmp_path, arrays)
    assert setting(found, "split") == {"folds": "auto"}
    arrays |= {"x_validation": noise(30, T, F), "y_validation": classes(30)}
    assert setting(look(tmp_path, arrays), "split") is None
    rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml")


def test_gaps_and_padding_are_told_apart(tmp_path):
    x = noise(N, T, F)
    x[:60, 10:] = np.nan
    assert setting(look(tmp_path, {"x": x, "y": classes()}), "missing") is None
    x[7, 3, 1] = np.nan
    assert setting(look(tmp_path, {"x": x, "y": classes()}), "missing") == "interpolate"
    rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml")


def test_truncation_is_below_the_usual_length(tmp_path):
    lengths = np.full(N, 5)
    lengths[0] = T
    arrays = {"x": noise(N, T, F), "y": classes(), "lengths": lengths}
    assert setting(look(tmp_path, arrays), "unroll_length") is None
    lengths[:] = 12
    assert setting(look(tmp_path, arrays), "unroll_length") == [6, "full"]


@pytest.mark.parametrize(("owner", "used"), [("subject", True), ("font", False)])
def test_sequences_of_one_person_stay_together(tmp_path, owner, used):
    x, y = RNG.normal(size=(N, 9, 2)), classes()
    found = look(tmp_path, {"x": x, "y": y, owner: np.arange(N) // (N // 6)})
    assert (setting(found, "split").get("group") == owner) == used
    assert (found.notes == ()) == used
    if used:
        written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
        assert "no group divided" in dict(rnnsearch.check(written).data)["folds"]


def test_infinities_are_refused_in_one_line(tmp_path):
    x = RNG.normal(size=(N, 9, 2))
    x[3, 2, 1] = np.inf
    with pytest.raises(
        InvalidInput, match=r"finite numbers; received infinities in x \(1 values\)"
    ):
        look(tmp_path, {"x": x, "y": classes()})


def test_other_arrays_are_noted(tmp_path):
    found = look(tmp_path, {"x": noise(N, T, F), "y": classes(), "font": classes()})
    assert found.notes == ("not used: font",)


@pytest.mark.parametrize(
    ("said", "split"),
    [
        (["train", "train", "train", "test"], {"column": "part", "folds": "auto"}),
        (["train", "train", "validation"], {"column": "part", "test": 0.2}),
        (["train", "validation", "test"], {"column": "part"}),
        ([b"train", b"train", b"train", b"test"], {"column": "part", "folds": "auto"}),
    ],
)
def test_an_array_may_say_the_parts(tmp_path, said, split):
    part = np.resize(np.array(said), N)
    arrays = {"x": noise(N, T, F), "y": RNG.permutation(classes()), "part": part}
    found = look(tmp_path, arrays)
    assert setting(found, "split") == split
    assert found.notes == ()
    rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml")


def test_an_array_of_other_texts_says_no_parts(tmp_path):
    part = np.resize(np.array(["train", "other"]), N)
    found = look(tmp_path, {"x": noise(N, T, F), "y": classes(), "part": part})
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    assert found.notes == ("not used: part",)


@pytest.mark.parametrize(
    ("arrays", "wishes", "message"),
    [
        (
            {"x": noise(5, 4, 3), "kind": classes(5)},
            {},
            "data.npz: must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'; "
            "received x, kind; save them under these names, as "
            "numpy.savez('data.npz', x=x, y=y) does",
        ),
        (
            {"x": noise(5, 4, 3), "y": classes(6)},
            {},
            "data.npz: must hold as many targets as sequences; received x of shape (5, 4, 3), "
            "y of shape (6,); save both from one place",
        ),
        (
            {"data": noise(50, 4, 3)},
            {},
            "data.npz: must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'; received x; "
            "save them under these names, as numpy.savez('data.npz', x=x, y=y) does; if it is one "
            "series, a row a time step, it is read as a table: pandas.DataFrame(x.reshape(50, -1))"
            ".to_csv('data.csv', index=False)",
        ),
        (
            {"x": noise(5, 4) + 1j, "y": classes(5)},
            {},
            "data.npz: must hold numbers or text; received x of type complex64; save both parts "
            "as features: numpy.stack([x.real, x.imag], -1)",
        ),
        (
            {"x": np.zeros((5, 4), [("a", "f4"), ("b", "f4")]), "y": classes(5)},
            {},
            "data.npz: must hold numbers or text; received x of type [('a', '<f4'), ('b', '<f4')]; "
            "save its fields as features: numpy.lib.recfunctions.structured_to_unstructured(x)",
        ),
        (
            {"x": noise(5, 4, 3), "y": classes(5)},
            {"target": "y"},
            "--target: must be given for a table only; received 'y', and arrays; "
            "leave it out: y is the target",
        ),
    ],
)
def test_what_is_refused_and_how(tmp_path, arrays, wishes, message):
    with pytest.raises(InvalidInput) as caught:
        look(tmp_path, arrays, **wishes)
    assert str(caught.value) == message


def test_a_part_without_targets_is_left_out_and_said(tmp_path):
    arrays = {"x_train": noise(N, T, F), "y_train": classes(), "x_test": noise(9, T, F)}
    found = look(tmp_path, arrays)
    said = "x_test is left out, as there are no targets y_test of it: it can be predicted for"
    assert said in found.notes
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    assert ("note", said) in rnnsearch.check(written).data


@pytest.mark.parametrize(("count", "folds"), [(100, "5 folds × 3 repeats"), (900, "5 folds")])
def test_folds_are_those_that_check_finds(tmp_path, count, folds):
    found = look(tmp_path, {"x": noise(count, 4, 1), "y": classes(count)})
    split = next(one for one in found.data if one.key == "split")
    assert split.why.endswith(
        f"; auto is {folds} for about {count * 4 // 5} sequences outside the test part"
    )
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    said = dict(rnnsearch.check(written).data)["folds"]
    assert said.startswith(folds.replace(" folds", "") + " (auto: ")
    many = look(tmp_path, {"x": noise(26_000, 1, 1), "y": classes(26_000)})
    assert setting(many, "split") == {"validation": 0.2, "test": 0.2}


def test_many_whole_numbers_are_amounts_as_the_source_says(tmp_path):
    found = look(tmp_path, {"x": noise(N, T, F), "y": RNG.poisson(50, N)})
    assert setting(found, "target_kind") == "numeric"
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "many_to_one"


def test_many_numbered_classes_of_which_some_stand_once(tmp_path):
    sizes = np.maximum(1, 60 // np.arange(1, 31))
    y = np.repeat(np.arange(1, 31), sizes)
    counted = np.repeat(np.arange(1, 26), np.r_[1:14, 12:0:-1])
    for names, target, kind in (
        ("xy", y, "class"),
        ("xy", counted, "numeric"),
        (("data", "labels"), counted, "class"),
        (("data", "targets"), counted, "numeric"),
    ):
        found = look(tmp_path, dict(zip(names, (noise(len(target), T), target), strict=True)))
        assert setting(found, "target_kind") == kind
    rows = np.column_stack([counted, np.cumsum(noise(len(counted), 40), axis=1)])
    np.savetxt(tmp_path / "rows.tsv", rows, delimiter="\t", fmt=["%d"] + ["%.3f"] * 40)
    assert setting(guess(tmp_path / "rows.tsv", Wishes()), "target_kind") == "class"


def test_things_that_may_be_true_at_once_are_said(tmp_path):
    found = look(tmp_path, {"x": noise(N, T, F), "y": RNG.integers(0, 2, (N, 4))})
    assert "may be true at once" in found.notes[0]
    one_hot = np.eye(3)[classes()]
    assert look(tmp_path, {"x": noise(N, T, F), "y": one_hot}).notes == ()
    steps = look(tmp_path, {"x": noise(N, T, F), "y": RNG.integers(0, 2, (N, T))})
    assert setting(steps, "target_kind") == "class" and steps.notes == ()
