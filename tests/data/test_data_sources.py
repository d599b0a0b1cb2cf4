"""The contract of a source, for every one of the registry; a new one joins by a line in WRITERS."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.api.asking.asked import fingerprint
from rnnsearch.data import files, preparation_from_json, read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources import SEQUENCES, TABLES
from rnnsearch.spec import SOURCES, Spec, parse
from rnnsearch.spec.sources import Source

NAMES = sorted(set(SEQUENCES) - {"arrays"})


def spec_of(section: Source) -> Spec:
    parsed = parse(
        {"task": "many_to_one", "data": {"source": "npz", "path": "x"}, "space": {"cell": "GRU"}},
        name="s",
        directory=Path.cwd(),
    )
    return parsed.model_copy(update={"data": section})


def content(section: Source) -> str:
    data = read(section, "many_to_one", (6,))
    return fingerprint(spec_of(section), None, data.content)


def new_path(section: Any) -> Path:
    """What a user names for `predict`: a function's arrays come in a file."""
    path: Path = section.path
    return path / "data.npz" if section.source == "python" else path


def test_every_source_has_a_writer(write_source: Any) -> None:
    assert sorted(write_source.writers) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_good_data_is_read_and_divided(name: str, write_source: Any, tmp_path: Path) -> None:
    data = read(write_source(name, tmp_path), "many_to_one")
    dataset = data.dataset()
    assert dataset.target.classes == ("a", "b")
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == [17, 4, 3]
    assert dataset.train.x.ndim == 3 and np.isfinite(dataset.train.x).all()
    assert dataset.masked == (name != "images")
    assert [label for label, _ in data.summary()] == [
        *("training", "validation", "test", "input", "output", "target")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_new_sequences_are_read_as_the_first_were(
    name: str, write_source: Any, tmp_path: Path
) -> None:
    section = write_source(name, tmp_path)
    problems = Problems()
    first = SEQUENCES[name].read(section, problems).train
    settings = section.model_dump(mode="json")
    assert first is not None and not problems.found
    for targets in (True, False):
        new = SEQUENCES[name].read_new(new_path(section), settings, targets, problems)
        assert new is not None and not problems.found
        np.testing.assert_array_equal(new.x, first.x)
        np.testing.assert_array_equal(new.lengths, first.lengths)  # type: ignore[arg-type]
        if targets:
            np.testing.assert_array_equal(new.y, first.y)  # type: ignore[arg-type]
        else:
            assert new.y is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_a_study_prepares_new_data(
    name: str, write_source: Any, tmp_path: Path
) -> None:
    section = write_source(name, tmp_path)
    data = read(section, "many_to_one")
    prepared = preparation_from_json(data.preparation().to_json())
    part = prepared.targets(str(new_path(section)))
    x, frame = prepared.inputs(str(new_path(section)))
    np.testing.assert_array_equal(part.x, x)
    assert len(frame) == 24 and part.y.sum() == 12
    rows = {row.tobytes() for row in x}
    assert all(row.tobytes() in rows for row in data.dataset().test.x)
    assert ("file" in frame) == (name in ("audio", "images"))


@pytest.mark.parametrize("name", NAMES)
def test_a_study_knows_its_data_by_content(name: str, write_source: Any, tmp_path: Path) -> None:
    first = content(write_source(name, tmp_path / "one"))
    assert content(write_source(name, tmp_path / "two")) == first
    assert content(write_source(name, tmp_path / "three", seed=1)) != first


@pytest.mark.parametrize("name", ["audio", "images"])
def test_folders_names_are_data(name: str, write_source: Any, tmp_path: Path) -> None:
    """The files and their order stay, and are of another class."""
    section = write_source(name, tmp_path)
    before = content(section)
    (section.path / "b").rename(section.path / "c")
    assert content(section) != before


@pytest.mark.parametrize("name", ["npz", "npy", "ts", "wide", "audio", "images"])
def test_files_are_those_that_are_read(name: str, write_source: Any, tmp_path: Path) -> None:
    section = write_source(name, tmp_path)
    found = files(section)
    assert found and all(path.is_file() for path in found)
    for path in found:
        path.unlink()
    with pytest.raises(Exception, match=r"data\.path: must"):
        read(section, "many_to_one")


@pytest.mark.parametrize("name", ["audio", "images"])
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"train": 20, "test": 8}, [17, 3, 8]),
        ({"train": 20, "validation": 6, "test": 8}, [20, 6, 8]),
    ],
)
def test_parts_given_by_folders(
    name: str, counts: dict[str, int], expected: list[int], write_source: Any, tmp_path: Path
) -> None:
    section = write_source(name, tmp_path / "all")
    for part, count in counts.items():
        keys = write_source(name, tmp_path / "written" / part, count=count)
        shutil.copytree(keys.path, tmp_path / "parts" / part)
    parted = section.model_copy(update={"path": tmp_path / "parts"})
    dataset = read(parted, "many_to_one").dataset()
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == expected


