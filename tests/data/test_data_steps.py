"""Images and clips as steps: which pixel stands where, and what does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, preparation_from_json, read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.image_steps import said_steps, stepped
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import ArraysSource

IMAGE = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])


def steps(x: Any, how: str | None, patch: int | None = None) -> Any:
    raw = stepped(Raw(np.asarray(x), None, None), {"steps": how, "patch": patch}, Problems())
    assert raw is not None
    return raw.x.tolist()


def test_which_pixel_stands_where() -> None:
    assert steps([IMAGE], None) == [IMAGE.tolist()]
    assert steps([IMAGE], "rows") == [[[1, 2, 3, 4], [5, 6, 7, 8]]]
    assert steps([IMAGE], "columns") == [[[1, 5], [2, 6], [3, 7], [4, 8]]]
    assert steps([IMAGE], "pixels") == [[[1], [2], [3], [4], [5], [6], [7], [8]]]
    assert steps([IMAGE], "patches", 2) == [[[1, 2, 5, 6], [3, 4, 7, 8]]]
    assert steps([[IMAGE, IMAGE * 10]], "frames")[0] == [
        IMAGE.ravel().tolist(),
        (IMAGE * 10).ravel().tolist(),
    ]


def test_of_a_number_alone_nothing_is_said_but_that_it_is_refused() -> None:
    assert said_steps(Raw(np.array(3.0), None, None), {"steps": None}, "many_to_one") == ()


def test_channels_of_a_pixel_stay_together() -> None:
    coloured = np.stack([IMAGE, -IMAGE], axis=-1)
    assert steps([coloured], "rows")[0][0] == [1, -1, 2, -2, 3, -3, 4, -4]
    assert steps([coloured], "columns")[0][1] == [2, -2, 6, -6]
    assert steps([coloured], "pixels")[0][:2] == [[1, -1], [2, -2]]
    assert steps([coloured], "patches", 2)[0][1] == [3, -3, 4, -4, 7, -7, 8, -8]
    assert steps([[coloured]], "frames")[0][0][:4] == [1, -1, 2, -2]


def test_borders_of_images_may_be_blank(write_npz: Any, npz_source: Any) -> None:
    x = np.random.default_rng(0).normal(size=(40, 6, 6))
    x[:, :, 0] = x[:, 0] = 0
    path = write_npz(x=x, y=np.arange(40) % 2)
    notes = read(npz_source(path), "many_to_one").notes
    assert any(note.startswith("feature 0 of 6, counted from 0: the same in all") for note in notes)
    data = read(npz_source(path, steps="rows"), "many_to_one")
    assert np.isfinite(data.dataset().train.x).all()
    prepared = preparation_from_json(data.preparation(fold=-1).to_json())
    assert prepared.targets(str(path)).x.shape == (40, 6, 6)
    with pytest.raises(InvalidData, match="the only feature the same in all"):
        read(npz_source(write_npz(x=x * 0, y=np.arange(40) % 2), steps="pixels"), "many_to_one")


def test_arrays_of_the_api_have_steps_too() -> None:
    x, y = np.random.default_rng(0).normal(size=(20, 4, 4)), np.arange(20) % 2
    section = ArraysSource(source="arrays", steps="pixels")
    data = read(section, "many_to_one", arrays=Arrays(train=(x, y)))
    assert data.steps == 16 and data.dataset().train.x.shape[2] == 1


@pytest.mark.parametrize(
    ("shape", "changes", "expected"),
    [
        (
            (20, 6),
            {"steps": "rows"},
            "data.steps: must suit the data: rows are of axes (N, height, width) or (N, height, "
            "width, channels); received x of shape (20, 6); remove it, or give other arrays",
        ),
        (
            (20, 6, 6),
            {"steps": "frames"},
            "data.steps: must suit the data: frames are of axes (N, frames, height, width) or (N, "
            "frames, height, width, channels); received x of shape (20, 6, 6); remove it, or give "
            "other arrays",
        ),
        (
            (20, 6, 8),
            {"steps": "patches", "patch": 4},
            "data.patch: must divide height and width; received 4 for 6 × 8; choose another patch "
            "or size",
        ),
    ],
)
def test_message(
    shape: tuple[int, ...], changes: Any, expected: str, write_npz: Any, npz_source: Any
) -> None:
    path = write_npz(x=np.zeros(shape), y=np.arange(20) % 2)
    with pytest.raises(InvalidData) as caught:
        read(npz_source(path, **changes), "many_to_one")
    assert [str(problem) for problem in caught.value.problems] == [expected]
