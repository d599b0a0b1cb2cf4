"""What the fault suite found, each as a test of its own."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.api.searches.disk import refusal
from rnnsearch.data import read
from rnnsearch.errors import InvalidData, InvalidSpec, Problem, StudyError
from rnnsearch.guessing import Wishes, guess
from rnnsearch.records import StudyFolder, commit, open_study
from rnnsearch.spec import parse
from tests.faults import Scene
from tests.faults.inputs import mutated_data


def said(folder: Path, data: dict[str, Any]) -> list[str]:
    document = {"task": "many_to_one", "data": data, "space": {"cell": "GRU", "units": 2}}
    spec = parse(document, name="found", directory=folder)
    with pytest.raises(InvalidData) as caught:
        read(spec.data, spec.task)
    return [str(problem).replace(str(folder), "FOLDER") for problem in caught.value.problems]


def saved(folder: Path, *, packed: bool) -> bytearray:
    save = np.savez_compressed if packed else np.savez
    save(folder / "data.npz", x=np.arange(240.0).reshape(24, 5, 2), y=np.arange(24) % 2)
    return bytearray((folder / "data.npz").read_bytes())


@pytest.mark.parametrize("packed", [False, True])
def test_an_npz_of_which_an_array_was_damaged(tmp_path: Path, packed: bool) -> None:
    content = saved(tmp_path, packed=packed)
    content[200] ^= 255
    (tmp_path / "data.npz").write_bytes(content)
    (problem,) = said(tmp_path, {"source": "npz", "path": "data.npz"})
    assert problem.startswith("data.path: must be a whole .npz file; received FOLDER/data.npz, of")
    assert problem.endswith("; write it anew")


def test_an_npz_whose_end_was_cut(tmp_path: Path) -> None:
    (tmp_path / "data.npz").write_bytes(saved(tmp_path, packed=False)[:-30])
    (problem,) = said(tmp_path, {"source": "npz", "path": "data.npz"})
    assert problem.startswith("data.path: must be an .npz file; received FOLDER/data.npz (File is")


def test_an_npz_that_unpacks_to_more_than_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "data.npz", x=np.zeros((100, 100)), y=np.zeros(100))
    monkeypatch.setattr("rnnsearch.data.sources.npz.memory_bytes", lambda: 50_000)
    (problem,) = said(tmp_path, {"source": "npz", "path": "data.npz"})
    assert "must fit in memory, of 50,000 bytes; received FOLDER/data.npz, of which 81" in problem


def test_a_recording_whose_header_says_a_rate_of_billions(tmp_path: Path) -> None:
    for at in range(6):
        path = tmp_path / "sounds" / "ab"[at % 2] / f"{at}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(2_000_000_000 if at == 3 else 8000)
            file.writeframes(b"\1\0" * 600)
    pytest.importorskip("soundfile")
    (problem,) = said(tmp_path, {"source": "audio", "path": "sounds", "rate": 8000, "mels": 8})
    assert "received a rate of 2,000,000,000 Hz in b/3.wav; remove these" in problem


def test_a_ts_file_with_a_line_of_nothing_but_its_mark(tmp_path: Path) -> None:
    (tmp_path / "data.ts").write_text("@\n@classLabel true a b\n@data\n")
    assert said(tmp_path, {"source": "ts", "path": "data.ts"})


def test_a_digit_of_a_score_that_the_disk_has_turned(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    folder.create()
    study = open_study(folder, "tiny", "minimize")
    study.ask().report(1.25, 1)
    study.ask()
    commit(study)
    content = folder.study.read_bytes()
    assert content.count(b"1.25") == 1
    folder.study.write_bytes(content.replace(b"1.25", b"1.35"))
    with pytest.raises(StudyError, match=r"of which line \d is damaged: the disk, or somebody"):
        open_study(folder, "tiny", "minimize")


def test_an_error_of_the_disk_says_what_to_do() -> None:
    error = OSError(28, "No space left on device", "out/epochs.csv")
    expected = "out/epochs.csv could not be written or read: no space left on device; free some"
    assert (refusal(error, "out") or "").startswith(expected)
    assert refusal(ConnectionResetError(104, "reset"), "out") is None


def test_a_parquet_column_of_bytes_that_are_no_text(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"kind": [b"\xff\x00"] * 40, "real": np.linspace(0, 1, 40)})
    frame.to_parquet(tmp_path / "data.parquet")
    columns = {"inputs": ["kind"], "target": "real", "window": 4}
    (problem,) = said(tmp_path, {"source": "parquet", "path": "data.parquet", **columns})
    assert "must have one number, text or time a cell" in problem
    assert "binary in 'kind' (Invalid UTF8 payload)" in problem


def test_a_parquet_column_that_lost_its_rows(tmp_path: Path) -> None:
    """A bit of a page's header: the column reads as one of no rows, the others of 60."""
    pytest.importorskip("pyarrow")
    assert mutated_data(Scene(tmp_path, 13768, None)) == "parquet refused"  # type: ignore[arg-type]


