"""What was guessed of a file of texts is said in `check` and at the head of `search`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnnsearch.data import read
from rnnsearch.spec.sources import PairsSource, TableSource


def notes(data: Any) -> str:
    shown = [text for label, text in data.summary() if label == "note"]
    assert shown == list(data.notes)
    return "\n".join(shown)


def table(folder: Path, text: bytes, **keys: Any) -> Any:
    (folder / "a.csv").write_bytes(text)
    keys = {"sequence": "text", "target": "label", "tokens": "words"} | keys
    return read(TableSource(source="table", path=folder / "a.csv", **keys), "many_to_one")


ROWS = "".join(f"caf\u00e9 number {n};{n % 2}\n" for n in range(60))
HEAD = "text;label\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((HEAD + ROWS).encode("latin-1"), "read as Latin-1, as in 'café' (data.dialect.encoding)"),
        ((HEAD + ROWS).encode("utf-16"), "read as UTF-16"),
        (("exported in May\n" + HEAD + ROWS).encode(), "line 1 is above the header left out"),
        ((HEAD + ROWS + "60 rows in all\n").encode(), "below the table left out"),
        ((HEAD + ROWS).encode(), "2 different whole numbers, taken for amounts (data.target_kind"),
    ],
)
def test_of_a_table(content: bytes, said: str, tmp_path: Path) -> None:
    assert said in notes(table(tmp_path, content))


def test_what_is_said_by_the_spec_is_not_guessed(tmp_path: Path) -> None:
    assert notes(table(tmp_path, (HEAD + ROWS).encode(), target_kind="class")) == ""


def test_of_pairs(tmp_path: Path) -> None:
    rows = "".join(f"se\u00f1or {n}\tsir {n}\n" for n in range(60))
    (tmp_path / "a.tsv").write_bytes(("spanish\tenglish\n" + rows).encode("latin-1"))
    source = PairsSource(
        source="pairs", path=tmp_path / "a.tsv", sequence="spanish", target="english"
    )
    assert "read as Latin-1" in notes(read(source, "sequence_to_sequence"))
