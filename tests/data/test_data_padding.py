"""What fills sequences up, labels that stand for none, and steps along the last axis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.axes import said_axes, steps_are_last
from rnnsearch.data.sequences.kinds import find_ignored, zero_pads
from rnnsearch.data.sequences.padding import find_padding, unpadded
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

SEED = np.random.default_rng(0)
X = SEED.normal(size=(60, 12, 2)).cumsum(1)
LENGTHS = SEED.integers(4, 13, 60)
REAL = np.arange(12) < LENGTHS[:, None]
TAGS = SEED.integers(0, 3, (60, 12))


@settings(max_examples=30, deadline=None)
@given(
    number=st.sampled_from([0.0, -1.0, -999.0, np.nan]),
    front=st.booleans(),
    flat=st.booleans(),
    whole=st.booleans(),
)
def test_however_sequences_are_filled_up_they_are_the_same(
    number: float, front: bool, flat: bool, whole: bool
) -> None:
    """Moved to their beginnings, with NaN after them, and labels go along."""
    x, y = np.round(X * 9) + 50 if whole else X, np.where(REAL, TAGS, -1)
    expected = np.where(REAL[..., None], x, np.nan)
    filled = np.where(REAL[..., None], x, number)
    place = (np.arange(12) - (12 - LENGTHS)[:, None]) % 12
    given_y = np.take_along_axis(y, place, 1) if front else y
    filled = np.take_along_axis(filled, place[..., None], 1) if front else filled
    if flat:
        filled, expected = filled[..., 0], expected[..., 0]
    if np.isnan(number):
        padding = None
    else:
        filled = filled.astype(np.int64) if whole else filled
        assert find_padding(filled) == (number, (LENGTHS < 12).sum())
        padding = number
    clear = unpadded(Raw(filled, given_y, None), padding)
    np.testing.assert_array_equal(clear.x, expected)
    np.testing.assert_array_equal(clear.y, y)


@pytest.mark.parametrize(
    "x",
    [
        X,
        np.pad(X, ((0, 0), (2, 3), (0, 0))),  # as many for each
        SEED.poisson(0.5, (60, 12)),
        np.take_along_axis(np.pad(X, ((0, 0), (6, 6), (0, 0))), (np.arange(24) + LENGTHS[:, None] // 2)[..., None] % 24, 1),
    ],
)  # fmt: skip
def test_zeros_may_be_data(x: np.ndarray) -> None:
    assert find_padding(x) is None


@pytest.mark.parametrize(
    ("y", "label", "said"),
    [
        (np.where(REAL, TAGS, -1), -1, "padding"),
        (np.where(REAL[:, ::-1], TAGS, -1), -1, "padding"),
        (np.where(REAL, TAGS, -100), -100, "padding"),
        (np.where(X[..., 0] > 1, -100, TAGS > 0), -100, "stands for no class"),
        (np.where(X[..., 0] > 1, -1, TAGS), -1, "stands for no class"),
        (np.where(X[..., 0] > 1, -1.0, TAGS), -1, "stands for no class"),
        (TAGS - 1, None, "-1 in y is taken for a class"),
        (TAGS[:, 0] - 1, None, "-1 in y is taken for a class"),
        (np.where(TAGS[:, 0] == 1, 1, -1), None, ""),
        (TAGS - 2, None, ""),
        (np.where(REAL, np.array(["B", "I", "O"])[TAGS], "<pad>"), "<pad>", "padding"),
        (np.where(REAL, np.array([b"B", b"I", b"O"])[TAGS], b""), "", "padding"),
        (np.array(["B", "PAD", "O"])[TAGS], None, ""),
    ],
)
def test_which_label_stands_for_none(y: np.ndarray, label: Any, said: str) -> None:
    problems = Problems()
    assert find_ignored(y, problems) == label
    assert said in "".join(problems.notes) and bool(problems.notes) == bool(said)


def test_labels_without_padding_are_learned(tmp_path: Path, npz_source: Any) -> None:
    """Of each way to pad, in the classes and weights of training and of a new file."""
    cases = [
        (np.where(REAL[..., None], X, 0), np.where(REAL, TAGS + 1, 0), {"padding": 0}),
        (X, np.where(REAL, TAGS + 1, 0), {"ignore_class": 0}),
        (X, np.where(REAL, TAGS + 1, -1), {}),
    ]
    for x, y, keys in cases:
        np.savez(tmp_path / "a.npz", x=x, y=y)
        found = guess(tmp_path / "a.npz", Wishes())
        assert setting(found, "target_kind") == "class"
        assert {key: setting(found, key) for key in keys} == keys
        data = read(npz_source(tmp_path / "a.npz", **keys), "many_to_many")
        assert data.dataset().target.classes == (1, 2, 3)
        prepared = preparation_from_json(data.preparation().to_json())
        assert prepared.targets(str(tmp_path / "a.npz")).weights.sum() == REAL.sum()
    assert not zero_pads(TAGS) and not zero_pads(
        np.where(np.arange(12) < 9, 1, 0)[None].repeat(9, 0)
    )
    every = read(npz_source(tmp_path / "a.npz", ignore_class="none"), "many_to_many")
    assert every.dataset().target.classes == (-1, 1, 2, 3)


def test_steps_along_the_last_axis(tmp_path: Path, npz_source: Any) -> None:
    turned = SEED.normal(size=(60, 3, 80)).cumsum(2) + np.array([0, 50, 900])[:, None]
    labels = np.arange(60) % 3
    np.savez(tmp_path / "turned.npz", X=turned, y=labels)
    np.savez(tmp_path / "usual.npz", x=turned.swapaxes(1, 2), y=labels)
    assert steps_are_last(turned) and steps_are_last(turned[:, :1])
    noise = SEED.normal(size=(60, 3, 80))
    for x in (turned.swapaxes(1, 2), noise, noise.swapaxes(1, 2), turned[:, :, :10]):
        assert not steps_are_last(x)
    assert setting(guess(tmp_path / "turned.npz", Wishes()), "steps") == "last"
    data = read(npz_source(tmp_path / "turned.npz", steps="last"), "many_to_one")
    usual = read(npz_source(tmp_path / "usual.npz"), "many_to_one")
    assert data.summary() == usual.summary()
    prepared = preparation_from_json(data.preparation().to_json())
    other = usual.preparation().inputs(str(tmp_path / "usual.npz"))[0]
    np.testing.assert_array_equal(prepared.inputs(str(tmp_path / "turned.npz"))[0], other)
    asked = read(npz_source(tmp_path / "turned.npz"), "many_to_one").notes
    assert any("3 steps of 80 features" in note and "data.steps: last" in note for note in asked)
    assert said_axes(noise.swapaxes(1, 2), "x") == ""


@pytest.mark.parametrize("y", [[0.0, 1.0], [[0.0], [1.0]], [[True], [False]], [[1], [7]]])
def test_init_takes_few_whole_numbers_for_classes_however_they_are_saved(
    y: list[Any], tmp_path: Path
) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=np.array(y * 30))
    assert setting(guess(tmp_path / "a.npz", Wishes()), "target_kind") == "class"


def test_init_sees_windows_without_an_axis_of_features(tmp_path: Path) -> None:
    series = SEED.normal(size=200).cumsum()
    windows = np.lib.stride_tricks.sliding_window_view(series, 12)[:-1]
    np.savez(tmp_path / "a.npz", x=windows, y=series[12:])
    assert setting(guess(tmp_path / "a.npz", Wishes()), "split")["by"] == "time"


def test_sequences_without_a_target_are_left_out(tmp_path: Path) -> None:
    y = np.where(np.arange(60) % 9 == 4, np.nan, X[:, -1, 0])
    np.savez(tmp_path / "a.npz", x=X, y=y)
    assert setting(guess(tmp_path / "a.npz", Wishes()), "missing") == "drop"


def test_arrays_may_be_called_as_people_call_them(tmp_path: Path, npz_source: Any) -> None:
    names = {"X_train": X, "Y_train": TAGS[:, 0], "X_val": X[:20], "y_valid": TAGS[:20, 0]}
    np.savez(tmp_path / "a.npz", **names)
    data = read(npz_source(tmp_path / "a.npz"), "many_to_one")
    assert len(data.dataset().validation) == 20
    np.savez(tmp_path / "new.npz", X=X[:5])
    assert len(data.preparation().inputs(str(tmp_path / "new.npz"))[1]) == 5
    np.savez(tmp_path / "both.npz", X=X, x=X[:9], y=TAGS[:9, 0])  # two of one name stay apart
    assert (
        len(
            read(npz_source(tmp_path / "both.npz"), "many_to_one")
            .preparation()
            .inputs(str(tmp_path / "both.npz"))[1]
        )
        == 9
    )
