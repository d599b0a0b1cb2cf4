"""The data sets: how each becomes a training part, and the test part that all are judged on.

What a user of rnnsearch would be given, a file or folder and the `data` of a spec, is written
here; the arrays for the others are read from it by rnnsearch, so that all have the same numbers.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from rnnsearch.data import Dataset, read
from rnnsearch.data._base import join_parts
from rnnsearch.spec import parse

__all__ = ["SETS", "DataSet", "Given", "dataset", "give"]

_ROOT = Path(__file__).resolve().parents[2]
_TEST_PROMPTS = 12
"""Of 60 file names that were recorded in each language."""
_CUSTOMARY = 2000
"""Rows of dna_splice.csv that train, by custom."""


@dataclass(frozen=True)
class Given:
    """What rnnsearch is given.

    Attributes:
        task: Of the spec.
        data: The spec's section.
        test: A file or folder of the test part alone; of a table all of it, the test rows last.
    """

    task: str
    data: dict[str, Any]
    test: Path


@dataclass(frozen=True)
class DataSet:
    """A data set.

    Attributes:
        name: In `SETS`, and of its file.
        metric: accuracy or rmse.
        write: Gives what is given, from the folder of the data sets, a folder to write into, and
            the name.
    """

    name: str
    metric: str
    write: Callable[[Path, Path, str], Given]

    @property
    def forecast(self) -> bool:
        """Whether the sequences follow each other in time."""
        return self.write in (_table, _sunspots, _weather, _day)


def give(name: str, folder: Path, scratch: Path) -> Given:
    """What rnnsearch is given of a data set, written into the folder `scratch`.

    Raises:
        OSError: A file of the data set is not there.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    return SETS[name].write(folder, scratch, name)


def dataset(given: Given) -> Dataset:
    """The arrays: everything outside the test part to train on, and the test part."""
    data = dict(given.data)
    table = data["source"] == "csv"
    if table:  # all but one sequence of its training part, then that one as well
        reach = data["window"] + data.get("horizon", 1) + data.get("output_steps", 1) - 1
        share = _share(reach, Path(data["path"]))
        data["split"] = {"validation": share, "test": data["split"]["test"]}
    spec = parse({"task": given.task, "data": data, "space": {}}, name="set", directory=_ROOT)
    found = read(spec.data, spec.task).whole()
    return replace(found, train=join_parts([found.train, found.validation])) if table else found


def _archive(folder: Path, scratch: Path, name: str) -> Given:
    """An .npz with x_train, y_train, x_test, y_test, and lengths where they are ragged."""
    path = folder / f"{name}.npz"
    with np.load(path) as arrays:
        parts = {key: arrays[key] for key in arrays.files}
    return _in_parts(path, parts, scratch)


def _in_parts(path: Path, parts: dict[str, np.ndarray], scratch: Path) -> Given:
    """What is given of an .npz, whose test part is written into a file of its own."""
    test = scratch / "test.npz"
    ending = "_test"
    np.savez(test, **{k.removesuffix(ending): v for k, v in parts.items() if k.endswith(ending)})
    kind = "class" if parts["y_train"].dtype.kind in "iu" else "numeric"
    return Given("many_to_one", {"source": "npz", "path": str(path), "target_kind": kind}, test)


def _digits(folder: Path, scratch: Path, name: str) -> Given:
    """A quarter of each digit tests: the part that the shipped copy of the file says."""
    from sklearn.model_selection import train_test_split

    with np.load(folder / f"{name}.npz") as arrays:
        x, y = arrays["x"], arrays["y"]
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=0)
    parts = {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}
    path = scratch / "digits.npz"
    np.savez(path, **parts)
    return _in_parts(path, parts, scratch)


def _spoken(folder: Path, scratch: Path, name: str) -> Given:
    """Recordings of which no prompt is in both parts, in whatever language."""
    stems = sorted(path.stem for path in (folder / "audio" / "en").glob("*.wav"))
    held_out = np.random.default_rng(0).permutation(len(stems))[:_TEST_PROMPTS]
    tested = {stems[index] for index in held_out}
    for path in sorted((folder / "audio").glob("*/*.wav")):
        part = "test" if path.stem in tested else "train"
        copy = scratch / "audio" / part / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    data = _shipped("spoken_language")["data"]
    split = {key: value for key, value in data["split"].items() if key != "test"}
    given = {**data, "path": str(scratch / "audio"), "split": split}
    return Given("many_to_one", given, scratch / "audio" / "test")


