"""What tests of engines have in common."""

from dataclasses import fields, replace
from functools import cache

import pytest

from rnnsearch.engines import Program
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused import engine as fused_engine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.models import Architecture
from rnnsearch.tasks import TASKS

ENGINES = {"fused": FusedEngine, "keras": KerasEngine}

fused_engine._WARM_PROGRAMS = 64  # as many as the tests have, from the first file to the last
OF_NETWORK = {field.name for field in fields(Architecture)}


@cache
def engine_of(kind):
    """One for all tests of a process: a program that one compiled, the next has at once."""
    return ENGINES[kind]()


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    return engine_of(request.param)


@pytest.fixture(scope="module")
def fused():
    return engine_of("fused")


def make_program(task, dataset, **changes):
    """A program of one GRU of four units, in which nothing but the learning rate may vary.

    It is judged by its loss alone: metrics are a fifth to a third of what is compiled.

    Args:
        task: Its name.
        dataset: Decides the head.
        changes: What is not so, by the names of `Architecture` and `Program`.
    """
    task = TASKS[task]
    loss = changes.get("loss", task.loss(dataset.target))
    network = {
        "cell": "GRU",
        "units": (4,),
        "bidirectional": False,
        "layer_norm": False,
        "head": replace(task.head(dataset), width=loss.outputs(dataset.target)),
    } | {name: value for name, value in changes.items() if name in OF_NETWORK}
    program = Program(
        architecture=Architecture(**network),
        optimizer="adam",
        batch_size=8,
        clip_mode=None,
        loss=loss,
        metrics=(),
        objective="val_loss",
        maximize=False,
        truncates=False,
        drops=False,
        drops_recurrent=False,
        decays=False,
        smooths=False,
    )
    return replace(program, **{n: v for n, v in changes.items() if n not in OF_NETWORK})
