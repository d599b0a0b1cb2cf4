"""Recordings in folders: frames of log-mel energies or MFCC.

What was computed is kept in the user's cache, by the content of the files and the settings: a
second search reads it from there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.extras import import_extra
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources._base import Parts, SequencesReader
from rnnsearch.data.sources.listed_folders import (
    Listed,
    groups_of,
    list_classes,
    list_new,
    list_parts,
    place_of,
)
from rnnsearch.data.sources.mel import fft_size, log_mel, mel_filters, mfcc
from rnnsearch.files import keep, kept

if TYPE_CHECKING:
    from rnnsearch.spec.sources import AudioSource

__all__ = ["ENDINGS", "AudioReader"]

ENDINGS = (".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".aif", ".au", ".caf", ".w64")
"""Of recordings: what libsndfile reads, and people have."""

_SETTINGS = ("features", "rate", "frame_ms", "hop_ms", "mels", "coefficients")
"""Those that the features depend on."""

_FORM = "audio 2"
"""Changes whenever the features of the same sound do, so that old ones are not taken."""


class AudioReader(SequencesReader):
    """Reads a folder a class; or folders train, validation and test of these."""

    def read(self, section: AudioSource, problems: Problems) -> Parts:
        """Every part that there is a folder of."""
        settings = section.model_dump(mode="json")
        listed = list_parts(section.path, ENDINGS, False, problems)
        problems.raise_any()
        read = [None if part is None else _raw(part, settings, problems) for part in listed]
        return Parts(read[0], read[1], read[2])

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """One recording, or all below a folder; with targets, a folder a class."""
        if targets:
            listed = list_classes(path, ENDINGS, False, problems)
        else:
            listed = list_new(path, ENDINGS, False, problems)
        return None if listed is None else _raw(listed, settings, problems)


def _raw(listed: Listed, settings: Mapping[str, Any], problems: Problems) -> Raw | None:
    """Frames of all recordings, padded with NaN; None, and problems, if any can't be read."""
    place = place_of(listed.paths, _FORM, settings, _SETTINGS)
    frames: list[np.ndarray] | None = kept(place)
    if frames is None:
        frames = _computed(listed, settings, problems)
        if frames is None:
            return None
        keep(place, frames)
    lengths = np.array([len(each) for each in frames])
    x = np.full((len(frames), lengths.max(), frames[0].shape[1]), np.nan, dtype=np.float32)
    for place, each in zip(x, frames, strict=True):
        place[: len(each)] = each
    group = groups_of(listed, settings["split"]["group"], problems)
    return Raw(x, listed.y, lengths, group=group, files=listed.names)


def _computed(
    listed: Listed, settings: Mapping[str, Any], problems: Problems
) -> list[np.ndarray] | None:
    """(T, F) of each recording."""
    rate, bands = settings["rate"], settings["mels"]
    frame, hop = (max(1, round(settings[key] * rate / 1000)) for key in ("frame_ms", "hop_ms"))
    filters = mel_filters(bands, rate, fft_size(frame))
    if not filters.any(axis=1).all():
        must = "must be so few that every band has a frequency in it"
        advice = "lower it, or set a longer data.frame_ms"
        problems.add("data.mels", must, f"{bands} of frames of {frame} samples", advice)
    if settings["features"] == "mfcc" and settings["coefficients"] > bands:
        must = "must be at most data.mels"
        problems.add(
            "data.coefficients", must, f"{settings['coefficients']} of {bands}", "lower it"
        )
    sounds = _sounds(listed, rate, problems)
    if problems.found:
        return None
    frames = [log_mel(sound, frame, hop, filters) for sound in sounds]
    if settings["features"] == "mfcc":
        frames = [mfcc(each, settings["coefficients"]) for each in frames]
    return frames


_SLACK, _UNKNOWN = 64, 0x7FFF0000
"""Bytes that may be missing, as some count wrongly; and what says that none was counted."""
_FASTEST = 1_000_000
"""Hz of a recording. A damaged header that says more would have it filtered for hours."""


def _sounds(listed: Listed, rate: int, problems: Problems) -> list[np.ndarray]:
    """(samples,) of each recording at this rate, its channels averaged."""
    soundfile = import_extra("soundfile", "soundfile", "audio", "data.source: audio")
    sounds: list[np.ndarray] = []
    broken: dict[str, list[str]] = {}
    low: dict[int, list[str]] = {}
    for path, name in zip(listed.paths, listed.names, strict=True):
        try:
            samples, own = soundfile.read(path, dtype="float64", always_2d=True)
        except (OSError, RuntimeError, MemoryError, ValueError):  # a header may say anything
            broken.setdefault("no sound that can be read", []).append(name)
            continue
        sound = samples.mean(axis=1)
        if _is_cut(path):
            broken.setdefault("an end that is missing", []).append(name)
            continue
        if own > _FASTEST:
            broken.setdefault(f"a rate of {own:,} Hz", []).append(name)
        elif not len(sound):
            broken.setdefault("no samples", []).append(name)
        elif not np.isfinite(sound).all():
            broken.setdefault("samples that are no finite numbers", []).append(name)
        elif own < rate:
            low.setdefault(own, []).append(name)
        else:
            sounds.append(_resampled(sound, own, rate))
    for what, names in broken.items():
        received = f"{what} in {name_some(names)}"
        problems.add("data.path", "must have sound in every file", received, "remove these")
    if low:
        slowest = min(low)
        received = f"{slowest} in {name_some(low[slowest])}"
        must = f"must be a rate that every file has or exceeds, unlike {rate}"
        problems.add("data.rate", must, received, f"set rate: {slowest}, or remove these")
    return sounds


def _is_cut(path: Path) -> bool:
    """Whether a wav file is shorter than it says, as one that was not copied to its end.

    What is written as it comes says nothing of its length: 0, or as much as the field can hold.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return False
    said, has = int.from_bytes(head[4:8], "little") + 8, path.stat().st_size
    return said < _UNKNOWN and said - has > max(_SLACK, 0.01 * said)


def _resampled(sound: np.ndarray, own: int, rate: int) -> np.ndarray:
    """The sound at a lower rate, what is above half of it filtered out."""
    if own == rate:
        return sound
    from scipy import signal

    common = math.gcd(own, rate)
    return np.asarray(signal.resample_poly(sound, rate // common, own // common))
