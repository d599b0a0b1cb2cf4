"""Bad inputs of every source: each problem, in the exact words, and all at once."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, read
from rnnsearch.errors import InvalidData, MissingExtra
from rnnsearch.spec.sources import Source

X, Y = np.arange(60.0).reshape(20, 3, 1) % 7, np.arange(20) % 4


def said(section: Source, folder: Path) -> list[str]:
    """What reading says; the test's folder is written as FOLDER."""
    with pytest.raises(InvalidData) as caught:
        read(section, "many_to_one")
    return [str(problem).replace(str(folder), "FOLDER") for problem in caught.value.problems]


def gone(folder: Path, section: Any) -> Any:
    return section.model_copy(update={"path": folder / "gone"})


def one_class(folder: Path, section: Any) -> Any:
    shutil.rmtree(section.path / "b")
    return section


def no_folders(folder: Path, section: Any) -> Any:
    return section.model_copy(update={"path": section.path / "a"})


def empty_class(folder: Path, section: Any) -> Any:
    (section.path / "c").mkdir()
    (section.path / "c" / "notes.txt").write_text("nothing to read")
    return section


def spoiled(name: str, *contents: bytes) -> Callable[[Path, Any], Any]:
    """Some files of class a, written over."""

    def spoil(folder: Path, section: Any) -> Any:
        for file, bytes_ in zip(sorted((section.path / name).iterdir()), contents, strict=False):
            file.write_bytes(bytes_)
        return section

    return spoil


def text(content: str) -> Callable[[Path, Any], Any]:
    """The .ts file, written over."""

    def spoil(folder: Path, section: Any) -> Any:
        section.path.write_text(content)
        return section

    return spoil


def arrays(**saved: Any) -> Callable[[Path, Any], Any]:
    """The folder's .npy files, written over."""

    def spoil(folder: Path, section: Any) -> Any:
        for name, array in saved.items():
            np.save(section.path / f"{name}.npy", array)
        return section

    return spoil


def sounds(**written: tuple[Any, int]) -> Callable[[Path, Any], Any]:
    """Further recordings of class a: samples and rate."""

    def spoil(folder: Path, section: Any) -> Any:
        soundfile = pytest.importorskip("soundfile")
        for name, (samples, rate) in written.items():
            path = section.path / "a" / f"{name}.wav"
            soundfile.write(path, np.asarray(samples), rate, subtype="FLOAT")
        return section

    return spoil


def function(body: str, **changes: Any) -> Callable[[Path, Any], Any]:
    """The user's module, written over."""

    def spoil(folder: Path, section: Any) -> Any:
        (section.path / "mine.py").write_text(body)
        return section.model_copy(update={"arguments": {}} | changes)

    return spoil


def changed(**changes: Any) -> Callable[[Path, Any], Any]:
    """Other settings."""
    return lambda folder, section: section.model_copy(update=changes)


def picture(folder: Path, section: Any) -> Any:
    """One of another size."""
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.zeros((5, 7), dtype=np.uint8)).save(section.path / "a" / "z.png")
    return section


def emptied(folder: Path, section: Any) -> Any:
    for file in section.path.glob("*.npy"):
        file.unlink()
    return section


def broken_files(folder: Path, section: Any) -> Any:
    np.save(section.path / "x.npy", np.array([[1], [2, 3]], dtype=object))
    (section.path / "y.npy").write_bytes(b"hello")
    return section


def a_file(folder: Path, section: Any) -> Any:
    return section.model_copy(update={"path": min((section.path / "a").iterdir())})


def its_folder(folder: Path, section: Any) -> Any:
    return section.model_copy(update={"path": folder})


