"""A bag is the average of its networks, saved and loaded as one plain Keras model."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from rnnsearch.data import MASK_VALUE
from rnnsearch.models import Architecture
from rnnsearch.models.bag import build_bag, standard_model
from rnnsearch.models.build import build_standard
from rnnsearch.models.networks import Affine, Network
from rnnsearch.tasks import Head

GENERATOR = np.random.default_rng(3)


def network(cell: str, steps: int, *, masked: bool, share: float, numeric: bool = False) -> Network:
    head = Head(
        steps=steps,
        features=3,
        repeat=None,
        sequences=False,
        width=2,
        activation="linear" if numeric else "softmax",
        masked=masked,
    )
    architecture = Architecture(cell, (4,), cell == "GRU", False, head)
    model = build_standard(architecture, blank=True)
    weights = [
        np.array(v.numpy()) + GENERATOR.normal(0, 0.3, v.shape) for v in model.trainable_variables
    ]
    inputs = {"sequence": Affine(GENERATOR.uniform(0.5, 2, 3), GENERATOR.normal(0, 1, 3))}
    outputs = Affine(np.array([2.0, 3.0]), np.array([-1.0, 5.0])) if numeric else None
    return Network(architecture, weights, share, inputs, outputs)


def alone(one: Network, x: np.ndarray) -> np.ndarray:
    steps, affine = one.architecture.head.steps, one.inputs["sequence"]
    read = x[:, x.shape[1] - steps :]
    scaled = np.where(read == np.float32(MASK_VALUE), read, read * affine.scale + affine.offset)
    put = standard_model(one.architecture, one.weights).predict(
        scaled.astype(np.float32), verbose=0
    )
    return put if one.outputs is None else put * one.outputs.scale + one.outputs.offset


@pytest.mark.parametrize(("masked", "numeric"), [(True, False), (False, True)])
def test_a_bag_is_the_average_in_its_own_units(masked: bool, numeric: bool, tmp_path: Path) -> None:
    members = [
        network("LSTM", 8, masked=masked, share=0.5, numeric=numeric),
        network("GRU", 8, masked=masked, share=0.3, numeric=numeric),
        network("SimpleRNN", 5, masked=masked, share=0.2, numeric=numeric),
    ]
    x = GENERATOR.normal(size=(6, 8, 3)).astype(np.float32)
    if masked:
        x[2, :3] = MASK_VALUE
    expected = sum(one.share * alone(one, x) for one in members)

    bag = build_bag(members)
    bag.save(tmp_path / "bag.keras")
    loaded = keras.saving.load_model(tmp_path / "bag.keras")

    assert bag.input_shape == (None, 8, 3)
    np.testing.assert_allclose(bag.predict(x, verbose=0), expected, atol=2e-6)
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=2e-6)


def test_a_token_that_a_network_was_not_shown_is_the_unknown_one_to_it(tmp_path: Path) -> None:
    head = Head(
        steps=6,
        features=0,
        repeat=None,
        sequences=False,
        width=2,
        activation="softmax",
        masked=True,
        vocabulary=9,
    )
    architecture = Architecture("GRU", (4,), False, False, head, embedding_dim=3)
    variables = build_standard(architecture, blank=True).trainable_variables
    weights = [[GENERATOR.normal(0, 1, variable.shape) for variable in variables] for _ in range(2)]
    members = [
        Network(architecture, weights[0], 0.5, unseen=(2, 5), unknown=8),
        Network(architecture, weights[1], 0.5, unseen=(7,), unknown=8),
    ]
    x = GENERATOR.integers(1, 9, (20, 6)).astype(np.int32)
    x[:4, :2] = 0
    assert all((x == token).any() for token in (2, 5, 7))
    expected = sum(
        0.5
        * standard_model(architecture, one.weights).predict(
            np.where(np.isin(x, one.unseen), 8, x), verbose=0
        )
        for one in members
    )
    bag = build_bag(members)
    bag.save(tmp_path / "bag.keras")
    for model in (bag, keras.saving.load_model(tmp_path / "bag.keras")):
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=2e-6)
    alone = build_bag([members[0]]).predict(x, verbose=0)
    hidden = np.where(np.isin(x, (2, 5)), 8, x)
    plain = standard_model(architecture, weights[0]).predict(hidden, verbose=0)
    np.testing.assert_allclose(alone, plain, atol=2e-6)


def test_a_network_alone_is_itself() -> None:
    one = network("GRU", 5, masked=False, share=1.0)
    plain = Network(one.architecture, one.weights, 1.0)

    assert build_bag([plain]).name == "rnnsearch"


def test_chances_lean_before_they_are_put_out(tmp_path: Path) -> None:
    member, x = (
        network("GRU", 5, masked=False, share=1.0),
        GENERATOR.normal(size=(7, 5, 3)).astype(np.float32),
    )
    factors = np.array([0.5, 3.0])
    bag = build_bag([member], favours=factors)
    bag.save(tmp_path / "bag.keras")
    weighed = alone(member, x) * factors
    expected = weighed / weighed.sum(-1, keepdims=True)
    for model in (bag, keras.saving.load_model(tmp_path / "bag.keras")):
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=2e-6)
