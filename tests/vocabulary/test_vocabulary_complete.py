"""What the vocabulary names is what specs take and what the floors above compute, and no more."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

import pytest

from rnnsearch.driver.pruning import pruners
from rnnsearch.driver.sampling import samplers
from rnnsearch.engines.keras_losses import KERAS_LOSSES
from rnnsearch.models.cells import CELLS as COMPUTED_CELLS
from rnnsearch.models.layers import KERAS_CELLS
from rnnsearch.spec import PARAMETERS, schema
from rnnsearch.tasks import TASKS
from rnnsearch.tasks.losses import ENTRIES, SLOPES
from rnnsearch.tasks.metrics import FUNCTIONS
from rnnsearch.vocabulary import (
    CELLS,
    LOSSES,
    MAPPINGS,
    METRICS,
    PRUNERS,
    SAMPLERS,
    usual_loss,
)


@pytest.mark.parametrize(
    ("facts", "attached"),
    [
        (MAPPINGS, TASKS),
        (METRICS, FUNCTIONS),
        (LOSSES, ENTRIES),
        (LOSSES, SLOPES),
        (LOSSES, KERAS_LOSSES),
        (CELLS, COMPUTED_CELLS),
        (CELLS, KERAS_CELLS),
        (SAMPLERS, samplers.MAKERS),
        (PRUNERS, pruners.MAKERS),
    ],
)
def test_each_has_what_computes_it(facts: Collection[str], attached: Collection[str]) -> None:
    assert list(facts) == list(attached)


@pytest.mark.parametrize("facts", [MAPPINGS, METRICS, LOSSES, CELLS, SAMPLERS, PRUNERS])
def test_each_is_found_by_its_own_name(facts: dict[str, object]) -> None:
    assert [fact.name for fact in facts.values()] == list(facts)  # type: ignore[attr-defined]


def test_specs_take_each_by_its_name() -> None:
    assert get_args(schema.TaskName) == tuple(MAPPINGS)
    assert get_args(schema.LossName) == ("auto", *LOSSES)
    assert get_args(schema.SamplerName) == tuple(SAMPLERS)
    assert get_args(schema.PrunerName) == ("auto", *PRUNERS)
    further = tuple(name for name, metric in METRICS.items() if not metric.usual)
    assert get_args(schema.FurtherMetric) == further
    assert PARAMETERS["cell"].choices == tuple(CELLS)


def test_the_settings_of_a_loss_are_keys_of_its_section() -> None:
    settings = [key for loss in LOSSES.values() for key in loss.settings]
    assert {"name", *settings} == {*schema.LossSpec.model_fields}
    assert len(settings) == len({*settings}), "a setting is of one loss"


def test_one_loss_is_usual_for_each_kind_of_target() -> None:
    usual = [loss.name for loss in LOSSES.values() if loss.usual]
    assert usual == [usual_loss("numeric"), usual_loss("class")]


def test_no_mapping_is_two_of_what_code_asks_for() -> None:
    kinds = [(m.unfolds, m.sums_up, m.encodes, m.aligned) for m in MAPPINGS.values()]
    assert all(sum(kind) <= 1 for kind in kinds)
    assert len({*kinds}) == len(MAPPINGS), "each can be told from the others by what it does"
    assert [m.recurrent for m in MAPPINGS.values()] == [any(kind) for kind in kinds]
