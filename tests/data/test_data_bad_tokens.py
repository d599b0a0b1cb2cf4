"""Every message about bad texts, tables of texts and FASTA files, by its exact text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnnsearch.data import read
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import (
    FastaSource,
    SplitSpec,
    TableSource,
    TextSource,
    TokensSplitSpec,
)

TEXTS = ["ab", "ba", "abb", "b", "bab"] * 4
LABELS = ["x", "y", "x", "x", "y"] * 4
GOOD = {"text": TEXTS, "label": LABELS}
TIME = {"by": "time", "validation": 0.2, "test": 0.2, "folds": 1}


def said(caught: pytest.ExceptionInfo[InvalidData], folder: Path | None = None) -> list[str]:
    texts = [str(problem) for problem in caught.value.problems]
    return [text.replace(str(folder), "DIR") if folder else text for text in texts]


def with_value(values: list[Any], value: Any, *rows: int) -> list[Any]:
    """The column with `value` in some rows of the file."""
    changed = list(values)
    for row in rows:
        changed[row - 2] = value
    return changed


# name: task, columns, changes of the source, messages
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], list[str]]] = {
    "columns missing": (
        "many_to_one",
        {"texts": TEXTS, "label": LABELS},
        {"target": "y"},
        [
            "data.sequence: must name a column of the file; received 'text'; did you mean "
            "'texts'? there are: texts, label",
            "data.target: must name a column of the file; received 'y'; there are: texts, label",
        ],
    ),
    "gaps": (
        "many_to_one",
        {"text": with_value(TEXTS, None, 5), "label": with_value(LABELS, None, 3, 4)},
        {},
        [
            "data.sequence: must have a value in every row; received nothing in row 5 of 'text'; "
            "fill the gaps, or set data.missing to drop",
            "data.target: must have a value in every row; received nothing in 2 rows (3 to 4) of "
            "'label'; fill the gaps, or set data.missing to drop",
        ],
    ),
    "nothing but gaps": (
        "many_to_one",
        {"text": [None] * 20, "label": LABELS},
        {"missing": "drop"},
        ["data.missing: must leave some rows; received a gap in each of 20 rows; fill the gaps"],
    ),
    "text among target numbers": (
        "many_to_one",
        {"text": TEXTS, "label": with_value(list(range(20)), "inf", 4)},
        {},
        [
            "data.target: must be finite numbers below 1e30; received 'inf' in row 4 of 'label'; "
            "correct the file"
        ],
    ),
    "text among input numbers": (
        "one_to_many",
        {"size": with_value(list(range(20)), "?", 7, 9), "text": TEXTS},
        {"sequence": None, "inputs": ("size",), "target": "text"},
        [
            "data.inputs: must be finite numbers below 1e30; received '?' in row 7 of 'size' (2 "
            "such rows); correct the file"
        ],
    ),
    "labels that do not fit": (
        "many_to_many",
        {"text": TEXTS, "label": with_value(TEXTS, "b", 2, 4)},
        {},
        [
            "data.target: must have as many labels as data.sequence has tokens in every row; "
            "received 2 and 1 in row 2 (2 such rows); look at data.tokens and data.target_tokens, "
            "which say how both are cut"
        ],
    ),
    "a class of one": (
        "many_to_one",
        {"text": TEXTS, "label": with_value(LABELS, "z", 2)},
        {"split": TokensSplitSpec(by="random")},
        [
            "data.target: must have two members or more of each class; received one of z (3 "
            "classes); leave these out, or join classes"
        ],
    ),
    "one class": (
        "many_to_one",
        {"text": TEXTS, "label": ["x"] * 20},
        {},
        ["data.target: must have two classes or more; received only x; give other classes too"],
    ),
    "a class not trained on": (
        "many_to_one",
        {"text": TEXTS, "label": with_value(LABELS, "z", 20, 21)},
        {},
        [
            "data.split: must have every class in the training part; received z in test only; "
            "change the parts"
        ],
    ),
    "the same number": (
        "many_to_one",
        {"text": TEXTS, "label": [5] * 20},
        {},
        [
            "data.target: must vary in the training part; received the same in all 12 training "
            "sequences; predict another"
        ],
    ),
    "the same input": (
        "one_to_many",
        {"size": [5] * 20, "kind": ["k"] * 20, "text": TEXTS},
        {"sequence": None, "inputs": ("size", "kind"), "target": "text"},
        [
            "data.inputs: must vary in the training part; received 'size', the same in all 12 "
            "training sequences; leave the column out",
            "data.inputs: must vary in the training part; received 'kind', the same in all 12 "
            "training sequences; leave the column out",
        ],
    ),
    "a category not trained on": (
        "one_to_many",
        {"kind": with_value(LABELS, "z", 21), "text": TEXTS},
        {"sequence": None, "inputs": ("kind",), "target": "text"},
        [
            "data.inputs: must have every category in the training part; received 'z' in row 21 "
            "of 'kind'; it has: x, y; change data.split, join categories, or leave the column out"
        ],
    ),
    "all tokens rare": (
        "many_to_one",
        GOOD,
        {"min_count": 50},
        ["data.min_count: must leave a token in training; received 50; lower it"],
    ),
    "too many held out": (
        "many_to_one",
        GOOD,
        {"split": TokensSplitSpec(validation=12, test=8)},
        [
            "data.split: must leave something to train on; received 12 and 8 of 20 sequences; "
            "lower validation or test"
        ],
    ),
    "an empty part": (
        "many_to_one",
        GOOD,
        {"split": TokensSplitSpec(validation=0.01)},
        [
            "data.split: must leave a sequence in every part; received 17 training, 0 validation, "
            "3 test sequences of 20; give more, or change the shares"
        ],
    ),
    "all repeated": (
        "many_to_one",
        GOOD,
        {"split": TokensSplitSpec(duplicates="drop")},
        [
            "data.split.duplicates: must leave a sequence in validation; received drop, and "
            "training holds every one of them; use keep, or other parts"
        ],
    ),
    "no such group": (
        "many_to_one",
        GOOD,
        {"split": TokensSplitSpec(group="labl")},
        [
            "data.split.group: must name a column of the file; received 'labl'; did you mean "
            "'label'? there are: text, label"
        ],
    ),
    "no parts": (
        "many_to_one",
        GOOD,
        {"split": TokensSplitSpec(column="label")},
        [
            "data.split.column: must be a column of train, validation and test; received 'x' in "
            "20 rows (2 to 21) of 'label'; correct the column"
        ],
    ),
    "nothing trains": (
        "many_to_one",
        GOOD | {"part": ["test"] * 20},
        {"split": TokensSplitSpec(column="part")},
        ["data.split.column: must say of some sequences that they train; received test"],
    ),
}


@pytest.mark.parametrize(("task", "columns", "changes", "expected"), CASES.values(), ids=CASES)
def test_tables(
    task: str,
    columns: dict[str, Any],
    changes: dict[str, Any],
    expected: list[str],
    write_csv: Any,
) -> None:
    values: dict[str, Any] = {
        "sequence": "text",
        "target": "label",
        "split": TokensSplitSpec(**TIME),
    } | changes
    with pytest.raises(InvalidData) as caught:
        read(TableSource(source="table", path=write_csv(columns), **values), task)
    assert said(caught) == expected


def test_new_tables(write_csv: Any) -> None:
    source = TableSource(
        source="table",
        path=write_csv(GOOD),
        sequence="text",
        target="label",
        split=TokensSplitSpec(**TIME),
    )
    prepared = read(source, "many_to_one").preparation()
    path = write_csv({"text": ["abbab", "a"], "label": ["z", "x"]})
    with pytest.raises(InvalidData) as caught:
        prepared.targets(str(path))
    assert said(caught) == [
        "data.sequence: must have at most 3 tokens, as in training; received 5 in row 2; cut the "
        "sequences",
        "data.target: must be classes known from training; received z; there are: x, y",
    ]
    equal = {"text": ["ab", "ba"] * 10, "label": LABELS}
    source = source.model_copy(update={"path": write_csv(equal)})
    with pytest.raises(InvalidData) as caught:
        read(source, "many_to_one").preparation().inputs(str(path))
    assert said(caught) == [
        "data.sequence: must have 2 tokens, as in training; received 5 in row 2 (2 such rows); "
        "cut the sequences"
    ]


def test_new_texts_to_write(write_csv: Any) -> None:
    source = TableSource(
        source="table",
        path=write_csv(GOOD),
        inputs=("label",),
        target="text",
        split=TokensSplitSpec(**TIME),
    )
    prepared = read(source, "one_to_many").preparation()
    with pytest.raises(InvalidData) as caught:
        prepared.targets(str(write_csv({"text": ["ab", "abbab"], "label": ["z", "x"]})))
    assert said(caught) == [
        "data.inputs: must be a category known from training; received 'z' in row 2 of 'label'; "
        "there are: x, y",
        "data.target: must have at most 3 tokens, as in training; received 5 in row 3; cut the "
        "targets",
    ]


FASTA: dict[str, tuple[str | None, str | None, list[str]]] = {
    "missing": (
        None,
        None,
        [
            "data.path: must be an existing file or folder; received DIR/a.fa; a path in a spec "
            "is relative to the spec's folder"
        ],
    ),
    "no header": (
        "ACGT\n",
        None,
        [
            "data.path: must begin with a header line, > and a name; received line 1 of "
            "DIR/a.fa; give a FASTA file"
        ],
    ),
    "no letters": (
        ">one\n>two\nACGT\n",
        None,
        [
            "data.path: must have letters below each header line; received none below one in "
            "DIR/a.fa; leave these out"
        ],
    ),
    "empty": (
        "\n",
        None,
        [
            "data.path: must hold sequences, each below a line that begins with >; received none; "
            "look at DIR/a.fa"
        ],
    ),
    "broken label": (
        ">one\nACGT\n",
        "class=(",
        [
            r"data.label: must be a regular expression; received class=( (missing ), unterminated "
            r"subpattern at position 6); such as class=(\w+)"
        ],
    ),
    "label without a group": (
        ">one\nACGT\n",
        "class=",
        [
            r"data.label: must have a group, which finds the class; received class=; such as "
            r"class=(\w+)"
        ],
    ),
    "no label": (
        ">one class=a\nACGT\n>two\nACGT\n",
        r"class=(\w+)",
        [
            "data.target: must have a value in every row; received nothing in row 3 of 'label'; "
            "fill the gaps, or set data.missing to drop"
        ],
    ),
}


@pytest.mark.parametrize(("text", "label", "expected"), FASTA.values(), ids=FASTA)
def test_fasta(text: str | None, label: str | None, expected: list[str], tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "a.fa").write_text(text)
    with pytest.raises(InvalidData) as caught:
        read(FastaSource(source="fasta", path=tmp_path / "a.fa", label=label), "many_to_one")
    assert said(caught, tmp_path) == expected


STREAMS: dict[str, tuple[bytes | None, dict[str, Any], list[str]]] = {
    "missing": (
        None,
        {},
        [
            "data.path: must be an existing file or folder; received DIR/a.txt; a path in a spec "
            "is relative to the spec's folder"
        ],
    ),
    "no text": (
        b"\xff\xfea",
        {},
        [
            "data.path: must be a readable text file; received DIR/a.txt ('utf-16-le' codec "
            "can't decode byte 0x61 in position 2: truncated data); save it as UTF-8 text"
        ],
    ),
    "empty": (
        b" \n",
        {},
        ["data.path: must hold a text; received an empty one; look at DIR/a.txt"],
    ),
    "short": (
        b"abcdefgh",
        {},
        [
            "data.split: must leave two tokens or more in every part; received 1 in validation, "
            "of 9; give a longer text, or change the shares",
            "data.split: must leave two tokens or more in every part; received 1 in test, of 9; "
            "give a longer text, or change the shares",
        ],
    ),
    "long window": (
        b"abcdefghij" * 10,
        {"window": 90},
        ["data.window: must be below 71, the tokens of the training part; received 90; lower it"],
    ),
}


@pytest.mark.parametrize(("text", "changes", "expected"), STREAMS.values(), ids=STREAMS)
def test_texts(
    text: bytes | None, changes: dict[str, Any], expected: list[str], tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "a.txt").write_bytes(text)
    values: dict[str, Any] = {"window": 4, "split": SplitSpec()} | changes
    with pytest.raises(InvalidData) as caught:
        read(TextSource(source="text", path=tmp_path / "a.txt", **values), "many_to_many")
    assert said(caught, tmp_path) == expected


def test_new_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two three\n" * 10)
    source = TextSource(source="text", path=tmp_path / "a.txt", window=4, tokens="spaces")
    prepared = read(source, "many_to_many").preparation()
    (tmp_path / "b.txt").write_text("alone\n")
    for name, expected in {
        "none.txt": "data.path: must be an existing file or folder; received DIR/none.txt; a path "
        "in a spec is relative to the spec's folder",
        "b.txt": "data.path: must have at least 2 tokens; received 1; give a longer text",
    }.items():
        with pytest.raises(InvalidData) as caught:
            prepared.targets(str(tmp_path / name))
        assert said(caught, tmp_path) == [expected]
