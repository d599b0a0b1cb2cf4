"""Classes as inputs of one_to_many: from tables and arrays, in new files, and when refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, Preparation, SequenceData, preparation_from_json, read
from rnnsearch.data.categories import column_names, join_columns, one_hot
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import ArraysSource, SplitSpec

RNG = np.random.default_rng(0)
SKIES = ["sun", "rain", "fog", "sun", "rain"]


def kept(data: SequenceData) -> Preparation:
    """The preparation, as `predict` finds it."""
    values = json.loads(json.dumps(pickle.loads(pickle.dumps(data)).preparation(fold=-1).to_json()))
    prepared = preparation_from_json(values)
    assert prepared.to_json() == values
    return prepared


def text(caught: pytest.ExceptionInfo[InvalidData]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_one_hot() -> None:
    np.testing.assert_array_equal(
        one_hot(np.array(["b", "a", "c", ""]), ("a", "b")), [[0, 1], [1, 0], [0, 0], [0, 0]]
    )
    np.testing.assert_array_equal(one_hot(np.array([7, -1]), (-1, 7)), [[0, 1], [1, 0]])
    categories = {"k": ("p", "q")}
    assert column_names(("a", "k", "b"), categories) == ("a", "k=p", "k=q", "b")
    joined = join_columns(
        np.array([[1.0, 2.0]]), {"k": np.array(["q"])}, ("a", "k", "b"), categories
    )
    np.testing.assert_array_equal(joined, [[1, 0, 1, 2]])


# Tables: 20 blocks of 4 rows, the first 14 for training. Only a block's first row is an input.


def days(**changes: Any) -> dict[str, list[Any]]:
    blocks = 20
    values: dict[str, list[Any]] = {
        "sky": [SKIES[n % 5] for n in range(blocks)],
        "wind": [n % 6 for n in range(blocks)],
        "shop": ["10", "b", "c", "10", "b"] * 4,
    } | changes
    columns = {
        name: [v for value in column for v in [value] * 4] for name, column in values.items()
    }
    return columns | {"y": list(np.round(np.sin(np.arange(80)) * 5, 4))}


def block_source(csv_source: Any, path: Path, **changes: Any) -> Any:
    usual: dict[str, Any] = {"inputs": ("wind", "sky", "shop"), "window": None, "output_steps": 4}
    return csv_source(path, **(usual | changes))


def test_text_columns_become_a_feature_for_each_category(write_csv: Any, csv_source: Any) -> None:
    data = read(block_source(csv_source, write_csv(days())), "one_to_many")
    names = ("wind", "sky=fog", "sky=rain", "sky=sun", "shop=10", "shop=b", "shop=c")
    assert data.preparation(fold=-1).features_names == names  # type: ignore[attr-defined]
    assert dict(data.summary())["input"] == f"(N, F) = (14, 7): {', '.join(names)}"
    x = data.dataset().train.x
    np.testing.assert_array_equal(x[:3, 1:4], [[0, 0, 1], [0, 1, 0], [1, 0, 0]])  # not scaled
    np.testing.assert_array_equal(x[:3, 4:], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    raw = np.arange(14) % 6
    np.testing.assert_allclose(x[:, 0], (raw - raw.mean()) / raw.std(), atol=0.1)


@pytest.mark.parametrize("scaling", ["standard", "none"])
@pytest.mark.parametrize("inputs", [("sky",), ("sky", "wind", "shop"), ("wind",)])
def test_new_tables_are_treated_alike(
    inputs: tuple[str, ...], scaling: str, write_csv: Any, csv_source: Any
) -> None:
    columns = days()
    source = block_source(csv_source, write_csv(columns), inputs=inputs, scaling=scaling)
    data = read(source, "one_to_many")
    prepared, test = kept(data), data.dataset().test
    path = str(write_csv({name: column[-12:] for name, column in columns.items()}))
    np.testing.assert_array_equal(prepared.targets(path).x, test.x)
    np.testing.assert_array_equal(prepared.targets(path).y, test.y)
    x, frame = prepared.inputs(path)
    np.testing.assert_array_equal(x, test.x)
    assert len(frame) == 12
    # A column of categories stays one, though all of a new file's look like numbers.
    ten = {"sky": ["sun"] * 4, "wind": [3] * 4, "shop": ["10"] * 4}
    found = prepared.inputs(str(write_csv(ten)))[0]
    sunny = [row for row in range(80) if columns["sky"][row] == "sun"]
    assert found.shape == (1, x.shape[1]) and sunny
    if "shop" in inputs:
        np.testing.assert_array_equal(found[0, -3:], [1, 0, 0])


def test_only_first_rows_of_blocks_are_read(write_csv: Any, csv_source: Any) -> None:
    columns = days()
    columns["sky"][1] = columns["sky"][79] = "hail"  # nobody reads these
    source = block_source(csv_source, write_csv(columns), inputs=("sky",))
    data = read(source, "one_to_many")
    assert data.dataset().train.x.shape == (14, 3)
    path = str(write_csv({name: column[-12:] for name, column in columns.items()}))
    assert len(kept(data).inputs(path)[0]) == 3


BLOCKS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "new in validation": (
        {"sky": [*SKIES * 3, "hail", "snow", *SKIES[:3]]},
        {},
        "data.inputs: must have every category in the training part; received 'hail', 'snow' in "
        "2 rows (62, 66) of 'sky'; it has: fog, rain, sun; change data.split, join categories, "
        "or leave the column out",
    ),
    "one category": (
        {"sky": ["sun"] * 20},
        {},
        "data.inputs: must vary in the training part; received 'sun' in all 14 first rows of "
        "training blocks of 'sky'; leave the column out",
    ),
    "one number": (
        {"wind": [3] * 20},
        {},
        "data.inputs: must vary in the training part; received 3 in all 14 first rows of "
        "training blocks of 'wind'; leave the column out",
    ),
    "some text among numbers": (
        {"wind": [*range(19), "calm"]},
        {},
        "data.inputs: must be numbers; received 'calm' in row 78 of 'wind' (4 such rows); "
        "correct the file; leave a cell empty where a value is missing",
    ),
    "gap": (
        {"sky": [*SKIES * 3, None, *SKIES[:4]]},
        {},
        "data.inputs: must have a value in every row; received nothing in 4 rows (62 to 65) of "
        "'sky'; fill the gaps, or set data.missing to interpolate or drop",
    ),
    "gap to interpolate": (
        {"sky": [*SKIES * 3, None, *SKIES[:4]]},
        {"missing": "interpolate"},
        "data.missing: must be error or drop where a column of text has gaps; received "
        "interpolate, and nothing in 4 rows (62 to 65) of 'sky'; use drop, or fill the gaps",
    ),
}


@pytest.mark.parametrize("case", BLOCKS)
def test_bad_tables(case: str, write_csv: Any, csv_source: Any) -> None:
    columns, changes, message = BLOCKS[case]
    with pytest.raises(InvalidData) as caught:
        read(block_source(csv_source, write_csv(days(**columns)), **changes), "one_to_many")
    assert text(caught) == [message]


def test_rows_without_a_category_can_be_dropped(write_csv: Any, csv_source: Any) -> None:
    path = write_csv(days(sky=[*SKIES * 3, None, *SKIES[:4]]))
    data = read(block_source(csv_source, path, missing="drop"), "one_to_many")
    assert dict(data.summary())["rows"] == "76"


def test_new_tables_must_hold_known_categories(write_csv: Any, csv_source: Any) -> None:
    prepared = kept(read(block_source(csv_source, write_csv(days())), "one_to_many"))
    path = str(write_csv(days(sky=["sun", "hail", *["fog"] * 18])))
    for use in (prepared.inputs, prepared.targets):
        with pytest.raises(InvalidData) as caught:
            use(path)
        assert text(caught) == [
            "data.inputs: must be a category known from training; received 'hail' in row 6 of "
            "'sky'; there are: fog, rain, sun"
        ]
    with pytest.raises(InvalidData) as caught:
        prepared.inputs(str(write_csv(days(wind=["calm"] * 20))))
    assert text(caught) == [
        "data.inputs: must be numbers; received 'calm' in row 2 of 'wind' (80 such rows); "
        "correct the file; leave a cell empty where a value is missing"
    ]


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_windows_read_text_at_each_step(task: str, write_csv: Any, csv_source: Any) -> None:
    columns = days()
    data = read(csv_source(write_csv(columns), inputs=("sky", "wind")), task)
    known = sorted(set(columns["sky"]))
    names = data.preparation(fold=-1).features_names
    assert names == (*(f"sky={category}" for category in known), "wind")
    first = data.dataset().train.array[0, :, : len(known)]
    assert [known[index] for index in first.argmax(axis=1)] == list(columns["sky"][:4])
    assert (first.sum(axis=1) == 1).all()


# Arrays.

LABELS = np.array(["low", "high", "mid"] * 10)
CODES = np.array([4, 9, 2] * 10)
CURVES = RNG.normal(size=(30, 6))


@pytest.mark.parametrize(
    ("x", "categories"),
    [
        (LABELS, ("high", "low", "mid")),
        (LABELS[:, None], ("high", "low", "mid")),
        (LABELS.astype("S"), ("high", "low", "mid")),
        (CODES, (2, 4, 9)),
        (CODES.astype(np.uint8), (2, 4, 9)),
    ],
)
def test_classes_in_arrays(x: Any, categories: Any, write_npz: Any, npz_source: Any) -> None:
    data = read(npz_source(write_npz(x=x, y=CURVES)), "one_to_many")
    dataset = data.dataset()
    assert data.preparation(fold=-1).categories == (categories,)  # type: ignore[attr-defined]
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == [21, 5, 4]
    assert dataset.train.x.dtype == np.float32
    np.testing.assert_array_equal(dataset.train.x.sum(axis=1), 1)
    assert dict(data.summary())["input"] == (
        f"(N, F) = (21, 3): 0 or 1 for each of {', '.join(map(str, categories))}"
    )
    prepared = kept(data)
    inputs, frame = prepared.inputs(str(write_npz(x=x[:4])))
    expected = [
        categories.index(value)
        for value in np.asarray(x[:4]).ravel().astype(type(categories[0])).tolist()
    ]
    np.testing.assert_array_equal(inputs.argmax(axis=1), expected)
    assert len(frame) == 24
    np.testing.assert_array_equal(prepared.targets(str(write_npz(x=x, y=CURVES))).x[:4], inputs)


KINDS = np.array(["round", "square"] * 15)


@pytest.mark.parametrize("kind", ["U", "S"])
def test_several_classes_in_arrays(kind: str, write_npz: Any, npz_source: Any) -> None:
    """Each column has features of its own, the classes of which training knows."""
    x = np.stack([LABELS, KINDS], axis=1)
    data = read(npz_source(write_npz(x=x.astype(kind), y=CURVES)), "one_to_many")
    assert dict(data.summary())["input"] == (
        "(N, F) = (21, 5): 0 or 1 for each of high, low, mid; round, square"
    )
    inputs, _ = kept(data).inputs(str(write_npz(x=x.astype(kind))))
    expected = [one_hot(LABELS, ("high", "low", "mid")), one_hot(KINDS, ("round", "square"))]
    np.testing.assert_array_equal(inputs, np.concatenate(expected, axis=1))
    # Divided with the same share of each of the first column's classes.
    alone = read(npz_source(write_npz(x=LABELS, y=CURVES)), "one_to_many").dataset()
    np.testing.assert_array_equal(data.dataset().train.x[:, :3], alone.train.x)


@pytest.mark.parametrize("x", [CODES * 1.0, CODES[:, None], CODES[:, None] * 1.0, CODES > 3])
def test_numbers_stay_numbers(x: Any, write_npz: Any, npz_source: Any) -> None:
    data = read(npz_source(write_npz(x=x, y=CURVES)), "one_to_many")
    assert data.dataset().train.x.shape[1:] == (1,)
    np.testing.assert_allclose(data.dataset().train.x.mean(), 0, atol=1e-6)
    whole = kept(data).inputs(str(write_npz(x=np.array([4, 9]))))[0]  # no classes here either
    assert whole.shape == (2, 1)


def test_every_class_has_a_member_in_training(write_npz: Any, npz_source: Any) -> None:
    labels = np.array(["common"] * 26 + ["rare", "rarer", "rarest", "once"])
    data = read(npz_source(write_npz(x=labels, y=CURVES)), "one_to_many").dataset()
    assert (data.train.x.sum(axis=0) > 0).all()
    stratified = npz_source(write_npz(x=labels, y=CURVES), split=SplitSpec(by="stratified"))
    np.testing.assert_array_equal(read(stratified, "one_to_many").dataset().train.x, data.train.x)


def test_text_from_python_and_pandas() -> None:
    import pandas as pd

    source = ArraysSource(source="arrays")
    sets = [
        read(source, "one_to_many", arrays=Arrays(train=(x, CURVES))).dataset().train.x
        for x in (LABELS, LABELS.tolist(), LABELS.astype(object), pd.Series(LABELS))
    ]
    for x in sets[1:]:
        np.testing.assert_array_equal(x, sets[0])
    arrays = Arrays(train=(pd.Series(LABELS), CURVES)).every()
    assert arrays[0].dtype.kind == "U"  # its bytes are the text's, not addresses


TRAIN: dict[str, Any] = {"x_train": LABELS, "y_train": CURVES}
ARRAYS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "text, new in test": (
        TRAIN | {"x_test": np.array(["low", "huge"]), "y_test": CURVES[:2]},
        {},
        "data.split: must have every class in the training part; received huge as input in test "
        "only; change the parts",
    ),
    "numbers, new in validation": (
        {
            "x_train": CODES,
            "y_train": CURVES,
            "x_validation": np.array([3, 9]),
            "y_validation": CURVES[:2],
        },
        {},
        "data.split: must have every class in the training part; received 3 as input in "
        "validation only; change the parts; give x as (N, 1) if its numbers are amounts, not "
        "names of classes",
    ),
    "numbers after text": (
        TRAIN | {"x_test": np.ones((2, 3)), "y_test": CURVES[:2]},
        {},
        "data.path: must have the axes (N,), or (N, C) of text, where inputs are classes; received "
        "x_test of shape (2, 3) and type float64; save one whole number, or one text or more, for "
        "each sequence",
    ),
    "text after numbers": (
        {
            "x_train": RNG.normal(size=(30, 2)),
            "y_train": CURVES,
            "x_test": LABELS[:3],
            "y_test": CURVES[:3],
        },
        {},
        "data.path: must hold numbers; received x_test of type <U4; save plain numbers",
    ),
    "texts of sequences": (
        {"x": np.stack([LABELS, LABELS], axis=1)[..., None], "y": CURVES},
        {},
        "data.path: must have the axes (N,), or (N, C) of text, where inputs are classes; received "
        "x of shape (30, 2, 1) and type <U4; save one whole number, or one text or more, for each "
        "sequence",
    ),
    "fewer texts in test": (
        {
            "x_train": np.stack([LABELS, KINDS], axis=1),
            "y_train": CURVES,
            "x_test": LABELS[:3],
            "y_test": CURVES[:3],
        },
        {},
        "data.path: must have the same features in every part; received 2 in x_train, 1 in "
        "x_test; save the same columns",
    ),
    "a second text, new in test": (
        {
            "x_train": np.stack([LABELS, KINDS], axis=1),
            "y_train": CURVES,
            "x_test": np.array([["low", "oval"], ["mid", "round"]]),
            "y_test": CURVES[:2],
        },
        {},
        "data.split: must have every class in the training part; received oval as input in test "
        "only; change the parts",
    ),
    "a second text, missing": (
        {"x": np.stack([LABELS, np.where(CODES > 4, "", KINDS)], axis=1), "y": CURVES},
        {},
        "data.path: must have a value in every step that is no padding at the end; received no "
        "text in 10 sequences of x (index 1, 4, 7, 10, 13, … (10 in all)); fill the gaps, or set "
        "data.missing to interpolate or drop",
    ),
    "one class": (
        {"x": np.array(["low"] * 30), "y": CURVES},
        {},
        "data.path: must vary in the training part; received only low as input of all 21 "
        "training sequences; give sequences of other classes too",
    ),
    "no text": (
        {"x": np.array(["low", "high", ""] * 10), "y": CURVES},
        {},
        "data.path: must have a value in every step that is no padding at the end; received no "
        "text in 10 sequences of x (index 2, 5, 8, 11, 14, … (10 in all)); fill the gaps, or set "
        "data.missing to interpolate or drop",
    ),
    "no text to interpolate": (
        {"x": np.array(["low", "high", ""] * 10), "y": CURVES},
        {"missing": "interpolate"},
        "data.missing: must be error or drop where inputs are classes; received interpolate, and "
        "no text in x; use drop, or fill the gaps",
    ),
    "counts": (
        {"x": LABELS, "y": CURVES[:9]},
        {},
        "data.path: must have as many targets as sequences; received 30 in x, 9 in y; save both "
        "from one place",
    ),
    "one number a class": (
        {"x": LABELS, "y": CURVES[:, 0], "lengths": np.ones(30, int)},
        {},
        "data.path: must have the axes (N, T, O) for a numeric target; received y of shape "
        "(30,); as one_to_many needs them",
    ),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_bad_arrays(case: str, write_npz: Any, npz_source: Any) -> None:
    arrays, changes, message = ARRAYS[case]
    with pytest.raises(InvalidData) as caught:
        read(npz_source(write_npz(**arrays), **changes), "one_to_many")
    assert text(caught) == [message]


@pytest.mark.parametrize("missing", ["error", "drop"])
def test_new_arrays_must_hold_known_classes(missing: str, write_npz: Any, npz_source: Any) -> None:
    source = npz_source(write_npz(x=LABELS, y=CURVES), missing=missing)
    prepared = kept(read(source, "one_to_many"))
    with pytest.raises(InvalidData) as caught:
        prepared.inputs(str(write_npz(x=np.array(["low", "huge", "tiny"]))))
    assert text(caught) == [
        "data.path: must be of classes known from training; received huge, tiny in x; there are: "
        "high, low, mid"
    ]
    with pytest.raises(InvalidData) as caught:
        prepared.inputs(str(write_npz(x=np.zeros((2, 3)))))
    assert text(caught) == [
        "data.path: must have the axes (N,), or (N, C) of text, where inputs are classes; received "
        "x of shape (2, 3) and type float64; save one whole number, or one text or more, for each "
        "sequence"
    ]
    with pytest.raises(InvalidData) as caught:
        prepared.inputs(str(write_npz(x=np.array([["low", "round"]]))))
    assert text(caught) == [
        "data.path: must have 1 class for each sequence, as in training; received 2 in x; save "
        "the same columns"
    ]


# From a class to sequences of different lengths.


@pytest.mark.parametrize("padding", ["NaN", "lengths"])
def test_ragged_trajectories(padding: str, write_npz: Any, npz_source: Any) -> None:
    labels, lengths = np.array(["up", "down", "flat"] * 8), np.tile([6, 4, 2, 5, 3, 6], 4)
    slope = np.array([1.0, -1.0, 0.1] * 8)
    y = slope[:, None] * np.arange(1, 7) + 3
    padded = np.arange(6) >= lengths[:, None]
    arrays: dict[str, Any] = {"x": labels, "y": np.where(padded, np.nan, y)}
    if padding == "lengths":
        arrays |= {"y": np.where(padded, 999, y), "lengths": lengths}
    path = write_npz(**arrays)
    data = read(npz_source(path, split=SplitSpec(by="time", test=0.25)), "one_to_many")
    dataset = data.dataset()
    assert data.steps == dataset.output_steps == 6 and not dataset.masked
    start = 0
    for part in (dataset.train, dataset.validation, dataset.test):
        rows = slice(start, start + len(part))
        start += len(part)
        assert part.weight is not None and part.y.shape == (len(part), 6, 1)
        np.testing.assert_array_equal(
            part.weight, ~padded[rows]
        )  # the end of a sequence is padding
        np.testing.assert_array_equal(part.weight.sum(axis=1), lengths[rows])
        counts = part.weight > 0
        raw = dataset.target.scaling.invert(part.y)[counts][:, 0]
        np.testing.assert_allclose(raw, y[rows][counts], atol=1e-5)
        assert (part.y[~counts] == 0).all()
    real = dataset.train.y[dataset.train.weights > 0]
    np.testing.assert_allclose([real.mean(), real.std()], [0, 1], atol=1e-6)
    targets = kept(data).targets(str(path))
    np.testing.assert_array_equal(targets.weights, ~padded)
    assert len(kept(data).inputs(str(path))[1]) == 24 * 6


def test_numbers_that_name_kinds_are_read_as_texts_are(write_csv: Any, csv_source: Any) -> None:
    plain = {"zip": [10115, 20095, 1067] * 20, "b": list(range(60)), "y": [0.5, 1, 2.5] * 20}
    path = write_csv(plain)
    read_as = {"inputs": ("zip", "b"), "target": "y", "base": "none"}
    assert read(csv_source(path, **read_as), "many_to_one").dataset().train.x.shape[-1] == 2
    data = read(csv_source(path, **read_as, kinds=("zip",)), "many_to_one")
    prepared = kept(data)
    x = np.asarray(prepared.inputs(str(write_csv({**plain, "zip": [20095] * 60})))[0])
    assert prepared.to_json()["categories"] == {"zip": ["10115", "1067", "20095"]}
    assert (x[..., :3] == [0, 0, 1]).all()
