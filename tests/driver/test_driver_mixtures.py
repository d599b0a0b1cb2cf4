"""When simple methods stand beside the networks in what is delivered."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rnnsearch.driver.comparing.mixtures import worth_mixing
from rnnsearch.outcomes import Delivery
from rnnsearch.vocabulary import Objective

_ACCURACY = Objective("val_accuracy", "maximize")
_EVEN = (0.6, 0.8, 0.7)


def offer(accuracies: Sequence[float], losses: Sequence[float]) -> Delivery:
    """What each of three divisions came to."""
    pairs = zip(accuracies, losses, strict=True)
    parts = tuple({"val_accuracy": a, "val_loss": b} for a, b in pairs)
    return Delivery("bag", statistics.fmean(accuracies), 0, 1, {}, {"0": 1.0}, 3, parts)


@pytest.mark.parametrize(
    ("accuracies", "losses", "mixed"),
    [
        pytest.param((0.7, 0.9, 0.8), (9, 9, 9), True, id="better on each"),
        pytest.param((0.5, 0.7, 0.6), (0.1, 0.1, 0.1), False, id="worse on each"),
        pytest.param(_EVEN, (2.3, 2.2, 2.4), True, id="the same, and surer of what is right"),
        pytest.param(_EVEN, (3.9, 3.8, 4.1), False, id="the same, and less sure"),
        pytest.param((0.7, 0.7, 0.7), (2.3, 2.2, 2.4), True, id="now better, now worse"),
        pytest.param(_EVEN, (3.5, 3.6, 3.4), False, id="the same in all"),
    ],
)
def test_what_the_objective_does_not_tell_the_loss_does(accuracies, losses, mixed) -> None:
    bag = offer(_EVEN, (3.5, 3.6, 3.4))
    assert worth_mixing(offer(accuracies, losses), bag, _ACCURACY, 3, ordered=False) is mixed


@pytest.mark.parametrize(
    ("scores", "mixed"), [((0.7, 0.9, 0.8), True), (_EVEN, False), ((0.5, 0.7, 0.6), False)]
)
@pytest.mark.parametrize("ordered", [False, True])
def test_where_classes_count_alike_a_mixture_must_be_better_whatever_its_loss(
    scores, mixed, ordered
) -> None:
    def named(one: Delivery) -> Delivery:
        parts = tuple({"val_f1_macro": p["val_accuracy"], **p} for p in one.parts)
        return replace(one, parts=parts)

    even = Objective("val_f1_macro", "maximize")
    one, bag = named(offer(scores, (0.1, 0.1, 0.1))), named(offer(_EVEN, (3.5, 3.6, 3.4)))
    assert worth_mixing(one, bag, even, 3, ordered=ordered) is mixed


@pytest.mark.parametrize(
    ("accuracies", "mixed"), [((0.55, 0.85, 0.68), True), ((0.4, 0.6, 0.5), False)]
)
def test_a_forecast_is_mixed_unless_that_is_worse_for_sure(accuracies, mixed) -> None:
    bag = offer(_EVEN, (1, 1, 1))
    assert worth_mixing(offer(accuracies, (2, 2, 2)), bag, _ACCURACY, 1, ordered=True) is mixed
