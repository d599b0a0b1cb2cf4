"""Whether `init` scales each sequence by itself: what it looks at, and what it finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

import rnnsearch
from rnnsearch.data.splits import stratified_parts
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from rnnsearch.guessing.levels import _evened, _ridges, compare_scalings, scaling_setting
from tests.guessing.conftest import setting


def waves(count: int, levels: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Slow and fast waves, whose level and size differ from one to the next or say the class."""
    generator = np.random.default_rng(seed)
    y = np.arange(count) % 2
    x = np.sin(2 * np.pi * (2 + y[:, None]) * np.linspace(0, 1, 40))
    x += generator.normal(size=(count, 40)) * 0.5
    x *= 10 ** (levels * generator.uniform(-1, 1, (count, 1)))
    return x + generator.normal(size=(count, 1)) * 20 * levels, y


def assert_scaled(folder: Path, x: np.ndarray, y: np.ndarray, scaling: str, why: str) -> None:
    """What `init` writes for such arrays, and that `check` takes it."""
    np.savez(folder / "data.npz", x=x, y=y)
    assert setting(guess(folder / "data.npz", Wishes()), "scaling") == scaling
    written = rnnsearch.init(folder / "data.npz", output=folder / "s.yaml").path
    assert why in written.read_text()
    assert rnnsearch.check(written).task == "many_to_one"


def test_waves_of_any_size_and_level_are_scaled_by_themselves(tmp_path: Path) -> None:
    why = "each by its own mean and deviation: 1"
    assert_scaled(tmp_path, *waves(90, levels=1), "per_sequence", why)


def test_one_scaling_for_all_is_kept_where_it_is_as_good(tmp_path: Path) -> None:
    x, y = waves(60, levels=0)
    level = x + y[:, None] * 3.0  # the level says the class
    for values in (x, level):
        np.savez(tmp_path / "data.npz", x=values, y=y)
        assert setting(guess(tmp_path / "data.npz", Wishes()), "scaling") == "standard"
    line = scaling_setting(level, y, None, True)
    assert line is not None and line.why.startswith("one for all: 100% right, ")
    noise = np.random.default_rng(1)
    found = [
        compare_scalings(noise.normal(size=(40, 20)), noise.normal(size=40), None, False)
        for _ in range(10)
    ]
    assert sum(one is not None and one.better for one in found) <= 1


def test_nothing_of_the_test_part_is_looked_at(tmp_path: Path) -> None:
    x, y = waves(60, levels=0)
    arrays = {"x_train": x, "y_train": y, "x_test": x[:9], "y_test": y[:9]}
    np.savez(tmp_path / "data.npz", **arrays)
    usual = [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]
    np.savez(tmp_path / "data.npz", **{**arrays, "x_test": x[:9] * 1e6})
    assert usual == [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]
    np.savez(tmp_path / "data.npz", x=x, y=y)
    usual = [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]
    test = stratified_parts(y, 0.2, 0.2, 0)[2]
    x_other = x.copy()
    x_other[test] *= 1e6
    np.savez(tmp_path / "data.npz", x=x_other, y=y)
    assert usual == [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]
    part = np.array(["train"] * 50 + ["test"] * 10)
    np.savez(tmp_path / "data.npz", x=x, y=y, part=part)
    usual = [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]
    assert "50 training sequences" in usual[0].why
    np.savez(tmp_path / "data.npz", x=np.where(part[:, None] == "test", 1e6, x), y=y, part=part)
    assert usual == [s for s in guess(tmp_path / "data.npz", Wishes()).data if s.key == "scaling"]


def test_too_little_to_look_at() -> None:
    x, y = waves(60, levels=1)
    assert compare_scalings(x[:19], y[:19], None, True) is None
    assert compare_scalings(x[:, :3], y, None, True) is None
    assert compare_scalings(x, np.zeros(60), None, True) is None
    assert compare_scalings(x, np.where(y, np.nan, 1.0), None, False) is None
    assert compare_scalings(np.zeros((30, 9, 3000)), y[:30], None, True) is None


def test_ragged_sequences_are_brought_to_one_length() -> None:
    x = np.full((2, 100, 1), np.nan)
    x[0, :11, 0], x[1, :, 0] = np.arange(11), np.arange(100)
    rows = _evened(x, np.array([11, 100]))
    np.testing.assert_allclose(rows[0], np.linspace(0, 10, 64))
    np.testing.assert_allclose(rows[1], np.linspace(0, 99, 64))
    y = np.arange(60) % 2
    padded, _ = waves(60, levels=1)
    lengths = 25 + np.arange(60) % 15
    padded = np.where(np.arange(40) < lengths[:, None], padded, np.nan)
    assert compare_scalings(padded, y, lengths, True).better  # type: ignore[union-attr]


@pytest.mark.parametrize("index", [1, 3])
def test_ridges_are_those_fitted_without_each(index: int) -> None:
    generator = np.random.default_rng(2)
    x, y = generator.normal(size=(25, 6)), generator.normal(size=(25, 2))
    centred = x - x.mean(axis=0)
    penalty = (1e-3, 1e-2, 1e-1, 1.0, 10.0)[index] * (centred**2).sum() / 25
    expected = cross_val_predict(Ridge(alpha=penalty), x, y, cv=LeaveOneOut())
    np.testing.assert_allclose(_ridges(x, y)[index], expected, rtol=1e-6)


@pytest.mark.parametrize("length", [-6, 0, 41])
def test_lengths_that_cannot_be_are_refused_in_one_line(length: int, tmp_path: Path) -> None:
    x, y = waves(40, levels=0)
    lengths = np.full(40, 40, np.int8)
    lengths[7] = length
    np.savez(tmp_path / "data.npz", x=x[..., None], y=y, lengths=lengths)
    with pytest.raises(InvalidData, match="lengths"):
        rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml")


def test_spectra_are_read_less_their_curve(tmp_path: Path) -> None:
    x, y = waves(60, levels=0)
    curve = 40 * np.sin(np.linspace(0, 3, 40))
    assert_scaled(tmp_path, x + curve, y, "per_step", "each step less its mean")


def test_whole_sequences_are_read_by_larger_networks(tmp_path: Path) -> None:
    x, y = waves(60, levels=0)
    np.savez(tmp_path / "data.npz", x=x, y=y)
    assert setting(guess(tmp_path / "data.npz", Wishes()), "units") == [16, 32, 64]