def _splice(folder: Path, scratch: Path, name: str) -> Given:
    """Letters; the first 2000 rows train."""
    with (folder / "dna_splice.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    marked = [[*row, "train" if n < _CUSTOMARY else "test"] for n, row in enumerate(rows)]
    path, test = scratch / "dna_splice.csv", scratch / "test.csv"
    for target, lines in ((path, [[*header, "part"], *marked]), (test, [header, *rows[2000:]])):
        with target.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
    data = {"source": "table", "path": str(path), "sequence": "sequence", "target": "label"}
    return Given("many_to_one", {**data, "split": {"column": "part"}}, test)


def _recordings(folder: Path, scratch: Path, name: str) -> Given:
    """A folder with train and test, in each a folder of recordings a class, as `init` reads it."""
    path = folder / name
    if not path.is_dir():
        raise FileNotFoundError(f"no folder {path}")
    data = {"source": "audio", "path": str(path), "features": "log_mel", "rate": 8000}
    data |= {"frame_ms": 25, "hop_ms": 10, "mels": 40}
    return Given("many_to_one", data, path / "test")


def _names(folder: Path, scratch: Path, name: str) -> Given:
    """Letters; a quarter of the different names tests, drawn at random."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *read = csv.reader(file)
    rows = list({row[0]: row for row in read}.values())
    order = np.random.default_rng(0).permutation(len(rows))
    tested = {int(place) for place in order[: len(rows) // 4]}
    marked = [[*row, "test" if n in tested else "train"] for n, row in enumerate(rows)]
    path, test = scratch / f"{name}.csv", scratch / "test.csv"
    others = [row for n, row in enumerate(rows) if n in tested]
    for target, lines in ((path, [[*header, "part"], *marked]), (test, [header, *others])):
        with target.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
    data = {"source": "table", "path": str(path), "sequence": header[0], "target": header[1]}
    data |= {"tokens": "characters", "split": {"column": "part"}}
    return Given("many_to_one", data, test)


def _table(folder: Path, scratch: Path, name: str) -> Given:
    """A table, as its shipped spec reads it."""
    spec = _shipped(name)
    path = folder / Path(spec["data"]["path"]).name
    return Given(spec["task"], {**spec["data"], "path": str(path)}, path)


def _weather(folder: Path, scratch: Path, name: str) -> Given:
    """As shipped, but of each month only the day after it is predicted."""
    given = _table(folder, scratch, name)
    return Given("many_to_one", {**given.data, "stride": 1}, given.test)


def _day(folder: Path, scratch: Path, name: str) -> Given:
    """As shipped, but the window is not searched: everybody reads two days."""
    given = _table(folder, scratch, name)
    return Given(given.task, {**given.data, "window": 96}, given.test)


def _sunspots(folder: Path, scratch: Path, name: str) -> Given:
    """The next month's number from those of four years; the last 480 months test."""
    window = 48
    path = folder / "sunspots.csv"
    data = {"source": "csv", "path": str(path), "time": "month", "inputs": ["spots"]}
    split = {"validation": 0.15, "test": _share(480 + window, path)}
    data |= {"target": "spots", "window": window, "split": split}
    return Given("many_to_one", data, path)


def _share(count: int, path: Path) -> float:
    """The share that so many rows are of a table with a header; no less after rounding."""
    with path.open(encoding="utf-8") as file:
        rows = sum(1 for _ in file) - 1
    return (count + 0.25) / rows


def _shipped(name: str) -> dict[str, Any]:
    """A spec of search_spaces."""
    document: dict[str, Any] = yaml.safe_load(
        (_ROOT / "search_spaces" / f"{name}.yaml").read_text("utf-8")
    )
    return document


_ARCHIVE = (
    *("beef", "diatom_size_reduction", "ecg200", "face_four", "fish", "lighting2", "lighting7"),
    *("olive_oil", "synthetic_control", "two_lead_ecg", "natops"),
)
"""Of the UCR and UEA archives, their own training and test part."""

SETS = {
    one.name: one
    for one in (
        DataSet("trace", "accuracy", _archive),
        DataSet("coffee", "accuracy", _archive),
        DataSet("acsf1", "accuracy", _archive),
        DataSet("japanese_vowels", "accuracy", _archive),
        DataSet("digits", "accuracy", _digits),
        DataSet("spoken_words", "accuracy", _spoken),
        DataSet("dna_splice", "accuracy", _splice),
        DataSet("covid3month", "rmse", _archive),
        DataSet("electricity", "rmse", _table),
        DataSet("electricity_day", "rmse", _day),
        DataSet("airline", "rmse", _table),
        DataSet("sunspots", "rmse", _sunspots),
        DataSet("oil", "rmse", _table),
        DataSet("weather", "rmse", _weather),
        *(DataSet(name, "accuracy", _archive) for name in _ARCHIVE),
        DataSet("spoken_digits", "accuracy", _recordings),
        DataSet("names", "accuracy", _names),
    )
}
