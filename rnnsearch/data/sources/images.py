"""Pictures and clips in folders.

Read pictures are kept in the user's cache, as the features of recordings are.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
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
from rnnsearch.files import keep, kept

if TYPE_CHECKING:
    from rnnsearch.spec.sources import ImagesSource

__all__ = ["ENDINGS", "ImagesReader"]

_DAMAGED = (
    *(EOFError, IndexError, KeyError, MemoryError, OSError, OverflowError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, struct.error, zlib.error),
)
"""What Pillow raises of a picture that is none."""

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
    *(".pgm", ".ppm", ".pbm"),
)
"""Of pictures: what Pillow reads, and people have."""

_OF_SEVERAL = ("GIF", "TIFF", "WEBP", "PNG")
"""Kinds that may hold several pictures; what a camera puts beside one is not meant."""

_SETTINGS = ("channels", "size")
"""Those that what is read of a picture depends on."""

_FORM = "images 2"
"""Changes whenever what is read of the same picture does, so that old ones are not taken."""


class ImagesReader(SequencesReader):
    """Reads a folder a class; or folders train, validation and test of these.

    A picture is one file, a clip a folder of them. x are the pictures as they are, from 0 to 1:
    `rnnsearch.data.sequences.image_steps` makes steps of them.
    """

    def read(self, section: ImagesSource, problems: Problems) -> Parts:
        """Every part that there is a folder of."""
        settings = section.model_dump(mode="json")
        listed = list_parts(section.path, ENDINGS, _clips(settings), problems)
        problems.raise_any()
        read = [None if part is None else _raw(part, settings, problems) for part in listed]
        return Parts(read[0], read[1], read[2])

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """One picture, or all below a folder; with targets, a folder a class."""
        if targets:
            listed = list_classes(path, ENDINGS, _clips(settings), problems)
        else:
            listed = list_new(path, ENDINGS, _clips(settings), problems)
        return None if listed is None else _raw(listed, settings, problems)


def _clips(settings: Mapping[str, Any]) -> bool:
    return bool(settings["steps"] == "frames")


def _raw(listed: Listed, settings: Mapping[str, Any], problems: Problems) -> Raw | None:
    """(N, height, width, channels), of clips (N, T, …) padded with NaN; None, with problems."""
    clips = [_frames(path) if path.is_dir() else [path] for path in listed.paths]
    files = [file for clip in clips for file in clip]
    place = place_of(files, _FORM, settings, _SETTINGS)
    pictures: np.ndarray | None = kept(place)
    if pictures is None:
        pictures = _pictures(files, listed.root, settings, problems)
        if pictures is None:
            return None
        keep(place, pictures)
    group = groups_of(listed, settings["split"]["group"], problems)
    if not _clips(settings):
        return Raw(pictures, listed.y, None, group=group, files=listed.names)
    lengths = np.array([len(clip) for clip in clips])
    x = np.full((len(clips), lengths.max(), *pictures.shape[1:]), np.nan, dtype=np.float32)
    starts = np.cumsum(lengths) - lengths
    for clip_x, start, length in zip(x, starts, lengths, strict=True):
        clip_x[:length] = pictures[start : start + length]
    return Raw(x, listed.y, lengths, group=group, files=listed.names)


def _frames(folder: Path) -> list[Path]:
    """A clip's pictures in the order of their names, where 2 stands before 10."""
    files = [
        path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != "."
    ]
    digits = max((len(path.stem) for path in files), default=0)
    return sorted(files, key=lambda path: _padded(path.stem, digits))


def _padded(name: str, digits: int) -> str:
    """The name with every number in it filled up with zeros."""
    return re.sub(r"\d+", lambda number: number[0].zfill(digits), name)


def _plain(opened: Any, mode: str) -> Any:
    """A picture as it is seen: upright, on white where it is transparent, of 8 bits a channel.

    What Pillow converts by itself is cut off at 255 where it has 16 bits, lies on the side where a
    camera only noted how it was held, and shows what stands below full transparency.
    """
    operations = import_extra("PIL.ImageOps", "pillow", "images", "data.source: images")
    picture = operations.exif_transpose(opened)
    image = import_extra("PIL.Image", "pillow", "images", "data.source: images")
    if picture.mode.startswith("I"):
        grey = np.asarray(picture, np.float64)
        most = 65535 if grey.max(initial=0) > 255 or picture.mode != "I" else 255
        picture = image.fromarray(np.clip(grey * 255 / most, 0, 255).round().astype(np.uint8))
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        picture = image.alpha_composite(image.new("RGBA", seen.size, "white"), seen)
    return picture.convert(mode)


def _pictures(
    files: list[Path], root: Path, settings: Mapping[str, Any], problems: Problems
) -> np.ndarray | None:
    """(files, height, width, channels) float32 from 0 to 1; None, and problems."""
    image = import_extra("PIL.Image", "pillow", "images", "data.source: images")
    mode = "L" if settings["channels"] == "grey" else "RGB"
    size = settings["size"]
    pictures: list[np.ndarray] = []
    broken: list[str] = []
    several: list[str] = []
    shapes: dict[tuple[int, int], str] = {}
    for path in files:
        name = path.relative_to(root).as_posix()
        try:
            with warnings.catch_warnings():
                # Pillow warns of what unpacks to hundreds of megabytes, and refuses twice of it.
                warnings.simplefilter("error", image.DecompressionBombWarning)
                with image.open(path) as opened:
                    picture = _plain(opened, mode)
                    if opened.format in _OF_SEVERAL and getattr(opened, "n_frames", 1) > 1:
                        several.append(name)
        except (*_DAMAGED, image.DecompressionBombError, image.DecompressionBombWarning):
            broken.append(name)
            continue
        if size is not None and picture.size != (size[1], size[0]):
            picture = picture.resize((size[1], size[0]), image.Resampling.BILINEAR)
        shapes.setdefault((picture.height, picture.width), name)
        pictures.append(np.asarray(picture, dtype=np.float32) / 255)
    if broken:
        must, received = "must have a picture in every file", f"none in {name_some(broken)}"
        problems.add("data.path", must, received, "remove these, or save them again")
    if several:
        must, received = "must have one picture in every file", f"several in {name_some(several)}"
        advice = "save each to a file of its own; of clips a folder each, with steps: frames"
        problems.add("data.path", must, received, advice)
    if len(shapes) > 1:
        must = "must be given where pictures differ in height and width"
        received = name_some(f"{h} × {w} ({name})" for (h, w), name in shapes.items())
        problems.add("data.size", must, received, "add size: [height, width] under data:")
    if broken or several or len(shapes) > 1:
        return None
    stacked = np.stack(pictures)
    return stacked if stacked.ndim == 4 else stacked[..., None]
