"""New sequences and rows far outside what training showed are said, with their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Preparation, preparation_from_json, read
from rnnsearch.spec.sources import CsvSource, NpzSource, TableSource

RNG = np.random.default_rng(0)
X = RNG.normal([20.0, 1e5, 0.0], [5.0, 1e4, 0.0], size=(60, 12, 3)).astype(np.float32)
X[:, :, 2] = 0
X[::9, 0, 2] = 1
Y = RNG.normal(size=(60, 2)) * [1e6, 0.1]


def kept(prepared: Preparation) -> Preparation:
    return preparation_from_json(prepared.to_json())


def saved(folder: Path, **arrays: Any) -> str:
    path = folder / f"new{len(list(folder.iterdir()))}.npz"
    np.savez(path, **arrays)
    return str(path)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: Any) -> Preparation:
    path = Path(saved(tmp_path_factory.mktemp("old"), x=X, y=Y))
    data = read(NpzSource(source="npz", path=path), "many_to_one")
    return kept(data.preparation())


def test_what_training_showed_is_not_said(prepared: Preparation, tmp_path: Path) -> None:
    path = saved(tmp_path, x=X[:20], y=Y[:20])
    assert prepared.unlike(path) == prepared.unlike(path, targets=True) == ()


@pytest.mark.parametrize("feature", [0, 1])
def test_another_unit_of_a_feature_is_said(
    feature: int, prepared: Preparation, tmp_path: Path
) -> None:
    x = X[:20].copy()
    x[:, :, feature] *= 1000
    (line,) = prepared.unlike(saved(tmp_path, x=x))
    assert line.startswith(f"values of feature {feature} lie far outside what training showed (")
    assert "in sequences 0, 1, 2, 3, 4, … (20 in all) of" in line


def test_one_bright_pixel_is_no_unit_but_a_gross_slip_is_said(
    prepared: Preparation, tmp_path: Path
) -> None:
    x = X[:20].copy()
    x[3, 2, 2] = 7  # it was nearly always 0, and never more than 1
    assert prepared.unlike(saved(tmp_path, x=x)) == ()
    x[3, 2, 0] = 9e9
    (line,) = prepared.unlike(saved(tmp_path, x=x))
    assert "9e+09 in sequence 3 of" in line


def test_targets_are_looked_at_where_they_are_judged(prepared: Preparation, tmp_path: Path) -> None:
    path = saved(tmp_path, x=X[:20], y=Y[:20] * [1, 1000])
    assert prepared.unlike(path) == ()
    (line,) = prepared.unlike(path, targets=True)
    assert line.startswith("values of output 1 lie far outside")


def test_many_features_have_few_lines(tmp_path: Path) -> None:
    x = RNG.normal(size=(60, 5, 40))
    path = Path(saved(tmp_path, x=x, y=np.arange(60) % 2))
    found = kept(read(NpzSource(source="npz", path=path), "many_to_one").preparation())
    lines = found.unlike(saved(tmp_path, x=x * 1e3))
    assert len(lines) == 4 and lines[-1] == "so do 37 more of 40 features"


def test_an_only_feature_and_an_only_output_have_no_number(tmp_path: Path) -> None:
    path = Path(saved(tmp_path, x=X[:, :, :1], y=Y[:, 0]))
    found = kept(read(NpzSource(source="npz", path=path), "many_to_one").preparation())
    lines = found.unlike(saved(tmp_path, x=X[:, :, :1] * 1e3, y=Y[:, 0] * 1e3), targets=True)
    assert [line.partition(" lie far")[0] for line in lines] == ["values", "targets"]


def test_where_each_sequence_has_its_own_scale_no_unit_is_wrong(tmp_path: Path) -> None:
    path = Path(saved(tmp_path, x=X[..., :2], y=Y[:, 0]))
    source = NpzSource(source="npz", path=path, scaling="per_sequence")
    found = kept(read(source, "many_to_one").preparation())
    assert found.unlike(saved(tmp_path, x=X[:5, :, :2] * 1e3)) == ()


def test_texts_of_another_alphabet_are_said(tmp_path: Path) -> None:
    rows = [f"{'good' if n % 2 else 'bad'} film number {n},{n % 2}" for n in range(60)]
    (tmp_path / "a.csv").write_text("text,label\n" + "\n".join(rows))
    source = TableSource(
        source="table",
        path=tmp_path / "a.csv",
        sequence="text",
        target="label",
        tokens="characters",
    )
    found = kept(read(source, "many_to_one").preparation())
    assert found.unlike(str(tmp_path / "a.csv")) == ()
    (tmp_path / "b.csv").write_text("text\nхороший фильм\nплохой фильм\n")
    (line,) = found.unlike(str(tmp_path / "b.csv"))
    assert line.startswith("9") and "in 2 rows (2 to 3) of" in line


def test_a_column_beside_a_text_that_is_written(tmp_path: Path) -> None:
    rows = [f"{n % 9},{'ab'[n % 2]},name{n % 5}" for n in range(60)]
    (tmp_path / "a.csv").write_text("age,kind,name\n" + "\n".join(rows))
    source = TableSource(
        source="table",
        path=tmp_path / "a.csv",
        inputs=("age", "kind"),
        target="name",
        tokens="characters",
    )
    found = kept(read(source, "one_to_many").preparation())
    (tmp_path / "b.csv").write_text("age,kind\n3,a\n5000,b\n")
    (line,) = found.unlike(str(tmp_path / "b.csv"))
    assert "inputs of 'age' lie far outside what training showed (0 to 8): 5000 in row 3" in line


@pytest.mark.parametrize(("keys", "said"), [({"lags": (1,)}, True), ({}, False)])
def test_a_target_that_forecasts_start_from_is_looked_at(
    keys: dict[str, Any], said: bool, tmp_path: Path
) -> None:
    rows = [f"{n % 7},{600 + 200 * np.sin(n):.1f}" for n in range(80)]
    (tmp_path / "a.csv").write_text("z,load\n" + "\n".join(rows))
    source = CsvSource(
        source="csv", path=tmp_path / "a.csv", inputs=("z",), target="load", window=3, **keys
    )
    found = kept(read(source, "many_to_one").preparation())
    rows = [f"{n % 7},{6e5 + 2e5 * np.sin(n):.1f}" for n in range(20)]
    (tmp_path / "b.csv").write_text("z,load\n" + "\n".join(rows))
    assert bool(found.unlike(str(tmp_path / "b.csv"))) is said
    assert "values of 'load' lie far" in found.unlike(str(tmp_path / "b.csv"), targets=True)[0]
