"""Steps read in patches with their changes, against NumPy, and as the network is saved."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_encoder, build_standard
from rnnsearch.models.patches import patched
from rnnsearch.tasks import Head, SourceInput

T, F, N = 7, 2, 4
PLAIN = Architecture("GRU", (3,), False, False, Head(T, F, None, False, 2, "linear", False))
MASKED = replace(PLAIN, head=replace(PLAIN.head, masked=True))
FORECAST = Head(3, 1, None, True, 1, "linear", False, source=SourceInput(T, F, None, True))


def drawn(architecture):
    """A network with weights of NumPy: each of Keras's initializers compiles a program a shape."""
    model, rng = build_standard(architecture, blank=True), np.random.default_rng(4)
    model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.weights])
    return model


def by_hand(sequence, patch, changes):
    """Patches of the real steps of one sequence, (n, p·F') from its end."""
    rows = [list(step) for step in sequence]
    if changes:
        before = [rows[0], *rows[:-1]]
        rows = [
            row + [a - b for a, b in zip(row, old, strict=True)]
            for row, old in zip(rows, before, strict=True)
        ]
    while len(rows) % patch:
        rows.insert(0, [0.0] * len(rows[0]))
    return np.reshape(rows, (-1, patch * len(rows[0]))).tolist()


@given(
    lengths=st.lists(st.integers(1, T), min_size=3, max_size=3),
    patch=st.integers(1, T + 2),
    changes=st.booleans(),
    masked=st.booleans(),
)
@settings(deadline=None, max_examples=15)
def test_patches_are_those_of_the_real_steps(lengths, patch, changes, masked):
    rng = np.random.default_rng(len(lengths) * 10 + patch)
    lengths = lengths if masked else [T] * len(lengths)
    x = rng.normal(size=(len(lengths), T, F)).astype(np.float32)
    real = np.arange(T)[None] >= T - np.array(lengths)[:, None]
    x[~real] = MASK_VALUE
    found, known = patched(x, patch, real if masked else None, changes=changes)
    found = np.array(found)
    assert found.shape == (len(lengths), -(-T // patch), patch * F * (2 if changes else 1))
    assert (known is None) == (not masked)
    for index, length in enumerate(lengths):
        expected = by_hand(x[index, T - length :].tolist(), patch, changes)
        padding = found.shape[1] - len(expected)
        np.testing.assert_allclose(found[index, padding:], expected, rtol=1e-5, atol=1e-6)
        assert (found[index, :padding] == np.float32(MASK_VALUE)).all()
        if known is not None:
            assert list(known[index]) == [False] * padding + [True] * len(expected)


def sequences(masked):
    x = np.random.default_rng(3).normal(size=(N, T, F)).astype(np.float32)
    if masked:
        x[np.arange(T)[None] < 2 * np.arange(N)[:, None]] = MASK_VALUE
    return x


@pytest.mark.parametrize(
    ("masked", "pooling", "patch", "changes"),
    [
        *((masked, "last", *cut) for masked in (False, True) for cut in ((3, True), (2, False))),
        (True, "mean", 3, True),
        (True, "max", 3, True),
        (False, "mean", 1, True),
        (True, "last", 1, True),
    ],
)
def test_a_network_of_patches_is_one_on_patches(masked, pooling, patch, changes):
    """Each sequence alone, cut by hand, through a network that reads patches as its steps."""
    architecture = MASKED if masked else PLAIN
    architecture = replace(architecture, patch=patch, changes=changes, pooling=pooling)
    model, x = drawn(architecture), sequences(architecture.head.masked)
    found = model.predict(x, verbose=0)
    assert model.input_shape == (None, T, F)
    for index, sequence in enumerate(x):
        real = sequence[sequence[:, 0] != np.float32(MASK_VALUE)]
        patches = np.array([by_hand(real.tolist(), patch, changes)], np.float32)
        head = replace(PLAIN.head, steps=patches.shape[1], features=patches.shape[2])
        alone = build_standard(replace(PLAIN, head=head, pooling=pooling), blank=True)
        alone.set_weights(model.get_weights())
        np.testing.assert_allclose(found[index], alone(patches)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("attention", ["none", "luong"])
def test_an_encoder_of_patches_attends_to_patches(attention):
    """Padding in front of a source changes nothing, whole patches of it or not."""
    architecture = replace(PLAIN, head=FORECAST, patch=3, changes=True, attention=attention)
    model, x = drawn(architecture), sequences(masked=True)
    ahead = np.zeros((N, 3, 1), np.float32)
    found = model.predict({"source": x, "ahead": ahead}, verbose=0)
    longer = replace(FORECAST, source=replace(FORECAST.source, steps=T + 4))
    other = build_standard(replace(architecture, head=longer), blank=True)
    other.set_weights(model.get_weights())
    padded = np.concatenate([np.full((N, 4, F), MASK_VALUE, np.float32), x], axis=1)
    expected = other.predict({"source": padded, "ahead": ahead}, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    if attention == "luong":
        assert build_encoder(architecture).output["encoded"].shape == (None, 3, 3)


@pytest.mark.parametrize("architecture", [PLAIN, MASKED], ids=["plain", "masked"])
def test_a_saved_network_needs_nothing_of_ours(architecture, tmp_path):
    model = drawn(replace(architecture, patch=3, changes=True))
    x = sequences(architecture.head.masked)
    assert '"module": "rnnsearch' not in model.to_json()
    model.save(tmp_path / "best.keras")
    loaded = keras.saving.load_model(tmp_path / "best.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_the_longest_of_encoder_and_decoder_counts_patches():
    assert [replace(PLAIN, patch=p).longest for p in (1, 3, 7, 9)] == [7, 3, 1, 1]
    encoder = replace(PLAIN, head=FORECAST)
    assert [replace(encoder, patch=p).longest for p in (1, 2, 3, 9)] == [7, 4, 3, 3]


def test_patches_come_back_from_json():
    architecture = replace(PLAIN, patch=3, changes=True)
    kept = json.loads(json.dumps(architecture.to_json()))
    assert Architecture.from_json(kept) == architecture
    del kept["patch"], kept["changes"]
    assert Architecture.from_json(kept) == PLAIN
