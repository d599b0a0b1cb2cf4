"""A guess for a folder of recordings or pictures, with a folder for each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.extras import import_extra
from rnnsearch.data.sources.audio import ENDINGS as SOUNDS
from rnnsearch.data.sources.images import ENDINGS as PICTURES
from rnnsearch.data.sources.listed_folders import (
    Listed,
    folders_of_parts,
    list_parts,
    without_classes,
)
from rnnsearch.data.sources.mel import fft_size, mel_filters
from rnnsearch.guessing._base import Guess, Setting, Wishes, check_wishes, refuse
from rnnsearch.guessing.budget import Job, search_settings, space_settings
from rnnsearch.guessing.class_objective import class_objective
from rnnsearch.guessing.flat_folders import check_classes_in_folders
from rnnsearch.guessing.folder_names import lists_note, numbered_note, paired_note, takes_of
from rnnsearch.guessing.folding import with_folds
from rnnsearch.guessing.row_sequences import balance
from rnnsearch.vocabulary import MANY_TO_ONE

__all__ = ["PICTURES", "SOUNDS", "guess_pictures", "guess_sounds"]

_SHARES = {"validation": 0.2, "test": 0.2}
_RATE = 16_000
"""Samples a second that speech and most other sounds need."""
_BANDS = (40, 24, 12, 6, 3)
"""Mel bands that are tried: of a low rate or a short frame many would be empty."""
_USUAL_STEPS = 200
"""Frames of a usual recording, where its length does not ask for more or fewer."""
_MOST_ROWS = 64
"""Height and width of a picture, whose rows are the steps; more only take time."""

_FEWEST_GROUPS = 10
"""From so many on, parts of whole groups have about the shares that are asked for."""
_INNER = 2
"""So many folders in each class's, of the same names, may be the classes."""
_CLIPS = (
    "pictures stand in folders below that of their class: where each of these is one clip, say "
    "steps: frames"
)


@dataclass(frozen=True)
class _Folder:
    """What a folder holds.

    Attributes:
        train, validation, test: The parts; None where the folder has none of its own.
        classes: Class → entries of the training part, the most frequent first.
        notes: What is to be said of their names.
    """

    train: Listed
    validation: Listed | None
    test: Listed | None
    classes: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> list[Path]:
        """Those of all parts."""
        parts = (self.train, self.validation, self.test)
        return [path for part in parts if part is not None for path in part.paths]

    @property
    def shares(self) -> dict[str, float]:
        """Those of the parts that have no folder."""
        parts = {"validation": self.validation, "test": self.test}
        return {name: _SHARES[name] for name, part in parts.items() if part is None}

    @property
    def counts(self) -> tuple[int, int]:
        """Entries of the training and of the validation part."""
        every = len(self.train.paths)
        own = self.validation
        judged = round(every * _SHARES["validation"]) if own is None else len(own.paths)
        return round(every * (1 - sum(self.shares.values()))), judged


def guess_sounds(root: Path, wishes: Wishes) -> Guess:
    """A spec for recordings; only their headers are looked at.

    Args:
        root: Has a folder a class; or folders train, validation, test that have these.
        wishes: What the user said.

    Raises:
        InvalidData: No spec for it would run; with the reason.
        MissingExtra: soundfile is not installed.
    """
    folder = _listed(root, SOUNDS, wishes)
    seconds, rates = _headers_of_sounds(folder.files)
    rate = min(_RATE, *rates)
    usual = float(np.median(seconds))
    hop = float(f"{min(50, max(10, usual * 1000 / _USUAL_STEPS)):.2g}")
    frame = 2.5 * hop
    samples = round(frame * rate / 1000)
    bands = next((n for n in _BANDS if _are_full(n, rate, samples)), _BANDS[-1])
    steps = max(1, round(float(np.max(seconds)) * 1000 / hop))
    data = [
        Setting("source", "audio", "pip install 'rnnsearch[audio]'"),
        Setting("path", None, f"files of each class: {balance(folder.classes)}"),
        Setting("features", "log_mel", "the logarithm of the energy in each band"),
        Setting("rate", rate, _why_rate(rate, rates)),
        Setting("frame_ms", frame, "a step is a frame of so many milliseconds"),
        Setting("hop_ms", hop, f"from frame to frame; a usual recording has {usual:.2g} s"),
        Setting("mels", bands, "bands from 0 Hz to half the rate"),
    ]
    return _guess(
        folder, data, steps, max(1, round(usual * 1000 / hop)), bands, wishes, _inner_note(folder)
    )


