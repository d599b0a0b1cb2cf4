"""Takes of one thing that stand beside each other are kept in one part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.data.sequences.takes import takes_of
from rnnsearch.spec.sources import SplitSpec

RNG = np.random.default_rng(0)


def takes(things: int = 24, each: int = 3, noise: float = 0.1) -> tuple[Any, Any, Any]:
    """Sequences, their classes, and which thing each is of; sorted by class."""
    shapes = RNG.normal(size=(things, 20, 2)).cumsum(axis=1)
    thing = np.repeat(np.arange(things), each)
    x = shapes[thing] + noise * RNG.normal(size=(things * each, 20, 2))
    return x.astype("float32"), thing * 2 // things, thing


@pytest.mark.parametrize("each", [2, 3])
def test_takes_are_found(each: int) -> None:
    x, y, thing = takes(each=each)
    x[:, :, 1] += 0.8 * np.random.default_rng(1).normal(size=x.shape[:2])
    x[:, :, 1] *= 1000  # units do not matter: this one would be all that is looked at
    np.testing.assert_array_equal(takes_of(x, y), thing)
    x, y, _ = takes(each=each)
    x[::5, 17:], x[:, 19:] = np.nan, np.nan  # the last step no sequence has
    assert takes_of(x, y) is not None


def test_others_are_not() -> None:
    x, y, _ = takes()
    order = RNG.permutation(len(x))
    assert takes_of(x[order], y[order]) is None  # beside each other they are not
    assert takes_of(RNG.normal(size=(72, 20, 2)), y) is None
    assert takes_of(x, None) is None
    assert takes_of(*takes(things=5)[:2]) is None  # too few to tell
    alone = np.where(np.arange(len(y)) == 0, 2, y)
    assert takes_of(x, y) is not None and takes_of(x, alone) is None
    few = np.repeat(np.arange(24), 3)  # of three to a class, another one is always beside
    assert takes_of(x, few) is None


def test_what_drifts_is_no_take() -> None:
    """Each is likest to those recorded before and after it: no group is farther than that."""
    y = np.repeat([0, 1], 30)
    assert takes_of(np.linspace(0, 1, 60)[:, None, None] * RNG.normal(size=(1, 20, 1)), y) is None
    assert takes_of(RNG.normal(size=(60, 20, 1)).cumsum(axis=0), y) is None


@pytest.mark.parametrize("by", ["auto", "random"])
def test_no_part_divides_them(by: str, npz_source: Any, write_npz: Any) -> None:
    x, y, thing = takes()
    path = write_npz(x=x, y=np.array(["a", "b"])[y])
    data = read(npz_source(path, scaling="none", split=SplitSpec(by=by)), "many_to_one")
    of_row = {row.tobytes(): int(one) for row, one in zip(x, thing, strict=True)}
    divided = False
    for fold in range(data.folds):
        dataset = data.dataset(fold=fold)
        parts = [
            {of_row[np.asarray(one, np.float32).tobytes()] for one in part.x}
            for part in (dataset.train, dataset.validation, dataset.test)
        ]
        divided |= bool(parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    said = [note for note in data.notes if "takes of the same thing" in note]
    assert divided == (by == "random") and len(said) == (by == "auto")
    assert all("72 of 24 things" in note for note in said)
