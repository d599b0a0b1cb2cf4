"""Writing token by token, against the network that reads a whole sequence at once."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data.inputs import take
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.models.decoding import Decoder, beam_search, generate, most_likely, sampled
from rnnsearch.tasks import Head, SourceInput

T, S, F, C, N = 4, 5, 3, 3, 6
VOCABULARY = C + 2
WRITES = Head(T, F, None, True, C, "softmax", False, vocabulary=VOCABULARY)
KINDS = {
    "vector": replace(WRITES, repeat=T),
    "tokens": replace(WRITES, features=1, source=SourceInput(S, 1, 4, True)),
    "numbers": replace(WRITES, features=1, source=SourceInput(S, F, None, False)),
}
VARIANTS = [
    ("vector", "GRU", False, "none"),
    ("vector", "LSTM", False, "none"),
    ("tokens", "LSTM", False, "none"),
    ("tokens", "GRU", True, "luong"),
    ("numbers", "SimpleRNN", False, "bahdanau"),
]
RNG = np.random.default_rng(2)


def network(kind, cell, both, attention):
    """A network with weights large enough that its outputs differ."""
    architecture = Architecture(cell, (4, 3), both, False, KINDS[kind], 3, attention)
    model = build_standard(architecture, blank=True)
    for variable in model.trainable_variables:
        variable.assign(RNG.normal(size=variable.shape) * 1.5)
    return model, architecture


def inputs(kind):
    if kind == "vector":
        x = {"vector": RNG.normal(size=(N, F)).astype(np.float32)}
    elif kind == "tokens":
        source = RNG.integers(1, 4, (N, S)).astype(np.int32)
        source[::2, :2] = 0
        x = {"source": source}
    else:
        x = {"source": RNG.normal(size=(N, S, F)).astype(np.float32)}
    return {**x, "previous": np.zeros((N, T), np.int32)}


def whole(model, x, classes):
    """Probabilities (N, T, C) when these classes (N, T) are what was put out."""
    previous = np.concatenate([np.full((len(classes), 1), C + 1), classes[:, :-1] + 1], axis=1)
    return model.predict({**x, "previous": previous.astype(np.int32)}, verbose=0)


@pytest.mark.parametrize(("kind", "cell", "both", "attention"), VARIANTS)
def test_steps_give_what_the_whole_network_gives(kind, cell, both, attention):
    model, architecture = network(kind, cell, both, attention)
    x, classes = inputs(kind), RNG.integers(0, C, (N, T))
    expected = whole(model, x, classes)
    decoder = Decoder(model, architecture)
    at, previous = decoder.begin(x, N), np.full(N, decoder.start)
    for step in range(T):
        chances, at = decoder.step(previous, at)
        np.testing.assert_allclose(chances, expected[:, step], rtol=1e-4, atol=1e-6)
        previous = classes[:, step] + 1
    assert np.ptp(expected[:, 1:], axis=0).max() > 0.01, "inputs must matter"


def test_the_most_likely_token_is_read_next_until_the_end():
    model, architecture = network("vector", "GRU", False, "none")
    x = inputs("vector")
    written = generate(Decoder(model, architecture), x, T, most_likely)
    expected = np.full((N, T), C - 1)
    for step in range(T):
        chances = whole(model, x, expected)[:, step]
        ended = (expected[:, :step] == C - 1).any(axis=1)
        expected[:, step] = np.where(ended, C - 1, chances.argmax(axis=1))
    np.testing.assert_array_equal(written, expected)


def test_a_wide_beam_finds_the_likeliest_of_all_sequences():
    model, architecture = network("tokens", "GRU", True, "luong")
    x = take(inputs("tokens"), slice(2))
    found = beam_search(Decoder(model, architecture), x, 3, beams=27)
    for row in range(2):
        best = None
        for classes in itertools.product(range(C), repeat=3):
            stop = classes.index(C - 1) + 1 if C - 1 in classes else 3
            shown = np.array([*classes[:stop], *[C - 1] * (T - stop)])
            chances = whole(model, take(x, slice(row, row + 1)), shown[None])[0]
            score = np.log(chances[np.arange(stop), shown[:stop]]).sum() / stop
            best = max(best or (score, ()), (score, tuple(shown[:3])))
        assert tuple(found[row]) == best[1]


def test_samples_come_as_often_as_they_are_likely_and_cold_ones_are_the_likeliest():
    chances = np.tile([0.6, 0.3, 0.1], (20_000, 1))
    shares = np.bincount(sampled(1.0, 0)(chances)) / 20_000
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.02)
    assert set(sampled(0.01, 0)(chances[:100])) == {0}
    hot = np.bincount(sampled(2.0, 1)(chances)) / 20_000
    np.testing.assert_allclose(hot, np.sqrt(chances[0]) / np.sqrt(chances[0]).sum(), atol=0.02)