Case = tuple[str, Callable[[Path, Any], Any], list[str]]
CASES: dict[str, Case] = {
    "npy: missing": (
        "npy",
        gone,
        [
            "data.path: must be an existing folder; received nothing at FOLDER/gone; name the folder that x.npy and y.npy are in, relative to the spec's folder"
        ],
    ),
    "npy: no arrays": (
        "npy",
        emptied,
        [
            "data.path: must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'; received no arrays; save both"
        ],
    ),
    "npy: objects, and a broken file": (
        "npy",
        broken_files,
        [
            "data.path: must hold plain arrays; received FOLDER/x.npy (Array can't be memory-mapped: Python objects in dtype.); save plain arrays with numpy.save, ragged ones padded with NaN",
            "data.path: must hold plain arrays; received FOLDER/y.npy (This file contains pickled (object) data. If you trust the file you can load it unsafely using the `allow_pickle=` keyword argument or `pickle.load()`.); save plain arrays with numpy.save, ragged ones padded with NaN",
        ],
    ),
    "npy: unequal counts": (
        "npy",
        arrays(y=Y[:9]),
        [
            "data.path: must have as many targets as sequences; received 24 in x, 9 in y; save both from one place"
        ],
    ),
    "npy: wrong type": (
        "npy",
        arrays(x=np.full((24, 3), "a")),
        [
            "data.path: must hold numbers; received x of type <U1; only one_to_many reads text so far: write it as features of 0 and 1, one for each value"
        ],
    ),
    "npy: one class": (
        "npy",
        arrays(y=np.zeros(24, dtype=int)),
        ["data.path: must have two classes or more; received only 0; give other classes too"],
    ),
    "npy: endless": (
        "npy",
        arrays(x=np.full((24, 3), np.inf)),
        [
            "data.path: must be finite numbers below 1e30; received inf in x (index 0, 1, 2, 3, 4, … (24 in all)); correct the arrays"
        ],
    ),
    "ts: missing": (
        "ts",
        gone,
        [
            "data.path: must be an existing file; received FOLDER/gone; a path in a spec is relative to the spec's folder"
        ],
    ),
    "ts: empty": (
        "ts",
        text(""),
        [
            "data.path: must have a line @data and a sequence a line below it; received no line @data; look at FOLDER/Made.ts"
        ],
    ),
    "ts: no data": (
        "ts",
        text("@classLabel true a\n@data\n"),
        [
            "data.path: must have a line @data and a sequence a line below it; received nothing below @data; look at FOLDER/Made.ts"
        ],
    ),
    "ts: no label": (
        "ts",
        text("@classLabel false\n@data\n1,2\n"),
        [
            "data.path: must have @classLabel true or @targetLabel true; received neither in FOLDER/Made.ts; sequences without a target can be predicted, not learned from"
        ],
    ),
    "ts: wrong type, dimensions, lengths and labels at once": (
        "ts",
        text(
            "@classLabel true a b\n@data\n1,2:3,4:a\n1,x:3,4:b\n1,2:a\n1,2:3:b\n1:2:?\na\n1;2:3:b\n"
        ),
        [
            "data.path: must have numbers or ? for a missing one, in each row; received 2 rows (4, 9); look at FOLDER/Made.ts",
            "data.path: must have 2 dimensions, as the first, in each row; received row 5; look at FOLDER/Made.ts",
            "data.path: must have dimensions of equal length, in each row; received row 6; look at FOLDER/Made.ts",
            "data.path: must have a class after the last ':', in each row; received row 7; look at FOLDER/Made.ts",
            "data.path: must have a dimension and, after a ':', the label, in each row; received row 8; look at FOLDER/Made.ts",
        ],
    ),
    "ts: one class": (
        "ts",
        text("@classLabel true a\n@data\n" + "1,2:a\n3,5:a\n" * 9),
        ["data.path: must have two classes or more; received only a; give other classes too"],
    ),
    "ts: endless": (
        "ts",
        text("@classLabel true a b\n@data\n" + "1,2:a\n3,inf:b\n" * 9),
        [
            "data.path: must be finite numbers below 1e30; received inf in x (index 1, 3, 5, 7, 9, … (9 in all)); correct the arrays"
        ],
    ),
    "ts: missing value": (
        "ts",
        text("@classLabel true a b\n@data\n" + "1,2:a\n3,?:b\n" * 9),
        [
            "data.path: must have a value in every step that is no padding at the end; received NaN in 9 sequences of x (index 1, 3, 5, 7, 9, … (9 in all)); fill the gaps, or set data.missing to interpolate or drop"
        ],
    ),
    "ts: no numbers for targets": (
        "ts",
        text("@targetLabel true\n@data\n1,2:a\n3,4:1.5\n"),
        [
            "data.path: must have numbers or ? for a missing one, in each row; received row 3; look at FOLDER/Made.ts"
        ],
    ),
    "ts: folder without parts": (
        "ts",
        its_folder,
        [
            "data.path: must be a .ts file, or a folder with one file …_TRAIN.ts; received none in FOLDER; name the file"
        ],
    ),
    "audio: missing": (
        "audio",
        gone,
        [
            "data.path: must be an existing folder; received nothing at FOLDER/gone; a path in a spec is relative to the spec's folder"
        ],
    ),
    "audio: a file": (
        "audio",
        a_file,
        [
            "data.path: must be an existing folder; received a file at FOLDER/sounds/a/speaker0_000.wav; a path in a spec is relative to the spec's folder"
        ],
    ),
    "audio: no classes": (
        "audio",
        no_folders,
        [
            "data.path: must have a folder for each class; received no folders in FOLDER/sounds/a; put .wav, .flac, .ogg, … files into folders"
        ],
    ),
    "audio: empty class": (
        "audio",
        empty_class,
        [
            "data.path: must have .wav, .flac, .ogg, … files in the folder of each class; received none in c; fill or remove these of FOLDER/sounds"
        ],
    ),
    "audio: one class": (
        "audio",
        one_class,
        ["data.path: must have two classes or more; received only a; give other classes too"],
    ),
    "audio: no sound": (
        "audio",
        spoiled("a", b"hello", b""),
        [
            "data.path: must have sound in every file; received no sound that can be read in a/speaker0_000.wav, a/speaker0_010.wav; remove these"
        ],
    ),
    "audio: everything at once": (
        "audio",
        sounds(e=([], 8000), f=([0.1, float("nan")], 8000), g=([0.1, 0.2], 4000)),
        [
            "data.path: must have sound in every file; received no samples in a/e.wav; remove these",
            "data.path: must have sound in every file; received samples that are no finite numbers in a/f.wav; remove these",
            "data.rate: must be a rate that every file has or exceeds, unlike 8000; received 4000 in a/g.wav; set rate: 4000, or remove these",
        ],
    ),
    "audio: settings": (
        "audio",
        changed(mels=200, features="mfcc", coefficients=300),
        [
            "data.mels: must be so few that every band has a frequency in it; received 200 of frames of 200 samples; lower it, or set a longer data.frame_ms",
            "data.coefficients: must be at most data.mels; received 300 of 200; lower it",
        ],
    ),
    "images: missing": (
        "images",
        gone,
        [
            "data.path: must be an existing folder; received nothing at FOLDER/gone; a path in a spec is relative to the spec's folder"
        ],
    ),
    "images: no classes": (
        "images",
        no_folders,
        [
            "data.path: must have a folder for each class; received no folders in FOLDER/pictures/a; put .png, .jpg, .jpeg, … files into folders"
        ],
    ),
    "images: empty class": (
        "images",
        empty_class,
        [
            "data.path: must have .png, .jpg, .jpeg, … files in the folder of each class; received none in c; fill or remove these of FOLDER/pictures"
        ],
    ),
    "images: one class": (
        "images",
        one_class,
        ["data.path: must have two classes or more; received only a; give other classes too"],
    ),
    "images: no picture": (
        "images",
        spoiled("a", b"hello", b"\x89PNG"),
        [
            "data.path: must have a picture in every file; received none in a/writer0_000.png, a/writer0_010.png; remove these, or save them again"
        ],
    ),
    "images: sizes": (
        "images",
        picture,
        [
            "data.size: must be given where pictures differ in height and width; received 4 × 6 (a/writer0_000.png), 5 × 7 (a/z.png); add size: [height, width] under data:"
        ],
    ),
    "images: patch": (
        "images",
        changed(steps="patches", patch=4),
        [
            "data.patch: must divide height and width; received 4 for 4 × 6; choose another patch or size"
        ],
    ),
    "images: frames": (
        "images",
        changed(steps="frames"),
        [
            "data.path: must have folders of .png, .jpg, .jpeg, … files in the folder of each class; received none in a, b; fill or remove these of FOLDER/pictures"
        ],
    ),
    "python: no module": (
        "python",
        changed(function="nothing:load"),
        [
            "data.function: must name a module in FOLDER or an installed one; received nothing; there is no module 'nothing'"
        ],
    ),
    "python: no function": (
        "python",
        changed(function="mine:lod"),
        [
            "data.function: must name a function of FOLDER/mine.py; received lod; did you mean 'load'? there are: load"
        ],
    ),
    "python: no colon": (
        "python",
        changed(function="mine.load"),
        ["data.function: must be module:function; received mine.load; such as recordings:load"],
    ),
    "python: no such argument": (
        "python",
        changed(arguments={"name": "data.npz", "nmae": 1}),
        [
            "data.function: must run without an error: mine:load; received TypeError: load() got an unexpected keyword argument 'nmae'; correct the function, or data.arguments"
        ],
    ),
    "python: fails": (
        "python",
        function("def load():\n    values = []\n    return values[3]\n"),
        [
            "data.function: must run without an error: mine:load; received IndexError: list index out of range (FOLDER/mine.py, line 3, in load); correct the function, or data.arguments"
        ],
    ),
    "python: fails in a library": (
        "python",
        function("import numpy\ndef load():\n    return numpy.zeros(3).reshape(2, 2)\n"),
        [
            "data.function: must run without an error: mine:load; received ValueError: cannot reshape array of size 3 into shape (2,2) (FOLDER/mine.py, line 3, in load); correct the function, or data.arguments"
        ],
    ),
    "python: leaves": (
        "python",
        function("import sys\ndef load():\n    sys.exit('no data')\n"),
        [
            "data.function: must run without an error: mine:load; received SystemExit: no data (FOLDER/mine.py, line 3, in load); correct the function, or data.arguments"
        ],
    ),
    "python: syntax": (
        "python",
        function("def load(:\n"),
        [
            "data.function: must run without an error: mine:load; received SyntaxError: invalid syntax (mine.py, line 1) (FOLDER/mine.py, line 1); correct the function, or data.arguments"
        ],
    ),
    "python: needs what is not there": (
        "python",
        function("import notthere\n"),
        [
            "data.function: must run without an error: mine:load; received ModuleNotFoundError: No module named 'notthere' (FOLDER/mine.py, line 1, in <module>); correct the function, or data.arguments"
        ],
    ),
    "python: wrong type": (
        "python",
        function("def load():\n    return 5\n"),
        [
            "data.function: must return (x, y), (x, y, lengths), a dict of arrays or a rnnsearch.Arrays; received int; return one of these"
        ],
    ),
    "python: one item": (
        "python",
        function("def load():\n    return [1]\n"),
        [
            "data.function: must return (x, y), (x, y, lengths), a dict of arrays or a rnnsearch.Arrays; received list of 1; return one of these"
        ],
    ),
    "python: ragged": (
        "python",
        function("def load():\n    return [[1], [2, 3]], [0, 1]\n"),
        [
            "data.function: must return arrays: x; received setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part.; pad ragged sequences with NaN at the end"
        ],
    ),
    "python: no targets": (
        "python",
        function("def load():\n    return {'x': [[1.0]]}\n"),
        [
            "data.function: must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'; received x; save both"
        ],
    ),
    "python: unequal counts": (
        "python",
        function("def load():\n    return [[1.0], [2.0]], [0, 1, 0]\n"),
        [
            "data.function: must have as many targets as sequences; received 2 in x, 3 in y; save both from one place"
        ],
    ),
    "python: one class": (
        "python",
        function("import numpy\ndef load():\n    return numpy.eye(20), ['a'] * 20\n"),
        ["data.function: must have two classes or more; received only a; give other classes too"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_message(case: str, write_source: Any, tmp_path: Path) -> None:
    source, spoil, expected = CASES[case]
    assert said(spoil(tmp_path, write_source(source, tmp_path)), tmp_path) == expected


@pytest.mark.parametrize(
    ("source", "module", "message"),
    [
        (
            "audio",
            "soundfile",
            "data.source: audio needs the library soundfile, which is not installed; run: pip "
            "install 'rnnsearch[audio]'",
        ),
        (
            "images",
            "PIL.Image",
            "data.source: images needs the library pillow, which is not installed; run: pip "
            "install 'rnnsearch[images]'",
        ),
    ],
)
def test_a_missing_library_is_named(
    source: str,
    module: str,
    message: str,
    write_source: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    section = write_source(source, tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as caught:
        read(section, "many_to_one")
    assert str(caught.value) == message


def test_the_module_is_read_anew_and_leaves_the_process_as_it_was(
    write_source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = types.ModuleType("mine")
    monkeypatch.setitem(sys.modules, "mine", other)
    section, path = write_source("python", tmp_path), list(sys.path)
    assert len(read(section, "many_to_one").dataset().test) == 3
    (tmp_path / "mine.py").write_text("def load(name):\n    raise OSError('changed')\n")
    assert "OSError: changed" in said(section, tmp_path)[0]
    assert sys.modules["mine"] is other and sys.path == path


@pytest.mark.parametrize("form", ["two", "three", "dict", "parts"])
def test_whatever_a_function_may_return(
    form: str, write_source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned: Any = {
        "two": [X, Y.tolist()],
        "three": (X, Y, np.full(20, 2)),
        "dict": {"x_train": X, "y_train": Y, "x_test": X[:8], "y_test": Y[:8], "note": "none"},
        "parts": Arrays(train=(X, Y), test=(X[:8], Y[:8])),
    }[form]
    module = types.ModuleType("given")
    module.load = lambda: returned  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "given", module)
    section = write_source("python", tmp_path, function="given:load", arguments={})
    dataset = read(section, "many_to_one").dataset()
    assert len(dataset.test) == (8 if form in ("dict", "parts") else 3)
    assert dataset.masked == (form == "three")
