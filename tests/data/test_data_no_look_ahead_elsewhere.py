"""What is predicted of a sequence, or after a step, is the same whatever follows: other sources."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE, Preparation, preparation_from_json, read
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.spec.sources import FastaSource, NpzSource, PairsSource, TableSource, TextSource

RNG = np.random.default_rng(0)


def kept(data: Any) -> Preparation:
    return preparation_from_json(data.preparation().to_json())


def first(prepared: Preparation, path: Path, count: int) -> list[np.ndarray]:
    """What goes into the first predictions of a file."""
    x, frame = prepared.inputs(str(path))
    assert len(frame) >= count
    arrays = list(x.values()) if isinstance(x, dict) else [x]
    return [np.asarray(array)[:count] for array in arrays]


@pytest.mark.parametrize("name", sorted(set(SEQUENCES) - {"arrays", "python"}))
def test_other_sequences_of_a_file_have_no_say(
    name: str, write_source: Any, tmp_path: Path
) -> None:
    prepared = kept(read(write_source(name, tmp_path / "old"), "many_to_one"))
    many = write_source(name, tmp_path / "many", 12, 1).path
    few = tmp_path / "few"
    if name in ("audio", "images"):
        shutil.copytree(many, few)
        found = prepared.inputs(str(many))[1]["file"].tolist()
        for path in few.rglob("*"):
            if path.is_file() and not any(str(path).endswith(one) for one in found[:4]):
                path.unlink()
    else:
        few = write_source(name, tmp_path / "few", 4, 1).path
    x, _ = prepared.inputs(str(few))
    count = len(np.asarray(x))
    for one, other in zip(first(prepared, few, count), first(prepared, many, count), strict=True):
        np.testing.assert_array_equal(one, other)


@given(
    missing=st.sampled_from(["interpolate", "error"]),
    scaling=st.sampled_from(["standard", "none"]),
    cut=st.integers(2, 9),
    seed=st.integers(0, 5),
)
@settings(max_examples=25)
def test_a_step_of_a_sequence_knows_of_none_after_it(
    tmp_path_factory: pytest.TempPathFactory, missing: Any, scaling: Any, cut: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    generator = np.random.default_rng(seed)
    x = generator.normal(5, 2, size=(30, 10, 2))
    lengths = generator.integers(4, 11, 30)
    lengths[0] = 10
    y = generator.normal(size=(30, 10))
    if missing == "interpolate":
        x[generator.random(x.shape) < 0.2] = np.nan
    np.savez(folder / "a.npz", x=x, y=y, lengths=lengths)
    source = NpzSource(source="npz", path=folder / "a.npz", missing=missing, scaling=scaling)
    prepared = kept(read(source, "many_to_many"))
    np.savez(folder / "whole.npz", x=x[:1], lengths=[10])
    np.savez(folder / "cut.npz", x=x[:1, :cut], lengths=[cut])
    (whole,), (short,) = (first(prepared, folder / f"{name}.npz", 1) for name in ("whole", "cut"))
    np.testing.assert_array_equal(short[0, 10 - cut :], whole[0, :cut])
    assert (short[0, : 10 - cut] == np.float32(MASK_VALUE)).all()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_token_of_a_text_knows_of_none_after_it(rows: int, tmp_path: Path) -> None:
    text = "the quick brown fox jumps over the lazy dog. " * 30
    (tmp_path / "a.txt").write_text(text)
    data = read(TextSource(source="text", path=tmp_path / "a.txt", window=7), "many_to_many", (7,))
    prepared = preparation_from_json(data.preparation(7, rows=rows).to_json())  # type: ignore[call-arg]
    found = []
    for length in (40, 90):
        (tmp_path / "new.txt").write_text(text[:length])
        x, frame = prepared.inputs(str(tmp_path / "new.txt"))
        tokens = np.asarray(x).ravel()
        assert frame.index.tolist() == list(range(len(frame)))  # one row from its beginning
        found.append(tokens[:40])
    np.testing.assert_array_equal(*found)


def _table(folder: Path) -> tuple[Any, str]:
    rows = [f"{' '.join(RNG.choice(['a', 'bad', 'good', 'film'], 4))},{n % 2}" for n in range(60)]
    (folder / "old.csv").write_text("\n".join(["text,label", *rows]))
    keys = {"sequence": "text", "target": "label", "target_kind": "class", "tokens": "words"}
    return TableSource(source="table", path=folder / "old.csv", **keys), "many_to_one"


def _pairs(folder: Path) -> tuple[Any, str]:
    words = ["".join(RNG.choice(list("abcd"), 5)) for _ in range(60)]
    (folder / "old.csv").write_text("\n".join(["verb,past", *(f"{w},{w}ed" for w in words)]))
    keys = {"sequence": "verb", "target": "past"}
    return PairsSource(source="pairs", path=folder / "old.csv", **keys), "sequence_to_sequence"


def _fasta(folder: Path) -> tuple[Any, str]:
    rows = [f">s{n} c{n % 2}\n{''.join(RNG.choice(list('ACGT'), 8))}" for n in range(60)]
    (folder / "old.csv").write_text("\n".join(rows))
    source = FastaSource(source="fasta", path=folder / "old.csv", label=r"c(\d)")
    return source, "many_to_one"


@pytest.mark.parametrize("write", [_table, _pairs, _fasta])
def test_other_texts_of_a_file_have_no_say(write: Any, tmp_path: Path) -> None:
    source, task = write(tmp_path)
    prepared = kept(read(source, task))
    lines = (tmp_path / "old.csv").read_text().split("\n")
    (tmp_path / "few.csv").write_text("\n".join(lines[:10]))
    few, many = (first(prepared, tmp_path / f"{name}.csv", 5) for name in ("few", "old"))
    for one, other in zip(few, many, strict=True):
        np.testing.assert_array_equal(one[:5], other[:5])
