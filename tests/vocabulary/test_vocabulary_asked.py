"""What a mapping does is asked of its facts: its name is compared nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnsearch
from rnnsearch.vocabulary import MAPPINGS

PACKAGE = Path(rnnsearch.__file__).parent
HOME = ("tasks", "vocabulary")
CONSTANTS = {name.upper() for name in MAPPINGS}


def asked_by_name(code: str) -> Iterator[int]:
    """Lines with a mapping's name as a text of its own, or compared with one of the mappings.

    A spec that is written names its task: ``{"task": "many_to_one"}``, ``task="many_to_one"``.
    """
    tree = ast.parse(code)
    written = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "task":
            written.add(node.value)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            written |= {v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "task"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in MAPPINGS and node not in written:
            yield node.lineno
        if isinstance(node, ast.Compare | ast.MatchValue):
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if names & CONSTANTS:
                yield node.lineno


def test_no_module_above_asks_for_a_mapping_by_its_name() -> None:
    modules = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")]
    above = [path for path in modules if path.parts[0] not in HOME]
    assert len(above) > 100
    found = {path: [*asked_by_name((PACKAGE / path).read_text("utf-8"))] for path in above}
    assert not {path: lines for path, lines in found.items() if lines}, (
        "ask a fact of rnnsearch.vocabulary.MAPPINGS, such as mapping.aligned"
    )


@pytest.mark.parametrize(
    "code",
    [
        "x = task == 'one_to_many'",
        "x = {'many_to_one': 1}.get(task)",
        "x = task in (MANY_TO_ONE, ONE_TO_ONE)",
        "x = task != MANY_TO_ONE.name",
        "match task:\n    case SEQUENCE_TO_SEQUENCE.name:\n        pass",
    ],
)
def test_it_would_be_found(code: str) -> None:
    assert [*asked_by_name(code)]


def test_which_score_is_better_is_asked_of_the_objective() -> None:
    """Nobody else compares a direction's name; KerasTuner's are `min` and `max`."""
    asking = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                names = {side.value for side in sides if isinstance(side, ast.Constant)}
                equal = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
                if equal and names & {"minimize", "maximize"}:
                    asking.add(path.relative_to(PACKAGE).as_posix())
    assert asking == {"vocabulary/objective.py"}
