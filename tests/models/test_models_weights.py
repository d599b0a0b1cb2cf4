"""Weights move between the kinds of model: all have them in the standard model's order."""

from __future__ import annotations

import itertools

import pytest

from rnnsearch.models import Architecture
from rnnsearch.models.build import build, build_standard
from rnnsearch.models.chunked import ChunkedLayers
from rnnsearch.models.gated import GatedLayers
from rnnsearch.models.moved_weights import in_standard_order
from rnnsearch.tasks import Head
from rnnsearch.tasks._base import SourceInput

HEAD = Head(
    steps=5,
    features=1,
    repeat=None,
    sequences=True,
    width=7,
    activation="softmax",
    masked=False,
    vocabulary=6,
    source=SourceInput(4, 1, 9, True),
)

# Units of two sizes, so that weights in another order have other shapes.
NETWORKS = [
    Architecture("GRU", units, bidirectional, layer_norm, HEAD, 3, attention)
    for units, bidirectional, layer_norm, attention in itertools.product(
        [(2,), (2, 3)], [False, True], [False, True], ["none", "luong"]
    )
]


def kinds(architecture: Architecture) -> dict[str, object]:
    gated = GatedLayers(truncates=False, drops=True, drops_recurrent=True, mixes_tokens=True)
    chunked = ChunkedLayers(
        unroll_length=5, dropout=0.2, recurrent_dropout=0.1, teacher_forcing=0.5
    )
    return {
        "gated": build(architecture, gated, blank=True),
        "chunked": build(architecture, chunked, blank=True),
    }


@pytest.mark.parametrize("architecture", NETWORKS)
def test_the_order_is_that_of_the_standard_model(architecture: Architecture) -> None:
    standard = build_standard(architecture, blank=True).trainable_variables
    shapes = [tuple(variable.shape) for variable in standard]
    for name, model in kinds(architecture).items():
        found = in_standard_order(model, architecture)
        assert [tuple(variable.shape) for variable in found] == shapes, name


def test_dropout_changes_the_order_that_keras_has() -> None:
    """Or the test above shows nothing."""
    changed = [
        architecture
        for architecture in NETWORKS
        for model in kinds(architecture).values()
        if list(map(id, model.trainable_variables))
        != list(map(id, in_standard_order(model, architecture)))
    ]
    assert changed