def guess_pictures(root: Path, wishes: Wishes) -> Guess:
    """A spec for pictures; only their headers are looked at.

    Args:
        root: Has a folder a class; or folders train, validation, test that have these.
        wishes: What the user said.

    Raises:
        InvalidData: No spec for it would run; with the reason.
        MissingExtra: pillow is not installed.
    """
    folder = _listed(root, PICTURES, wishes)
    sizes, modes = _headers_of_pictures(folder.files)
    grey = sum(mode in ("1", "L", "LA", "I", "I;16", "F") for mode in modes) * 2 > len(modes)
    data = [
        Setting("source", "images", "pip install 'rnnsearch[images]'"),
        Setting("path", None, f"files of each class: {balance(folder.classes)}"),
        Setting("steps", "rows", "a step is a row of a picture, from the top"),
        Setting("channels", "grey" if grey else "rgb", "as most of the files have them"),
    ]
    size, why = _size(sizes)
    if why:
        data.append(Setting("size", size, why))
    notes = _inner_note(folder)
    notes += [_CLIPS] if _deep(folder.train) else []
    return _guess(folder, data, size[0], size[0], size[1], wishes, notes)


def _deep(listed: Listed) -> bool:
    """Whether files stand in folders below that of their class."""
    return all(len(path.relative_to(listed.root).parts) > 2 for path in listed.paths)


def _inner_note(folder: _Folder) -> list[str]:
    """What to say where the same folders are in that of each class: they may be the classes."""
    inner: dict[str, set[str]] = {}
    for path in folder.train.paths:
        outer, *below = path.relative_to(folder.train.root).parts[:-1]
        inner.setdefault(outer, set()).update(below[:1])
    first, *others = inner.values()
    if len(first) < _INNER or any(each != first for each in others):
        return []
    return [
        f"classes are the outer folders, {name_some([*inner], 3)}; each has the folders "
        f"{name_some(sorted(first), 3)}: if these are the classes, move the files, so that each of "
        "these stands outside: sound/person/1.wav"
    ]


def _listed(root: Path, endings: Sequence[str], wishes: Wishes) -> _Folder:
    """The entries of the folder, of which every class must have some to learn from and to judge."""
    target = "leave it out: the folders' names are the classes"
    check_wishes(wishes, [MANY_TO_ONE.name], "a folder for each class", target=target)
    check_classes_in_folders(root, endings)
    problems = Problems()
    train, validation, test = list_parts(root, endings, False, problems)
    problems.raise_any()
    assert train is not None and train.labels is not None
    classes = dict(Counter(train.labels).most_common())
    if len(classes) < 2:
        received, advice = f"one, {name_some(classes)}", "add those of another class"
        inner = train.root / train.labels[0]
        if train.paths[0].parent != inner:  # as archives have a folder around all
            advice = f"if folders in it are the classes, give the path {inner}"
        refuse("must have folders of two classes or more", received, advice)
    notes = numbered_note(train, [*sorted(classes)]) + paired_note(root, [*sorted(classes)])
    notes += lists_note(root, endings)
    if without_classes(folders_of_parts(root)):
        notes.append("the test folder has no folders of classes, and is left out: predict reads it")
    return _Folder(train, validation, test, classes, tuple(notes))


def _headers_of_sounds(files: Sequence[Path]) -> tuple[list[float], list[int]]:
    """Seconds and rate of each recording; what can't be read is left to the source to refuse."""
    soundfile = import_extra("soundfile", "soundfile", "audio", "data.source: audio")
    seconds: list[float] = []
    rates: list[int] = []
    for path in files:
        try:
            header = soundfile.info(path)
        except (OSError, RuntimeError):
            continue
        seconds.append(header.frames / header.samplerate)
        rates.append(header.samplerate)
    if not seconds:
        received = f"none in {name_some(path.name for path in files)}"
        refuse("must have sound in its files", received, "look at them")
    return seconds, rates


