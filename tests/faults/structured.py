"""Specs and data files that are whole, and say things that nobody thought of. Made by hypothesis.

What `inputs` does to bytes and lines hardly ever leaves a file that is read to its end; these are.
"""

from __future__ import annotations

import json
import time
import warnings
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnnsearch import spec as specs
from rnnsearch.data import read
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Wishes, guess
from tests.faults._base import Scene, Violation, fault, must
from tests.faults.inputs import refused_or_valid

_EXAMPLES = 20
"""Of a seed: hypothesis takes its time to begin."""

_SHIPPED = sorted((Path(__file__).parents[2] / "search_spaces").glob("*.yaml"))


def _repeatedly(scene: Scene, strategy: st.SearchStrategy[Any], act: Callable[[Any], None]) -> None:
    """Do something with examples of a strategy, which the scene's seed decides."""
    phases = (Phase.generate, Phase.shrink)

    @seed(scene.seed)
    @settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(strategy)
    def every(example: Any) -> None:
        act(example)

    try:
        every()
    except Exception as error:  # which says in notes of which example
        each = error.exceptions if isinstance(error, ExceptionGroup) else [error]
        said = ["\n".join([str(one), *getattr(one, "__notes__", ())])[:1000] for one in each]
        raise Violation("\n".join(said)) from error


# Specs


def _words() -> list[str]:
    """Keys and values of the shipped specs."""
    found: dict[str, None] = {}

    def take(value: Any) -> None:
        if isinstance(value, dict):
            found.update(dict.fromkeys(map(str, value)))
            for inner in value.values():
                take(inner)
        elif isinstance(value, list):
            for inner in value:
                take(inner)
        else:
            found[str(value)] = None

    for path in _SHIPPED:
        take(yaml.safe_load(path.read_text("utf-8")))
    return list(found)


_WORDS = st.sampled_from(_words())
_SCALARS = st.one_of(
    _WORDS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 70),
    st.floats(),
    st.floats(0, 1),
    st.text(max_size=8),
)
_RANGES = st.fixed_dictionaries(
    {"min": _SCALARS, "max": _SCALARS},
    optional={"log": _SCALARS, "step": _SCALARS, "when": st.dictionaries(_WORDS, _SCALARS)},
)
_VALUES = st.recursive(
    _SCALARS | _RANGES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=6,
)


@st.composite
def _documents(draw: Callable[..., Any]) -> Any:
    """A shipped spec with some of its parts replaced, removed or added."""
    document = yaml.safe_load(draw(st.sampled_from(_SHIPPED)).read_text("utf-8"))
    for _ in range(draw(st.integers(1, 3))):
        place = document
        while True:
            keys = sorted(place, key=str) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
                place = place[key]
                continue
            match draw(st.sampled_from(("replace", "replace", "remove", "add"))):
                case "replace":
                    place[key] = draw(_VALUES)
                case "remove":
                    del place[key]
                case _ if isinstance(place, dict):
                    place[draw(_WORDS | st.text(max_size=5))] = draw(_VALUES)
                case _:
                    place.append(draw(_VALUES))
            break
    return document


