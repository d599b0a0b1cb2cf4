"""YAML that can't be read as a spec, and the exact words about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, list[tuple[str, ...]], str]] = [
    (
        "tab",
        [("replace", "  source: csv", "\tsource: csv")],
        "s.yaml:3:1: must be indented with spaces; received a tab; replace tabs by spaces",
    ),
    (
        "open list",
        [("replace", "[demand]", "[demand")],
        "s.yaml:5:11: must be closed by ]; received the next line or another key; close it, "
        "or put a comma between its items",
    ),
    (
        "duplicate key",
        [("data", "window: 48")],
        "s.yaml:8:3: data.window: must be written once; the first is in line 7; received it "
        "again; remove one of the two",
    ),
    (
        "leading zero",
        [("replace", "window: 96", "window: 096")],
        "s.yaml:7:3: data.window: must be a number without leading zeros; received 096; "
        'write 96 for the number, "096" for a text',
    ),
    (
        "tag",
        [("replace", "path: load.csv", "path: !!python/name:os.system load.csv")],
        "s.yaml:4:9: must not have a tag; received !!python/name:os.system; remove the tag: "
        "a spec holds plain values only",
    ),
    (
        "alias of itself",
        [("space", "depth: &x [1, *x]")],
        "s.yaml:10:10: space.depth[1]: must not contain itself; received an alias of its own "
        "anchor; write it out",
    ),
    (
        "two documents",
        [("end", "---", "task: many_to_one")],
        "s.yaml:10:1: must hold one document; received a second one after ---; split the file",
    ),
    (
        "merge key",
        [("space", "<<: {depth: 2}")],
        "s.yaml:10:3: space: must not merge mappings; received <<; write the keys out",
    ),
]


@pytest.mark.parametrize(
    ("edits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_message(
    edits: list[tuple[str, ...]],
    expected: str,
    messages: Callable[[list[tuple[str, ...]]], str],
) -> None:
    assert messages(edits) == expected
