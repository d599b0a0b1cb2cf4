"""Arrays: masks, splits, kinds of targets, gaps, and every message about bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE, Arrays, preparation_from_json, read
from rnnsearch.data.sequences.masks import fill_gaps, to_front, trailing_lengths
from rnnsearch.data.splits import random_parts, stratified_parts
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import ArraysSource, SplitSpec

RNG = np.random.default_rng(0)


def ragged(count: int, steps: int, features: int = 2) -> tuple[np.ndarray, np.ndarray]:
    lengths = RNG.integers(2, steps + 1, count)
    x = RNG.normal(3, 2, (count, steps, features)).astype(np.float32)
    x[np.arange(steps) >= lengths[:, None]] = np.nan
    return x, lengths


def messages(caught: pytest.ExceptionInfo[InvalidData]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_padding_moves_to_the_front_and_is_not_scaled_by(write_npz: Any, npz_source: Any) -> None:
    x, lengths = ragged(40, 7)
    y = np.arange(40) % 4
    data = read(npz_source(write_npz(x=x, y=y)), "many_to_one").dataset()
    given_lengths = np.where(np.isnan(x), 99, x)
    also = npz_source(write_npz(x=given_lengths, y=y, lengths=lengths))
    np.testing.assert_array_equal(read(also, "many_to_one").dataset().train.x, data.train.x)
    assert data.masked
    padding = (data.train.x == np.float32(MASK_VALUE)).all(axis=2)
    assert (np.diff(padding.astype(int), axis=1) <= 0).all()  # padding first, then the sequence
    real = data.train.x[~padding]
    np.testing.assert_allclose(real.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(real.std(axis=0), 1, atol=1e-5)
    assert data.train.y.dtype == np.int32 and data.train.weight is None


def test_steps_that_are_padding_do_not_count(write_npz: Any, npz_source: Any) -> None:
    x, lengths = ragged(30, 6)
    y = np.nansum(x, axis=2, keepdims=True)
    y[np.isnan(x).all(axis=2)] = np.nan
    path = write_npz(x=x, y=y)
    data = read(npz_source(path, split=SplitSpec(by="time")), "many_to_many").dataset()
    weight = data.train.weight
    assert weight is not None
    np.testing.assert_array_equal(weight.sum(axis=1), lengths[: len(weight)])
    np.testing.assert_array_equal(weight > 0, (data.train.x != np.float32(MASK_VALUE)).all(axis=2))
    raw = data.target.scaling.invert(data.train.y)[weight > 0]
    np.testing.assert_allclose(
        raw, y[: len(weight)][~np.isnan(y[: len(weight)])][:, None], rtol=1e-4, atol=1e-4
    )


def test_equal_lengths_need_no_mask(write_npz: Any, npz_source: Any) -> None:
    x = RNG.normal(size=(30, 5))
    path = write_npz(x=x, y=RNG.normal(size=30), other=np.arange(3))
    data = read(npz_source(path), "many_to_one").dataset()
    assert not data.masked
    assert data.train.x.shape == (22, 5, 1) and data.train.y.shape == (22, 1)
    assert data.target.kind == "numeric"


@pytest.mark.parametrize(
    ("task", "y", "changes", "kind", "classes"),
    [
        ("many_to_one", np.arange(30) % 3, {}, "class", (0, 1, 2)),
        ("many_to_one", np.arange(30) % 3, {"target_kind": "numeric"}, "numeric", ()),
        ("many_to_one", (np.arange(30) % 3) * 1.0, {"target_kind": "class"}, "class", (0, 1, 2)),
        ("many_to_one", np.array(["b", "a"] * 15), {}, "class", ("a", "b")),
        ("many_to_one", np.arange(60).reshape(30, 2), {}, "numeric", ()),
        ("many_to_one", np.arange(30)[:, None] % 2 == 0, {}, "class", (False, True)),
        ("many_to_many", np.arange(150).reshape(30, 5) % 4, {}, "class", (0, 1, 2, 3)),
        ("many_to_many", np.arange(150.0).reshape(30, 5), {}, "numeric", ()),
        ("one_to_many", np.arange(210).reshape(30, 7), {}, "numeric", ()),
    ],
)
def test_kind_of_target(
    task: str, y: Any, changes: Any, kind: str, classes: Any, write_npz: Any, npz_source: Any
) -> None:
    x = RNG.normal(size=(30, 4) if task == "one_to_many" else (30, 5, 2))
    data = read(npz_source(write_npz(x=x, y=y), **changes), task).dataset()
    assert (data.target.kind, data.target.classes) == (kind, classes)
    assert data.output_steps == (7 if task == "one_to_many" else None)


def test_parts_of_their_own_are_kept(write_npz: Any, npz_source: Any) -> None:
    arrays = {
        f"{name}_{part}": RNG.normal(size=(count, 5, 1) if name == "x" else (count, 1))
        for part, count in (("train", 20), ("validation", 4), ("test", 6))
        for name in "xy"
    }
    data = read(npz_source(write_npz(**arrays)), "many_to_one").dataset()
    assert [len(data.train), len(data.validation), len(data.test)] == [20, 4, 6]
    for name in ("x_test", "y_test"):
        del arrays[name]
    data = read(npz_source(write_npz(**arrays)), "many_to_one").dataset()
    assert [len(data.train), len(data.validation), len(data.test)] == [17, 4, 3]


def test_arrays_from_the_api_are_like_those_of_a_file(write_npz: Any, npz_source: Any) -> None:
    x, y = RNG.normal(size=(30, 5, 2)), np.arange(30) % 3
    source = ArraysSource(source="arrays", split=SplitSpec(folds=1))
    first = read(source, "many_to_one", arrays=Arrays(train=(x, y))).dataset()
    second = read(npz_source(write_npz(x=x, y=y)), "many_to_one").dataset()
    np.testing.assert_array_equal(first.train.x, second.train.x)
    np.testing.assert_array_equal(first.test.y, second.test.y)


@given(
    counts=st.lists(st.integers(2, 40), min_size=2, max_size=6),
    validation=st.floats(0.05, 0.4),
    test=st.floats(0.0, 0.4),
    seed=st.integers(0, 5),
)
@settings(deadline=None, max_examples=60)
def test_stratified_parts(counts: list[int], validation: float, test: float, seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    parts = stratified_parts(labels, validation, test, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(labels)))
    assert set(labels[parts[0]]) == set(range(len(counts)))
    for part, share in zip(parts[1:], (validation, test), strict=True):
        for label, count in enumerate(counts):
            assert abs((labels[part] == label).sum() - share * count) < 2.5
    again = stratified_parts(labels, validation, test, seed)
    assert all((one == two).all() for one, two in zip(parts, again, strict=True))


def test_random_parts_cover_everything_once() -> None:
    parts = random_parts(50, 0.2, 0.1, 3)
    assert [len(part) for part in parts] == [35, 10, 5]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(50))


def test_masks() -> None:
    x = np.array([[[1.0], [2.0], [np.nan]], [[3.0], [np.nan], [5.0]]])
    lengths = trailing_lengths(x)
    np.testing.assert_array_equal(lengths, [2, 3])
    np.testing.assert_array_equal(fill_gaps(x, lengths)[1, :, 0], [3, 4, 5])
    moved = to_front(x, lengths, 4, -1)[..., 0]
    np.testing.assert_array_equal(moved, [[-1, -1, 1, 2], [-1, 3, np.nan, 5]])


@pytest.mark.parametrize(("missing", "count"), [("drop", 30), ("interpolate", 31)])
def test_gaps_within_sequences(missing: str, count: int, write_npz: Any, npz_source: Any) -> None:
    x, y = RNG.normal(size=(32, 5, 1)), RNG.normal(size=32)
    x[3, 2], y[7] = np.nan, np.nan
    data = read(npz_source(write_npz(x=x, y=y), missing=missing), "many_to_one").dataset()
    assert len(data.train) + len(data.validation) + len(data.test) == count
    assert np.isfinite(data.train.x).all()


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many", "one_to_many"])
@pytest.mark.parametrize("kind", ["numeric", "class"])
def test_preparation_treats_new_files_alike(
    task: str, kind: str, write_npz: Any, npz_source: Any
) -> None:
    x, lengths = ragged(50, 6)
    if task == "one_to_many":
        x = RNG.normal(size=(50, 3)).astype(np.float32)
    shape = (50,) if task == "many_to_one" else (50, 6)
    y = RNG.normal(size=shape) if kind == "numeric" else RNG.integers(0, 3, shape)
    arrays = {"x_train": x[:40], "y_train": y[:40], "x_test": x[40:], "y_test": y[40:]}
    arrays |= {"lengths_train": lengths[:40], "lengths_test": lengths[40:]}
    data = read(npz_source(write_npz(**arrays), target_kind=kind), task)
    kept = json.loads(json.dumps(data.preparation().to_json()))
    prepared = preparation_from_json(kept)
    assert prepared.to_json() == kept
    path = str(write_npz(x=x[40:], y=y[40:], lengths=lengths[40:]))
    part, test = prepared.targets(path), data.dataset().test
    np.testing.assert_array_equal(part.x, test.x)
    np.testing.assert_array_equal(part.y, test.y)
    np.testing.assert_array_equal(
        np.ones(1) if part.weight is None else part.weight,
        np.ones(1) if test.weight is None else test.weight,
    )
    inputs, frame = prepared.inputs(path)
    np.testing.assert_array_equal(inputs, test.x)
    counts = {"many_to_one": 10, "one_to_many": 60, "many_to_many": lengths[40:].sum()}
    assert len(frame) == counts[task]
    if task == "many_to_many":
        real = (inputs != np.float32(MASK_VALUE)).all(axis=2).ravel()
        np.testing.assert_array_equal(frame.index, np.flatnonzero(real))


def test_summary(write_npz: Any, npz_source: Any) -> None:
    x, _ = ragged(40, 6)
    path = write_npz(x=x, y=np.array(["no", "yes"] * 20))
    assert read(npz_source(path), "many_to_one").summary() == [
        ("training", "28 sequences"),
        ("validation", "6 sequences"),
        ("test", "6 sequences"),
        ("input", "(N, T, F) = (28, 6, 2), ragged: padded at the front and masked"),
        ("output", "(N,) = (28,)"),
        ("target", "members of each class in training: no 14, yes 14"),
    ]
    path = write_npz(x=x, y=np.resize([2.0, 5.0], 40))
    assert ("target", "2 to 5 in training") in read(npz_source(path), "many_to_one").summary()


X, Y = np.arange(60.0).reshape(20, 3, 1) % 7, np.arange(20) % 4
HOLED, ENDLESS, FLAT = X.copy(), X.copy(), np.concatenate([X, np.ones((20, 3, 1))], axis=2)
HOLED[4, 1], ENDLESS[6, 0] = np.nan, np.inf
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "no arrays": (
        {"curves": X, "y": Y},
        {},
        [
            "data.path: must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'; received "
            "curves, y; save both"
        ],
    ),
    "half a part": (
        {"x_train": X, "y_train": Y, "y_test": Y},
        {},
        [
            "data.path: must hold the arrays 'x_test' and 'y_test'; received x_train, y_train, "
            "y_test; save both"
        ],
    ),
    "axes": (
        {"x": X[..., None], "y": Y},
        {},
        [
            "data.path: must have the axes (N, T, F) or (N, T); received x of shape (20, 3, 1, 1); "
            "as many_to_one needs them; of pictures (N, H, W, C) make each row a step: "
            "x.reshape(20, 3, -1)"
        ],
    ),
    "target axes": (
        {"x": X, "y": np.zeros((20, 3, 2))},
        {},
        [
            "data.path: must have the axes (N, O) for a numeric target; received y of shape "
            "(20, 3, 2); as many_to_one needs them; save the numbers of all steps side by side: "
            "y.reshape(len(y), -1)"
        ],
    ),
    "counts": (
        {"x": X, "y": Y[:9]},
        {},
        [
            "data.path: must have as many targets as sequences; received 20 in x, 9 in y; save "
            "both from one place"
        ],
    ),
    "lengths": (
        {"x": X, "y": Y, "lengths": np.full(20, 4)},
        {},
        [
            "data.path: must be a whole number from 1 to 3 for each of 20 sequences; received 4 "
            "to 4 in lengths; save the number of real steps"
        ],
    ),
    "text input": (
        {"x": X.astype(str), "y": Y},
        {},
        [
            "data.path: must hold numbers; received x of type <U32; only one_to_many reads text "
            "so far: write it as features of 0 and 1, one for each value"
        ],
    ),
    "gap": (
        {"x": HOLED, "y": Y},
        {},
        [
            "data.path: must have a value in every step that is no padding at the end; received "
            "NaN in 1 sequences of x (index 4); fill the gaps, or set data.missing to interpolate "
            "or drop"
        ],
    ),
    "infinite": (
        {"x": ENDLESS, "y": Y},
        {},
        [
            "data.path: must be finite numbers below 1e30; received inf in x (index 6); correct "
            "the arrays"
        ],
    ),
    "constant": (
        {"x": X * 0, "y": Y},
        {},
        [
            "data.path: must vary in the training part; received the only feature the same in all 14 "
            "training sequences; give sequences that differ"
        ],
    ),
    "constant target": (
        {"x": X, "y": np.ones(20)},
        {},
        [
            "data.path: must vary in the training part; received output 0, the same in all 14 "
            "training sequences; leave the output out"
        ],
    ),
    "lone classes": (
        {"x": X, "y": np.array([0, 1] * 8 + [2, 3, 4, 5])},
        {},
        [
            "data.target_kind: must have two members or more of each class; received one of 2, 3, "
            "4, 5 (6 classes); leave these out, join classes, or set data.target_kind: numeric"
        ],
    ),
    "class in validation only": (
        {"x_train": X, "y_train": Y, "x_validation": X, "y_validation": Y + 1},
        {},
        [
            "data.split: must have every class in the training part; received 4 in validation only; "
            "change the parts"
        ],
    ),
    "features differ": (
        {"x_train": X, "y_train": Y, "x_test": FLAT, "y_test": Y},
        {},
        [
            "data.path: must have the same features in every part; received 1 in x_train, 2 in "
            "x_test; save the same columns"
        ],
    ),
    "text for numbers": (
        {"x": X, "y": np.array(["a", "b"] * 10)},
        {"target_kind": "numeric"},
        [
            "data.target_kind: must suit the target; received text in y; set data.target_kind to "
            "class, or give numbers"
        ],
    ),
    "fractions for classes": (
        {"x": X, "y": np.array([0.5, 1.0] * 10)},
        {"target_kind": "class"},
        [
            "data.target_kind: must have whole numbers for classes; received 0.5; set "
            "data.target_kind to numeric"
        ],
    ),
    "too few": (
        {"x": X[:4], "y": Y[:4] % 2},
        {"split": SplitSpec(validation=0.1)},
        [
            "data.split: must leave a sequence in every part; received 3 training, 0 validation, "
            "1 test sequences of 4; give more, or change the shares"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_arrays(case: str, write_npz: Any, npz_source: Any) -> None:
    arrays, changes, expected = CASES[case]
    with pytest.raises(InvalidData) as caught:
        read(npz_source(write_npz(**arrays), **changes), "many_to_one")
    assert messages(caught) == expected


def test_stratified_needs_classes(write_npz: Any, npz_source: Any) -> None:
    source = npz_source(write_npz(x=X, y=np.arange(20.0)), split=SplitSpec(by="stratified"))
    with pytest.raises(InvalidData) as caught:
        read(source, "many_to_one")
    assert messages(caught) == [
        "data.split.by: must be auto, time or random where a sequence has not one class; "
        "received stratified; use random"
    ]


def test_steps_must_agree(write_npz: Any, npz_source: Any) -> None:
    with pytest.raises(InvalidData) as caught:
        read(npz_source(write_npz(x=X, y=np.zeros((20, 2)))), "many_to_many")
    assert messages(caught) == [
        "data.path: must have as many target steps as steps; received 3 in x, 2 in y; "
        "many_to_many has an output at every step"
    ]


def test_objects_are_refused(write_npz: Any, npz_source: Any) -> None:
    path = write_npz(x=np.array([[1], [2, 3]], dtype=object), y=Y)
    with pytest.raises(InvalidData) as caught:
        read(npz_source(path), "many_to_one")
    assert messages(caught) == [
        "data.path: must hold plain arrays; received Python objects in 'x'; pad ragged "
        "sequences with NaN at the end, and save texts as y.astype(str), numbers as y.astype(float)"
    ]


def test_classes_of_the_test_part_alone_are_left_out_of_it(write_npz: Any, npz_source: Any) -> None:
    new = Y.copy()
    new[[3, 8]] = 9
    path = write_npz(x_train=X, y_train=Y, x_test=X, y_test=new)
    data = read(npz_source(path), "many_to_one")
    assert data.dataset().target.classes == (0, 1, 2, 3)
    assert data.dataset().test.y.tolist() == np.delete(Y, [3, 8]).tolist()
    said = "2 of 20 sequences of the test part are of classes that no other part has (9)"
    assert any(note.startswith(said) for note in data.notes)
    strange = write_npz(x_train=X, y_train=Y, x_test=X, y_test=Y + 9)
    with pytest.raises(InvalidData, match="in test only"):
        read(npz_source(strange), "many_to_one")


def test_steps_of_classes_of_the_test_part_alone_are_not_judged(
    write_npz: Any, npz_source: Any
) -> None:
    steps = np.tile(np.arange(3) % 2, (20, 1))
    new = steps.copy()
    new[4, 1:], new[5] = 7, 7
    path = write_npz(x_train=X, y_train=steps, x_test=X, y_test=new)
    data = read(npz_source(path, split=SplitSpec(by="time")), "many_to_many")
    weight = data.dataset().test.weight
    assert weight is not None
    assert weight.shape == (19, 3)  # the sixth has nothing left
    assert (weight[4].tolist(), weight[5].tolist()) == ([1, 0, 0], [1, 1, 1])


def test_files_that_are_no_archive(tmp_path: Path, npz_source: Any) -> None:
    path = tmp_path / "arrays.npz"
    with pytest.raises(InvalidData, match=r"must be an existing file; received .*arrays\.npz"):
        read(npz_source(path), "many_to_one")
    path.write_bytes(b"hello")
    with pytest.raises(InvalidData, match=r"must be an \.npz file; received .*use numpy\.savez"):
        read(npz_source(path), "many_to_one")
    with path.open("wb") as file:
        np.save(file, X)
    with pytest.raises(InvalidData, match=r"must be an \.npz file; received one array, "):
        read(npz_source(path), "many_to_one")


def test_new_file_must_fit_the_model(write_npz: Any, npz_source: Any) -> None:
    prepared = read(npz_source(write_npz(x=X, y=Y)), "many_to_one").preparation()
    with pytest.raises(InvalidData) as caught:
        prepared.inputs(str(write_npz(x=np.zeros((2, 5, 2)))))
    assert messages(caught) == [
        "data.path: must have 1 features, as in training; received 2 in x; save the same columns",
        "data.path: must have 3 steps, as in training; received 5 in x; cut the sequences",
    ]
    with pytest.raises(InvalidData) as caught:
        prepared.targets(str(write_npz(x=X, y=Y + 2)))
    assert messages(caught) == [
        "data.path: must be classes known from training; received 4, 5; there are: 0, 1, 2, 3"
    ]


def test_a_number_alone_is_refused_as_other_axes_are(npz_source: Any, write_npz: Any) -> None:
    path = write_npz(x=np.float32(3.0), y=np.arange(20))
    with pytest.raises(
        InvalidData, match=r"must have the axes \(N, T, F\) or \(N, T\); received x"
    ):
        read(npz_source(path), "many_to_one")
