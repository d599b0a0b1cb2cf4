"""Arrays under other names than x and y: which are read as these, and that `init` says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources.array_names import said_names, usual_names
from rnnsearch.data.sources.npz import load_npz
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

X, Y = np.random.default_rng(0).normal(size=(40, 6, 2)), np.arange(40) % 2


@pytest.mark.parametrize(
    ("names", "usual"),
    [
        ("X Y_train x_val", "x y_train x_validation"),
        ("train_x train_y test_x test_y", "x_train y_train x_test y_test"),
        ("trainX trainY valX valY", "x_train y_train x_validation y_validation"),
        ("X_train_scaled y_train_scaled", "x_train y_train"),
        ("data labels", "x y"),
        ("train_images train_labels test_images", "x_train y_train x_test"),
        ("features targets lengths", "x y lengths"),
        ("inputs outputs subject", "x y subject"),
        ("data_x data_y", "x y"),
        ("arr_0 arr_1", "x y"),
        ("x label", "x y"),
        ("data target feature_names", "x y feature_names"),
        # These stay as they are: x and y are there, or nothing says which is which.
        ("x y data labels", "x y data labels"),
        ("x y test_data", "x y test_data"),
        ("data inputs labels", "data inputs labels"),
        ("arr_0 arr_1 arr_2", "arr_0 arr_1 arr_2"),
        ("time value", "time value"),
        ("x1 x2 y", "x1 x2 y"),
        ("X x y", "X x y"),
    ],
)
def test_what_names_mean(names: str, usual: str) -> None:
    assert [*usual_names(names.split()).values()] == usual.split()


def test_they_are_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, data=X, labels=Y)
    assert [*load_npz(path, Problems())] == ["x", "y"]
    found = guess(path, Wishes())
    assert found.notes[0] == "arrays have other names: 'data' as x, 'labels' as y"
    assert setting(found, "target_kind") == "class"
    assert said_names(["X", "Y_train", "x_val"]) == ""


@pytest.mark.parametrize("arrays", [{"x": Y * 1.5}, {"time": Y, "value": Y * 1.5}])
def test_a_series_in_an_archive_is_a_table(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InvalidData, match="a series is read as a table"):
        guess(tmp_path / "a.npz", Wishes())


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        ((40, 8, 6, 3), "(N, H, W, C) make each row a step: x.reshape(40, 8, -1)"),
        ((40, 3, 8, 6), "(N, C, H, W) make each row a step: numpy.moveaxis(x, 1, -1).reshape"),
        ((40, 5, 3, 4, 2), "make steps flat: x.reshape(40, 5, -1)"),
    ],
)
def test_pictures_as_arrays(shape: tuple[int, ...], advice: str, tmp_path: Path) -> None:
    import rnnsearch

    x = np.random.default_rng(0).normal(size=shape)
    np.savez(tmp_path / "a.npz", x=x, y=Y)
    with pytest.raises(InvalidData) as caught:
        rnnsearch.init(tmp_path / "a.npz", output=tmp_path / "a.yaml")
    assert advice in str(caught.value)
