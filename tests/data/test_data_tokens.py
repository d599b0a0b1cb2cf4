"""Cutting text into tokens and numbering them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.texts.vocabulary import UNKNOWN, Vocabulary


@given(st.text())
@settings(deadline=None)
def test_characters_are_the_text_itself(text: str) -> None:
    tokenizer = Tokenizer("characters")
    assert tokenizer.join(tokenizer.tokens(text)) == text


@given(
    st.text() | st.text("a'’_ .,\nİΣσ-\"(„“”¿"), st.sampled_from(["words", "spaces"]), st.booleans()
)
@settings(deadline=None)
def test_joined_tokens_are_cut_alike(text: str, kind: str, lower: bool) -> None:
    tokens = Tokenizer(kind, lower).tokens(text)
    assert Tokenizer(kind).tokens(Tokenizer(kind).join(tokens)) == tokens


@pytest.mark.parametrize(
    ("kind", "text", "tokens"),
    [
        ("characters", "a B", ["a", " ", "B"]),
        ("words", "He said: “Don't,  O king!”\nAmen.", None),
        ("spaces", " B-PER  O\tI-LOC", ["B-PER", "O", "I-LOC"]),
    ],
)
def test_tokens(kind: str, text: str, tokens: list[str] | None) -> None:
    words = ["He", "said", ":", "“", "Don't", ",", "O", "king", "!", "”", "\n", "Amen", "."]
    assert Tokenizer(kind).tokens(text) == (tokens or words)


@pytest.mark.parametrize(
    "text",
    [
        "He said: Don't, O king!\nAmen.",
        'He said "stop", and (so we hear) "go"!',
        'An "open one\n"Stop" they know.',
        "¿Quién? ¡Alto! [uno] {dos}",
        "Er sagte „halt“ und ging. “Stop,” she said.",
    ],
)
def test_words_are_put_together_as_they_are_written(text: str) -> None:
    assert Tokenizer("words").join(Tokenizer("words").tokens(text)) == text


def test_capitals_are_made_small() -> None:
    assert Tokenizer("words", True).tokens("ÁRBOL Fué") == ["árbol", "fué"]


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=8), max_size=6))
@settings(deadline=None)
def test_known_tokens_come_back(texts: list[list[str]]) -> None:
    vocabulary = Vocabulary.of(texts)
    for text in texts:
        ids = vocabulary.ids(text)
        assert ids.dtype == np.int32 and vocabulary.tokens(ids) == text
        assert ((ids >= 1) & (ids <= len(vocabulary.known))).all()
    assert vocabulary.tokens([0, *vocabulary.ids(["z"]), 0]) == [UNKNOWN]
    assert vocabulary.size == len({t for text in texts for t in text}) + 2


def test_frequent_tokens_are_known() -> None:
    texts = [list("aaabbc"), list("cdb")]
    assert Vocabulary.of(texts).known == ("a", "b", "c", "d")
    assert Vocabulary.of(texts, min_count=2).known == ("a", "b", "c")
    assert Vocabulary.of(texts, most=2).known == ("a", "b")
    np.testing.assert_array_equal(Vocabulary.of(texts, most=2).ids("cab"), [3, 1, 2])
