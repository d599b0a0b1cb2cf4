"""Sources of separate sequences: the exact message for each key that does not fit another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnsearch.spec import dump, load, resolved
from rnnsearch.spec.sources import GroupPattern

DATA = "  source: csv\n  path: load.csv\n  inputs: [demand]\n  target: demand\n  window: 96\n"

NPZ = "source: npz, path: a.npz"
AUDIO = "source: audio, path: a"
CASES: list[tuple[str, str, str]] = [
    (
        "group of a table",
        "source: csv, path: a.csv, inputs: [y], target: y, window: 2, split: {group: shop}",
        "data.split.group: must not be given for source: csv, which says nothing of groups; "
        "received shop; remove it",
    ),
    (
        "group and column of the archive's files",
        "source: ts, path: a.ts, split: {group: shop, column: part}",
        "data.split.group: must not be given for source: ts, which says nothing of groups; "
        "received shop; remove it\n"
        "data.split.column: must not be given for source: ts, which has no named arrays; "
        "received part; remove it",
    ),
    (
        "pattern of arrays",
        f"{NPZ}, split: {{group: {{pattern: 's[0-9]'}}}}",
        "data.split.group: must be the name of an array; received {pattern: s[0-9]}; such as "
        "speaker",
    ),
    (
        "array of files",
        f"{AUDIO}, split: {{group: speaker, column: part}}",
        "data.split.group: must be stem or a mapping of pattern where sequences are files; "
        "received speaker; such as {pattern: 'speaker[0-9]+'}\n"
        "data.split.column: must not be given for source: audio, which has no named arrays; "
        "received part; make folders train, validation and test of the classes' folders",
    ),
    (
        "group of another type",
        f"{NPZ}, split: {{group: 5}}",
        "data.split.group: must be the name of an array, stem, or a mapping such as {pattern: "
        "'speaker[0-9]+'}, or null; received 5",
    ),
    (
        "unknown key of a group",
        f"{AUDIO}, split: {{group: {{regex: a}}}}",
        "data.split.group: must be the name of an array, stem, or a mapping such as {pattern: "
        "'speaker[0-9]+'}, or null; received {regex: a}",
    ),
    (
        "broken pattern",
        f"{AUDIO}, split: {{group: {{pattern: '(a'}}}}",
        "data.split.group: must be a regular expression (missing ), unterminated subpattern at "
        "position 0); received (a; see Python's re",
    ),
    (
        "groups by time",
        f"{NPZ}, split: {{group: speaker, by: time}}",
        "data.split.by: must be auto, random or stratified where split.group is given; received "
        "time; remove it",
    ),
    (
        "repeats by time",
        f"{NPZ}, split: {{folds: {{folds: 3, repeats: 2}}, by: time}}",
        "data.split.folds: must have no repeats where split.by is time: there is one order; "
        "received 2 repeats; remove them",
    ),
    (
        "folds of a table",
        "source: csv, path: a.csv, inputs: [y], target: y, window: 2, split: {folds: 3}",
        "data.split.folds: must be 1 or auto for a table: its folds follow each other in time; "
        "received 3; use backtest: {folds: 3}",
    ),
    (
        "repeats of one fold",
        f"{NPZ}, split: {{folds: {{folds: 1, repeats: 3}}}}",
        "data.split.folds: must be above 1 where repeats is: one fold is the same each time; "
        "received 1; raise it, or use search.runs_per_trial",
    ),
    (
        "no folds",
        f"{NPZ}, split: {{folds: 0}}",
        "data.split.folds: must be auto, a whole number of at least 1, or a mapping such as "
        "{folds: 5, repeats: 3}; received 0",
    ),
    (
        "repeats without folds",
        f"{NPZ}, split: {{folds: {{repeats: 3}}}}",
        "data.split.folds: must be auto, a whole number of at least 1, or a mapping such as "
        "{folds: 5, repeats: 3}; received {repeats: 3}",
    ),
    (
        "patches without patch",
        f"{NPZ}, steps: patches",
        "data.patch: must be given for steps: patches, the height and width of one; such as "
        "patch: 4",
    ),
    (
        "patch without patches",
        "source: images, path: a, patch: 4",
        "data.patch: must not be given unless steps: patches is; received 4; remove it",
    ),
    (
        "size of one number",
        "source: images, path: a, size: 28",
        "data.size: must be a list of height and width, such as [28, 28], or null; received 28",
    ),
    (
        "size of nothing",
        "source: images, path: a, size: [28, 0]",
        "data.size: must be a list of height and width, such as [28, 28], or null; received "
        "[28, 0]",
    ),
    (
        "arguments as a list",
        "source: python, function: 'a:b', arguments: [1]",
        "data.arguments: must be a mapping of names to values; received [1]",
    ),
    (
        "no function",
        "source: python",
        "data.function: must be given: a text; add function: under data:",
    ),
    (
        "unknown features",
        f"{AUDIO}, features: mel, hop_ms: 0",
        "data.features: must be log_mel or mfcc; received mel; did you mean log_mel?\n"
        "data.hop_ms: must be a number above 0 and at most 10000; received 0",
    ),
    (
        "key of another source",
        f"{NPZ}, mels: 40",
        "data.mels: must not be given; received 40; it is known for source: audio only",
    ),
]


@pytest.mark.parametrize("task", ["one_to_many", "one_to_one"])
def test_a_vector_is_not_scaled_by_itself(
    task: str, messages: Callable[[list[tuple[str, ...]]], str]
) -> None:
    edits: list[tuple[str, ...]] = [
        ("replace", f"data:\n{DATA}", f"data: {{{NPZ}, scaling: per_sequence}}\n"),
        ("replace", "many_to_one", task),
    ]
    assert messages(edits).splitlines()[0] == (
        f"s.yaml:2:34: data.scaling: must be standard or none for {task}: its input has no time "
        "axis; received per_sequence; remove it"
    )


@pytest.mark.parametrize(
    ("section", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_message(
    section: str, expected: str, messages: Callable[[list[tuple[str, ...]]], str]
) -> None:
    edits: list[tuple[str, ...]] = [("replace", f"data:\n{DATA}", f"data: {{{section}}}\n")]
    lines = messages(edits).splitlines()
    told = sorted(line.split(": ", 1)[1] for line in lines)  # without its place in the file
    assert told == sorted(expected.splitlines())


def test_steps_need_a_time_axis(messages: Callable[[list[tuple[str, ...]]], str]) -> None:
    edits: list[tuple[str, ...]] = [
        ("replace", f"data:\n{DATA}", f"data: {{{NPZ}, steps: rows}}\n"),
        ("replace", "many_to_one", "one_to_many"),
    ]
    assert messages(edits) == (
        "s.yaml:2:34: data.steps: must not be given for one_to_many: its input has no time axis; "
        "received rows; remove it"
    )


def test_what_a_spec_may_say(tmp_path: Path) -> None:
    text = (
        "task: many_to_one\n"
        "data: {source: images, path: pictures, steps: patches, patch: 4, size: [28, 20], "
        "split: {group: {pattern: 'w[0-9]'}, folds: {folds: 4}}}\n"
        "space: {cell: GRU}\n"
    )
    (tmp_path / "s.yaml").write_text(text)
    spec = load(tmp_path / "s.yaml").spec
    assert spec.data.split.group == GroupPattern(pattern="w[0-9]")
    assert spec.data.split.asked_folds == (4, 1)
    assert spec.data.model_dump()["size"] == (28, 20)
    document = resolved(spec)
    (tmp_path / "again.yaml").write_text(dump(document))
    assert resolved(load(tmp_path / "again.yaml").spec) == document


def test_a_module_is_looked_for_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "task: many_to_one\n"
        "data: {source: python, function: 'a:b', arguments: {deep: {list: [1, x]}}}\n"
        "space: {cell: GRU}\n"
    )
    data = load(tmp_path / "s.yaml").spec.data.model_dump()
    assert data["path"] == tmp_path and data["arguments"] == {"deep": {"list": [1, "x"]}}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("source: csv, path: load.csv, inputs: [y], target: y, window: 2", "new.csv"),
        ("source: csv, path: my.load.csv.gz, inputs: [y], target: y, window: 2", "new.csv.gz"),
        ("source: parquet, path: p.parquet, inputs: [y], target: y, window: 2", "new.parquet"),
        ("source: table, path: texts.tsv, sequence: text, target: kind", "new.tsv"),
        ("source: fasta, path: genes", "new/"),
        (NPZ, "new.npz"),
        ("source: npy, path: arrays", "new/"),
        ("source: python, function: 'a:b'", "new.npz"),
        ("source: ts, path: a_TRAIN.ts", "new.ts"),
        (AUDIO, "new/"),
    ],
)
def test_what_new_data_may_be_called(data: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(f"task: many_to_one\ndata: {{{data}}}\nspace: {{cell: GRU}}\n")
    assert load(tmp_path / "s.yaml").spec.data.new_data == name


def test_a_text_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "task: many_to_many\ndata: {source: text, path: book.txt, window: 8}\nspace: {cell: GRU}\n"
    )
    assert load(tmp_path / "s.yaml").spec.data.new_data == "beginning.txt"
