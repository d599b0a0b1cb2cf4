"""Which network and which numbers a configuration trains with."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, read
from rnnsearch.driver.planning.programs import Programs
from rnnsearch.spec import parse


def programs(steps: int, **space: Any) -> Programs:
    data = {"source": "arrays", "split": {"validation": 0.3, "test": 0}}
    document = {"task": "many_to_one", "data": data, "space": space}
    spec = parse(document, name="x", directory=".")
    x = np.random.default_rng(0).normal(size=(40, steps, 1)).astype(np.float32)
    return Programs(spec, read(spec.data, spec.task, (), Arrays((x, x.sum(axis=1)))))


@pytest.mark.parametrize(
    ("unroll_length", "layers"), [(60, 6), (61, 7), (5, 1), (639, math.inf), ("full", math.inf)]
)
def test_gradients_are_cut_after_so_many_steps_of_the_data(unroll_length, layers) -> None:
    """640 steps are 64 patches of 10, whatever the space says of truncation."""
    found = programs(640, unroll_length=[5, 60, 61, 639, "full"])
    params = {"unroll_length": unroll_length}
    run, *_ = found.runs(0, params)
    assert found.program(params).architecture.patch == 10
    assert run.numbers.unroll_length == layers


def test_a_patch_that_is_given_stands() -> None:
    found = programs(640, unroll_length=[60, "full"], patch=1)
    run, *_ = found.runs(0, {"unroll_length": 60, "patch": 1})
    assert found.program({"patch": 1}).architecture.patch == 1
    assert run.numbers.unroll_length == 60


def test_a_run_trains_its_share_of_the_epochs() -> None:
    found = programs(8, epoch_share=[0.3, 1.0])
    (short, *_), (whole, *_) = (found.runs(0, {"epoch_share": share}) for share in (0.3, 1.0))
    assert short.epochs == pytest.approx(
        0.3 * whole.epochs, abs=found.regime.schedule(whole.epochs).stride
    )
    (again, *_), (longer, *_) = (
        found.confirming(0, {"epoch_share": share}) for share in (0.3, 1.0)
    )
    assert again.epochs < longer.epochs / 2
