"""Pictures are read as they are seen, whatever their files say how to show them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import ImagesSource

Image = pytest.importorskip("PIL.Image")
RAMP = np.add.outer(np.arange(6), np.arange(4)).astype(np.float64) / 9


def pictures(folder: Path, save: Any, **keys: Any) -> np.ndarray:
    """(height, width) of the first picture of two classes."""
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            save(folder / name / f"{number}.png")
    problems = Problems()
    section = ImagesSource(source="images", path=folder, **keys)
    train = SEQUENCES["images"].read(section, problems).train
    problems.raise_any()
    assert train is not None
    return np.asarray(train.x[0, ..., 0])


def test_sixteen_bits_are_no_white(tmp_path: Path) -> None:
    deep = Image.fromarray((RAMP * 65535).astype(np.uint16))
    np.testing.assert_allclose(pictures(tmp_path, deep.save), RAMP, atol=1 / 255)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_transparent_is_white(mode: str, tmp_path: Path) -> None:
    ink = np.uint8(RAMP * 255)
    drawn = Image.fromarray(np.zeros_like(ink)).convert(mode)
    drawn.putalpha(Image.fromarray(ink))  # black, and all that is drawn is in what can't be seen
    np.testing.assert_allclose(pictures(tmp_path, drawn.save), 1 - RAMP, atol=2 / 255)


def test_a_picture_that_was_taken_upright_stands_upright(tmp_path: Path) -> None:
    lying = Image.fromarray(np.uint8(RAMP * 255))
    exif = lying.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    found = pictures(tmp_path, lambda path: lying.save(path, exif=exif))
    np.testing.assert_allclose(found, np.rot90(np.uint8(RAMP * 255) / 255, -1), atol=1e-6)


@pytest.mark.parametrize("ending", ["bmp", "tif", "webp", "gif", "pgm"])
def test_other_kinds_of_pictures(ending: str, tmp_path: Path) -> None:
    drawn = Image.fromarray(np.uint8(RAMP * 255))
    exact = {"webp": {"lossless": True}}.get(ending, {})
    found = pictures(tmp_path, lambda path: drawn.save(path.with_suffix(f".{ending}"), **exact))
    np.testing.assert_allclose(found, RAMP, atol=3 / 255)


@pytest.mark.parametrize("ending", ["gif", "tif"])
def test_several_pictures_in_a_file_are_refused(ending: str, tmp_path: Path) -> None:
    drawn = [Image.fromarray(np.uint8(RAMP * 255) // part) for part in (1, 2)]

    def save(path: Path) -> None:
        drawn[0].save(path.with_suffix(f".{ending}"), save_all=True, append_images=drawn[1:])

    with pytest.raises(InvalidData, match="one picture in every file; received several in a/0"):
        pictures(tmp_path, save)
