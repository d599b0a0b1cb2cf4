"""What is guessed of FASTA and of the archives' .ts files, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Wishes, guess
from rnnsearch.guessing.fasta_letters import is_fasta
from tests.guessing.conftest import setting

RNG = np.random.default_rng(0)
N = 40


def fasta(header: str, count: int = N) -> str:
    """Sequences below headers, in which {i} is the number and {c} the class."""
    lines: list[str] = []
    for i in range(count):
        letters = "".join(RNG.choice(list("ACGT"), 20 + i % 5))
        lines += [">" + header.format(i=i, c=["exon", "intron"][i % 2]), letters]
    return "\n".join(lines) + "\n"


def ts(count: int = N, label: str = "true") -> str:
    head = ["@problemName x", f"@classLabel {label} up down", "@data"]
    rows = []
    for i in range(count):
        values = [",".join(map(str, RNG.normal(size=9).round(2))) for _ in range(2)]
        rows.append(":".join([*values, ["up", "down"][i % 2]]))
    return "\n".join([*head, *rows]) + "\n"


def task_of_written(data: Path) -> str:
    written = rnnsearch.init(data, output=data.parent / "s.yaml").path
    return rnnsearch.check(written).task


LAST = r"\s(?!(?:OX|GN|PE|SV)=)([^\s\]]+)\s*$"


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("s{i} class={c} len=3", r"(?:class|label|type)[=:]\s*([^\s|;,]+)"),
        ("s{i}|human|{c}", r"\|\s*([^\s|]+)\s*$"),
        ("s{i} {c}", LAST),
        ("NP_{i}.1 alpha chain [{c} sapiens]", r"\[([^\[\]=]+)\]\s*$"),
        ("sp|P{i}|X{i} Hb OS={c} sapiens OX=96{i} GN=H PE=1 SV=2", r"\bOS=(.+?)\s+[A-Z]{2}="),
        ("B{i}-10|{c} plexippus|COI-5P|GU{i}", r"^[^|]*\|\s*([^|]+?)\s*\|"),
        ("s{i}|{c}|training", r"\|\s*([^\s|]+)\s*\|[^|]*$"),
        ("{c}_{i}", r"^\s*([^\W\d_]+(?:[_-][^\W\d_]+)*)[_|.-]?\d+\b"),
    ],
)
def test_the_class_in_a_header_line(tmp_path, header, label):
    (tmp_path / "x.fa").write_text(fasta(header))
    found = guess(tmp_path / "x.fa", Wishes())
    assert setting(found, "source") == "fasta"
    assert setting(found, "task") == "many_to_one"
    assert setting(found, "label") == label
    assert "exon" in next(s.why for s in found.data if s.key == "label")
    assert setting(found, "lower_case") is None
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    assert task_of_written(tmp_path / "x.fa") == "many_to_one"


def test_versions_are_no_classes(tmp_path):
    headers = "".join(fasta("sp|P{i}|X{i} Hb OS=Homo sapiens PE=1 SV=" + v, 20) for v in "12")
    (tmp_path / "x.fa").write_text(headers)
    with pytest.raises(InvalidInput, match="must say the class in each header line"):
        guess(tmp_path / "x.fa", Wishes())


@pytest.mark.parametrize("name", ["x.afa", "x.txt", "x.pep"])
def test_fasta_of_another_ending(tmp_path, name):
    (tmp_path / name).write_text(fasta("s{i} {c}").replace("C", "-"))
    assert setting(guess(tmp_path / name, Wishes()), "source") == "fasta"
    assert not is_fasta("> he wrote\n> this to me\n\nand I answered\n\n" * 9)
    assert not is_fasta(">\n" * 9) and not is_fasta("words\n>a\nACGT\n>b\nACGT\n")


def test_a_file_for_each_class(tmp_path):
    root = tmp_path / "genes"
    root.mkdir()
    (root / "exon.fasta").write_text(fasta("e{i}"))
    (root / "intron.fasta").write_text(fasta("i{i}").replace("A", "a"))
    found = guess(root, Wishes())
    assert setting(found, "label") is None
    assert setting(found, "lower_case") is True
    assert task_of_written(root) == "many_to_one"


@pytest.mark.parametrize("by", ["folders", "files"])
def test_parts_of_fasta_are_no_classes(tmp_path, by):
    root = tmp_path / "genes"
    for part, count in (("train", 30), ("Test", 12)):
        (root / part).mkdir(parents=True)
        if by == "files":
            (root / f"{part}.fa").write_text(fasta("s{i} class={c}", count))
            (root / part).rmdir()
            continue
        for label in ("exon", "intron"):
            (root / part / f"{label}.fasta").write_text(fasta("s{i}", count // 2))
    (root / "README.md").write_text("about")
    found = guess(root, Wishes())
    assert setting(found, "split") == {"column": "part", "validation": 0.2}
    written = rnnsearch.init(root, output=tmp_path / "s.yaml").path
    checked = rnnsearch.check(written)
    assert dict(checked.data)["test"].startswith("12 ")
    assert "exon" in dict(checked.data)["target"]


def test_parts_that_headers_say_are_no_classes(tmp_path):
    half = [fasta("a{i}|{c}|" + part, 20) for part in ("training", "testing")]
    (tmp_path / "x.fas").write_text("".join(half))
    (note,) = guess(tmp_path / "x.fas", Wishes()).notes
    assert note.startswith("header lines end in testing, training, and the parts are drawn")


def test_a_ts_file(tmp_path):
    (tmp_path / "x.ts").write_text(ts())
    found = guess(tmp_path / "x.ts", Wishes())
    assert setting(found, "source") == "ts"
    assert setting(found, "target_kind") == "class"
    assert setting(found, "split") == {"test": 0.2, "folds": "auto"}
    why = next(s.why for s in found.data if s.key == "path")
    assert why == "40 sequences of 9 steps and 2 dimensions at most"
    assert task_of_written(tmp_path / "x.ts") == "many_to_one"


def test_a_folder_of_the_archive_has_its_own_test_part(tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    (root / "X_TRAIN.ts").write_text(ts())
    (root / "X_TEST.ts").write_text(ts())
    assert setting(guess(root, Wishes()), "split") == {"folds": "auto"}
    assert task_of_written(root) == "many_to_one"
    assert guess(root / "X_TRAIN.ts", Wishes()).notes == (
        "X_TEST.ts is not read: init of the folder takes it as the test part",
    )


@pytest.mark.parametrize(
    ("name", "text", "wishes", "message"),
    [
        (
            "x.fasta",
            fasta("s{i}"),
            {},
            "x.fasta: must say the class in each header line, such as >name class=exon; received "
            "none that comes up 5 times in x.fasta; "
            "add it, or give a folder with a file or a folder for each class",
        ),
        (
            "x.fasta",
            "ACGT\n",
            {},
            "x.fasta: must begin with a header line, > and a name; received line 1 of {}; "
            "give a FASTA file",
        ),
        (
            "x.faa",
            fasta("s{i} {c}"),
            {"target": "label"},
            "--target: must be given for a table only; received 'label', and FASTA; "
            "leave it out: the label is the target",
        ),
        (
            "x.ts",
            ts(label="false"),
            {},
            "x.ts: must have @classLabel true or @targetLabel true; received neither in {}; "
            "sequences without a target can be predicted, not learned from",
        ),
        (
            "x.ts",
            ts(),
            {"task": "many_to_many"},
            "--task: must be many_to_one; received many_to_many, and a .ts file; "
            "leave it out, or write the spec by hand: docs/spec.md",
        ),
    ],
)
def test_what_is_refused_and_how(tmp_path, name, text, wishes, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInput) as caught:
        guess(tmp_path / name, Wishes(**wishes))
    assert str(caught.value) == message.format(tmp_path / name)


def test_a_folder_of_one_class(tmp_path):
    (tmp_path / "exon.fasta").write_text(fasta("e{i}"))
    with pytest.raises(InvalidInput) as caught:
        guess(tmp_path, Wishes())
    assert str(caught.value) == (
        f"{tmp_path.name}: must have 2 to 30 classes, a file or a folder each; received 1 of exon; "
        "give each 5 sequences or more"
    )
