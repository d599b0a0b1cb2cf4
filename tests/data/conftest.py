"""Makers of small files and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.spec.sources import SOURCES, CsvSource, NpzSource, SequencesSource, SplitSpec

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def write_csv(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Columns to a new CSV file; None becomes an empty cell."""

    def write(columns: Mapping[str, Sequence[Any]]) -> Path:
        path = tmp_path_factory.mktemp("csv") / "series.csv"
        rows = zip(*columns.values(), strict=True)
        lines = [",".join(columns)]
        lines += [",".join("" if v is None else str(v) for v in row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def write_npz(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Arrays to a new .npz file."""

    def write(**arrays: Any) -> Path:
        path = tmp_path_factory.mktemp("npz") / "arrays.npz"
        np.savez(path, **arrays)
        return path

    return write


@pytest.fixture(scope="session")
def csv_source() -> Callable[..., CsvSource]:
    """A source with a window of 4 rows that forecasts `y` from `y`, unless told otherwise.

    No sequence has rows of two parts, and values are what is learned, unless told otherwise: so
    a few rows are enough for a test.
    """

    def make(path: Path, **changes: Any) -> CsvSource:
        values: dict[str, Any] = {"inputs": ("y",), "target": "y", "window": 4} | changes
        if values.get("difference") is None:
            values = {"base": "none"} | values
        split = SplitSpec.model_validate(values.pop("split", {}))
        if "reach_back" not in split.model_fields_set:
            split = split.model_copy(update={"reach_back": False})
        return CsvSource(source="csv", path=path, split=split, **values)

    return make


def divided_once(changes: dict[str, Any]) -> dict[str, Any]:
    """Keys of a section whose split has one fold, unless it says how many."""
    split: SplitSpec = changes.get("split", SplitSpec())
    if "folds" not in split.model_fields_set:
        split = split.model_copy(update={"folds": 1})
    return {**changes, "split": split}


@pytest.fixture(scope="session")
def npz_source() -> Callable[..., NpzSource]:
    """A source of arrays with one fold, unless told otherwise."""

    def make(path: Path, **changes: Any) -> NpzSource:
        return NpzSource(source="npz", path=path, **divided_once(changes))

    return make


def sequences(count: int, seed: int = 0) -> tuple[list[np.ndarray], list[str]]:
    """Ragged sequences (T, 2) of 3, 4, 5, 6, 3, … steps, and their classes: a, b, a, b, …"""
    generator = np.random.default_rng(seed)
    lengths = [3 + at % 4 for at in range(count)]
    return [generator.normal(size=(n, 2)) for n in lengths], ["ab"[at % 2] for at in range(count)]


def padded(seqs: Sequence[np.ndarray]) -> np.ndarray:
    """(N, T, F), NaN at the end."""
    x = np.full((len(seqs), max(map(len, seqs)), seqs[0].shape[1]), np.nan)
    for place, sequence in zip(x, seqs, strict=True):
        place[: len(sequence)] = sequence
    return x


def write_as_npz(folder: Path, count: int, seed: int) -> dict[str, Any]:
    x, y = sequences(count, seed)
    np.savez(folder / "data.npz", x=padded(x), y=y)
    return {"path": folder / "data.npz"}


def write_as_npy(folder: Path, count: int, seed: int) -> dict[str, Any]:
    x, y = sequences(count, seed)
    np.save(folder / "x.npy", padded(x))
    np.save(folder / "y.npy", y)
    return {"path": folder}


def write_as_python(folder: Path, count: int, seed: int) -> dict[str, Any]:
    write_as_npz(folder, count, seed)  # and what `predict` is given
    (folder / "mine.py").write_text(
        "import pathlib, numpy\n"
        "def load(name):\n"
        "    arrays = numpy.load(pathlib.Path(__file__).parent / name)\n"
        "    return arrays['x'], arrays['y']\n"
    )
    return {"path": folder, "function": "mine:load", "arguments": {"name": "data.npz"}}


def write_as_ts(folder: Path, count: int, seed: int) -> dict[str, Any]:
    lines = ["# ragged", "@problemName Made", "@univariate false", "@classLabel true a b", "@data"]
    for x, label in zip(*sequences(count, seed), strict=True):
        columns = [",".join(map(repr, column.tolist())) for column in x.T]
        lines.append(":".join([*columns, label]))
    (folder / "Made.ts").write_text("\n".join(lines) + "\n")
    return {"path": folder / "Made.ts"}


def write_as_wide(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Both features as quantities, and cells that are empty where a sequence has ended."""
    x, y = sequences(count, seed)
    names = [f"{quantity}{step}" for step in range(6) for quantity in "uv"]
    rows = [",".join([*names, "label"])]
    for values, label in zip(padded(x), y, strict=True):
        cells = ["" if np.isnan(cell) else repr(cell) for cell in values.ravel().tolist()]
        rows.append(",".join([*cells, label]))
    (folder / "wide.csv").write_text("\n".join(rows) + "\n")
    return {"path": folder / "wide.csv", "target": "label", "quantities": ("u", "v")}


def write_as_audio(folder: Path, count: int, seed: int) -> dict[str, Any]:
    soundfile = pytest.importorskip("soundfile")
    for at, (x, label) in enumerate(zip(*sequences(count, seed), strict=True)):
        path = folder / "sounds" / label / f"speaker{at % 5}_{at:03}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.tile(x[:, 0] / 9, 300), 8000)
    return {"path": folder / "sounds", "rate": 8000, "mels": 8}


def write_as_images(folder: Path, count: int, seed: int) -> dict[str, Any]:
    image = pytest.importorskip("PIL.Image")
    for at, (x, label) in enumerate(zip(*sequences(count, seed), strict=True)):
        path = folder / "pictures" / label / f"writer{at % 5}_{at:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.resize(np.abs(x) * 99, (4, 6)).astype(np.uint8)
        image.fromarray(pixels).save(path)
    return {"path": folder / "pictures"}


WRITERS: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {
    "npz": write_as_npz,
    "npy": write_as_npy,
    "python": write_as_python,
    "ts": write_as_ts,
    "wide": write_as_wide,
    "audio": write_as_audio,
    "images": write_as_images,
}
"""Every source of separate sequences: writes so many of two classes, says the section's keys."""


@pytest.fixture(scope="session")
def write_source() -> Callable[..., Any]:
    """Sequences of two classes, written for a source; gives the data section that reads them."""

    def write(
        source: str, folder: Path, count: int = 24, seed: int = 0, **changes: Any
    ) -> SequencesSource:
        folder.mkdir(parents=True, exist_ok=True)
        keys = WRITERS[source](folder, count, seed)
        section = SOURCES[source](source=source, **(keys | divided_once(changes)))
        assert isinstance(section, SequencesSource)
        return section

    write.writers = WRITERS  # type: ignore[attr-defined]
    return write


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that no other test, and no search of the machine's user, knows."""
    path = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(path))
    return path
