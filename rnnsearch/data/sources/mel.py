"""Frames of sound as the energy in bands that are as wide as hearing is fine: log-mel and MFCC.

S. B. Davis and P. Mermelstein, Comparison of parametric representations for monosyllabic word
recognition, IEEE Transactions on Acoustics, Speech, and Signal Processing 28 (1980), 357–366. The
scale is that of D. O'Shaughnessy, Speech Communication (1987), p. 150: m = 2595 log10(1 + f / 700).
"""

from __future__ import annotations

import numpy as np

__all__ = ["fft_size", "log_mel", "mel_filters", "mfcc"]

_SILENCE = 1e-10
"""Added to each energy: its logarithm is that of silence, 100 dB below full scale."""


def fft_size(frame: int) -> int:
    """The power of two that a frame of so many samples is filled up to."""
    return 1 << (frame - 1).bit_length()


def mel_filters(bands: int, rate: int, size: int) -> np.ndarray:
    """Triangles of height 1, half of each over its neighbour's: (bands, size // 2 + 1).

    Args:
        bands: How many, from 0 Hz to half the rate.
        rate: Samples a second.
        size: Of the Fourier transform.
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    bins = np.arange(size // 2 + 1) * rate / size
    low, middle, high = (corners[i : i + bands, None] for i in range(3))
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


def log_mel(sound: np.ndarray, frame: int, hop: int, filters: np.ndarray) -> np.ndarray:
    """Natural logarithm of the energy in each band and frame, (T, bands) float32.

    Args:
        sound: (samples,) from -1 to 1. What is shorter than a frame is filled up with silence;
            an end that fills no frame is left out.
        frame, hop: Samples of a frame, and from one's start to the next one's.
        filters: Of `mel_filters`.
    """
    sound = np.pad(sound, (0, max(0, frame - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, frame)[::hop]
    size = 2 * (filters.shape[1] - 1)
    spectrum = np.fft.rfft(frames * np.hanning(frame), size)
    energy = np.square(np.abs(spectrum)) / size
    return np.asarray(np.log(energy @ filters.T + _SILENCE), dtype=np.float32)


def mfcc(log_energies: np.ndarray, coefficients: int) -> np.ndarray:
    """The first coefficients of the orthonormal cosine transform of each frame, (T, c) float32."""
    bands = log_energies.shape[-1]
    order = np.arange(coefficients)[:, None]
    waves = np.sqrt(2 / bands) * np.cos(np.pi * order * (np.arange(bands) + 0.5) / bands)
    waves[0] /= np.sqrt(2)
    return np.asarray(log_energies @ waves.T, dtype=np.float32)
