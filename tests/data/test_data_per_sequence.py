"""`scaling: per_sequence`: level and size of a sequence say nothing, here and in new files."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE, preparation_from_json, read
from rnnsearch.data import scaling as scaling_module
from rnnsearch.data.scaling import each_scaled

RNG = np.random.default_rng(4)
COUNT = 30


def sequences(ragged: bool) -> np.ndarray:
    """(30, 9, 2), whose levels and sizes differ a thousandfold."""
    x = RNG.normal(size=(COUNT, 9, 2)) * 10 ** RNG.uniform(-1, 2, (COUNT, 1, 2))
    x += RNG.normal(size=(COUNT, 1, 2)) * 50
    if ragged:
        for number, sequence in enumerate(x):
            sequence[4 + number % 6 :] = np.nan
    return x


@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_each_sequence_has_mean_0_and_deviation_1(
    task: str, ragged: bool, write_npz: Any, npz_source: Any
) -> None:
    x = sequences(ragged)
    y = RNG.normal(size=(COUNT, 9, 1) if task == "many_to_many" else COUNT) * 7 + 3
    path = write_npz(x=x, y=y)
    data = read(npz_source(path, scaling="per_sequence"), task)
    for part in (data.dataset().train, data.dataset().test):
        for sequence in part.array:
            real = sequence[sequence[:, 0] != MASK_VALUE]
            np.testing.assert_allclose(real.mean(axis=0), 0, atol=1e-5)
            np.testing.assert_allclose(real.std(axis=0), 1, atol=1e-4)
    target = data.dataset().target.scaling
    assert target.offset[0] != 0 and target.scale[0] != 1
    assert data.dataset().masked == ragged
    (scaling,) = data.preparation().scalings.values()
    assert (scaling.offset == 0).all() and (scaling.scale == 1).all()
    kept = json.loads(json.dumps(data.preparation().to_json()))
    assert kept["per_sequence"] is True
    again = preparation_from_json(kept)
    assert again.to_json() == kept
    levels = RNG.uniform(-9, 9, (COUNT, 1, 2))
    other = write_npz(x=x * 300 + levels, y=y)
    np.testing.assert_allclose(again.inputs(str(path))[0], again.inputs(str(other))[0], atol=1e-3)
    whole = data.whole()
    np.testing.assert_array_equal(
        np.sort(again.targets(str(path)).array.ravel())[-5:],
        np.sort(np.concatenate([whole.train.array, whole.test.array]).ravel())[-5:],
    )


def test_a_preparation_of_before_there_was_the_key_is_read(write_npz: Any, npz_source: Any) -> None:
    data = read(npz_source(write_npz(x=sequences(False), y=np.arange(COUNT) % 2)), "many_to_one")
    kept = data.preparation().to_json()
    assert kept.pop("per_sequence") is False
    assert not preparation_from_json(kept).per_sequence  # type: ignore[attr-defined]


@given(level=st.floats(-1e6, 1e6), rounding=st.floats(0, 1e-8), steps=st.integers(1, 6))
@settings(deadline=None, max_examples=50)
def test_what_stands_still_is_0(level: float, rounding: float, steps: int) -> None:
    x = np.full((1, steps, 1), level) * (1 + rounding * (np.arange(steps) % 2)[None, :, None])
    assert (each_scaled(x) == 0).all()


def test_many_sequences_are_scaled_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    x = sequences(True)
    whole = each_scaled(x)
    monkeypatch.setattr(scaling_module, "_AT_ONCE", 7)
    np.testing.assert_array_equal(each_scaled(x), whole)
    np.testing.assert_array_equal(np.isnan(whole), np.isnan(x))