@fault(
    "specs-made",
    f"shipped specs with parts replaced by hypothesis, {_EXAMPLES} each: as `specs`, with the least "
    "example where one does not hold",
    quick=1,
    full=500,
)
def made_specs(scene: Scene) -> None:
    path = scene.folder / "made.yaml"

    def act(given: tuple[Any, bool]) -> None:
        document, flow = given
        text = json.dumps(document) if flow else yaml.safe_dump(document, allow_unicode=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        refused_or_valid(path)

    _repeatedly(scene, st.tuples(_documents(), st.booleans()), act)


# Data

_COLUMNS = st.sampled_from(["time", "load", "heat", "day", "kind", "part", "", "=a", "load "])
_CELLS = st.one_of(
    st.floats(-1e4, 1e4, width=16).map(str),
    st.integers(-5, 5).map(str),
    st.sampled_from(
        [
            "",
            "nan",
            "-",
            "n/a",
            "1,5",
            "1e999",
            "1_000",
            "\u0661",
            "a",
            "=1+1",
            '"',
            "x" * 300,
            "\x00",
        ]
    ),
    st.text(max_size=4),
)
_STAMPS = st.sampled_from(
    ["2024-01-%02d", "%02d.01.2024", "01/%02d/2024 10:00", "2024-01-%02dT00:00:00Z", "%d", "%d.5"]
)


@st.composite
def _csv(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A table of any dialect."""
    header = draw(st.lists(_COLUMNS, min_size=1, max_size=5))
    form, rows = draw(_STAMPS), []
    plain = draw(st.booleans())
    for number in range(draw(st.integers(0, 40))):
        cells = [
            form % (number % 28 + 1) if name == "time" else f"{number * 7 % 11}" for name in header
        ]
        if not plain and not draw(st.integers(0, 4)):
            cells[draw(st.integers(0, len(cells) - 1))] = draw(_CELLS)
        if not plain and not draw(st.integers(0, 19)):
            cells = cells[:-1] if draw(st.booleans()) else [*cells, "more"]
        rows.append(cells)
    mark = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [
        mark.join(f'"{c}"' if mark in c or "\n" in c else c for c in row) for row in [header, *rows]
    ]
    coding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    content = (end.join(lines) + draw(st.sampled_from([end, ""]))).encode(coding, "replace")
    names = list(dict.fromkeys(header))
    data: dict[str, Any] = {
        "source": "csv",
        "path": "data.csv",
        "target": draw(st.sampled_from(names)),
    }
    data["inputs"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    if "time" in names:
        data["time"] = "time"
    return data, {"data.csv": content}


_TYPES = st.one_of(
    arrays.floating_dtypes(),
    arrays.integer_dtypes(),
    arrays.boolean_dtypes(),
    arrays.complex_number_dtypes(),
    arrays.unicode_string_dtypes(max_len=3),
    arrays.byte_string_dtypes(max_len=3),
    arrays.datetime64_dtypes(),
)


@st.composite
def _npz(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Arrays of any type and shape under the names that are known."""
    import io

    shapes = {"x": (24, 5, 2), "y": (24,), "lengths": (24,)}
    given = {
        "x": np.linspace(0, 1, 240).reshape(24, 5, 2),
        "y": np.arange(24) % 2,
        "lengths": np.full(24, 4),
    }
    names = st.sampled_from(["x", "y", "lengths", "x_train", "y_train", "x_test", "y_validation"])
    for name in draw(st.lists(names, min_size=1, max_size=2)):
        usual = st.just(shapes[name[0] if name[0] in "xy" else name])
        shape = draw(
            usual | usual | arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)
        )
        given[name] = draw(arrays.arrays(draw(_TYPES), shape))
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **given)
    return {"source": "npz", "path": "data.npz"}, {"data.npz": stream.getvalue()}


