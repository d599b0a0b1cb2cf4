"""Training sequences changed at random: what stays, how much changes, and where values come from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE
from rnnsearch.models import augment
from rnnsearch.models.augment import Augment, noise, sliced, warped

B, T, F = 400, 20, 2
PLACES = 61
"""Of one number, whatever the sequence's length: another shape would be compiled anew."""
UNIT = st.floats(0, 1, exclude_max=True, width=32)


def padded(rng):
    """Noise, of 1 to T steps; and which steps are real."""
    x = rng.normal(size=(B, T, F)).astype(np.float32)
    real = np.arange(T)[None] >= rng.integers(0, T, (B, 1))
    x[~real] = MASK_VALUE
    return x, real


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("masked", [False, True])
def test_shape_and_padding_stay(strength, masked):
    x, real = padded(np.random.default_rng(0))
    x = x if masked else np.where(real[..., None], x, 0)
    layer = Augment(masked=masked, strength=strength)
    found = np.array(layer(x, training=True))
    assert found.shape == x.shape
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(np.array(layer(x, training=False)), x)
    if masked:
        np.testing.assert_array_equal(found[~real], np.float32(MASK_VALUE))
        assert abs(found[real]).max() < 20, "no padding flows into what is read"
    if strength == 0:
        np.testing.assert_array_equal(found, x)


def test_as_many_sequences_change_as_the_strength_says():
    """Each of four ways is taken with probability s / 2."""
    x = np.random.default_rng(1).normal(size=(B, T, F)).astype(np.float32)
    for strength in (0.2, 1.0):
        found = np.array(Augment(masked=False, strength=strength)(x, training=True))
        same = np.mean((found == x).all(axis=(1, 2)))
        assert same == pytest.approx((1 - strength / 2) ** 4, abs=0.08)


def test_how_much_numbers_change():
    """Of sequences that are one constant each: only scaling and jitter show."""
    x = np.ones((5000, 1, 1), np.float32)
    errors = np.array(Augment(masked=False, strength=1.0)(x, training=True)) - 1
    # Half are scaled (0.2) and half jittered (0.1), independently, some both.
    assert errors.mean() == pytest.approx(0, abs=0.01)
    assert errors.std() == pytest.approx(np.sqrt(0.5 * 0.2**2 + 0.5 * 0.1**2), rel=0.1)


def test_noise_is_uniform_and_of_no_order():
    """Neighbours, numbers some places apart and sequences have nothing to do with each other."""
    draws = np.random.default_rng(4).random((64, 2), dtype=np.float32)
    found = np.array(noise(draws, 1000))
    assert abs(found).max() <= np.sqrt(3)
    assert found.mean() == pytest.approx(0, abs=0.02)
    counts, _ = np.histogram(found, bins=20, range=(-np.sqrt(3), np.sqrt(3)))
    assert counts.std() < 0.03 * counts.mean()
    np.testing.assert_allclose(found.std(axis=1), 1, atol=0.1)
    for lag in (1, 2, 3, 4, 7, 50):
        products = found[:, lag:] * found[:, :-lag]
        assert abs(products.mean()) < 0.02
        assert abs(products.mean(axis=1)).max() < 0.2
    between = np.corrcoef(found) - np.eye(64)
    assert abs(between).max() < 0.25


def test_each_call_draws_anew():
    x = np.random.default_rng(2).normal(size=(8, T, F)).astype(np.float32)
    layer = Augment(masked=False, strength=1.0)
    one, other = (np.array(layer(x, training=True)) for _ in range(2))
    assert not np.array_equal(one, other)


@given(last=st.integers(1, 60), where=UNIT, kind=UNIT)
@settings(deadline=None, max_examples=15)
def test_a_warp_reads_from_end_to_end_in_order(last, where, kind):
    place = np.linspace(0, last, PLACES, dtype=np.float32)[None]
    last, where, kind = (np.full((1, 1), value, np.float32) for value in (last, where, kind))
    found = np.array(warped(place, last, where, kind))[0]
    assert found[0] == 0 and found[-1] == pytest.approx(last[0, 0])
    assert (np.diff(found) >= 0).all()
    # By hand: what lasts how long.
    window, factor = 0.1 * last[0, 0], 0.5 if kind[0, 0] < 0.5 else 2.0
    begin = where[0, 0] * (last[0, 0] - window)
    total = last[0, 0] + window * (factor - 1)
    times = [0, begin, begin + window * factor, total]
    reads = [0, begin, begin + window, last[0, 0]]
    expected = np.interp(place[0] * total / last[0, 0], times, reads)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@given(last=st.integers(1, 60), size=UNIT, where=UNIT)
@settings(deadline=None, max_examples=15)
def test_a_slice_is_nine_tenths_or_more(last, size, where):
    place = np.linspace(0, last, PLACES, dtype=np.float32)[None]
    last, size, where = (np.full((1, 1), value, np.float32) for value in (last, size, where))
    found = np.array(sliced(place, last, size, where))[0]
    assert found[0] >= 0 and found[-1] <= last[0, 0]
    assert found[-1] - found[0] == pytest.approx(last[0, 0] * (1 - 0.1 * size[0, 0]), rel=1e-3)


def test_values_between_steps_are_interpolated(monkeypatch):
    """A ramp, read anywhere, holds the places that are read."""
    ramp = np.tile(np.arange(T, dtype=np.float32)[None, :, None], (B, 1, 1))
    layer = Augment(masked=False, strength=1.0)
    monkeypatch.setattr(augment, "_SCALE", 0.0)
    monkeypatch.setattr(augment, "_JITTER", 0.0)
    found = np.array(layer(ramp, training=True))[..., 0]
    assert found.min() >= 0 and found.max() <= T - 1
    assert (np.diff(found, axis=1) > 0).all()
    moved = found[(found != ramp[..., 0]).any(axis=1)]
    assert (moved[:, 0] > 0).any() and (moved[:, -1] < T - 1).any(), "slices leave ends out"
    assert (moved[:, 0] == 0).any(), "warps do not"
