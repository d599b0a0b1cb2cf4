"""Data sections of text, DNA and names: the exact message for each way to get them wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnnsearch.errors import InvalidSpec
from rnnsearch.spec import parse, resolved
from rnnsearch.spec.check_tokens import check_tokens
from rnnsearch.spec.domains import WrittenSpace
from rnnsearch.spec.report import Report
from rnnsearch.spec.sources import PairsSource, TableSource, TokensSource, TokensSplitSpec
from rnnsearch.vocabulary import SEQUENCE_TO_SEQUENCE

TEXT = {"source": "text", "path": "a.txt", "window": 20}
TABLE = {"source": "table", "path": "a.csv", "sequence": "text", "target": "label"}
WRITTEN = {"source": "table", "path": "a.csv", "inputs": ["gender"], "target": "name"}
CSV = {"source": "csv", "path": "a.csv", "inputs": ["hour"], "target": "load", "output_steps": 24}
FASTA = {"source": "fasta", "path": "a.fa"}


def spec(task: str, data: dict[str, Any], **space: Any) -> dict[str, Any]:
    return {"task": task, "data": data, "space": {"cell": "GRU"} | space}


CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "text of another task",
        spec("many_to_one", TEXT),
        ["task: must be many_to_many for source: text; received many_to_one"],
    ),
    (
        "patches of letters",
        spec("many_to_one", FASTA, patch=3, changes=True, augment=0.5),
        [
            "space.patch: must not be given for source: fasta: tokens are embedded one by one; "
            "received 3; remove it",
            "space.changes: must not be given for source: fasta: tokens have no differences; "
            "received true; remove it",
            "space.augment: must not be given for source: fasta: tokens are neither scaled nor "
            "interpolated; received 0.5; remove it",
        ],
    ),
    (
        "FASTA of another task",
        spec("many_to_many", FASTA),
        ["task: must be many_to_one for source: fasta; received many_to_many"],
    ),
    (
        "no window",
        spec("many_to_many", {"source": "text", "path": "a.txt"}),
        [
            "data.window: must be given for source: text: a whole number of at least 1; add "
            "window: under data:, or search it in space:"
        ],
    ),
    (
        "text with keys of numbers",
        spec("many_to_many", TEXT | {"scaling": "none", "missing": "drop"}),
        [
            "data.scaling: must not be given for source: text: it has no effect; received none; "
            "remove it",
            "data.missing: must not be given for source: text: it has no effect; received drop; "
            "remove it",
        ],
    ),
    (
        "text at random",
        spec("many_to_many", TEXT | {"split": {"by": "random"}}),
        [
            "data.split.by: must be time or auto: at random, parts of one text would know each "
            "other; received random; remove it"
        ],
    ),
    (
        "a seed for a text",
        spec("many_to_many", TEXT | {"split": {"seed": 1}}),
        [
            "data.split.seed: must not be given where the split is by time: it has no effect; "
            "received 1; remove it"
        ],
    ),
    (
        "text backwards",
        spec("many_to_many", TEXT, bidirectional=[False, True]),
        [
            "space.bidirectional: must be false where each next token is predicted; received "
            "[false, true]; read backwards, the input holds the tokens to predict: remove it"
        ],
    ),
    (
        "names backwards",
        spec("one_to_many", WRITTEN, bidirectional=True),
        [
            "space.bidirectional: must be false where each next token is predicted; received "
            "true; read backwards, the input holds the tokens to predict: remove it"
        ],
    ),
    (
        "no sequence",
        spec("many_to_one", {"source": "table", "path": "a.csv", "target": "label"}),
        [
            "data.sequence: must be given for many_to_one: the column with the text that the "
            "network reads; add sequence: under data:"
        ],
    ),
    (
        "no inputs",
        spec("one_to_many", TABLE),
        [
            "data.inputs: must name at least one column for one_to_many",
            "data.sequence: must not be given for one_to_many: its input has no time axis; "
            "received text; use inputs",
        ],
    ),
    (
        "inputs of another task",
        spec("many_to_one", TABLE | {"inputs": ["a"]}),
        [
            "data.inputs: must not be given for many_to_one: they are for one_to_many only; "
            "received [a]; use sequence"
        ],
    ),
    (
        "the answer as input",
        spec("one_to_many", WRITTEN | {"inputs": ["gender", "name", "gender"]}),
        [
            "data.inputs[1]: must not be the target: it is the answer; received name; remove it",
            "data.inputs[2]: must not be listed twice; received gender; remove it",
        ],
    ),
    (
        "the answer as sequence",
        spec("many_to_one", TABLE | {"target": "text"}),
        [
            "data.target: must not be the column that the network reads; received text; name what "
            "to predict"
        ],
    ),
    (
        "a class of tokens",
        spec("many_to_one", TABLE | {"target_tokens": "words"}),
        [
            "data.target_tokens: must not be given for many_to_one: its target is a number or a "
            "class; received words; remove it"
        ],
    ),
    (
        "the kind of a text",
        spec("one_to_many", WRITTEN | {"target_kind": "class"}),
        [
            "data.target_kind: must not be given for one_to_many: it has no effect; received "
            "class; remove it"
        ],
    ),
    (
        "between texts",
        spec("many_to_one", TABLE | {"missing": "interpolate"}),
        [
            "data.missing: must be error or drop: between texts nothing can be interpolated; "
            "received interpolate; use drop, or fill the gaps"
        ],
    ),
    (
        "half a sequence",
        spec("many_to_one", TABLE | {"split": {"test": 2.5}}),
        ["data.split.test: must be a share below 1, or a whole number of sequences; received 2.5"],
    ),
    (
        "nothing left",
        spec("many_to_one", TABLE | {"split": {"test": 0.5, "validation": 0.5}}),
        [
            "data.split: must leave something to train on: validation + test below 1; received "
            "0.5 + 0.5; such as {validation: 0.15, test: 0.15}"
        ],
    ),
    (
        "stratified groups",
        spec("many_to_one", TABLE | {"split": {"by": "stratified", "group": "a"}}),
        [
            "data.split.by: must be auto, time or random where split.group is given; received "
            "stratified; use random"
        ],
    ),
    (
        "stratified names",
        spec("one_to_many", WRITTEN | {"split": {"by": "stratified"}}),
        [
            "data.split.by: must be auto, time or random for one_to_many: its sequences have no "
            "class; received stratified; use random"
        ],
    ),
    (
        "two ways to keep together",
        spec("many_to_one", TABLE | {"split": {"column": "part", "group": "a"}}),
        [
            "data.split.column: must not be given beside split.group; received part; remove one of them"
        ],
    ),
    (
        "teacher forcing where nothing is written",
        spec("many_to_many", TABLE, teacher_forcing=0.5),
        [
            "space.teacher_forcing: must not be given for many_to_many: only one_to_many and "
            "sequence_to_sequence read the tokens that they wrote; received 0.5; remove it"
        ],
    ),
    (
        "teacher forcing of numbers",
        spec("one_to_many", CSV, teacher_forcing={"min": 0.5, "max": 1}),
        [
            "space.teacher_forcing: must not be given for source: csv: only tokens are read back "
            "where they were written; received {min: 0.5, max: 1.0}; remove it"
        ],
    ),
    (
        "pooling of many outputs",
        spec("many_to_many", TABLE, pooling=["last", "max"]),
        [
            "space.pooling: must not be given for many_to_many: only many_to_one has one output "
            "for many steps; received [last, max]; remove it"
        ],
    ),
]


@pytest.mark.parametrize(
    ("document", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_message(document: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse(document, name="s", directory=tmp_path)
    assert [str(problem) for problem in caught.value.problems] == expected


def test_numbers_of_sequences_are_no_shares(tmp_path: Path) -> None:
    document = spec("many_to_one", TABLE | {"split": {"test": 1186, "validation": 0.2}})
    found = parse(document, name="s", directory=tmp_path)
    assert (found.data.split.test, found.data.split.validation) == (1186, 0.2)
    again = parse(resolved(found), name="s", directory=tmp_path)
    assert resolved(again) == resolved(found)


@pytest.mark.parametrize("document", [spec("many_to_many", TEXT), spec("one_to_many", WRITTEN)])
def test_resolved_is_resolved(document: dict[str, Any], tmp_path: Path) -> None:
    found = parse(document, name="s", directory=tmp_path)
    assert resolved(parse(resolved(found), name="s", directory=tmp_path)) == resolved(found)


def test_the_window_of_a_text_may_be_searched(tmp_path: Path) -> None:
    from rnnsearch.space import SearchSpace

    data = {"source": "text", "path": "a.txt"}
    found = parse(spec("many_to_many", data, window=[10, 20]), name="s", directory=tmp_path)
    assert SearchSpace.from_spec(found).windows(found) == (10, 20)
    fixed = parse(spec("many_to_many", TEXT), name="s", directory=tmp_path)
    assert SearchSpace.from_spec(fixed).windows(fixed) == (20,)


@pytest.mark.parametrize(
    "source",
    [
        PairsSource(source="pairs", path=Path("a"), sequence="en", target="es"),
        TableSource(source="table", path=Path("a"), sequence="en", target="es"),
    ],
)
def test_two_texts_are_for_sequence_to_sequence(source: TokensSource) -> None:
    report = Report()
    check_tokens(source, SEQUENCE_TO_SEQUENCE, WrittenSpace({}), report)
    report.raise_if_any()
    split = source.model_copy(update={"split": TokensSplitSpec(by="stratified")})
    check_tokens(split, SEQUENCE_TO_SEQUENCE, WrittenSpace({}), report)
    with pytest.raises(InvalidSpec, match="must be auto, time or random for sequence_to_sequence"):
        report.raise_if_any()
