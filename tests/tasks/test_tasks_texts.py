"""How alike texts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.tasks.text_metrics import edit_distance, text_metrics


def plain_distance(one: str, other: str) -> int:
    """Levenshtein's definition, as it is written."""
    if not one or not other:
        return max(len(one), len(other))
    here = one[0] != other[0]
    return min(
        plain_distance(one[1:], other[1:]) + here,
        plain_distance(one[1:], other) + 1,
        plain_distance(one, other[1:]) + 1,
    )


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_the_distance_of_texts_is_that_of_the_definition(one: str, other: str) -> None:
    assert edit_distance(one, other) == plain_distance(one, other)


def test_metrics_of_whole_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["in the beginning god made", "and the earth was void"]
    assert text_metrics(wanted, wanted) == {
        "exact_match": 1.0,
        "edit_distance": 0.0,
        "chrf": 100.0,
        "bleu": pytest.approx(100.0),
    }
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert text_metrics(["in the  god made", "and the earth was void"], wanted) == {
        "exact_match": 0.5,
        "edit_distance": pytest.approx(9 / 47),
    }
