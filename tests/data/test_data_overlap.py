"""Windows that were cut from one series are seen, and parts of them kept apart in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.data.sequences import overlap
from rnnsearch.data.sequences.overlap import goes_on, shared_windows, shuffled_windows
from rnnsearch.guessing import Wishes, guess
from rnnsearch.spec.sources import SplitSpec


def windows(stride: int, rows: int = 400, steps: int = 12, seed: int = 0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    series = generator.normal(size=(rows, 2)).cumsum(axis=0).astype("float32")
    starts = np.arange(0, rows - steps, stride)
    x = np.stack([series[start : start + steps] for start in starts])
    return x, series[starts + steps, 0]


@pytest.mark.parametrize(("stride", "shared"), [(1, 11), (2, 5), (5, 2), (10, 1), (12, 0), (20, 0)])
def test_overlap_is_seen_with_any_stride(stride: int, shared: int) -> None:
    assert shared_windows(windows(stride)[0]) == shared


def test_other_sequences_do_not_overlap() -> None:
    generator = np.random.default_rng(0)
    assert shared_windows(generator.normal(size=(50, 9, 2))) == 0
    assert shared_windows(np.zeros((50, 9, 2))) == 0
    assert shared_windows(windows(1)[0][generator.permutation(388)]) == 0
    padded = np.full((50, 9, 1), np.nan)
    padded[:, :3] = generator.normal(size=(50, 3, 1))
    assert shared_windows(padded) == 0


@pytest.mark.parametrize("stride", [1, 3])
def test_parts_share_no_step(stride: int, npz_source: Any, write_npz: Any) -> None:
    x, y = windows(stride)
    data = read(npz_source(write_npz(x=x, y=y), scaling="none"), "many_to_one")
    dataset = data.dataset()
    parts = [np.asarray(part.x) for part in (dataset.train, dataset.validation, dataset.test)]
    rows = [{row.tobytes() for row in part.reshape(-1, 2)} for part in parts]
    assert not rows[0] & rows[1] and not rows[1] & rows[2] and data.folds == 1
    np.testing.assert_array_equal(parts[0][0], x[0])
    assert "windows of one series that overlap" in data.notes[0]


def test_what_is_drawn_at_random_is_said_to_be_known(npz_source: Any, write_npz: Any) -> None:
    x, y = windows(1)
    source = npz_source(write_npz(x=x, y=y), split=SplitSpec(by="random", folds=1))
    assert "know each other (data.split.by: time)" in read(source, "many_to_one").notes[0]


def test_init_divides_them_by_time(write_npz: Any) -> None:
    x, y = windows(1)
    found = {setting.key: setting for setting in guess(write_npz(x=x, y=y), Wishes()).data}
    assert found["split"].value["by"] == "time"
    assert "shares steps with the next 11" in found["split"].why


def test_windows_in_no_order_are_said_to_be_known(npz_source: Any, write_npz: Any) -> None:
    x, y = windows(1)
    order = np.random.default_rng(1).permutation(len(x))
    path = write_npz(x=x[order], y=y[order])
    assert any("in no order" in note for note in read(npz_source(path), "many_to_one").notes)
    assert any("in no order" in note for note in guess(path, Wishes()).notes)


def test_windows_that_were_divided_at_random_are_seen(npz_source: Any, write_npz: Any) -> None:
    x, y = windows(2)
    order = np.random.default_rng(1).permutation(len(x))
    train, test = order[:150], order[150:]
    path = write_npz(x_train=x[train], y_train=y[train], x_test=x[test], y_test=y[test])
    assert any("in no order" in note for note in read(npz_source(path), "many_to_one").notes)


def test_windows_that_come_newest_first_are_turned(npz_source: Any, write_npz: Any) -> None:
    x, y = windows(1)
    path = write_npz(x=x[::-1], y=y[::-1])
    data = read(npz_source(path, scaling="none"), "many_to_one")
    assert "newest window comes first" in data.notes[0]
    np.testing.assert_array_equal(np.asarray(data.dataset().train.x)[0], x[0])
    found = {setting.key: setting for setting in guess(path, Wishes()).data}
    assert found["split"].value["by"] == "time"


def test_separate_sequences_are_in_no_order() -> None:
    generator = np.random.default_rng(0)
    assert not shuffled_windows(generator.normal(size=(80, 12, 2)))
    assert not shuffled_windows(np.zeros((80, 12, 1)))
    assert not shuffled_windows(generator.integers(0, 2, (400, 8, 1)).astype(float))


@pytest.mark.parametrize("stride", [5, 7, 9])
def test_windows_cut_far_apart_and_shuffled_are_seen(stride: int) -> None:
    x, _ = windows(stride, rows=1500)
    shuffled = x[np.random.default_rng(1).permutation(len(x))]
    assert shared_windows(shuffled) == 0 and shuffled_windows(shuffled)


def test_values_that_come_again_are_no_overlap() -> None:
    generator = np.random.default_rng(0)
    assert not shuffled_windows(generator.integers(0, 2, (300, 12, 1)))
    assert not shuffled_windows(generator.integers(0, 50, (300, 12, 1)))
    assert not shuffled_windows(generator.normal(size=(300, 12, 2)).round(1))
    waves = np.sin(np.arange(24) * np.pi / 6 + generator.integers(0, 12, (200, 1)))[..., None]
    assert not shuffled_windows(waves.round(9))


@pytest.mark.parametrize("stride", [1, 4])
def test_windows_scaled_one_by_one_are_seen(stride: int) -> None:
    x, _ = windows(stride)
    means, spreads = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    assert shared_windows((x - means) / spreads) == 11 // stride
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    assert shared_windows((x - low) / (high - low)) == 11 // stride


def test_lines_are_alike_in_scale_and_share_nothing() -> None:
    slopes = np.random.default_rng(0).normal(size=(60, 1, 1))
    assert shared_windows(slopes * np.arange(12.0)[None, :, None]) == 0


def test_pieces_of_one_series_are_said(npz_source: Any, write_npz: Any) -> None:
    x, y = windows(12, rows=1200)
    path = write_npz(x=x, y=y)
    said = "each sequence goes on where the one before ends"
    assert any(said in note for note in guess(path, Wishes()).notes)
    assert any(said in note for note in read(npz_source(path), "many_to_one").notes)
    by_time = npz_source(path, split=SplitSpec(by="time"))
    assert not any(said in note for note in read(by_time, "many_to_one").notes)


def test_others_do_not_go_on() -> None:
    generator = np.random.default_rng(0)
    assert not goes_on(generator.normal(size=(90, 12, 2)))
    assert not goes_on(generator.normal(size=(90, 12, 2)).cumsum(axis=1))
    assert not goes_on(np.sin(np.arange(12) / 3 + generator.normal(size=(90, 1)))[..., None])


def test_few_values_that_come_again_and_again_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of them stands in every window: to compare all pairs took 13 s for 1,800 pictures."""
    x = np.random.default_rng(0).integers(0, 3, (600, 8, 8)).astype(float)
    compared = []
    monkeypatch.setattr(overlap.np, "array_equal", lambda *_: compared.append(1))
    assert not overlap._go_on_elsewhere(x, np.arange(300))
    assert not compared
