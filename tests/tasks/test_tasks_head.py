"""Heads as JSON: what is kept of a winner's network."""

import json
from dataclasses import asdict, replace

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


def test_what_is_read_in_patches_is_numbers_without_an_output_a_step():
    assert [head.takes_patches for head in HEADS] == [True, False, False, False]
    assert not replace(PLAIN, sequences=True).takes_patches
    assert not replace(PLAIN, vocabulary=5).takes_patches
    forecast = Head(7, 1, None, True, 4, "linear", False, None, SourceInput(9, 3, None, True))
    assert forecast.takes_patches
    assert not replace(forecast, vocabulary=5).takes_patches
