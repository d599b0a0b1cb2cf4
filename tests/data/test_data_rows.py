"""Tokens in the rows of a table: what a network is given, new files, splits, and bad input."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import Preparation, SequenceData, preparation_from_json, read
from rnnsearch.data.texts.coding import Writing
from rnnsearch.data.tokens.token_data import RowsData
from rnnsearch.data.tokens.token_parts import unit_parts
from rnnsearch.spec.sources import FastaSource, PairsSource, TableSource, TokensSplitSpec

TIME = {"by": "time", "validation": 0.2, "test": 0.2, "folds": 1}


def table(path: Path, split: dict[str, Any] | None = None, **changes: Any) -> TableSource:
    values: dict[str, Any] = {"sequence": "text", "target": "label"} | changes
    parts = TokensSplitSpec(**(TIME if split is None else split))
    return TableSource(source="table", path=path, split=parts, **values)


def kept(data: SequenceData) -> Preparation:
    """The preparation, as `predict` finds it."""
    values = json.loads(json.dumps(pickle.loads(pickle.dumps(data)).preparation().to_json()))
    prepared = preparation_from_json(values)
    assert prepared.to_json() == values
    return prepared


def same(one: Any, other: Any) -> None:
    """Both parts hold the same arrays."""
    pairs = [(one.y, other.y), (one.weights, other.weights)]
    named = isinstance(one.x, dict)
    pairs += [(one.x[k], other.x[k]) for k in other.x] if named else [(one.x, other.x)]
    for left, right in pairs:
        np.testing.assert_array_equal(left, right)


TEXTS = ["ab", "ba", "abb", "b", "bab"] * 4
LABELS = ["x", "y", "x", "x", "y"] * 4


def test_texts_are_ids_with_padding_in_front(write_csv: Any) -> None:
    data = read(table(write_csv({"text": TEXTS, "label": LABELS})), "many_to_one")
    dataset = data.dataset()
    assert dataset.masked and dataset.vocabulary == 4 and data.steps == 3
    assert dataset.train.x.dtype == np.int32
    known = data.preparation().reading.vocabulary.known
    assert known == ("b", "a")
    np.testing.assert_array_equal(dataset.train.x[:4], [[0, 2, 1], [0, 1, 2], [2, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(dataset.train.y[:5], [0, 1, 0, 0, 1])
    assert dataset.target.classes == ("x", "y") and dataset.train.weight is None
    assert [len(p) for p in (dataset.train, dataset.validation, dataset.test)] == [12, 4, 4]


def test_a_token_of_the_test_part_only_is_unknown(write_csv: Any) -> None:
    texts = [*TEXTS[:-2], "bz", "ab"]
    data = read(table(write_csv({"text": texts, "label": LABELS})), "many_to_one")
    dataset = data.dataset()
    assert "z" not in data.preparation().reading.vocabulary.known
    np.testing.assert_array_equal(dataset.test.x[-2], [0, 1, 3])
    assert dataset.train.x.max() == 2 and dataset.vocabulary == 4
    assert ("vocabulary", "2 characters (b, a); unknown: 11.11% of test") in data.summary()
    small = read(
        table(write_csv({"text": texts, "label": LABELS}), max_vocabulary=1), "many_to_one"
    )
    assert small.dataset().train.x.max() == 2 and small.dataset().vocabulary == 3


@pytest.mark.parametrize(
    "task", ["many_to_one", "many_to_many", "one_to_many", "sequence_to_sequence"]
)
def test_new_files_are_treated_alike(task: str, write_csv: Any) -> None:
    """The test part, as a file of its own, gives the arrays of the test part."""
    columns: dict[str, Any] = {
        "text": TEXTS,
        "label": LABELS,
        "tags": ["".join("NV"[c == "a"] for c in text) for text in TEXTS],
        "size": [n % 7 for n in range(20)],
    }
    changes: dict[str, Any] = {
        "many_to_one": {},
        "many_to_many": {"target": "tags"},
        "one_to_many": {"sequence": None, "inputs": ("label", "size"), "target": "text"},
        "sequence_to_sequence": {"target": "tags"},
    }[task]
    data = read(table(write_csv(columns), **changes), task)
    prepared = kept(data)
    path = str(write_csv({name: values[16:] for name, values in columns.items()}))
    test = data.dataset().test
    same(prepared.targets(path), test)
    x, frame = prepared.inputs(path)
    if task == "one_to_many" or task == "sequence_to_sequence":
        assert list(frame["row"]) == [2, 3, 4, 5]
        name = "vector" if task == "one_to_many" else "source"
        np.testing.assert_array_equal(x[name], test.x[name])
        start = x["previous"][:, 0]
        assert (start == len(data.dataset().target.classes) + 1).all()
        assert (x["previous"][:, 1:] == 0).all()
    else:
        np.testing.assert_array_equal(x, test.x)
        assert len(frame) == (4 if task == "many_to_one" else (x != 0).sum())


def test_numbers_are_scaled_by_the_training_part(write_csv: Any) -> None:
    values = [*(float(n) for n in range(12)), *[1000.0] * 8]
    data = read(table(write_csv({"text": TEXTS, "label": values})), "many_to_one").dataset()
    assert data.target.kind == "numeric" and data.train.y.shape == (12, 1)
    np.testing.assert_allclose(data.train.y.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(data.target.scaling.invert(data.test.y), 1000, rtol=1e-5)


def test_tags_stand_where_their_tokens_do(write_csv: Any) -> None:
    texts = ["the dog runs", "dogs run", "the end"] * 6
    tags = ["DET B-N V", "B-N V", "DET B-N"] * 6
    source = table(
        write_csv({"text": texts, "label": tags}), tokens="words", target_tokens="spaces"
    )
    data = read(source, "many_to_many")
    train, classes = data.dataset().train, data.dataset().target.classes
    assert classes == ("B-N", "DET", "V")
    np.testing.assert_array_equal(train.y[:2], [[1, 0, 2], [0, 0, 2]])
    np.testing.assert_array_equal(train.weight[:2], [[1, 1, 1], [0, 1, 1]])
    frame = kept(data).inputs(str(source.path))[1]
    assert list(frame["step"])[:5] == [1, 2, 3, 1, 2] and list(frame.index)[:5] == [0, 1, 2, 4, 5]


def written(path: Path, split: Any = None) -> RowsData:
    source = table(path, split, sequence=None, inputs=("label",), target="text")
    data = read(source, "one_to_many")
    assert isinstance(data, RowsData)
    return data


def test_what_is_written_ends_and_is_read_one_step_later(write_csv: Any) -> None:
    data = written(write_csv({"text": TEXTS, "label": LABELS}))
    dataset, train = data.dataset(), data.dataset().train
    assert dataset.target.classes == ("b", "a", "<unk>", "<end>")
    assert dataset.vocabulary == 6 and dataset.output_steps == 4 and not dataset.masked
    np.testing.assert_array_equal(train.y[0], [1, 0, 3, 0])
    np.testing.assert_array_equal(train.weight[0], [1, 1, 1, 0])
    np.testing.assert_array_equal(train.x["previous"][0], [5, 2, 1, 0])
    np.testing.assert_array_equal(train.x["vector"][:2], [[1, 0], [0, 1]])
    real = train.weight[:, 1:] > 0
    np.testing.assert_array_equal(train.x["previous"][:, 1:][real], train.y[:, :-1][real] + 1)


@given(texts=st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=5))
@settings(deadline=None)
def test_what_is_written_is_read_back(texts: list[str]) -> None:
    from rnnsearch.data.texts.coding import Coding
    from rnnsearch.data.texts.tokenizers import Tokenizer
    from rnnsearch.data.texts.vocabulary import Vocabulary

    writing = Writing(Coding(Tokenizer("characters"), Vocabulary(("c", "a", "b")), 7))
    y, weight = writing.targets(texts)
    assert [writing.text(row) for row in y] == texts
    np.testing.assert_array_equal(weight.sum(axis=1), [len(text) + 1 for text in texts])
    assert writing.previous(y, weight).max() == writing.start == writing.vocabulary - 1


def test_pairs_have_a_vocabulary_each(write_csv: Any) -> None:
    columns = {"en": ["ab", "ba"] * 150, "es": ["xyz", "zy"] * 150}
    source = PairsSource(source="pairs", path=write_csv(columns), sequence="en", target="es")
    data = read(source, "sequence_to_sequence")
    dataset = data.dataset()
    assert (dataset.source_vocabulary, dataset.vocabulary, dataset.output_steps) == (4, 7, 4)
    assert [len(p) for p in (dataset.train, dataset.validation, dataset.test)] == [204, 48, 48]
    assert kept(data).to_json()["writing"]["known"] == ["y", "z", "x"]


def test_fasta(tmp_path: Path) -> None:
    lines = "".join(f">s{n} class={'ab'[n % 2]} x\nACG\nT{'AC'[n % 2]}\n\n" for n in range(20))
    (tmp_path / "all.fasta").write_text(lines)
    source = FastaSource(
        source="fasta",
        path=tmp_path / "all.fasta",
        label=r"class=(\w)",
        split=TokensSplitSpec(**TIME),
    )
    data = read(source, "many_to_one")
    assert data.dataset().target.classes == ("a", "b")
    reading = data.preparation().reading
    assert reading.vocabulary.tokens(data.dataset().train.x[1]) == list("ACGTC")
    frame = kept(data).inputs(str(source.path))[1]
    assert list(frame["name"])[:2] == ["s0", "s1"] and list(frame["row"])[:2] == [1, 5]


@pytest.mark.parametrize("nested", [True, False])
def test_fasta_files_and_folders_are_classes(nested: bool, tmp_path: Path) -> None:
    for name in ("donor", "other"):
        path = tmp_path / name / "1.fa" if nested else tmp_path / f"{name}.fa"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f">{n}\nAC{'GT'[n % 2]}\n" for n in range(10)))
    (tmp_path / ".hidden").write_text("no FASTA")
    dataset = read(FastaSource(source="fasta", path=tmp_path), "many_to_one").dataset()
    assert dataset.target.classes == ("donor", "other")
    counts = [np.bincount(p.y).tolist() for p in (dataset.train, dataset.validation, dataset.test)]
    assert counts == [[7, 7], [2, 1], [1, 2]] or np.sum(counts) == 20


# Splits


@given(
    units=st.lists(st.integers(0, 9), min_size=1, max_size=60),
    sizes=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    seed=st.none() | st.integers(0, 3),
)
@settings(deadline=None)
def test_no_unit_is_in_two_parts(
    units: list[int], sizes: tuple[int, int], seed: int | None
) -> None:
    names = {unit: position for position, unit in enumerate(dict.fromkeys(units))}
    owner = np.array([names[unit] for unit in units])
    parts = unit_parts(owner, *sizes, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(units)))
    sets = [set(owner[part]) for part in parts]
    assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])
    largest = np.bincount(owner).max()
    if sum(sizes) <= len(units):
        for part, wanted in zip(parts[1:], sizes, strict=True):
            assert abs(len(part) - wanted) <= largest


def test_the_last_rows_test(write_csv: Any) -> None:
    path = write_csv({"text": TEXTS, "label": LABELS})
    data = read(table(path, {"by": "time", "validation": 3, "test": 6}), "many_to_one").dataset()
    assert [len(p) for p in (data.train, data.validation, data.test)] == [11, 3, 6]
    assert data.test.y.tolist() == [("x", "y").index(label) for label in LABELS[14:]]


def test_the_file_says_what_tests(write_csv: Any) -> None:
    parts = (["test"] + ["train"] * 4) * 4
    path = write_csv({"text": TEXTS, "label": LABELS, "part": parts})
    data = read(table(path, {"column": "part", "by": "time"}), "many_to_one").dataset()
    assert [len(p) for p in (data.train, data.validation, data.test)] == [14, 2, 4]
    assert data.test.y.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("mode", "counts"), [("keep", [12, 4, 4]), ("drop", [12, 1, 2])])
def test_repeated_sequences_are_counted_or_dropped(
    mode: str, counts: list[int], write_csv: Any
) -> None:
    texts = [*TEXTS[:12], "aa", "ab", "b", "ba", "aaa", "aa", "b", "bbb"]
    path = write_csv({"text": texts, "label": LABELS})
    data = read(table(path, TIME | {"duplicates": mode}), "many_to_one")
    dataset = data.dataset()
    assert [len(p) for p in (dataset.train, dataset.validation, dataset.test)] == counts
    lines = dict(data.summary())
    if mode == "keep":
        assert (
            lines["validation"] == "4 sequences, 3 of them in training too (see split.duplicates)"
        )
        assert lines["test"] == (
            "4 sequences, 2 of them in training or validation too (see split.duplicates)"
        )
    else:
        assert lines["validation"] == "1 sequences, without 3 that are in training too"
        assert lines["test"] == "2 sequences, without 2 that are in training or validation too"


def test_groups_stay_together(write_csv: Any) -> None:
    people = [f"p{n // 2}" for n in range(20)]
    path = write_csv({"text": people, "label": LABELS, "who": people})
    data = read(table(path, {"group": "who", "seed": 1}, tokens="spaces"), "many_to_one")
    assert data.repeated == (0, 0)
    assert sum(len(p) for p in (data.dataset().validation, data.dataset().test)) >= 4


def test_a_text_of_several_lines_is_of_the_row_that_it_begins_in(tmp_path: Path) -> None:
    rows = [f'{n % 2},"it begins with {n}\nand goes on"' for n in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["label,text", *rows]))
    keys = {"sequence": "text", "target": "label", "target_kind": "class", "tokens": "words"}
    source = TableSource(source="table", path=tmp_path / "a.csv", **keys)
    prepared = read(source, "many_to_one").preparation()
    assert prepared.inputs(str(tmp_path / "a.csv"))[1]["row"].tolist()[:3] == [2, 4, 6]
