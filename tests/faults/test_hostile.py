"""Files that were made to do harm: refused in one line, or neutralised."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.api.asking.trusting import check_code, sign_code
from rnnsearch.api.studies.results import Results
from rnnsearch.api.studies.standing_in import read_preparation
from rnnsearch.api.studies.winner import Winner
from rnnsearch.data import read
from rnnsearch.errors import InvalidData, InvalidSpec, StudyError
from rnnsearch.execution.checkpoints import Checkpoints
from rnnsearch.execution.worker_orders import Block, Schedule
from rnnsearch.models.keras_archive import check_archive
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import (
    StudyFolder,
    frame_to_csv,
    leaderboard,
    load_weights,
    open_study,
    read_environment,
    read_epochs,
    read_leaderboard,
    records,
    write_leaderboard,
)
from rnnsearch.spec import load, parse
from tests.execution.test_execution_checkpoints import PROGRAM, block

SPEC: dict[str, Any] = {
    "task": "many_to_one",
    "data": {"source": "npz", "path": "data.npz"},
    "space": {"cell": "GRU", "units": 2},
}


BOMB = "a: &a0 [x]\n" + "".join(
    f"a{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 50)}]\n" for n in range(5)
)
"""Lists of fifty of the list before."""


class Harm:
    """Runs when it is unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("harmed"),)


@pytest.fixture(autouse=True)
def unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "harmed").exists(), "a file that was opened ran code"


def test_data_with_a_pickle_in_it(tmp_path: Path) -> None:
    objects = np.array([Harm()] * 24, dtype=object)
    np.savez(tmp_path / "data.npz", allow_pickle=True, x=objects, y=np.arange(24) % 2)
    spec = parse(SPEC, name="hostile", directory=tmp_path)
    with pytest.raises(InvalidData, match="must hold plain arrays; received Python objects in 'x'"):
        read(spec.data, spec.task)
    (tmp_path / "data.npz").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(InvalidData, match=r"must be an \.npz file"):
        read(spec.data, spec.task)