LENGTHS = [
    np.full(24, 4.5),
    np.full(24, np.nan),
    np.array(4),
    np.full(24, "4"),
    np.full((24, 5), 4),
]


@pytest.mark.parametrize("lengths", LENGTHS, ids=range(len(LENGTHS)))
def test_init_of_arrays_with_lengths_that_are_none(tmp_path: Path, lengths: np.ndarray) -> None:
    arrays = {"x": np.arange(240.0).reshape(24, 5, 2), "y": np.arange(24) % 2}
    np.savez(tmp_path / "data.npz", **arrays, lengths=lengths)
    with pytest.raises(InvalidData, match="must have one whole number for each sequence; received"):
        guess(tmp_path / "data.npz", Wishes(None, None, 2))


def test_init_of_arrays_without_steps(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.arange(24.0), y=np.arange(24) % 2)
    with pytest.raises(InvalidData, match=r"must have the axes \(N, T\) or \(N, T, F\)"):
        guess(tmp_path / "data.npz", Wishes(None, None, 2))


@pytest.mark.parametrize("y", [np.array(1), np.zeros(0, int), np.full(24, "NaT", "M8[s]")])
def test_targets_that_are_none(tmp_path: Path, y: np.ndarray) -> None:
    np.savez(tmp_path / "data.npz", x=np.arange(240.0).reshape(24, 5, 2), y=y)
    (problem,) = said(tmp_path, {"source": "npz", "path": "data.npz"})
    assert "must have a target for each" in problem or "must hold numbers or classes" in problem
    with pytest.raises(InvalidData, match="must hold"):
        guess(tmp_path / "data.npz", Wishes(None, None, 2))


def test_a_problem_is_one_line_whatever_a_name_holds() -> None:
    problem = Problem("a\nb", "must be printable", "\x1b[2J\u202eabc\ud800\u2028", "é – 日本 ok")
    expected = r"a\nb: must be printable; received \x1b[2J\u202eabc\ud800\u2028; é – 日本 ok"
    assert str(problem) == expected
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": {}, "\n": 1}
    with pytest.raises(InvalidSpec) as caught:
        parse(document, name="x", directory=".")
    assert any(
        r"must be a key of the spec; received \n; " in str(one) for one in caught.value.problems
    )


def test_labels_of_bytes_that_are_no_ascii(tmp_path: Path) -> None:
    y = np.array(["é".encode(), b"\x80"] * 12)
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(0).normal(size=(24, 5, 2)), y=y)
    data = {"source": "npz", "path": "data.npz"}
    document = {"task": "many_to_one", "data": data, "space": {"cell": "GRU", "units": 2}}
    spec = parse(document, name="found", directory=tmp_path)
    assert set(read(spec.data, spec.task).dataset(None).target.classes) == {"é", "\ufffd"}
    guess(tmp_path / "data.npz", Wishes(None, None, 2))
