"""Targets that are the steps behind each window are forecast at once; those in it are said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnnsearch
from rnnsearch.data.sequences.later_steps import are_later_steps
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

RNG = np.random.default_rng(0)
SERIES = np.stack(
    [np.sin(np.arange(700) / 4) + 0.1 * RNG.normal(size=700), RNG.normal(size=700)], -1
)


def windows(
    steps: int, ahead: int, gap: int = 0, stride: int = 1, feature: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    begins = np.arange(0, len(SERIES) - steps - gap - ahead, stride)
    x = np.stack([SERIES[at : at + steps] for at in begins])
    ends = begins + steps + gap
    return x, np.stack([SERIES[at : at + ahead, feature] for at in ends])


@pytest.mark.parametrize("unit", [1.0, 40.0])
@pytest.mark.parametrize("cut", [(12, 12), (12, 12, 3), (12, 6), (6, 12, 0, 3), (12, 12, 0, 12, 1)])
def test_a_forecast_of_all_steps(cut: Any, unit: float) -> None:
    x, y = windows(*cut)
    assert are_later_steps(x, unit * y + unit - 1)
    assert are_later_steps(x, y[..., None])


def test_in_any_order() -> None:
    x, y = windows(12, 12)
    order = RNG.permutation(len(x))[: len(x) // 2]
    assert are_later_steps(x[order], y[order])


def test_others_are_an_output_at_each_step() -> None:
    x, y = windows(12, 12)
    _, own = windows(12, 12, gap=-11)  # the next step, at each
    assert not are_later_steps(x, own)
    assert not are_later_steps(x, np.tanh(x[..., 0]))
    assert not are_later_steps(x, RNG.normal(size=y.shape))
    assert not are_later_steps(x, np.round(y * 2) % 2)
    few = RNG.integers(0, 4, (300, 12))
    assert not are_later_steps(few, RNG.integers(0, 4, (300, 12)))


@pytest.mark.parametrize("last", [False, True])
def test_init_forecasts_them_at_once(last: bool, tmp_path: Any) -> None:
    x, y = windows(12, 12)
    np.savez(tmp_path / "data.npz", x=x, y=y[..., None] if last else y)
    found = guess(tmp_path / "data.npz", Wishes())
    assert setting(found, "task") == "many_to_one"
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    assert ("output", "(N, O) = (395, 12)") in rnnsearch.check(written).data
    written.write_text(written.read_text().replace("many_to_one", "many_to_many"))
    said = [text for name, text in rnnsearch.check(written).data if name == "note"]
    assert any("task: many_to_one forecasts all of them by the whole" in text for text in said)


def told(tmp_path: Any, x: np.ndarray, y: np.ndarray) -> list[str]:
    np.savez(tmp_path / "data.npz", x=x, y=y)
    written = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "s.yaml").path
    notes = [text for name, text in rnnsearch.check(written).data if name == "note"]
    return [text.split(", in all")[0] for text in notes if "says the target" in text]


LABELS = np.arange(80) % 3
NOISE = RNG.normal(size=(80, 9, 2))
CODES = np.repeat(np.array([4.0, 1.0, 7.0])[LABELS][:, None, None], 9, axis=1)
STEPS = RNG.normal(size=(80, 9))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (np.concatenate([NOISE, CODES], -1), LABELS, ["in the last step"]),
        (NOISE, 3 * NOISE[:, -1, 1] + 2, ["in the last step"]),
        (NOISE, NOISE[:, 0, 1].astype(np.float32), ["in the first step"]),
        (np.concatenate([NOISE, STEPS[..., None]], -1), STEPS, ["of the same step"]),
        (NOISE, NOISE[:, 4, 1], []),
        (NOISE, LABELS, []),
        (np.concatenate([NOISE, CODES > 2], -1), LABELS, []),
    ],
)
def test_features_that_are_the_target_are_said(
    x: np.ndarray, y: np.ndarray, said: list[str], tmp_path: Any
) -> None:
    index = x.shape[-1] - 1
    expected = [f"feature {index} of x, counted from 0, says the target {each}" for each in said]
    assert told(tmp_path, x, y) == expected
