"""Repeats of k folds: what networks say of the same sequences is averaged before it is judged."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.data import SequenceData
from rnnsearch.data.raw.sequence_arrays import Arrays
from rnnsearch.data.sequences.sequence_building import read_arrays
from rnnsearch.driver.comparing.repeats import Repeats
from rnnsearch.spec.sources import ArraysSource, SplitSpec

COUNT, FOLDS = 24, 4
GENERATOR = np.random.default_rng(0)


def data(kind: str = "class", repeats: int = 3) -> SequenceData:
    x = GENERATOR.normal(size=(COUNT, 5, 1))
    y = np.arange(COUNT) % 2 if kind == "class" else GENERATOR.normal(size=COUNT) * 50 + 7
    split = SplitSpec(test=0.0, folds={"folds": FOLDS, "repeats": repeats})
    return read_arrays(ArraysSource(source="arrays", split=split), "many_to_one", Arrays((x, y)))


def said(data: SequenceData, folds: list[int]) -> tuple[list[np.ndarray], dict[int, list[float]]]:
    """Numbers that are put out on each division, and those of each sequence."""
    outputs, of_each = [], {}
    for fold in folds:
        rows = data.held_out(fold)
        assert rows is not None
        put = GENERATOR.normal(size=(len(rows), 1))
        outputs.append(put)
        for row, value in zip(rows.tolist(), put[:, 0].tolist(), strict=True):
            of_each.setdefault(row, []).append(value)
    return outputs, of_each


@pytest.mark.parametrize(
    "folds",
    [
        [*range(12)],
        [*range(4, 12)],
        [0, 5, 4, 6, 7, 1],  # one repeat whole, and some of another
        [4, 5, 6, 7, 4, 5],  # the same division twice, from other seeds
    ],
)
def test_each_sequence_is_judged_by_all_that_did_not_see_it(folds: list[int]) -> None:
    found = data()
    repeats = Repeats.of(found, folds, None)
    outputs, of_each = said(found, folds)
    averaged = repeats.averaged(outputs)

    assert len(averaged) == len(repeats.judged) == FOLDS
    judged = []
    for place, put in zip(repeats.judging, averaged, strict=True):
        rows = found.held_out(folds[place])
        assert rows is not None
        expected = [np.mean(of_each[row]) for row in rows.tolist()]
        np.testing.assert_allclose(put[:, 0], expected, rtol=1e-6)
        judged += rows.tolist()
    assert sorted(judged) == [*range(COUNT)], "each once"


@pytest.mark.parametrize("folds", [[0, 1, 2], [0, 1, 6, 7], [3, 8]])
def test_without_a_whole_repeat_divisions_are_judged_as_they_are(folds: list[int]) -> None:
    found = data()
    repeats = Repeats.of(found, folds, None)
    outputs, _ = said(found, folds)

    assert repeats.judging == (*range(len(folds)),)
    for put, averaged in zip(outputs, repeats.averaged(outputs), strict=True):
        np.testing.assert_allclose(averaged, put, rtol=1e-6)


def test_numbers_are_averaged_in_their_own_units() -> None:
    """Each division is scaled by its own training part: outputs that are right stay right."""
    found = data("numeric")
    folds = [*range(12)]
    repeats = Repeats.of(found, folds, None)
    right = [found.dataset(None, fold).validation.y for fold in folds]

    for put, dataset in zip(repeats.averaged(right), repeats.judged, strict=True):
        np.testing.assert_allclose(put, dataset.validation.y, rtol=1e-4, atol=1e-5)


def test_data_that_is_divided_once_is_judged_as_it_is() -> None:
    found = data(repeats=1)
    repeats = Repeats.of(found, [0, 1, 2, 3], None)
    outputs, _ = said(found, [0, 1, 2, 3])
    for put, averaged in zip(outputs, repeats.averaged(outputs), strict=True):
        np.testing.assert_allclose(averaged, put, rtol=1e-6)
