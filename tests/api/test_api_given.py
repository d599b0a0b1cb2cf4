"""A search of data without a spec: the same spec as of `init`, and of a file."""

import ml_dtypes
import numpy as np
import pandas as pd
import pytest
import yaml

import rnnsearch
from rnnsearch.api.asking.given import of_arrays, of_frame
from rnnsearch.errors import InvalidData, InvalidSpec

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6, 2))
Y = np.where(X[:, -1, 0] > 0, "up", "down")


def frame_of(rows=200):
    stamps = pd.date_range("2024-01-01", periods=rows, freq="h", name="time")
    load = 100 + 20 * np.sin(np.arange(rows) * np.pi / 12) + RNG.normal(size=rows)
    return pd.DataFrame({"load": load, "wind": RNG.normal(size=rows)}, index=stamps)


def guessed_of_file(path, tmp_path, **wishes):
    rnnsearch.init(path, output=tmp_path / "guessed.yaml", **wishes)
    document = yaml.safe_load((tmp_path / "guessed.yaml").read_text())
    document["data"].pop("path")
    return document


def test_arrays_have_the_spec_that_init_writes_for_their_file(tmp_path):
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    spec = of_arrays(X, Y).spec
    document = guessed_of_file(tmp_path / "data.npz", tmp_path)
    assert spec["data"].pop("source") == "arrays" and document["data"].pop("source") == "npz"
    # YAML reads numbers such as 1e-3 as the spec's own loader does not.
    assert repr(spec["data"]) == repr(document["data"]) and spec["task"] == document["task"]
    assert {*spec["space"]} == {*document["space"]} and {*spec["search"]} == {*document["search"]}


def test_a_frame_has_the_spec_that_init_writes_for_its_file(tmp_path):
    frame = frame_of()
    spec = of_frame(frame, tmp_path / "frame.csv", target="load", task=None).spec
    document = guessed_of_file(tmp_path / "frame.csv", tmp_path, target="load")
    assert spec["data"].pop("path") == str(tmp_path / "frame.csv")
    assert spec["data"] == document["data"] and spec["data"]["time"] == "time"
    written = pd.read_csv(tmp_path / "frame.csv", parse_dates=["time"], index_col="time")
    pd.testing.assert_frame_equal(written, frame, check_freq=False, check_index_type=False)


def test_parts_of_their_own_are_kept():
    spec = of_arrays(X, Y, validation=(X[:9], Y[:9]), test=(X[:7], Y[:7]))
    assert "split" not in spec.spec["data"]
    assert [len(part[0]) for part in (spec.arrays.train, spec.arrays.validation)] == [40, 9]
    assert len(spec.arrays.test[0]) == 7


def test_sequences_of_several_lengths_are_padded():
    given = of_arrays([np.ones(3), np.ones(5), np.ones(4)] * 9, ["a", "b", "a"] * 9)
    assert np.isnan(given.arrays.train[0][0, 3:]).all()
    assert given.arrays.train[0].shape == (27, 5, 1)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({}, "spec"),
        ({"x": X, "y": Y, "frame": pd.DataFrame({"a": [1]})}, "frame"),
        ({"x": X, "y": Y, "spec": "a.yaml"}, "spec"),
        ({"x": X, "y": Y, "arrays": rnnsearch.Arrays((X, Y))}, "arrays"),
        ({"spec": {}, "target": "load"}, "target"),
        ({"x": X}, "y"),
        ({"x": X, "y": Y, "validation": (X,)}, "validation"),
        ({"x": X, "y": Y, "task": "many_to_none"}, "task"),
        ({"frame": X}, "frame"),
    ],
)
def test_what_can_not_be_followed_is_named(arguments, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((InvalidSpec, InvalidData)) as error:
        rnnsearch.search(**arguments)
    assert error.value.problems[0].path == path
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_a_frame_is_said_of_x(tmp_path) -> None:
    frame = pd.DataFrame({"load": np.arange(20.0)}, index=pd.date_range("2019-03-01", periods=20))
    with pytest.raises(InvalidData, match=r"^x: must have at least 30 rows"):
        of_frame(frame, tmp_path / "frame.csv", target=None, task=None)


class Tensor:
    """As PyTorch has them: no array while it is part of a gradient, or on another device."""

    def __init__(self, values, *, grad=True):
        self.values, self.grad, self.dtype = values, grad, values.dtype

    def detach(self):
        return Tensor(self.values, grad=False)

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        if self.grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return self.values


def test_tensors_are_read_as_the_arrays_that_they_are():
    right = of_arrays(X.astype(np.float32), Y)
    half = ml_dtypes.bfloat16  # what JAX and TensorFlow call it
    for x, y in (
        (Tensor(X.astype(np.float32)), Y),
        (X.astype(half), Y),
        ([*X.astype(half)], Y),
        (X, Y.astype("S").astype(object)),  # texts of TensorFlow
    ):
        found = of_arrays(x, y)
        assert found.spec["data"] == right.spec["data"]
        assert found.arrays.every()[0].dtype.kind == "f"
        assert {*found.arrays.every()[1].tolist()} == {"up", "down"}


def test_frames_of_other_libraries_are_read_as_those_of_pandas(tmp_path):
    frame = frame_of().reset_index()

    class Other:
        def __init__(self):
            self.columns = [*frame]

        def to_pandas(self):
            return frame

    right = of_frame(frame, tmp_path / "a.csv", target="load", task=None).spec["data"]
    found = of_frame(Other(), tmp_path / "b.csv", target="load", task=None).spec["data"]
    assert {**right, "path": ""} == {**found, "path": ""}
    arrow = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    of_frame(arrow, tmp_path / "c.csv", target="load", task=None)
    series = of_frame(frame_of()["load"], tmp_path / "d.csv", target=None, task=None).spec["data"]
    assert (series["time"], series["inputs"], series["target"]) == ("time", ["load"], "load")
    assert (tmp_path / "c.csv").read_text() == (tmp_path / "a.csv").read_text()
    with pytest.raises(InvalidData, match=r"must be a pandas\.DataFrame; received dict"):
        of_frame({"a": [1]}, tmp_path / "e.csv", target=None, task=None)
