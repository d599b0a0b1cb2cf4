"""Classes that differ as slips do are told apart, and that is said, whatever they are classes of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rnnsearch
from rnnsearch.data.class_counts import said_alike

SLIPS = ["left hand", "Left hand", "left_hand", "right hand"]
NOTE = (
    "'Left hand', 'left hand', 'left_hand'{where} differ in capitals, blanks or marks between words "
    "only, and are told apart: if they are one, write them alike"
)


@pytest.mark.parametrize(
    ("labels", "alike"),
    [
        (["ham", "Ham"], True),
        (["fu\u0308r", "f\u00fcr"], True),
        (["Straße", "STRASSE"], True),
        (["B-LOC", "B_LOC"], True),
        (["a", "A"], False),  # letters
        (["-1", "1"], False),
        (["007", "07"], False),
        (["ab", "abc"], False),
        ([1, 2], False),
    ],
)
def test_which_are_alike(labels: list[str], alike: bool) -> None:
    assert bool(said_alike(labels)) == alike


@pytest.mark.parametrize("kind", ["texts", "arrays", "series", "inputs"])
def test_they_are_said_where_data_are_checked(kind: str, tmp_path: Path) -> None:
    labels = [SLIPS[at * at % 7 % 4] for at in range(200)]
    values = np.random.default_rng(0).normal(size=(200, 9)).round(2)
    days = np.arange("2020-01-01", "2020-07-19", dtype="datetime64[D]").astype(str)
    file, where = tmp_path / "data.csv", ""
    if kind == "arrays":
        file = tmp_path / "data.npz"
        np.savez(file, x=values, y=np.array(labels))
    elif kind == "texts":
        words = [" ".join(map(str, row)) for row in np.where(values > 0, "high", "low").tolist()]
        rows = [f"it was {w},{label}" for w, label in zip(words, labels, strict=True)]
        file.write_text("\n".join(["text,label", *rows]))
    else:
        own = labels if kind == "series" else values[:, 1].tolist()
        side = labels if kind == "inputs" else values[:, 1].tolist()
        rows = [f"{d},{s},{v}" for d, s, v in zip(days, side, own, strict=True)]
        file.write_text("\n".join(["day,side,target", *rows]))
        where = " of 'target'" if kind == "series" else " of 'side'"
    spec = rnnsearch.init(file, output=tmp_path / "s.yaml").path
    said = [text for name, text in rnnsearch.check(spec).data if name == "note"]
    assert NOTE.format(where=where) in said
