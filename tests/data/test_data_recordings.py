"""Recordings of other depths and channels are the same sound; FASTA files of other programs, too."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources import ROWS, SEQUENCES
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import AudioSource

TONE = 0.5 * np.sin(np.arange(4000) * 2 * np.pi * 440 / 8000)


def frames(folder: Path, save: Any, **keys: Any) -> np.ndarray:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            save(folder / name / f"{number}.wav")
    problems = Problems()
    section = AudioSource(source="audio", path=folder, **{"rate": 8000, "mels": 8} | keys)
    train = SEQUENCES["audio"].read(section, problems).train
    problems.raise_any()
    assert train is not None
    return np.asarray(train.x[0])


@pytest.mark.parametrize("subtype", ["PCM_24", "PCM_32", "FLOAT", "DOUBLE", "stereo", "16 kHz"])
def test_the_same_sound(subtype: str, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    plain = frames(tmp_path / "plain", lambda path: soundfile.write(path, TONE, 8000))
    if subtype == "stereo":
        both = np.stack([TONE, TONE], axis=1)
        found = frames(tmp_path / "other", lambda path: soundfile.write(path, both, 8000))
    elif subtype == "16 kHz":
        fine = 0.5 * np.sin(np.arange(8000) * 2 * np.pi * 440 / 16000)
        found = frames(tmp_path / "other", lambda path: soundfile.write(path, fine, 16000))
    else:
        found = frames(
            tmp_path / "other", lambda path: soundfile.write(path, TONE, 8000, subtype=subtype)
        )
    loud = plain > plain.max() - 5  # what rounding to 16 bits leaves is in the quiet bands
    assert loud.any()
    np.testing.assert_allclose(found[loud], plain[loud], atol=0.1)


@pytest.mark.parametrize("ending", ["mp3", "aiff", "au", "opus", "caf"])
def test_other_kinds_of_recordings(ending: str, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    how = {"format": "OGG", "subtype": "OPUS"} if ending == "opus" else {}
    plain = frames(tmp_path / "plain", lambda path: soundfile.write(path, TONE, 8000))
    found = frames(
        tmp_path / "other",
        lambda path: soundfile.write(path.with_suffix(f".{ending}"), TONE, 8000, **how),
    )
    assert abs(len(found) - len(plain)) <= 6  # what an encoder puts before and behind
    loud = plain.max(axis=0).argmax()
    assert abs(found[10, loud] - plain[10, loud]) < 1


def test_fasta_of_other_programs(tmp_path: Path) -> None:
    lines = [">s1 class=a <x> [b]", "ACGT", "acgt", "; a remark", "", ">s2 class=b", "AC GT"]
    (tmp_path / "a.fa").write_bytes("\r\n".join(lines).encode())
    table = ROWS["fasta"].read(tmp_path / "a.fa", {"label": r"class=(\w)"})
    assert list(table.column("sequence")) == ["ACGTacgt", "ACGT"]
    assert list(table.column("label")) == ["a", "b"] and list(table.column("name")) == ["s1", "s2"]


def test_positions_beside_letters_are_no_letters(tmp_path: Path) -> None:
    lines = [
        ">s1 class=a",
        "     1 acgtacgtac ggtta",
        "    16 acgt",
        ">s2 class=b",
        "acgt acgt    8",
    ]
    (tmp_path / "a.fa").write_text("\n".join(lines))
    table = ROWS["fasta"].read(tmp_path / "a.fa", {"label": r"class=(\w)"})
    assert list(table.column("sequence")) == ["acgtacgtacggttaacgt", "acgtacgt"]


def wav(path: Path, says: int | None = None, has: int | None = None) -> None:
    """A tone whose header says another size than the file has."""
    sound = (TONE * 32767).astype("<i2").tobytes()
    size = 36 + len(sound) if says is None else says
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    body = b"data" + struct.pack("<I", min(size, 0xFFFFFFFF - 36 if says is None else size))
    path.write_bytes(b"RIFF" + struct.pack("<I", size) + b"WAVE" + form + body + sound[:has])


@pytest.mark.parametrize("says", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_recordings_that_were_written_as_they_came(says: int, tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    plain = frames(tmp_path / "plain", wav)
    if says:
        np.testing.assert_allclose(frames(tmp_path / "other", lambda p: wav(p, says)), plain)


def test_a_recording_without_its_end_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")

    def write(path: Path) -> None:
        wav(path, None, 500 if path.parent.name == "b" and path.stem == "2" else None)

    with pytest.raises(InvalidData, match=r"an end that is missing in b/2.wav; remove these"):
        frames(tmp_path / "cut", write)
