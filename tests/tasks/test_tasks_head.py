"""Heads as JSON: what is kept of a winner's network."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.tasks import TASKS, Head, SourceInput

PLAIN = Head(7, 3, None, False, 2, "softmax", True)
HEADS = [
    PLAIN,
    Head(7, 3, 7, True, 1, "linear", False, vocabulary=9),
    Head(7, 1, None, True, 4, "softmax", False, 5, SourceInput(9, 1, 6, True)),
    Head(1, 3, None, False, 1, "linear", False, recurrent=False),
]


@pytest.mark.parametrize("head", HEADS)
def test_a_head_comes_back_from_json(head):
    assert Head.from_json(json.loads(json.dumps(asdict(head)))) == head


def test_what_is_read_in_patches_is_numbers_without_an_output_a_step():
    assert [head.takes_patches for head in HEADS] == [True, False, False, False]
    assert not replace(PLAIN, sequences=True).takes_patches
    assert not replace(PLAIN, vocabulary=5).takes_patches
    forecast = Head(7, 1, None, True, 4, "linear", False, None, SourceInput(9, 3, None, True))
    assert forecast.takes_patches
    assert not replace(forecast, vocabulary=5).takes_patches


@pytest.mark.parametrize("task", ["one_to_one", "many_to_one", "many_to_many"])
@pytest.mark.parametrize(
    ("kind", "classes", "activation"),
    [("class", (0, 1, 2), "softmax"), ("numeric", (), "linear")],
)
def test_of_classes_chances_are_put_out_of_numbers_themselves(task, kind, classes, activation):
    mapping = TASKS[task].mapping
    x = np.zeros((4, 5, 2) if mapping.reads_sequence else (4, 2), np.float32)
    part = Part(x, np.zeros((4, 5) if mapping.writes_sequence else (4,), np.int32))
    target = Target(kind, ("y",), classes, Scaling(np.zeros(1), np.ones(1)))
    head = TASKS[task].head(Dataset(part, part, part, target, masked=False))
    assert (head.activation, head.width) == (activation, len(classes) or 1)
    assert head.recurrent == mapping.recurrent
