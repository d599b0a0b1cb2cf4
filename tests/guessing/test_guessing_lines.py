"""Text files whose lines are examples: labels beside texts, and words with their tags."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting
from tests.guessing.test_guessing_streams import prose

TEXTS = [line for line in prose(9000).splitlines() if line.count(" ") > 2]
LABELS = {
    "stars": "12345",
    "signs": ("+1", "-1"),
    "words": ("ham:", "spam:"),
    "in brackets": ("[joy]", "[anger]", "[fear]"),
}


def look(folder: Path, text: str, **wishes: str) -> Guess:
    (folder / "data.txt").write_text(text, encoding="utf-8")
    return guess(folder / "data.txt", Wishes(**wishes))


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        look(folder, text)
    return str(caught.value)


def _opened(name: str) -> io.StringIO:
    return io.StringIO(Path(name).read_text(encoding="utf-8"))


def way_out(folder: Path, message: str, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """The table that the line of a message writes."""
    monkeypatch.chdir(folder)
    line = message[message.index("pandas.DataFrame") : message.index(".to_csv")]
    frame: pd.DataFrame = eval(line, {"pandas": pd, "FILE": "data.txt", "open": _opened})
    return frame


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("first", [True, False])
def test_a_label_beside_each_line(
    labels: tuple[str, ...], first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = np.random.default_rng(0).choice(list(labels), len(TEXTS))
    pairs = zip(said, TEXTS, strict=True) if first else zip(TEXTS, said, strict=True)
    message = refused(tmp_path, "".join(f"{a} {b}\n" for a, b in pairs))
    assert f"each {'begins' if first else 'ends'} with one of {len(labels)} words" in message
    frame = way_out(tmp_path, message, monkeypatch)
    assert frame["label"].tolist() == said.tolist() and frame["text"].tolist() == TEXTS


def test_who_names_the_task_means_the_text(tmp_path: Path) -> None:
    text = "".join(f"{'AB'[at % 2]}: {line}\n" for at, line in enumerate(TEXTS))
    assert "--task many_to_many" in refused(tmp_path, text)
    assert setting(look(tmp_path, text, task="many_to_many"), "source") == "text"


def test_lines_that_begin_with_words_of_the_text_are_a_text(tmp_path: Path) -> None:
    assert setting(look(tmp_path, "\n".join(TEXTS)), "source") == "text"


SENTENCES = [line.split() for line in TEXTS[:60]]


@pytest.mark.parametrize(
    ("before", "between"), [("", "\n\n"), ("{at} ", "\n\n"), ("", "\n\t\n"), ("", "\n \n\n")]
)
def test_a_word_and_its_tag_a_line(
    before: str, between: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = between.join(
        "\n".join(
            f"{before.format(at=at)}{word} {'O' if len(word) < 4 else 'B-x'}"
            for at, word in enumerate(words)
        )
        for words in SENTENCES
    )
    frame = way_out(tmp_path, refused(tmp_path, text), monkeypatch)
    assert frame["words"].tolist() == [" ".join(words) for words in SENTENCES]
    assert {tag for tags in frame["labels"] for tag in tags.split()} == {"O", "B-x"}


@pytest.mark.parametrize("filled", [True, False])
def test_a_word_and_its_tag_a_row(filled: bool, tmp_path: Path) -> None:
    rows = [(at, word) for at, words in enumerate(SENTENCES) for word in words]
    frame = pd.DataFrame(rows, columns=["Sentence #", "Word"])
    frame["Tag"] = ["O" if len(word) < 4 else "B-x" for word in frame["Word"]]
    if not filled:
        frame["Sentence #"] = (
            frame["Sentence #"].astype("Int64").mask(frame["Sentence #"].duplicated())
        )
    frame.to_csv(tmp_path / "data.csv", index=False)
    with pytest.raises(InvalidInput, match="'Sentence #' says which sentence") as caught:
        guess(tmp_path / "data.csv", Wishes())
    line = (
        str(caught.value)
        .partition("together: ")[2]
        .removesuffix(".to_csv('data.csv', index=False)")
    )
    table = eval(line, {"frame": pd.read_csv(tmp_path / "data.csv")})
    assert table["Word"].tolist() == [" ".join(words) for words in SENTENCES]


def test_names_below_words_are_asked_about_or_found(tmp_path: Path) -> None:
    """A line of words above the names, which look like units."""
    rows = "".join(
        f"2020-01-0{1 + at // 24} {at % 24:02}:00,{at},{at * at % 7}\n" for at in range(48)
    )
    path = tmp_path / "a.csv"
    path.write_text("Plant,Line,Operator\nNorth,Two,Miller\nwhen,first,second\n" + rows)
    found = guess(path, Wishes())
    assert (setting(found, "time"), setting(found, "target")) == ("when", "second")
    bare = "".join(f"{at},{at * at % 7}\n" for at in range(40))
    path.write_text("Plant,Line\nNorth,Miller\nfirst,second\n" + bare)
    assert "if these are names, set data.dialect: {header: 3}" in guess(path, Wishes()).notes[0]


def test_two_lines_that_name_columns_together(tmp_path: Path) -> None:
    rows = "".join(f"{at},{at * at % 7},{at % 5}\n" for at in range(40))
    path = tmp_path / "a.csv"
    path.write_text("Pump A,Pump A,Pump B\nraw,smooth,raw\n" + rows)
    assert CsvReader().read(path).header == ("Pump A raw", "Pump A smooth", "Pump B raw")
    path.write_text("A,B,C\nkW,kW,bar\n" + rows)
    assert CsvReader().read(path).header == ("A", "B", "C")
