"""What tests of engines have in common."""

from dataclasses import fields, replace

from rnnsearch.engines import Program
from rnnsearch.models import Architecture
from rnnsearch.tasks import TASKS

OF_NETWORK = {field.name for field in fields(Architecture)}


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
