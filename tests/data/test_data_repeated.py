"""Sequences that come again are said: what was learned judges nothing."""

from __future__ import annotations

import numpy as np
import pytest

import rnnsearch

RNG = np.random.default_rng(0)


def notes(tmp_path, x, y, **parts) -> list[str]:
    np.savez(tmp_path / "data.npz", **(parts or {"x": x, "y": y}))
    spec = {
        "task": "many_to_one",
        "data": {"source": "npz", "path": str(tmp_path / "data.npz")},
        "space": {"cell": "GRU"},
        "search": {"timeout": "1m"},
    }
    said = rnnsearch.check(spec).data
    notes = [text for name, text in said if name == "note"]
    return [text for text in notes if "value for value" in text or "same values" in text]


@pytest.fixture
def arrays() -> tuple[np.ndarray, np.ndarray]:
    return RNG.normal(size=(60, 5, 2)), np.repeat(["a", "b"], 30)


def test_sequences_of_the_test_part_that_are_learned(tmp_path, arrays):
    x, y = arrays
    parts = {"x_train": x, "y_train": y, "x_test": x[:7].copy(), "y_test": y[:7]}
    (said,) = notes(tmp_path, x, y, **parts)
    assert said.startswith("7 of 7 test sequences are in the training part, too, value for value:")


def test_copies_that_folds_hold_out(tmp_path, arrays):
    x, y = arrays
    x[30:] = x[:30]
    said = notes(tmp_path, x, y)
    assert any("outside the test part judge networks that have learned" in each for each in said)


def test_nothing_is_said_of_others(tmp_path, arrays):
    x, y = arrays
    x[:9] = 1.0  # silence
    x[9:20, 3:] = np.nan
    assert notes(tmp_path, x, y) == []
