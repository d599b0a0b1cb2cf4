"""Every engine with training sequences that are changed at random."""

import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.models.build import build_standard
from tests.engines.conftest import engine_of, make_program
from tests.engines.test_engine_contract import dataset_for, train


@pytest.mark.parametrize(
    ("masked", "network"), [(False, {}), (True, {"patch": 2, "changes": True})]
)
def test_engines_change_sequences_alike(masked, network):
    """Lanes of three strengths against the Keras engine; 0 is as if there were none."""
    dataset = dataset_for("many_to_one", "class", masked)
    network |= {"cell": "SimpleRNN", "optimizer": "sgd"}  # what reads the changed sequence
    program = make_program("many_to_one", dataset, augments=True, **network)
    runs = [Run(n, 3, 2, Numbers(0.3, augment=s)) for n, s in enumerate((0.0, 0.5, 1.0))]
    lanes, _ = train(engine_of("fused"), program, dataset, runs)
    batched, _ = train(FusedEngine("vmap"), program, dataset, runs)
    alone, weights = train(KerasEngine(), program, dataset, runs[1:2])
    plain = make_program("many_to_one", dataset, **network)
    without, _ = train(KerasEngine(), plain, dataset, runs[:1])
    for trial, expected in {**alone, **without}.items():
        for one, two, other in zip(lanes[trial], batched[trial], expected, strict=True):
            assert one == pytest.approx(other, rel=5e-4)
            assert two == pytest.approx(other, rel=5e-4)
    assert len({curve[-1]["loss"] for curve in lanes.values()}) == 3
    model = build_standard(program.architecture, blank=True)
    assert [v.shape for v in model.trainable_variables] == [w.shape for w in weights[1]]
    assert not any("augment" in layer.name for layer in model.layers)


def test_tasks_whose_steps_stay_take_no_notice():
    dataset = dataset_for("many_to_many", "numeric")
    program = make_program("many_to_many", dataset, augments=True)
    run = Run(0, 3, 2, Numbers(1e-2, augment=1.0))
    one, _ = train(engine_of("fused"), program, dataset, [run])
    other, _ = train(engine_of("fused"), make_program("many_to_many", dataset), dataset, [run])
    assert one[0] == other[0]
    assert np.isfinite(one[0][-1]["loss"])
