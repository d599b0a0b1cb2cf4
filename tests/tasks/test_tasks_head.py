"""Heads as JSON: what is kept of a winner's network."""

import json
from dataclasses import asdict

import pytest

from rnnsearch.tasks import Head, SourceInput

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


def test_the_longest_of_encoder_and_decoder():
    assert [head.longest for head in HEADS] == [7, 7, 9, 1]
