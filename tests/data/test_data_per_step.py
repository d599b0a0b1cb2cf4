"""`scaling: per_step` and `auto`: what sequences have in common, and what tells them apart."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.scaling import fit_steps
from rnnsearch.driver.finishing.so_far import in_units_of
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import SplitSpec

RNG = np.random.default_rng(8)
COUNT, STEPS = 40, 12


def spectra(spread: float = 0.02) -> np.ndarray:
    """(40, 12, 2): one curve and a little else; and a feature that follows none."""
    curve = 5 + 3 * np.sin(np.arange(STEPS))
    one = curve + spread * RNG.normal(size=(COUNT, STEPS))
    return np.stack([one, RNG.normal(size=(COUNT, STEPS))], axis=2)


def classes() -> np.ndarray:
    """(40,), both as often."""
    return np.array(["low", "high"])[np.arange(COUNT) % 2]


def test_one_curve_is_taken_away_from_the_feature_that_follows_it(
    write_npz: Any, npz_source: Any
) -> None:
    path = write_npz(x=spectra(), y=classes())
    data = read(npz_source(path), "many_to_one")
    train = data.dataset().train.array
    np.testing.assert_allclose(train[..., 0].mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(train[..., 0].std(), 1, atol=1e-3)
    (scaling,) = data.preparation().scalings.values()
    assert scaling.offset.shape == (STEPS, 2) and scaling.scale.shape == (2,)
    assert np.ptp(scaling.offset[:, 1]) == 0  # the other has one mean for all steps
    note = "all sequences follow nearly the same curve (features 0 of 2, from 0): each step is read"
    assert any(line.startswith(note) for line in data.notes)


@pytest.mark.parametrize(
    ("spread", "times", "taken"), [(0.1, 1, True), (0.2, 1, False), (0.2, 8, True), (0.6, 8, False)]
)
def test_a_curve_that_explains_less_is_taken_from_many_sequences_only(
    spread: float, times: int, taken: bool, write_npz: Any, npz_source: Any
) -> None:
    """It explains 0.998, 0.991 and 0.93: as much as of coffee's spectra, which few were left of."""
    x = np.concatenate([spectra(spread) for _ in range(times)])
    data = read(npz_source(write_npz(x=x, y=np.tile(classes(), times))), "many_to_one")
    (scaling,) = data.preparation().scalings.values()
    assert (scaling.offset.ndim == 2) is taken


def test_each_fold_has_the_curve_of_its_own_training_part(write_npz: Any, npz_source: Any) -> None:
    path = write_npz(x=spectra(), y=classes())
    data = read(npz_source(path, split=SplitSpec(test=0.2, folds=3)), "many_to_one")
    for fold in range(3):
        train = data.dataset(fold=fold).train.array
        np.testing.assert_allclose(train[..., 0].mean(axis=0), 0, atol=1e-4)
    offsets = [data.preparation(fold=fold).scalings["sequence"].offset[0, 0] for fold in range(3)]
    assert len(set(offsets)) == 3


def test_what_is_kept_reads_new_files_in_the_same_way(write_npz: Any, npz_source: Any) -> None:
    path = write_npz(x=spectra(), y=classes())
    data = read(npz_source(path, scaling="per_step"), "many_to_one")
    kept = json.loads(json.dumps(data.preparation().to_json()))
    again = preparation_from_json(kept)
    assert again.to_json() == kept
    (scaling,) = again.scalings.values()
    with np.load(path) as arrays:
        expected = (arrays["x"] - scaling.offset) / scaling.scale
    np.testing.assert_allclose(again.inputs(str(path))[0], expected, rtol=1e-4, atol=1e-4)
    assert not data.notes  # it was asked for


@pytest.mark.parametrize("spread", [0.02, 3.0])
def test_auto_leaves_what_differs_at_each_step(
    spread: float, write_npz: Any, npz_source: Any
) -> None:
    path = write_npz(x=spectra(spread), y=classes())
    one, other = (
        read(npz_source(path, scaling=how), "many_to_one") for how in ("auto", "standard")
    )
    same = np.array_equal(one.dataset().train.array, other.dataset().train.array)
    assert same == (spread > 1) and bool(one.notes) != same


def test_a_number_that_only_counts_steps_is_no_curve() -> None:
    values = np.broadcast_to(np.arange(STEPS, dtype=float)[:, None], (COUNT, STEPS, 1))
    noisy = values * (1 + 1e-9 * RNG.normal(size=values.shape))
    assert fit_steps(values, always=True).offset.shape == (1,)
    assert fit_steps(noisy, always=True).offset.shape == (1,)


def test_gaps_say_nothing_of_the_curve() -> None:
    values = spectra()
    values[3, 5] = values[:, 7, 0] = np.nan
    found = fit_steps(values, always=False)
    expected = np.delete(values[:, 5, 0], 3).mean()
    assert found.offset[5, 0] == pytest.approx(expected)
    assert found.offset[7, 0] == pytest.approx(np.nanmean(values[..., 0]))  # nobody knows that step


def test_sequences_of_several_lengths_have_no_places(
    write_npz: Any, npz_source: Any, tmp_path: Path
) -> None:
    x = spectra()
    x[::2, 9:] = np.nan
    path = write_npz(x=x, y=classes())
    with pytest.raises(InvalidData) as caught:
        read(npz_source(path, scaling="per_step"), "many_to_one")
    assert "of sequences of several lengths no step has a fixed place" in str(caught.value)
    assert "lengths from 9 to 12" in str(caught.value)
    assert not read(npz_source(path), "many_to_one").notes


def test_networks_of_folds_read_a_bags_inputs_by_their_own_curve(
    write_npz: Any, npz_source: Any
) -> None:
    path = write_npz(x=spectra(), y=classes())
    data = read(npz_source(path, split=SplitSpec(test=0.2, folds=3)), "many_to_one")
    delivered = data.preparation().inputs(str(path))[0]
    program = SimpleNamespace(window=None, loss=SimpleNamespace(quantiles=()))
    for fold in range(3):
        (affine,) = in_units_of(data, program, fold, program)[0].values()  # type: ignore[arg-type]
        own = data.preparation(fold=fold).inputs(str(path))[0]
        np.testing.assert_allclose(delivered * affine.scale + affine.offset, own, atol=1e-3)
        assert affine.offset.shape == (STEPS, 2) and not affine.is_identity
