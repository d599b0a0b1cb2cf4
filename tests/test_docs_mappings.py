"""The pages of the mappings: each has one with its picture, and a spec that holds."""

import re
import runpy
from pathlib import Path

import pytest

import rnnsearch
from rnnsearch.vocabulary import MAPPINGS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("fact", MAPPINGS.values(), ids=lambda fact: fact.name)
def test_a_page_has_a_picture_and_a_spec_of_shipped_data(fact, tmp_path):
    name = fact.name.replace("_", "-")
    text = (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    assert f"]({name}.svg)" in text and f"{name}.md" in (ROOT / "mkdocs.yml").read_text("utf-8")
    (code,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "data").symlink_to(ROOT / "search_spaces" / "data")
    (tmp_path / "page.yaml").write_text(code, encoding="utf-8")
    found = rnnsearch.check(tmp_path / "page.yaml")
    assert f"task: {fact.name}\n" in code and found.programs >= 1


def test_the_pictures_are_drawn_from_the_facts():
    drawn = runpy.run_path(str(ROOT / "docs" / "mappings_picture.py"))
    stale = [
        name
        for name, fact in MAPPINGS.items()
        if drawn["picture"](fact) != drawn["file_of"](fact).read_text("utf-8")
    ]
    assert not stale, "run: python docs/mappings_picture.py"
    assert drawn["columns"](MAPPINGS["many_to_one"]) == [(True, False)] * 3 + [(True, True)]
