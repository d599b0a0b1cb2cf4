"""One long text as rows of windows: every token predicted once, and nothing of the test part."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import files, preparation_from_json, read
from rnnsearch.data.tokens.stream import StreamData, cut
from rnnsearch.spec.sources import SplitSpec, TextSource


def text_data(path: Path, **changes: Any) -> StreamData:
    source = TextSource(source="text", path=path, **({"window": 5} | changes))
    data = read(source, "many_to_many")
    assert isinstance(data, StreamData)
    return data


@given(length=st.integers(2, 120), window=st.integers(1, 130), rows=st.integers(1, 40))
@settings(deadline=None)
def test_every_token_but_the_first_is_predicted_once(length: int, window: int, rows: int) -> None:
    ids = np.arange(1, length + 1)  # each token is its place
    part = cut(ids, window, rows)
    real = part.weights > 0
    np.testing.assert_array_equal(np.sort(part.y[real]), np.arange(1, length))
    np.testing.assert_array_equal(part.x[real], part.y[real])  # id of a token: class + 1
    assert part.x.dtype == part.y.dtype == np.int32 and len(part.x) % rows == 0
    assert (part.x[~real] == 0).all()


@given(length=st.integers(2, 120), window=st.integers(1, 130), rows=st.integers(1, 40))
@settings(deadline=None)
def test_sequence_n_goes_on_in_n_plus_rows(length: int, window: int, rows: int) -> None:
    part = cut(np.arange(1, length + 1), window, rows)
    for n in range(len(part) - rows):
        before, after = part.x[n], part.x[n + rows]
        if after[0]:
            assert after[0] == before[-1] + 1


def test_parts_follow_each_other(tmp_path: Path) -> None:
    text = "the quick brown fox jumps over the lazy dog\n" * 20
    (tmp_path / "a.txt").write_text(text)
    data = text_data(tmp_path / "a.txt", split=SplitSpec(validation=0.1, test=0.1))
    ids = np.concatenate(data.parts)
    assert "".join(data.vocabulary.tokens(ids)) == text
    assert [len(part) for part in data.parts] == [704, 88, 88]
    for window, rows in ((5, 4), (7, 3)):
        dataset = data.dataset(window, rows=rows)
        assert dataset.stream == rows and dataset.vocabulary == len(set(text)) + 2
        assert dataset.train.x.shape[1] == window and not dataset.masked
        assert [int(p.weights.sum()) for p in (dataset.validation, dataset.test)] == [87, 87]
    assert len(text_data(tmp_path / "a.txt", split=SplitSpec(test=0)).dataset().test) == 0


def test_a_token_of_the_test_part_only_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ab" * 50 + "z" * 9 + "\n")
    data = text_data(tmp_path / "a.txt", split=SplitSpec(validation=0.1, test=0.1))
    assert data.vocabulary.known == ("a", "b")
    dataset = data.dataset()
    assert dataset.target.classes == ("a", "b", "<unk>") and dataset.train.y.max() == 1
    assert (dataset.test.y[dataset.test.weights > 0] == 2).all()
    assert dict(data.summary())["test"] == "11 tokens, 10 of them unknown"
    assert ("target", "the next token, one of 3 with <unk>") in data.summary()


def test_a_changed_file_of_a_folder_is_another_text(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("text")
    source = TextSource(source="text", path=tmp_path, window=5)
    assert [path.name for path in files(source)] == ["a.txt", "b.txt"]


def test_the_summary_shows_spaces(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a b\n" * 20)
    lines = dict(text_data(tmp_path / "a.txt").summary())
    assert lines["vocabulary"] == "4 characters ('\\n', ' ', a, b)"


def test_folders_are_read_by_name(tmp_path: Path) -> None:
    for name, text in (("b.txt", "second\n"), ("a.txt", "first"), (".c", "hidden")):
        (tmp_path / name).write_text(text * 9)
    data = text_data(tmp_path, tokens="words")
    tokens = data.vocabulary.tokens(np.concatenate(data.parts))
    assert tokens[:2] == ["first" * 9, "\n"] and len(tokens) == 20


def test_new_texts_are_treated_alike(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcab" * 40)
    data = text_data(tmp_path / "a.txt")
    kept = json.loads(json.dumps(pickle.loads(pickle.dumps(data)).preparation(7, rows=3).to_json()))
    prepared = preparation_from_json(kept)
    assert prepared.to_json() == kept
    (tmp_path / "new.txt").write_text("cabz" * 5)
    x, frame = prepared.inputs(str(tmp_path / "new.txt"))
    assert x.shape == (3, 7)  # three windows of one row
    assert "".join(frame["token"]) == "cabz" * 5 + "\n"
    known = data.vocabulary
    np.testing.assert_array_equal(x.ravel()[frame.index], known.ids(list(frame["token"])))
    part = prepared.targets(str(tmp_path / "new.txt"))
    assert part.weights.sum() == 20
    classes = [known.symbols[y] for y in part.y[part.weights > 0][:7]]
    assert classes == ["a", "b", "<unk>", "c", "a", "b", "<unk>"]
