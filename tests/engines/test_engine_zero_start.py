"""Where the change from a naive forecast is learned, every engine starts as that forecast."""

from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data import Scaling
from rnnsearch.engines import Numbers, Run
from rnnsearch.models.build import build_standard
from rnnsearch.models.seeded_weights import initial_weights
from rnnsearch.tasks import Loss
from tests.engines.conftest import ENGINES, engine_of, make_program
from tests.engines.test_engine_contract import dataset_for


def dataset_of_changes(task):
    """Numbers of which the change from an anchor is learned, in units of 0.3."""
    dataset, rng = dataset_for(task, "numeric"), np.random.default_rng(5)

    def part(part):
        return replace(part, anchor=rng.normal(2, 0.5, size=part.y.shape))

    scaling = Scaling(np.array([0.0]), np.array([0.3]))
    return replace(
        dataset,
        train=part(dataset.train),
        validation=part(dataset.validation),
        target=replace(dataset.target, scaling=scaling),
    )


@pytest.mark.parametrize(
    ("kind", "task", "loss"),
    [
        ("fused", "many_to_one", Loss("mse")),
        ("fused", "many_to_many", Loss("quantile", quantiles=(0.1, 0.5, 0.9))),
        ("fused", "one_to_many", Loss("mae")),
        ("keras", "many_to_many", Loss("quantile", quantiles=(0.1, 0.5, 0.9))),
    ],
)
def test_an_untrained_network_is_the_naive_forecast(kind, task, loss):
    engine, dataset = engine_of(kind), dataset_of_changes(task)
    program = make_program(task, dataset, optimizer="sgd", loss=loss, metrics=("rmse",))
    session = engine.open(program, [dataset], 1)
    session.load({0: Run(0, 3, 1, Numbers(1e-30))})
    found = session.advance()[0]
    truth = dataset.target.own_units(dataset.validation.y, dataset.validation.anchor)
    errors = truth - dataset.validation.anchor
    assert found["val_rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-5)
    kernel, recurrent_kernel, *_ = session.best_weights(0)
    assert kernel.any() and recurrent_kernel.any(), "its states are not zero"


def test_engines_train_alike_from_there():
    dataset = dataset_of_changes("many_to_one")
    program = make_program("many_to_one", dataset)
    curves = []
    for kind in ENGINES:
        session = engine_of(kind).open(program, [dataset], 1)
        session.load({0: Run(0, 3, 3, Numbers(3e-2))})
        curves.append([session.advance()[0]["val_loss"] for _ in range(3)])
    assert curves[0] == pytest.approx(curves[1], rel=2e-4)
    assert len(set(curves[0])) == 3


def test_only_the_output_is_zero_and_only_of_changes():
    dataset = dataset_of_changes("many_to_one")
    program = make_program("many_to_one", dataset)
    assert program.architecture.head.zero_start
    plain = make_program("many_to_one", dataset_for("many_to_one", "numeric"))
    assert not plain.architecture.head.zero_start
    variables = build_standard(program.architecture, blank=True).trainable_variables
    usual = initial_weights(variables, 3, "GRU", 1.0)
    zero = initial_weights(variables, 3, "GRU", 1.0, zero_start=True)
    unlike = [
        v.path
        for v, one, other in zip(variables, usual, zero, strict=True)
        if not np.array_equal(one, other)
    ]
    assert unlike == ["output/kernel"]
    assert not zero[-2].any()