def _headers_of_pictures(files: Sequence[Path]) -> tuple[list[tuple[int, int]], list[str]]:
    """(Height, width) and colours of each picture; the source refuses what can't be read."""
    image = import_extra("PIL.Image", "pillow", "images", "data.source: images")
    sizes: list[tuple[int, int]] = []
    modes: list[str] = []
    for path in files:
        try:
            with image.open(path) as opened:
                sizes.append((opened.height, opened.width))
                modes.append(opened.mode)
        except (OSError, ValueError, SyntaxError, image.DecompressionBombError):
            continue
    if not sizes:
        received = f"none in {name_some(path.name for path in files)}"
        refuse("must have pictures in its files", received, "look at them")
    return sizes, modes


def _are_full(bands: int, rate: int, samples: int) -> bool:
    """Whether every one of so many mel bands has a frequency in it."""
    return bool(mel_filters(bands, rate, fft_size(samples)).any(axis=1).all())


def _why_rate(rate: int, rates: Sequence[int]) -> str:
    """Where the rate comes from."""
    if min(rates) == max(rates):
        return "samples a second" + (
            ", as the files have" if rate == rates[0] else "; files have more"
        )
    return f"samples a second; files have {min(rates)} to {max(rates)}"


def _size(sizes: Sequence[tuple[int, int]]) -> tuple[list[int], str]:
    """Height and width of a picture as it is read, and why if that is not its own."""
    height, width = (int(np.median(side)) for side in zip(*sizes, strict=True))
    shrink = min(1.0, _MOST_ROWS / max(height, width))
    size = [max(1, round(height * shrink)), max(1, round(width * shrink))]
    own = f"{height} × {width}"
    if len(set(sizes)) > 1:
        return size, f"height and width; pictures differ, usually {own}"
    return size, f"height and width, scaled down from {own}" if shrink < 1 else ""


def _guess(
    folder: _Folder,
    data: list[Setting],
    steps: int,
    usual: int,
    features: int,
    wishes: Wishes,
    notes: list[str],
) -> Guess:
    """The whole spec.

    Args:
        folder: What it holds.
        data: Where it is, and what a step is.
        steps: Of the longest sequence.
        usual: Steps of a usual one.
        features: Of a step.
        wishes: What the user said.
        notes: For the user.
    """
    train, validation = folder.counts
    job = Job(train, validation, max(usual, steps // 2), both_ways=True, numbers=features)
    if folder.shares:
        data = [*data, _split(folder)]
    return Guess(
        Setting("task", MANY_TO_ONE.name, "a sequence in, one class out"),
        tuple(data),
        space_settings(job),
        search_settings(job, class_objective(folder.classes.values()), wishes.cores),
        (*folder.notes, *notes),
    )


def _split(folder: _Folder) -> Setting:
    """The parts that have no folder; files of one name, perhaps of one scene, stay together."""
    split: dict[str, object] = {**folder.shares}
    why = "out of the training part, each class in the same share"
    group = None if len(split) < len(_SHARES) else _group(folder)
    if group is not None:
        split["group"], why = group
    split, folds = with_folds(split, sum(folder.counts))
    return Setting("split", split, why + folds)


def _group(folder: _Folder) -> tuple[object, str] | None:
    """What says which files belong together, and why; None where nothing does."""
    train = folder.train
    if _deep(train) and not _inner_note(folder):
        inner = {path.parent for path in train.paths}
        if _FEWEST_GROUPS <= len(inner) < len(train.paths):
            name = train.paths[0].parent.relative_to(train.root).parts[1]
            return {"pattern": "([^/]+)/"}, f"files of one folder, such as {name}, stay together"
    takes = takes_of(train)
    if takes is not None:
        pattern, name = takes
        why = f"files that begin alike, such as {name}, may be of one speaker or scene: they stay "
        return {"pattern": pattern}, why + "together"
    shared = _shared_names(train)
    why = "all classes have files of the same names, such as "
    return ("stem", f"{why}{shared[0]}: they stay together") if shared else None


def _shared_names(train: Listed) -> list[str]:
    """The names that are there in every class, if they are most of each."""
    assert train.labels is not None
    stems: dict[str, set[str]] = {}
    for path, label in zip(train.paths, train.labels, strict=True):
        stems.setdefault(label, set()).add(path.stem)
    shared = set.intersection(*stems.values())
    most = max(map(len, stems.values()))
    return sorted(shared) if len(shared) * 2 > most and len(shared) >= _FEWEST_GROUPS else []
