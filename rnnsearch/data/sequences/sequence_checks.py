"""What the parts of arrays must be: inputs and targets that vary, and training with every class."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnsearch.data.categories import find_categories, unknown
from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.scaling import constant
from rnnsearch.data.sequences.samples import Labels, Sample, of_classes

__all__ = ["check_inputs", "check_targets"]


def check_inputs(train: Sample, validation: Sample, test: Sample, problems: Problems) -> None:
    """Inputs must vary in training, which must have every class of them.

    Of several features one that varies is enough, and those that do not are told: the border of an
    image is often blank, and a sensor may have been off.
    """
    must, count = "must vary in the training part", len(train.x)
    if not of_classes(train.x):
        columns = train.x.reshape(-1, train.x.shape[-1]).T
        blank = [at for at, c in enumerate(columns) if constant(c) or np.isnan(c).all()]
        if len(blank) == len(columns):
            named = "the only feature" if len(columns) == 1 else "every feature"
            received = f"{named} the same in all {count} training sequences"
            problems.add("data.path", must, received, "give sequences that differ")
        elif blank:
            said = f"feature{'' if len(blank) == 1 else 's'} {name_some(blank)}"
            same = f"the same in all {count} training sequences, so of no use"
            problems.notes.append(f"{said} of {len(columns)}, counted from 0: {same}")
        return
    for index, column in enumerate(train.x.T):
        known = find_categories(column)
        if len(known) == 1:
            received = f"only {known[0]} as input of all {count} training sequences"
            problems.add("data.path", must, received, "give sequences of other classes too")
            continue
        _check_known(known, index, validation, test, problems)


def _check_known(
    known: tuple[Any, ...], index: int, validation: Sample, test: Sample, problems: Problems
) -> None:
    """Note classes of a column of the inputs that training has not shown."""
    for name, part in (("validation", validation), ("test", test)):
        column = part.x[:, index]
        strange = find_categories(column[unknown(column, known)])
        if strange:
            received = f"{name_some(strange)} as input in {name} only"
            advice = "change the parts"
            if column.dtype.kind == "i":
                advice += "; give x as (N, 1) if its numbers are amounts, not names of classes"
            must = "must have every class in the training part"
            problems.add("data.split", must, received, advice)


def check_targets(
    train: Sample,
    validation: Sample,
    test: Sample,
    labels: Labels,
    problems: Problems,
) -> None:
    """Targets must vary in training, which must have every class."""
    if labels.kind == "numeric":
        for index, column in enumerate(train.y[train.observed].T):
            if constant(column):
                received = f"output {index}, the same in all {len(train.y)} training sequences"
                must, advice = "must vary in the training part", "leave the output out"
                problems.add("data.path", must, received, advice)
        return
    known = set(np.unique(train.y[train.observed]).tolist())
    for name, part in (("validation", validation), ("test", test)):
        strange = sorted(set(np.unique(part.y[part.observed]).tolist()) - known)
        if strange and len(labels.classes) > 1:
            received = f"{name_some([labels.classes[i] for i in strange])} in {name} only"
            must, advice = "must have every class in the training part", "change the parts"
            problems.add("data.split", must, received, advice)
