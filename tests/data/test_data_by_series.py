"""Parts of whole series: engines and patients that were never seen judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import rnnsearch
from rnnsearch.data import read
from rnnsearch.data.series.series_data import SeriesData
from rnnsearch.errors import InvalidData, InvalidSpec
from rnnsearch.guessing import Wishes, guess
from rnnsearch.spec import load
from tests.guessing.conftest import setting, write_table

LENGTHS = [40, 50, 60, 45, 55, 65, 42, 52, 62, 48, 58, 68]


def engines(path: Path) -> Path:
    """Twelve engines that wear out."""
    generator = np.random.default_rng(0)
    frames = []
    for unit, length in enumerate(LENGTHS):
        worn = np.arange(length) / length + generator.normal(0, 0.02, length)
        left = length - 1 - np.arange(length)
        frames.append(pd.DataFrame({"unit": unit, "worn": worn.round(4), "RUL": left}))
    pd.concat(frames).to_csv(path, index=False)
    return path


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., Path]:
    """The spec that `init` writes, with other values of its `split`."""

    def call(**split: Any) -> Path:
        rnnsearch.init(engines(tmp_path / "data.csv"), output=tmp_path / "spec.yaml", force=True)
        path = tmp_path / "spec.yaml"
        values = yaml.safe_load(path.read_text("utf-8"))
        values["data"]["split"] |= split
        path.write_text(yaml.safe_dump(values), "utf-8")
        return path

    return call


def data_of(spec: Path) -> SeriesData:
    found = load(spec).spec
    data = read(found.data, found.task)
    assert isinstance(data, SeriesData)
    return data


def members(data: SeriesData, fold: int) -> list[set[int]]:
    """The series of each part, of which each must be there with all of its rows, or none."""
    parts = []
    for ranges in zip(*data.divided[fold].segments, strict=True):
        lengths = [len(rows) for rows in ranges]
        assert all(n in (0, own) for n, own in zip(lengths, LENGTHS, strict=True))
        parts.append({at for at, n in enumerate(lengths) if n})
    return parts


def test_init_holds_out_whole_engines(spec: Callable[..., Path]) -> None:
    data = data_of(spec())
    assert data.folds == 4
    *earlier, last = (members(data, fold) for fold in range(4))
    train, validation, test = last
    assert test and validation and not train & validation and not (train | validation) & test
    assert train | validation | test == set(range(12))
    held_out = [validation, *(part[1] for part in earlier)]
    assert set.union(*held_out) == set(range(12)) - test
    assert sum(map(len, held_out)) == 12 - len(test)
    assert all(not part[2] and not (part[0] | part[1]) & test for part in earlier)
    assert not data.cutting.reaches_back
    assert not data.dataset().validation.naive  # nobody knows what was left a row before
    summary = dict(data.summary())
    assert summary["folds"] == "4, each holds out other series; the last:"
    assert summary["test"].endswith(f"series: {', '.join(map(str, sorted(test)))}")
    whole = sum(len(rows[0]) for rows in data.final.segments)
    assert whole == sum(LENGTHS[at] for at in train | validation)


def test_windows_are_of_one_series_each(spec: Callable[..., Path]) -> None:
    data = data_of(spec())
    window = data.cutting.longest or 0
    for part, names in zip(
        (data.dataset().train, data.dataset().validation, data.dataset().test),
        members(data, -1),
        strict=True,
    ):
        assert len(part) == sum(LENGTHS[at] - window + 1 for at in names)


def test_a_seed_deals_them_anew_and_folds_are_as_asked(spec: Callable[..., Path]) -> None:
    assert members(data_of(spec(seed=1)), -1) != members(data_of(spec(seed=2)), -1)
    assert data_of(spec(folds=4)).folds == 4
    with pytest.raises(InvalidData, match=r"no more than there are series.*30, and"):
        data_of(spec(folds=30))


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"backtest": {"folds": 2}}, r"backtest.*must not be given where split\.by is series"),
        ({"reach_back": True}, r"reach_back.*must not be given where split\.by is series"),
        ({"column": "part"}, r"column.*must not be given where split\.by is series"),
        ({"folds": {"folds": 2, "repeats": 2}}, r"must have no repeats where split\.by is series"),
    ],
)
def test_what_has_no_effect_is_refused(
    spec: Callable[..., Path], split: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidSpec, match=message):
        load(spec(**split))


def test_series_must_be_named_and_be_enough(spec: Callable[..., Path]) -> None:
    path = spec()
    text = path.read_text("utf-8")
    path.write_text(text.replace("  series: unit\n", ""), "utf-8")
    with pytest.raises(InvalidSpec, match=r"data\.series.*must be given where split\.by is series"):
        load(path)
    path.write_text(text, "utf-8")
    table = pd.read_csv(path.parent / "data.csv")
    table[table.unit < 2].to_csv(path.parent / "data.csv", index=False)
    with pytest.raises(InvalidData, match=r"must name 3 series or more.*2 in unit"):
        data_of(path)


def test_other_sources_have_no_series(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(40, 5, 1))
    np.savez(tmp_path / "data.npz", x=x, y=np.arange(40) % 2)
    found = rnnsearch.init(tmp_path / "data.npz", output=tmp_path / "spec.yaml").path
    values = yaml.safe_load(found.read_text("utf-8"))
    values["data"]["split"] = {"by": "series"}
    found.write_text(yaml.safe_dump(values), "utf-8")
    with pytest.raises(InvalidSpec, match=r"split\.by.*of no series.*split\.group"):
        load(found)


def test_a_label_of_each_series_is_found_of_series_of_its_own(tmp_path: Path) -> None:
    hours = pd.date_range("2021-01-01", periods=30, freq="h").astype(str)
    generator = np.random.default_rng(0)
    patients = {
        "patient": np.repeat(np.arange(12), 30).tolist(),
        "time": np.tile(hours, 12).tolist(),
        "pulse": generator.normal(60, 5, 360).round(2).tolist(),
        "outcome": np.repeat(["well", "ill", "well", "ill"] * 3, 30).tolist(),
    }
    table = write_table(tmp_path / "data.csv", patients)
    found = guess(table, Wishes(target="outcome"))
    assert setting(found, "split") == {"by": "series", "validation": 0.2, "test": 0.2}
    assert (setting(found, "inputs"), setting(found, "horizon")) == (["pulse"], 0)
    assert any("whole series judge" in note for note in found.notes)
    write_table(table, {key: values[:120] for key, values in patients.items()})
    found = guess(table, Wishes(target="outcome"))
    assert "by" not in setting(found, "split")
    assert any("last_value is told the value of the row before" in note for note in found.notes)


def test_forecasts_of_new_series_know_their_own_past(spec: Callable[..., Path]) -> None:
    path = spec()
    values = yaml.safe_load(path.read_text("utf-8"))
    values["data"] |= {"horizon": 1, "window": 12, "inputs": ["worn"], "target": "worn"}
    path.write_text(yaml.safe_dump(values), "utf-8")
    data = data_of(path)
    assert not data.cutting.reaches_back  # there are no rows before a series
    test = data.dataset().test
    assert len(test) == sum(LENGTHS[at] - 12 - (data.prepared.back) for at in members(data, -1)[2])
    assert "last_value" in test.naive
