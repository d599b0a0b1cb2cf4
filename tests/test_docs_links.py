"""Links of the docs lead to files and headings that are there; every cell of compare.md has one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
CODE = re.compile(r"```.*?```|^ {4}[^\n]*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")


def text_of(page):
    return CODE.sub("", page.read_text("utf-8"))


def anchors(page):
    """Of headings: as GitHub and MkDocs make them, and those that are written out."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head).lower() for head in heads]
    slugs = {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", head).strip()) for head in plain}
    slugs |= {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", head).strip()) for head in plain}
    return slugs | set(re.findall(r'(?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    dead = []
    for target, anchor in LINK.findall(text_of(page)):
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / target).resolve() if target else page
        known = there.exists() and (not anchor or there.suffix != ".md" or anchor in anchors(there))
        dead += [] if known else [f"{target}#{anchor}" if anchor else target]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_references_are_defined_and_used(page):
    text = text_of(page)
    defined = set(re.findall(r"^\[([\w-]+)\]: \S+$", text, re.MULTILINE))
    used = set(re.findall(r"\]\[([\w-]+)\]", text))
    assert used == defined


def test_every_cell_of_the_comparison_has_its_proof():
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in (ROOT / "docs" / "compare.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and "KerasTuner" not in line
    ]
    assert len(rows) > 30 and {len(row) for row in rows} == {8}
    link = re.compile(r"\[[^\]]*\](\([^)]*\)|\[[^\]]*\])")
    said = [cell for row in rows for cell in row[1:]]
    assert not [cell for cell in said if link.sub("", cell).strip(" ;") or not link.search(cell)]
