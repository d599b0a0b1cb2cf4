"""Log-mel energies and MFCC against closed forms and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnsearch.data.sources.mel import fft_size, log_mel, mel_filters, mfcc


def mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def test_a_kilohertz_is_a_thousand_mel() -> None:
    """What the scale is made to do (O'Shaughnessy 1987): the filters' centres follow it."""
    assert abs(mel(1000) - 1000) < 0.1
    filters = mel_filters(20, 16000, 1 << 16)  # so fine that a peak is at its centre
    peaks = filters.argmax(axis=1) * 16000 / (1 << 16)
    centres = [mel(peak) for peak in peaks]
    np.testing.assert_allclose(np.diff(centres), mel(8000) / 21, rtol=1e-2)


@pytest.mark.parametrize(("bands", "rate", "frame"), [(24, 8000, 256), (40, 16000, 400)])
def test_filters_are_triangles(bands: int, rate: int, frame: int) -> None:
    size = fft_size(frame)
    corners = [700 * (10 ** (mel(rate / 2) * i / (bands + 1) / 2595) - 1) for i in range(bands + 2)]
    expected = np.array(
        [
            [
                np.interp(k * rate / size, corners[b : b + 3], [0, 1, 0])
                for k in range(size // 2 + 1)
            ]
            for b in range(bands)
        ]
    )
    np.testing.assert_allclose(mel_filters(bands, rate, size), expected, atol=1e-12)
    between = np.arange(size // 2 + 1) * rate / size
    inner = (between >= corners[1]) & (between <= corners[-2])
    np.testing.assert_allclose(expected.sum(axis=0)[inner], 1)  # a bin counts once in all


def test_fft_size() -> None:
    assert [fft_size(frame) for frame in (1, 2, 200, 256, 257)] == [1, 2, 256, 256, 512]


def test_energies_by_plain_loops() -> None:
    sound = np.random.default_rng(0).normal(size=70)
    frame, hop, size = 16, 8, 16
    filters = mel_filters(3, 8000, size)
    found = log_mel(sound, frame, hop, filters)
    assert found.shape == (7, 3) and found.dtype == np.float32
    for step in range(7):
        windowed = [
            sound[step * hop + i] * (0.5 - 0.5 * math.cos(2 * math.pi * i / (frame - 1)))
            for i in range(frame)
        ]
        power = [
            abs(sum(v * np.exp(-2j * math.pi * k * i / size) for i, v in enumerate(windowed))) ** 2
            / size
            for k in range(size // 2 + 1)
        ]
        energies = [sum(w * p for w, p in zip(band, power, strict=True)) for band in filters]
        np.testing.assert_allclose(found[step], np.log(np.array(energies) + 1e-10), rtol=1e-4)


def test_a_tone_is_loudest_in_its_band() -> None:
    filters, time = mel_filters(24, 8000, 256), np.arange(4000) / 8000
    for hertz in (300, 1000, 2500):
        loudest = log_mel(np.sin(2 * np.pi * hertz * time), 200, 80, filters).argmax(axis=1)
        assert (loudest == round(mel(hertz) / mel(4000) * 25) - 1).all()


def test_a_sound_shorter_than_a_frame_is_one_step() -> None:
    filters = mel_filters(4, 8000, 256)
    assert log_mel(np.ones(3), 200, 80, filters).shape == (1, 4)
    np.testing.assert_allclose(log_mel(np.zeros(3), 200, 80, filters), math.log(1e-10))


def test_coefficients_are_the_cosine_transform() -> None:
    from scipy import fft

    energies = np.random.default_rng(1).normal(size=(5, 24)).astype(np.float32)
    expected = fft.dct(energies, type=2, norm="ortho", axis=1)[:, :13]
    np.testing.assert_allclose(mfcc(energies, 13), expected, atol=1e-5)