def test_csv_keeps_the_contract(write_csv: Any, csv_source: Any, tmp_path: Path) -> None:
    assert "csv" in TABLES
    path = write_csv({"y": range(60)})
    section = csv_source(path)
    assert files(section) == [path]
    before = content(section)
    copy = tmp_path / "other name.csv"
    copy.write_bytes(path.read_bytes())
    assert content(csv_source(copy)) == before
    path.write_text(path.read_text().replace("59", "99"))
    assert content(section) != before


def test_large_arrays_stay_on_disk(write_source: Any, tmp_path: Path) -> None:
    section = write_source("npy", tmp_path)
    train = SEQUENCES["npy"].read(section, Problems()).train
    assert train is not None and isinstance(train.x, np.memmap)


def test_ts_of_the_archive(tmp_path: Path) -> None:
    """A folder as the archive's zip files unpack: both parts, missing values, time stamps."""
    head = "@problemName P\n@TimeStamps true\n@classLabel true 1 2\n@DATA\n"
    row = "(2020-01-01 00:00:00,{}),(2020-01-01 01:00:00,?):(0,1),(1,-2e-1):{}\n"
    (tmp_path / "P_TRAIN.ts").write_text(
        head + "".join(row.format(i, 1 + i % 2) for i in range(20))
    )
    (tmp_path / "P_TEST.ts").write_text(head + "".join(row.format(i, 1 + i % 2) for i in range(6)))
    section = spec_section("ts", path=tmp_path, missing="interpolate")
    parts = SEQUENCES["ts"].read(section, Problems())
    assert parts.train is not None and parts.test is not None
    assert parts.train.x.shape == (20, 2, 2) and len(parts.test.x) == 6
    np.testing.assert_array_equal(parts.train.x[3], [[3, 1], [np.nan, -0.2]])
    assert parts.train.y is not None and parts.train.y.tolist() == ["1", "2"] * 10
    assert [path.name for path in files(section)] == ["P_TRAIN.ts", "P_TEST.ts"]
    assert read(section, "many_to_one").dataset().target.classes == ("1", "2")


def test_ts_with_numbers_to_predict(tmp_path: Path) -> None:
    path = tmp_path / "R.ts"
    path.write_text("@targetlabel true\n@data\n" + "".join(f"{i},2:{i / 2}\n" for i in range(20)))
    section = spec_section("ts", path=path)
    train = SEQUENCES["ts"].read(section, Problems()).train
    assert train is not None and train.y is not None
    np.testing.assert_array_equal(train.y, np.arange(20) / 2)


def test_ts_without_targets_can_be_predicted(tmp_path: Path) -> None:
    path = tmp_path / "N.ts"
    path.write_text("@classLabel false\n@data\n1,2:3,4\n5,6:7,8\n")
    new = SEQUENCES["ts"].read_new(path, {}, False, Problems())
    assert new is not None and new.y is None
    np.testing.assert_array_equal(new.x[1], [[5, 7], [6, 8]])


