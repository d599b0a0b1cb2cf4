"""docs/files.md names keys that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnsearch.data.time import WORDS
from rnnsearch.spec.sources import SOURCES, DialectSpec, SplitSpec

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")


@pytest.mark.parametrize("key", sorted(set(re.findall(r"`data\.(\w+)", PAGE))))
def test_keys_are_keys_of_the_spec(key: str) -> None:
    assert any(key in source.model_fields for source in SOURCES.values())


def test_what_is_within_them_too() -> None:
    dialect = re.findall(r"\{(separator|encoding|header|quotes|decimal): ", PAGE)
    assert {*dialect} == {*DialectSpec.model_fields}
    assert {*re.findall(r"split: \{(\w+):|\{(by): ", PAGE)[0]} - {""} <= {*SplitSpec.model_fields}
    named = {"quarter", "week", "unix_s", "unix_ms", "excel", "duration", "seconds", "hours"}
    assert named <= {*WORDS} and all(f"`{word}`" in PAGE for word in named)
