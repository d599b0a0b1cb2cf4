"""What predictions rest on: a model that reads one step of one input is found out."""

from __future__ import annotations

import numpy as np

from rnnsearch.api.studies.occlusion import counted
from rnnsearch.data import MASK_VALUE

RNG = np.random.default_rng(0)


def test_only_what_is_read_counts() -> None:
    x = RNG.normal(size=(80, 24, 3))
    truth = x[:, -5, 1] + 0.1 * RNG.normal(size=80)

    def errors(given: np.ndarray) -> float:
        return float(np.abs(given[:, -5, 1] - truth).mean())

    features, steps = counted(x, errors, ["a", "b", "c"])
    assert features[0][0] == "b" and features[0][1] > 5
    assert [growth for _, growth in features[1:]] == [0.0, 0.0]
    grown = {(first, last) for first, last, growth in steps if growth > 0}
    assert grown == {(5, 6)}  # the fifth step from the end, in a stretch of two
    assert [one[:2] for one in steps][:2] == [(1, 2), (3, 4)] and len(steps) == 12


def test_padding_stays_padding() -> None:
    x = RNG.normal(size=(30, 6, 1))
    x[::2, :3] = MASK_VALUE

    def errors(given: np.ndarray) -> float:
        assert ((given == MASK_VALUE) == (x == MASK_VALUE)).all()
        return 1.0

    features, steps = counted(x, errors, [])
    assert features == [("feature 1", 0.0)] and len(steps) == 6


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert counted(np.zeros((5, 4, 1)), lambda x: 0.0, []) == ([], [])


def test_of_text_the_token_and_the_place_that_are_read_count() -> None:
    x = RNG.integers(1, 5, size=(60, 12))
    x[::3, :4] = 0

    def errors(given: np.ndarray) -> float:
        assert ((given == 0) == (x == 0)).all()
        return 0.1 + float(np.mean((given[:, -2] == 3) != (x[:, -2] == 3)))

    tokens, steps = counted(x, errors, ["a", "b", "c", "d"])
    assert tokens[0][0] == "'c'" and tokens[0][1] > 1 and len(tokens) == 4
    assert [(first, last) for first, last, growth in steps if growth > 0] == [(2, 2)]