def test_weights_and_checkpoints_with_a_pickle_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "00000-00003-0000.npz"
    np.savez(path, allow_pickle=True, about=np.array([Harm()], dtype=object))
    with pytest.raises(StudyError, match=r"Expected weights as a search saves.*allow_pickle"):
        load_weights(path)
    assert Checkpoints(block(tmp_path)).load() == {}
    assert "is of no use" in capsys.readouterr().err
    assert Checkpoints(Block(PROGRAM, (), Schedule(None, frozenset()), 1)).load() == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!!python/object/apply:os.system [touch harmed]", "must not have a tag"),
        (BOMB, "at most 20000"),
        ("a: " + "[" * 5000 + "]" * 5000, "nested at most 20 deep"),
        ("a: x\n" * 300_000, "at most 1 MB"),
        ("&a {a: *a}", "must not contain itself"),
    ],
)  # fmt: skip
def test_a_spec_that_is_a_bomb(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bomb.yaml").write_text(text)
    with pytest.raises(InvalidSpec, match=said):
        load(tmp_path / "bomb.yaml")


def results(folder: Path) -> StudyFolder:
    """A results folder that says it has a model."""
    found = StudyFolder(folder / "results")
    found.create()
    found.summary.write_text(json.dumps({"backend": "jax", "name": "x", "objective": "val_loss"}))
    found.spec.write_text(json.dumps(SPEC))
    network = {"window": None}
    found.preparation.write_text(json.dumps({"network": network}))
    return found


def test_a_model_with_code_in_a_layer(tmp_path: Path) -> None:
    found = results(tmp_path)
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    model.save(found.model)
    with zipfile.ZipFile(found.model) as archive:
        assert "Lambda" in archive.read("config.json").decode()
    winner = Winner(found, parse(SPEC, name="x", directory=tmp_path), "jax")
    with pytest.raises(StudyError, match=r"Expected a model as a search saves it.*Lambda"):
        winner.load()
    found.model.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(StudyError, match="which can't be loaded"):
        winner.load()


@pytest.mark.parametrize("trial", ["../../etc/passwd", [1], {"a": 1}, "1"])
def test_a_preparation_that_names_a_file_elsewhere(tmp_path: Path, trial: Any) -> None:
    found = results(tmp_path)
    found.preparation.write_text(json.dumps({"trial": trial, "network": {}}))
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        read_preparation(found)
    found.preparation.write_text("[" * 100_000)
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        read_preparation(found)


@pytest.mark.parametrize("name", ["epochs.csv", "study.journal", "weights/00001.npz", "logs"])
def test_a_link_that_leads_out_of_a_results_folder(tmp_path: Path, name: str) -> None:
    found = results(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine\n")
    (found.path / name).symlink_to(elsewhere)
    for use in (found.create, lambda: Results.open(found.path)):
        with pytest.raises(StudyError, match=f"results folder of its own files.*{name}, a link"):
            use()
    assert elsewhere.read_text() == "mine\n"


def test_a_link_within_a_results_folder_is_none_of_our_business(tmp_path: Path) -> None:
    found = results(tmp_path)
    (found.path / "copy.json").symlink_to(found.summary)
    Results.open(found.path)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1-cmd", "-2+3", "\t=1", "＝1"])
def test_predictions_hold_no_formula(cell: str) -> None:
    frame = pd.DataFrame({cell: [cell, "plain"], "y": [-1.5, 2.0]})
    lines = frame_to_csv(frame).splitlines()
    assert lines[0].lstrip('"').startswith("'")
    assert lines[1].lstrip('"').startswith("'") and lines[1].endswith(",-1.5")
    assert lines[2] == "plain,2.0"


def test_other_predictions_are_as_pandas_writes_them() -> None:
    frame = pd.DataFrame({"time": pd.date_range("2024", periods=2), "y": [0.1, None], "n": [1, 2]})
    assert frame_to_csv(frame) == frame.to_csv(index=False, lineterminator="\n")


def header_of(shape: str) -> bytes:
    """An .npy file that says so many numbers, and has none."""
    said = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    said += b" " * (117 - len(said)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said


@pytest.mark.parametrize("shape", ["(1000000000000,)", "(99999999999999999999, 9)", "(-5,)"])
def test_arrays_whose_headers_claim_the_world(
    tmp_path: Path, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "00000-00003-0000.npz"
    for name in (path, tmp_path / "data.npz"):
        with zipfile.ZipFile(name, "w") as archive:
            for member in ("x.npy", "y.npy", "about.npy"):
                archive.writestr(member, header_of(shape))
    (tmp_path / "arrays").mkdir()
    (tmp_path / "arrays" / "x.npy").write_bytes(header_of(shape))
    for data in ({"source": "npz", "path": "data.npz"}, {"source": "npy", "path": "arrays"}):
        spec = parse({**SPEC, "data": data}, name="hostile", directory=tmp_path)
        with pytest.raises(InvalidData, match="must"):
            read(spec.data, spec.task)
    with pytest.raises(StudyError, match="Expected weights as a search saves them"):
        load_weights(path)
    assert Checkpoints(block(tmp_path)).load() == {}
    assert "is of no use" in capsys.readouterr().err


def test_weights_that_unpack_to_more_than_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "weights.npz", a=np.zeros(100_000))
    monkeypatch.setattr("rnnsearch.files.untrusted_arrays.memory_bytes", lambda: 500_000)
    with pytest.raises(StudyError, match="it unpacks to 800,128 bytes, and the memory has 500,000"):
        load_weights(tmp_path / "weights.npz")


def sounds(folder: Path) -> list[Path]:
    """Recordings of two classes."""
    import wave

    paths = [folder / "sounds" / "ab"[at % 2] / f"{at}.wav" for at in range(20)]
    for at, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(np.random.default_rng(at).integers(0, 99, 600, "<i2").tobytes())
    return paths


def test_recordings_whose_headers_claim_the_world(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    import soundfile

    paths = sounds(tmp_path)
    content = bytearray(paths[0].read_bytes())
    content[4:8] = content[40:44] = b"\xfe\xff\xff\xff"  # 4 GB
    paths[0].write_bytes(content)
    flac = paths[1].with_suffix(".flac")
    soundfile.write(flac, np.zeros(600), 8000)
    content = bytearray(flac.read_bytes())
    content[21] |= 0x0F  # of which 36 bits are the number of samples
    content[22:26] = b"\xff\xff\xff\xff"
    flac.write_bytes(content)
    data = {"source": "audio", "path": "sounds", "rate": 8000, "mels": 8}
    spec = parse({**SPEC, "data": data}, name="hostile", directory=tmp_path)
    with pytest.raises(InvalidData, match=r"no sound that can be read in b/1\.flac"):
        read(spec.data, spec.task)
    flac.unlink()
    read(spec.data, spec.task)  # of the other what is there is read


def test_a_picture_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = pytest.importorskip("PIL.Image")
    monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", 100)
    for at, size in enumerate([(8, 8)] * 6 + [(11, 11), (40, 40)]):
        path = tmp_path / "pictures" / "ab"[at % 2] / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.new("L", size).save(path)
    data = {"source": "images", "path": "pictures", "steps": "rows", "channels": "grey"}
    spec = parse({**SPEC, "data": data}, name="hostile", directory=tmp_path)
    with pytest.raises(
        InvalidData, match=r"a picture in every file; received none in a/6.png, b/7"
    ):
        read(spec.data, spec.task)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"module": "keras.layers", "class_name": "Lambda"}, r"it holds keras\.layers\.Lambda"),
        ({"module": "harming", "class_name": "Harm"}, r"it holds harming\.Harm"),
        (
            {"module": "keras.utils", "class_name": "function", "config": "get_file"},
            r"it holds keras\.utils\.function",
        ),
        (
            {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "x"}},
            r"it holds keras\.layers\.TFSMLayer",
        ),
        (
            {"module": "keras.layers", "class_name": "StringLookup", "config": {}},
            r"it holds keras\.layers\.StringLookup",
        ),
    ],
)
def test_a_model_that_names_what_no_network_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layer: dict[str, Any], said: str
) -> None:
    """Keras imports a module that a file names before it says that there is no layer in it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "harming.py").write_text("open('harmed', 'w')\n")
    found = results(tmp_path)
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    with zipfile.ZipFile(found.model, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("model.weights.h5", b"")
    winner = Winner(found, parse(SPEC, name="x", directory=tmp_path), "jax")
    with pytest.raises(StudyError, match=rf"Expected a model as a search saves it.*{said}"):
        winner.load()


@pytest.mark.parametrize("name", ["../harmed", "/harmed", "assets/x/../../harmed"])
def test_a_model_that_unpacks_elsewhere(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "best.keras", "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr(name, "harm")
    with pytest.raises(ValueError, match=f"it holds the file '{name}', which no network has"):
        check_archive(tmp_path / "best.keras")


def test_a_model_that_unpacks_to_more_than_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "best.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "[" * 1_000_000)
    with pytest.raises(ValueError, match="nested too deep"):
        check_archive(tmp_path / "best.keras")
    monkeypatch.setattr("rnnsearch.models.keras_archive.memory_bytes", lambda: 500_000)
    with pytest.raises(ValueError, match="it unpacks to 1,000,000 bytes"):
        check_archive(tmp_path / "best.keras")


@pytest.mark.parametrize("name", ["exports/keras", "report/curves.csv", "logs/a/b"])
def test_a_link_deep_in_a_results_folder(tmp_path: Path, name: str) -> None:
    found = results(tmp_path)
    (found.path / name).parent.mkdir(parents=True, exist_ok=True)
    (found.path / name).symlink_to(tmp_path)
    with pytest.raises(StudyError, match=f"results folder of its own files.*{name}, a link"):
        Results.open(found.path)


def test_a_parquet_file_of_which_a_page_was_damaged(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=200), "b": ["ab", "cd"] * 100})
    frame.to_parquet(tmp_path / "data.parquet")
    content = bytearray((tmp_path / "data.parquet").read_bytes())
    content[20:1200] = b"\xff" * 1180
    (tmp_path / "data.parquet").write_bytes(content)
    columns = {"inputs": ["a"], "target": "a"}
    data = {"source": "parquet", "path": "data.parquet", **columns}
    space = {"cell": "GRU", "units": 2, "window": 4}
    spec = parse({**SPEC, "data": data, "space": space}, name="x", directory=tmp_path)
    with pytest.raises(InvalidData, match=r"must be a readable Parquet file; received"):
        read(spec.data, spec.task, (4,))


def test_a_leaderboard_holds_no_formula(tmp_path: Path) -> None:
    """A reason is what a library said of a user's names; a parameter may be the user's own."""
    trial = TrialRecord(0, "FAIL", params={"cell": "=HYPERLINK(1)"}, message="@SUM(1) of '+x'")
    frame = leaderboard([trial], [], "minimize")
    write_leaderboard(tmp_path / "leaderboard.csv", frame)
    content = (tmp_path / "leaderboard.csv").read_text()
    assert "'=HYPERLINK(1)" in content and "'@SUM(1) of '+x'" in content
    back = read_leaderboard(tmp_path / "leaderboard.csv")
    assert "@SUM(1) of '+x'" in map(str, back.iloc[0])


@pytest.mark.parametrize("runs", ["cell", "data"])
def test_code_that_a_folder_of_somebody_else_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str
) -> None:
    monkeypatch.delenv("RNNSEARCH_TRUST_CODE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "mine"))
    (tmp_path / "evil.py").write_text("class Cell: ...\n")
    document = {
        "task": "many_to_one",
        "data": {"source": "npz", "path": "x.npz"},
        "space": {"cell": "evil:Cell", "units": 2},
        "search": {"trials": 1},
    }
    if runs == "data":
        document["data"] = {"source": "python", "function": "evil:Cell"}
        document["space"] = {"units": 2}
    spec = parse(document, name="x", directory=tmp_path)
    folder = StudyFolder(tmp_path)
    with pytest.raises(StudyError, match=r"evil:Cell of .* somebody else made.*TRUST_CODE=1"):
        check_code(folder, spec)
    sign_code(folder, spec)
    check_code(folder, spec)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "evil.py").write_text("class Cell: ...\n")
    other = parse({**document, "run": {"code": "other"}}, name="x", directory=tmp_path)
    if runs == "cell":  # the signature is of this code, from this place
        with pytest.raises(StudyError, match="somebody else"):
            check_code(folder, other)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "theirs"))
    with pytest.raises(StudyError, match="somebody else"):
        check_code(folder, spec)
    assert (tmp_path / "theirs" / "rnnsearch" / "key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("RNNSEARCH_TRUST_CODE", "1")
    check_code(folder, spec)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ([], "it is no mapping"),
        ({"name": "x"}, "it has no objective"),
        ({"front": "abc"}, "front is no list"),
        ({"deliveries": [3]}, r"deliveries\[0\] is no mapping"),
        ({"direction": "up"}, "direction is no minimize or maximize"),
        ({"winner": [1]}, "winner is no mapping"),
        ({"winner": {"number": 1}}, "winner has no state"),
        ({"states": {"COMPLETE": True}}, r"states\.COMPLETE is no whole number"),
        (
            {"baselines": [{"name": "x", "score": 1, "metrics": {"a": []}}]},
            "metrics.a is no number",
        ),
        ({"seconds": "long"}, "seconds is no number"),
        ({"problems": [None]}, r"problems\[0\] is no text"),
    ],
)
def test_a_summary_that_is_none(tmp_path: Path, changed: Any, said: str) -> None:
    usual = {"backend": "jax", "name": "x", "objective": "val_loss", "winner": None}
    whole = changed if changed in ([], {"name": "x"}) else {**usual, **changed}
    (tmp_path / "summary.json").write_text(json.dumps(whole))
    with pytest.raises(StudyError, match=said):
        Results.open(tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps(usual))
    Results.open(tmp_path)


def test_trials_of_a_journal_that_no_search_noted(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    for key, wrong, said in (
        (
            "result",
            {"metrics": {"val_loss": []}},
            "trial 0, of which metrics.val_loss is no number",
        ),
        ("result", 3, "trial 0, of which what a trial came to is no mapping"),
        ("params", {"units": [[1]]}, "trial 0, of which params.units is no value of a parameter"),
    ):
        study = open_study(folder, "x", "minimize")
        study.ask().set_user_attr(key, wrong)
        study.tell(0, 1.0)
        with pytest.raises(StudyError, match=said):
            records(study)


def test_curves_and_versions_that_are_none(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    folder.epochs.write_text("trial,run,epoch,loss\n0,0,1,0.5\n0,0,x,0.4\n0,0,2,[]\n0,0,2,0.3\n")
    assert read_epochs(folder.epochs)["loss"].tolist() == [0.5, 0.3]
    folder.epochs.write_text("trial,x,epoch,loss\n0,0,1,0.5\n")
    with pytest.raises(StudyError, match="Expected learning curves: columns trial, run, epoch"):
        read_epochs(folder.epochs)
    for wrong in ([], {"packages": 3}, {"packages": {"keras": []}}, {"device": {}}):
        folder.environment.write_text(json.dumps(wrong))
        with pytest.raises(StudyError, match="Expected versions and devices in JSON"):
            read_environment(folder.environment)
    folder.leaderboard.write_text("rank,state\n1,COMPLETE\n")
    with pytest.raises(StudyError, match=r"which reads otherwise \(no column trial"):
        read_leaderboard(folder.leaderboard)


@pytest.mark.parametrize("kept", [{}, {"network": 3}, {"kind": "series", "network": {"x": []}}])
def test_a_preparation_that_is_none(tmp_path: Path, kept: Any) -> None:
    folder = StudyFolder(tmp_path)
    folder.preparation.write_text(json.dumps(kept))
    folder.model.write_bytes(b"")
    data = {"source": "npz", "path": "x.npz"}
    document = {"task": "many_to_one", "data": data, "space": {"units": 2}, "search": {"trials": 1}}
    winner = Winner(folder, parse(document, name="x", directory=tmp_path), "jax")
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        winner.preparation.to_json()
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        winner.network.to_json()