@st.composite
def _ts(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Headers and series as in the archive, some of them not."""
    heads = ["@problemName x", "@timeStamps false", "@univariate true", "@classLabel true a b"]
    heads += [
        "@targetLabel true",
        "@equalLength false",
        "@seriesLength 4",
        "@dimensions 2",
        "@missing true",
    ]
    lines = [*draw(st.lists(st.sampled_from(heads), max_size=5)), "@data"]
    value = st.one_of(
        st.integers(-9, 9).map(str), st.sampled_from(["?", "nan", "", "1e400", "(1,2)"])
    )
    for at in range(draw(st.integers(0, 24))):
        series = draw(st.lists(st.lists(value, max_size=5).map(",".join), min_size=1, max_size=2))
        lines.append(
            ":".join([*series, draw(st.sampled_from(["a", "b", "1.5", ""])) or "ab"[at % 2]])
        )
    return {"source": "ts", "path": "data.ts"}, {"data.ts": "\n".join(lines).encode()}


@st.composite
def _text(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Any text, of any length."""
    content = draw(st.text(max_size=30)) * draw(st.sampled_from([1, 3, 40]))
    tokens = draw(st.sampled_from(["characters", "words"]))
    coded = content.encode("utf-8", "surrogatepass")
    return {"source": "text", "path": "data.txt", "tokens": tokens}, {"data.txt": coded}


@st.composite
def _wav(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Recordings of any form."""
    import io

    found = {}
    for at in range(draw(st.integers(1, 12))):
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            channels, width = draw(st.integers(1, 3)), draw(st.integers(1, 4))
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(draw(st.sampled_from([1, 100, 8000, 8000, 8000, 44100])))
            frames = draw(st.sampled_from([0, 1, 50, 600, 600]))
            file.writeframes(
                draw(st.sampled_from([b"\0", b"\x7f", b"\xff"])) * frames * channels * width
            )
        found[f"sounds/{'ab'[at % 2]}/{at}.wav"] = stream.getvalue()
    data = {
        "source": "audio",
        "path": "sounds",
        "rate": 8000,
        "mels": draw(st.sampled_from([1, 8, 80])),
    }
    return data, found


@st.composite
def _parquet(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Columns of any type that pandas writes."""
    import io

    count = draw(st.integers(0, 40))
    made: dict[str, Callable[[], Any]] = {
        "whole": lambda: np.arange(count) % 7,
        "real": lambda: np.linspace(0, 1, count).astype(draw(st.sampled_from(["f2", "f4", "f8"]))),
        "text": lambda: [draw(_CELLS) for _ in range(count)],
        "truth": lambda: np.arange(count) % 2 == 0,
        "kind": lambda: pd.Categorical(["ab"[at % 2] for at in range(count)]),
        "list": lambda: [[1.0, 2.0]] * count,
        "none": lambda: [None] * count,
        "time": lambda: pd.date_range(
            "2024", periods=count, tz=draw(st.sampled_from([None, "UTC"]))
        ),
        "bytes": lambda: [b"\xff\x00"] * count,
        "span": lambda: pd.to_timedelta(np.arange(count), unit="s"),
    }
    names = draw(st.lists(st.sampled_from(sorted(made)), min_size=1, max_size=4, unique=True))
    stream = io.BytesIO()
    pd.DataFrame({name: made[name]() for name in names}).to_parquet(stream)
    data: dict[str, Any] = {"source": "parquet", "path": "data.parquet"}
    data |= {"target": draw(st.sampled_from(names)), "inputs": [draw(st.sampled_from(names))]}
    if "time" in names:
        data["time"] = "time"
    return data, {"data.parquet": stream.getvalue()}


_DATA = (_csv, _npz, _ts, _text, _wav, _parquet)


@fault(
    "data-made",
    f"CSV, npz, ts, text, wav and Parquet files made by hypothesis, {_EXAMPLES} each, read and looked "
    "at by `init`: as `data`, with the least example where one does not hold",
    quick=6,
    full=500,
)
def made_data(scene: Scene) -> str:
    make = _DATA[scene.seed % len(_DATA)]

    def act(given: tuple[dict[str, Any], dict[str, bytes]]) -> None:
        data, files = given
        for old in [path for path in scene.folder.rglob("*") if path.is_file()]:
            old.unlink()
        for name, content in files.items():
            path = scene.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _read_or_refused(scene.folder, data)
        _in_one_line(lambda: guess(scene.folder / data["path"], Wishes(None, None, 2)), "init")

    _repeatedly(scene, make(), act)
    return make.__name__.strip("_")


def _read_or_refused(folder: Path, data: dict[str, Any]) -> None:
    windowed = data["source"] in ("csv", "parquet", "text")
    task = "many_to_many" if data["source"] == "text" else "many_to_one"
    space = {"cell": "GRU", "units": 2} | ({"window": 4} if windowed else {})

    def act() -> None:
        document = {"task": task, "data": data, "space": space}
        spec = specs.parse(document, name="made", directory=folder)
        read(spec.data, spec.task, (4,) if windowed else ())

    _in_one_line(act, data["source"])


def _in_one_line(act: Callable[[], object], what: str) -> None:
    """Do something, which may be refused."""
    started = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            act()
    except InvalidInput as error:
        for problem in error.problems:
            must("\n" not in str(problem), f"{what}: a problem of several lines: {problem!r}")
            must(len(str(problem)) < 2000, f"{what}: a problem of {len(str(problem))} characters")
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}"[:500]) from error
    took = time.process_time() - started
    must(took < 5, f"{what}: took {took:.1f} s")