def spec_section(source: str, **keys: Any) -> Any:
    return SOURCES[source](source=source, **keys)


@pytest.mark.parametrize(
    ("source", "computing", "changes"),
    [
        ("audio", "audio.log_mel", {"mels": 9}),
        ("audio", "audio.log_mel", {"hop_ms": 5.0}),
        ("images", "images._pictures", {"channels": "rgb"}),
        ("images", "images._pictures", {"size": (4, 4)}),
    ],
)
def test_a_second_search_reads_what_the_first_has_computed(
    source: str,
    computing: str,
    changes: dict[str, Any],
    write_source: Any,
    tmp_path: Path,
    own_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    section = write_source(source, tmp_path)
    first = SEQUENCES[source].read(section, Problems()).train
    kept = list((own_cache / "rnnsearch" / "features").iterdir())
    assert len(kept) == 1

    def fail(*_: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setattr(f"rnnsearch.data.sources.{computing}", fail)
    again = SEQUENCES[source].read(section, Problems()).train
    assert first is not None and again is not None
    np.testing.assert_array_equal(first.x, again.x)
    with pytest.raises(AssertionError, match="computed again"):
        SEQUENCES[source].read(section.model_copy(update=changes), Problems())
    kept[0].unlink()  # `again` may map it
    kept[0].write_bytes(b"broken")
    with pytest.raises(AssertionError, match="computed again"):
        SEQUENCES[source].read(section, Problems())


def test_a_cache_that_cannot_be_written_stops_nothing(
    write_source: Any, tmp_path: Path, own_cache: Path
) -> None:
    (own_cache / "rnnsearch").write_text("a file, where the folder should be")
    assert read(write_source("audio", tmp_path), "many_to_one").dataset().masked


def test_sound_is_resampled_and_its_channels_averaged(tmp_path: Path, write_source: Any) -> None:
    soundfile = pytest.importorskip("soundfile")
    section = write_source("audio", tmp_path)
    time = np.arange(24000) / 24000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "slow.wav", tone[::3], 8000)
    soundfile.write(tmp_path / "fast.flac", np.stack([2 * tone, 0 * tone], axis=1), 24000)
    settings = section.model_dump(mode="json")
    slow, fast = (
        SEQUENCES["audio"].read_new(tmp_path / name, settings, False, Problems())
        for name in ("slow.wav", "fast.flac")
    )
    assert slow is not None and fast is not None
    loud = slow.x > slow.x.max() - 8
    np.testing.assert_allclose(fast.x[loud], slow.x[loud], atol=0.02)


def test_clips_are_folders_of_frames(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for clip in range(20):
        folder = tmp_path / "ab"[clip % 2] / f"clip{clip}"
        folder.mkdir(parents=True)
        for frame in range(9, 9 + 2 + clip % 3):  # 9, 10, 11: not the order of their texts
            pixels = np.full((2, 3), 10 * clip + frame, dtype=np.uint8)
            image.fromarray(pixels).save(folder / f"f{frame}.png")
    section = spec_section("images", path=tmp_path, steps="frames")
    train = SEQUENCES["images"].read(section, Problems()).train
    assert train is not None and train.lengths is not None and train.files is not None
    at = train.files.tolist().index("a/clip8")
    assert train.x.shape == (20, 4, 2, 3, 1) and train.lengths[at] == 4
    np.testing.assert_allclose(train.x[at, :, 0, 0, 0] * 255, [89, 90, 91, 92], rtol=1e-6)
    data = read(section, "many_to_one").dataset()
    assert data.train.x.shape[1:] == (4, 6) and data.masked


def test_pictures_are_scaled_to_one_size(tmp_path: Path, write_source: Any) -> None:
    section = write_source("images", tmp_path, size=(8, 3), channels="rgb", steps="columns")
    train = SEQUENCES["images"].read(section, Problems()).train
    assert train is not None and train.x.shape == (24, 8, 3, 3)
    assert read(section, "many_to_one").dataset().train.x.shape == (17, 3, 24)
