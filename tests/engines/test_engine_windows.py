"""Windows that are cut where they are read train and are judged as the same windows cut before.

On folds with tables of their own, every engine, alone and side by side.
"""

from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.data.inputs import Windowed, as_array
from rnnsearch.engines import Numbers, Run
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.execution.evaluating import judge
from rnnsearch.execution.worker_orders import Judge
from rnnsearch.tasks import TASKS
from tests.engines.conftest import make_program

ENGINES = {
    "looped": FusedEngine,
    "batched": lambda: FusedEngine("vmap"),
    "keras": KerasEngine,
}
T, F, A = 6, 2, 3
PARTS = {"train": (0, 21), "validation": (21, 34), "test": (34, 40)}


def fold(task, seed):
    """A dataset whose three parts read one table; batches of 8 do not come out even."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(40 + T, F)).astype(np.float32)

    def part(first, end):
        starts = rng.permutation(np.arange(first, end, dtype=np.int32))
        x = Windowed(rows, starts, T)
        if task == "sequence_to_sequence":
            x = {"source": x, "ahead": rng.normal(size=(len(starts), A, 1)).astype(np.float32)}
        steps = {"many_to_one": (), "many_to_many": (T,), "sequence_to_sequence": (A,)}[task]
        return Part(x, rng.normal(size=(len(starts), *steps, 1)).astype(np.float32))

    parts = {name: part(*ends) for name, ends in PARTS.items()}
    target = Target("numeric", ("y",), (), Scaling(np.array([5.0 + seed]), np.array([2.0])))
    steps = A if task == "sequence_to_sequence" else None
    return Dataset(**parts, target=target, masked=False, output_steps=steps)


def changed(dataset, change):
    """With inputs that are others in every part."""
    parts = {name: getattr(dataset, name) for name in PARTS}
    return replace(dataset, **{n: replace(p, x=change(p.x)) for n, p in parts.items()})


def program_for(task, dataset, cell):
    if cell != "feed_forward":
        return make_program(task, dataset, cell=cell)
    task_of = TASKS[task]
    head = task_of.head(dataset)
    features = task_of.memoryless_features(dataset.train.x).shape[-1]
    repeat = head.steps if task_of.at_once else None
    head = replace(head, features=features, repeat=repeat, source=None)
    return make_program(task, dataset, cell=cell, head=head)


def trained(engine, program, folds):
    """Metrics of two epochs of a run on each fold, as far as there are lanes, and of judging."""
    session = engine.open(program, folds, 2)
    lanes = range(min(session.width, 2))
    session.load({lane: Run(lane, 3, 2, Numbers(1e-2), fold=1 - lane) for lane in lanes})
    epochs = [session.advance() for _ in range(2)]
    judged = judge(Judge(program, session.best_weights(0)), folds[1])
    return [*(epoch[lane] for epoch in epochs for lane in lanes), judged.metrics]


CASES = [
    ("many_to_one", "GRU"),
    ("sequence_to_sequence", "GRU"),
    ("many_to_one", "feed_forward"),
    ("many_to_many", "GRU"),
]


@pytest.mark.parametrize(
    ("kind", "task", "cell"),
    [
        *(("looped", *case) for case in CASES),
        ("batched", *CASES[0]),
        *(("keras", *case) for case in CASES[:2]),
    ],
)
def test_windows_train_as_the_array_of_them(kind, task, cell):
    engine = ENGINES[kind]()
    folds = [fold(task, seed) for seed in range(2)]
    program = program_for(task, folds[0], cell)
    if cell == "feed_forward":
        folds = [changed(dataset, TASKS[task].memoryless_features) for dataset in folds]
    arrays = [changed(dataset, as_array) for dataset in folds]
    windows, cut = trained(engine, program, folds), trained(engine, program, arrays)
    for got, expected in zip(windows, cut, strict=True):
        assert got == pytest.approx(expected, rel=1e-6)


def test_a_table_lies_on_the_device_once():
    """However many windows are cut from it, and on every core of a CPU."""
    dataset = fold("many_to_one", 0)
    engine = FusedEngine("map")
    engine.open(program_for("many_to_one", dataset, "GRU"), [dataset, dataset], 1)
    ((_, data),) = engine._placed.values()
    assert data.tables.rows.shape == dataset.train.x.rows.shape
    assert data.train.x.shape == (2 * len(dataset.train),)
