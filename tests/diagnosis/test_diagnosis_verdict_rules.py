"""Verdicts: each rule at both sides of its threshold, laws that hold of all, words that name it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.diagnosis import (
    NAMES,
    LayerDiagnosis,
    Training,
    chosen_lags,
    layers_from_json,
    layers_to_json,
    mean_of_runs,
    verdict_of,
)
from rnnsearch.diagnosis.verdict_rules import (
    GREW,
    GREW_BACK,
    OVERFITS,
    SATURATED,
    SPIKE,
    STILL,
    SWING,
)


def curve(loss, val_loss=None, **measured):
    """An epoch for each of some losses."""
    val_loss = loss if val_loss is None else val_loss
    return [
        {"loss": a, "val_loss": b, **{name: values[i] for name, values in measured.items()}}
        for i, (a, b) in enumerate(zip(loss, val_loss, strict=True))
    ]


def layer(reach, saturated=0.1, memory=2.0):
    return LayerDiagnosis("recurrent_1", tuple(range(len(reach))), tuple(reach), saturated, memory)


FLAT = [1.0, 1.0, 0.999, 0.999, 0.999, 0.999]
LEARNS = [1.0, 0.5, 0.3, 0.29, 0.285, 0.284, 0.284, 0.284, 0.284, 0.284]
FADING = [10.0**-lag for lag in range(20)]
STEADY = [1.0] * 20


@pytest.mark.parametrize(
    ("name", "training"),
    [
        ("healthy", Training(curve(LEARNS), [layer(STEADY)], constant=1.0)),
        ("healthy", Training(curve(LEARNS), [layer(FADING)], constant=1.0)),
        ("healthy", Training(curve([1, 0.5, 0.5], [1, 0.95, 0.95]), constant=1.0)),
        ("diverged", Training(curve([1.0, 2.0, math.nan]), [layer(STEADY)])),
        ("diverged", Training(curve([1.0, 2.0, 1.01 * GREW]), constant=0.5)),
        ("underfitting", Training(curve([1.3, 1.3, 1.34]), constant=0.1)),
        ("diverged", Training(curve([3.0, 2.0, 1.01 * SWING * 2.0, 2.1, 1.9]), constant=0.6)),
        ("still improving", Training(curve([3.0, 2.0, 0.99 * SWING * 2, 2.1, 1.9]), constant=0.6)),
        ("still improving", Training(curve([3.0, 2.0, 1.01 * SWING * 2, 2.1, 1.9]), constant=0.8)),
        ("underfitting", Training(curve([0.7, 0.7, 0.7], [1.0, 1.0, 1.0]), constant=1.0)),
        ("healthy", Training(curve([0.8, 0.7, 0.7], [1.0, 1.0, 1.0]), constant=1.0)),
        ("healthy", Training(curve([1.0, 0.1, 0.01, 0.011, 0.01 * 2 * GREW]), constant=0.5)),
        (
            "exploding",
            Training(
                curve([1.0, math.nan], gradient_norm=[1, math.inf], gradient_norm_max=[SPIKE, 1])
            ),
        ),
        ("exploding", Training(curve([1.0, math.inf]), [layer([1.0, 3.0, GREW_BACK])])),
        ("diverged", Training(curve([1.0, math.inf]), [layer([1.0, 3.0, 0.99 * GREW_BACK])])),
        ("vanishing", Training(curve(FLAT), [layer(FADING)], constant=1.0)),
        ("underfitting", Training(curve(FLAT), [layer(STEADY)], constant=1.0)),
        ("saturated", Training(curve(FLAT), [layer(STEADY, SATURATED)], constant=1.0)),
        ("underfitting", Training(curve(FLAT), [layer(STEADY, SATURATED - 0.01)], constant=1.0)),
        (
            "overfitting",
            Training(
                curve([1, 0.5, 0.3, 0.2, 0.1, 0.05], [1, 0.6, 0.6, 0.7, 0.7, 0.6 * OVERFITS]),
                constant=2.0,
            ),
        ),
        ("overfitting", Training(curve([1, 0.6, 0.5, 0.5], [1.1, 1.0, 1.0, 1.0]), constant=0.9)),
        ("healthy", Training(curve([1, 0.6, 0.51, 0.51], [1.1, 1.0, 1.0, 1.0]), constant=0.9)),
        ("healthy", Training(curve([1, 0.6, 0.5, 0.5], [1.1, 1.0, 1.0, 1.0]), constant=1.1)),
        ("still improving", Training(curve([1, 0.8, 0.7, 0.6, 0.5, 0.45]), constant=2.0)),
        ("still improving", Training(curve([1, 0.99, 0.98, 0.97, 0.97 * (1 - 2 * STILL)]))),
    ],
)
def test_each_rule(name, training):
    verdict = verdict_of([training])
    assert verdict is not None
    assert verdict.name == name
    assert verdict.evidence
    assert bool(verdict.suggestion) is (name != "healthy")


def test_a_spike_below_the_threshold_is_no_explosion():
    just_below = curve(
        [1.0, math.nan], gradient_norm=[1, math.inf], gradient_norm_max=[SPIKE * 0.99, 1]
    )
    assert verdict_of([Training(just_below)]).name == "diverged"


def test_gradients_that_grow_with_the_loss_alone_are_no_explosion():
    growing = curve([1, 1e3, math.nan], gradient_norm=[1, 1e3, 1], gradient_norm_max=[2, 2e3, 1])
    assert verdict_of([Training(growing)]).name == "diverged"


def test_what_clipping_holds_is_healthy():
    values = curve(LEARNS, gradient_norm=[1] * 10, gradient_norm_max=[1e6] * 10)
    assert verdict_of([Training(values, constant=1.0)]).name == "healthy"


def test_suggestions_speak_of_the_configuration():
    lost = Training(
        curve([1.0, math.inf]), [layer([1.0, 10 * GREW_BACK])], {"clip_norm": 5.0, "cell": "GRU"}
    )
    assert "clip_norm than 5" in verdict_of([lost]).suggestion
    for params, word in [
        ({"cell": "SimpleRNN", "unroll_length": "full"}, "gated cell"),
        ({"cell": "SimpleRNN", "unroll_length": 4}, "longer unroll_length than 4"),
        ({"cell": "LSTM"}, "forget_bias"),
    ]:
        fading = Training(curve(FLAT), [layer(FADING)], params, 1.0)
        assert word in verdict_of([fading]).suggestion


def test_most_of_the_runs_decide_and_one_that_was_lost():
    healthy = Training(curve(LEARNS), constant=1.0)
    improving = Training(curve([1, 0.8, 0.7, 0.6, 0.5, 0.45]), constant=2.0)
    lost = Training(curve([1.0, math.nan]))
    assert verdict_of([healthy, healthy, improving]).name == "healthy"
    assert "(2 of 3 runs)" in verdict_of([healthy, healthy, improving]).evidence
    assert verdict_of([healthy, improving]).name == "healthy"
    flat = Training(curve(FLAT), [layer(STEADY)], constant=1.0)
    assert verdict_of([flat, improving]).name == "still improving"
    assert verdict_of([healthy, healthy, lost]).name == "diverged"
    assert verdict_of([Training([])]) is None
    assert verdict_of([]) is None


numbers = st.floats(width=32) | st.sampled_from([0.0, math.nan, math.inf, 1e-30])
epochs = st.fixed_dictionaries(
    {"loss": numbers, "val_loss": numbers},
    optional=dict.fromkeys(("gradient_norm", "gradient_norm_max", "update_ratio"), numbers),
)
layers = st.lists(
    st.builds(
        lambda reach, saturated, memory: layer(reach, saturated, memory),
        st.lists(numbers.map(abs), min_size=1, max_size=8),
        st.floats(0, 1),
        st.none() | st.floats(0.1, 1e6),
    ),
    max_size=2,
)
trainings = st.builds(
    Training,
    st.lists(epochs, min_size=1, max_size=8),
    layers,
    st.fixed_dictionaries(
        {},
        optional={
            "cell": st.sampled_from(["SimpleRNN", "GRU", "LSTM"]),
            "unroll_length": st.sampled_from(["full", 3]),
            "clip_norm": st.sampled_from([None, 1.0]),
            "learning_rate": st.floats(1e-4, 1),
        },
    ),
    st.none() | st.floats(1e-6, 1e3),
    st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(trainings)
def test_every_training_has_a_verdict_and_what_is_not_finite_is_never_healthy(training):
    verdict = verdict_of([training])
    assert verdict.name in NAMES
    assert verdict.evidence
    finite = all(
        math.isfinite(epoch[name]) for epoch in training.curve for name in ("loss", "val_loss")
    )
    if not finite:
        assert verdict.name in ("diverged", "exploding")


@settings(max_examples=40, deadline=None)
@given(trainings, st.integers(2, 4))
def test_equal_runs_have_the_verdict_of_one(training, count):
    assert verdict_of([training] * count).name == verdict_of([training]).name


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=9), st.sampled_from([0.125, 8.0]))
def test_a_verdict_does_not_depend_on_the_unit_of_the_loss(losses, factor):
    one = Training(curve(losses), constant=losses[0])
    scaled = [value * factor for value in losses]
    other = Training(curve(scaled), constant=scaled[0])
    assert verdict_of([one]).name == verdict_of([other]).name


@given(layers)
def test_layers_survive_json(found):
    back = layers_from_json(layers_to_json(found))
    for one, other in zip(found, back, strict=True):
        assert one.lags == other.lags
        for a, b in zip(one.reach, other.reach, strict=True):
            assert b == pytest.approx(a, rel=1e-3) or not math.isfinite(a)


@given(st.integers(1, 5000))
def test_lags_rise_from_the_last_step_to_the_first(steps):
    lags = chosen_lags(steps)
    assert lags[0] == 0
    assert lags[-1] == steps - 1
    assert list(lags) == sorted(set(lags))
    assert len(lags) <= 34


def test_the_horizon_and_the_mean_of_runs():
    assert layer(FADING).horizon == 2
    assert layer(STEADY).horizon == 19
    assert layer([0.0, 0.0]).horizon is None
    (mean,) = mean_of_runs([[layer([1.0, 0.1])], [layer([4.0, 0.4])], []])
    assert mean.reach == pytest.approx((2.0, 0.2))
    assert mean_of_runs([[], []]) == ()
