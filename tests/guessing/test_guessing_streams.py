"""What is guessed of one long text, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

WORDS = np.array(
    [
        "the",
        "cat,",
        "a",
        "dog;",
        "and",
        "some",
        "bird",
        "sat",
        "on",
        "one",
        "old",
        "mat.",
        "then",
        "it",
        "slept",
    ]
)


def prose(count: int, seed: int = 0) -> str:
    """Lines of words with other counts of commas in each."""
    rng = np.random.default_rng(seed)
    lines = [" ".join(rng.choice(WORDS, rng.integers(3, 12))) for _ in range(count // 20)]
    return "\n".join(lines)[:count]


def look(folder: Path, text: str, **wishes: Any) -> Guess:
    (folder / "data.txt").write_text(text, encoding="utf-8")
    return guess(folder / "data.txt", Wishes(**wishes))


def test_a_text_is_a_stream_and_the_spec_reads_it(tmp_path):
    found = look(tmp_path, prose(8000))
    assert setting(found, "task") == "many_to_many"
    assert setting(found, "source") == "text"
    assert setting(found, "tokens") == "characters"
    assert setting(found, "window") == 48
    assert setting(found, "split") == {"validation": 0.1, "test": 0.1}
    assert setting(found, "objective") == "val_bits"
    assert setting(found, "units") == [32, 64]
    assert setting(found, "batch_size") == 8
    written = rnnsearch.init(tmp_path / "data.txt", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "many_to_many"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["word by word"] * 300),  # one column of text
        "\n".join(['He said "no" and', '"yes" it is, "or', "not"] * 100),  # no CSV
    ],
)
def test_lines_of_text_are_a_text(tmp_path, text):
    assert setting(look(tmp_path, text), "source") == "text"
    rnnsearch.init(tmp_path / "data.txt", output=tmp_path / "s.yaml")


def test_a_longer_text_has_a_larger_network_and_smaller_parts(tmp_path):
    found = look(tmp_path, prose(1_200_000), cores=2)
    assert setting(found, "split")["validation"] < 0.1
    assert setting(found, "units") == [64, 128]
    assert (setting(found, "trials"), setting(found, "epochs")) == (8, 10)
    why = next(s.why for s in found.search if s.key == "trials")
    assert why == "estimated to take 2 minutes on 2 cores"


def test_many_characters_are_one(tmp_path):
    text = "".join(map(chr, np.random.default_rng(0).integers(0x4E00, 0x9000, 20_000)))
    assert setting(look(tmp_path, text), "max_vocabulary") == 2000
    rnnsearch.init(tmp_path / "data.txt", output=tmp_path / "s.yaml")


def test_a_txt_with_a_header_and_as_many_cells_in_each_row_stays_a_table(tmp_path):
    rows = [f"{a},{b}" for a, b in np.random.default_rng(0).normal(size=(100, 2)).round(3)]
    found = look(tmp_path, "\n".join(["a,b", *rows]))
    assert setting(found, "source") == "csv"
    found = look(tmp_path, "\n".join(["a", *(row.split(",")[0] for row in rows)]))
    assert setting(found, "inputs") == ["a"]


@pytest.mark.parametrize(
    ("text", "wishes", "message"),
    [
        (prose(1000), {}, "data.txt: must have at least 2000 characters; received 1001; give a longer text"),
        (
            prose(8000),
            {"task": "many_to_one"},
            "--task: must be many_to_many; received many_to_one, and a long text; "
            "leave it out, or write the spec by hand: docs/spec.md",
        ),
        (
            prose(8000),
            {"target": "y"},
            "--target: must be given for a table only; received 'y', and a long text; "
            "leave it out: the next token is predicted",
        ),
        (
            "a,b\n" + "1.25,3.5\n" * 300 + "1.25\n",
            {},
            "data.txt: must have 2 cells in every row, like the header; received 1 in row 302; "
            "quote cells that contain the separator, or set data.dialect.separator",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_and_how(tmp_path, text, wishes, message):
    with pytest.raises(InvalidInput) as caught:
        look(tmp_path, text, **wishes)
    assert str(caught.value) == message
