"""Specs and data that somebody, or a disk, has made a mess of."""

from __future__ import annotations

import random
import resource
import time
import warnings
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch import spec as specs
from rnnsearch.data import read
from rnnsearch.errors import InvalidInput, InvalidSpec
from tests.faults._base import Scene, fault, must

_SHIPPED = Path(__file__).parents[2] / "search_spaces"

_NASTY = (
    "0", "-1", "1e400", "-1e-400", "1e3", "9" * 400, "nan", ".inf", "-.inf", "null", "~", "true", "no",
    "012", "1:30", "0x1F", "''", '"\\ud800"', "[]", "{}", "[[[[]]]]", "{min: 5, max: 1}", "&a [*a]",
    "!!python/object/apply:os.system [id]", "<<: *x", "*nowhere", "{min: 1, max: 10, step: 0}",
    "{min: 1e-300, max: 1e300, log: true}", "{min: 0, max: 1e9, log: true}", "[1, 1, 1]", "[a, 1, ~]",
    "!!binary aGk=", "2026-11-27", "? [a]", "|\n  x", ">-\n  y", "\t", "\u202e", "\x00", "é" * 50,
    "{when: {cell: GRU}, min: 1, max: 2}", "full", "none", "auto", "/etc/passwd", "../../..", "%",
)  # fmt: skip


@fault(
    "specs",
    "mutations of the shipped specs: each is valid, or refused with line and column in a second and "
    "200 MB; never another exception",
    quick=20,
    full=50_000,
)
def mutated_specs(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    shipped = sorted(_SHIPPED.glob("*.yaml"))
    lines = generator.choice(shipped).read_text("utf-8").splitlines()
    for _ in range(generator.randint(1, 4)):
        lines = generator.choice(_MUTATIONS)(lines, generator)
    path = scene.folder / "mutated.yaml"
    path.write_bytes("\n".join(lines).encode("utf-8", errors="surrogatepass"))
    return refused_or_valid(path)


def refused_or_valid(path: Path) -> str:
    """Load a spec; what came of it."""
    before, started = _memory(), time.process_time()
    try:
        specs.load(path)
    except InvalidSpec as error:
        for problem in error.problems:
            must("\n" not in str(problem), f"a problem of several lines: {problem}")
            must(len(str(problem)) < 1000, f"a problem of {len(str(problem))} characters")
            where = problem.location
            must(where is not None and bool(where.line), f"no line: {problem}")
        came = "refused"
    else:
        came = "valid"
    took = time.process_time() - started
    must(took < 1, f"took {took:.1f} s")
    must(_memory() - before < 200, f"took {_memory() - before} MB")
    return came


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


Mutation = Callable[[list[str], random.Random], list[str]]


def _drop(lines: list[str], generator: random.Random) -> list[str]:
    at = generator.randrange(max(1, len(lines)))
    return lines[:at] + lines[at + generator.randint(1, 3) :]


def _again(lines: list[str], generator: random.Random) -> list[str]:
    line = generator.choice(lines or [""])
    at = generator.randrange(len(lines) + 1)
    return [*lines[:at], line, *lines[at:]]


def _value(lines: list[str], generator: random.Random) -> list[str]:
    places = [at for at, line in enumerate(lines) if ":" in line]
    if not places:
        return lines
    at = generator.choice(places)
    key = lines[at].partition(":")[0]
    return [*lines[:at], f"{key}: {generator.choice(_NASTY)}", *lines[at + 1 :]]


def _key(lines: list[str], generator: random.Random) -> list[str]:
    words = [word for line in lines for word in line.split() if word.endswith(":")]
    if not words:
        return lines
    old, new = generator.choice(words), generator.choice([*words, "x:", "__class__:", "1:", "~:"])
    return [line.replace(old, new, 1) for line in lines]


def _characters(lines: list[str], generator: random.Random) -> list[str]:
    text = list("\n".join(lines))
    for _ in range(generator.randint(1, 8)):
        at = generator.randrange(len(text) + 1)
        text[at : at + generator.randint(0, 2)] = generator.choice(
            "{}[]:,-#&*!|>'\"%@`\t\n \x07é\ud83d0"
        )
    return "".join(text).split("\n")


def _indent(lines: list[str], generator: random.Random) -> list[str]:
    at = generator.randrange(max(1, len(lines)))
    return [
        *lines[:at],
        *(" " * generator.randint(1, 5) + line for line in lines[at : at + 1]),
        *lines[at + 1 :],
    ]


def _deep(lines: list[str], generator: random.Random) -> list[str]:
    depth = generator.choice([5, 50, 5000])
    return [*lines, "deep: " + "[" * depth + "]" * generator.choice([depth, depth - 1])]


def _many(lines: list[str], generator: random.Random) -> list[str]:
    bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    bomb += [
        f"{n}: &{n} [{', '.join([f'*{o}'] * 9)}]" for o, n in zip("abcdefg", "bcdefgh", strict=True)
    ]
    many = 3000 if generator.random() < 0.03 else 100  # 3000 take half a second
    return lines + generator.choice([bomb, [f"k{at}: {at}" for at in range(many)]])


_MUTATIONS: tuple[Mutation, ...] = (
    _drop, _again, _value, _value, _value, _value, _key, _key, _characters, _indent, _deep, _many,
)  # fmt: skip


# Data


def _csv(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    rows = [
        f"2024-01-{1 + day:02d},{a:.3f},{b:.2f}"
        for day, (a, b) in enumerate(rng.normal(size=(31, 2)))
    ]
    (folder / "data.csv").write_text("time,load,heat\n" + "\n".join(rows) + "\n")
    columns = {"time": "time", "inputs": ["load", "heat"], "target": "load", "window": 4}
    return {"source": "csv", "path": "data.csv", **columns}


def _npz(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    save = np.savez if rng.random() < 0.5 else np.savez_compressed
    save(
        folder / "data.npz",
        x=rng.normal(size=(24, 5, 2)),
        y=np.arange(24) % 2,
        lengths=np.full(24, 4),
    )
    return {"source": "npz", "path": "data.npz"}


def _ts(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    lines = ["# made", "@problemName Made", "@univariate false", "@classLabel true a b", "@data"]
    lines += [
        ":".join(
            [*(",".join(f"{v:.3f}" for v in row) for row in rng.normal(size=(2, 5))), "ab"[at % 2]]
        )
        for at in range(24)
    ]
    (folder / "data.ts").write_text("\n".join(lines) + "\n")
    return {"source": "ts", "path": "data.ts"}


def _text(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    (folder / "data.txt").write_text("in the beginning was the word. " * 40, "utf-8")
    return {"source": "text", "path": "data.txt", "tokens": "characters"}


def _wav(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    for at in range(12):
        path = folder / "sounds" / "ab"[at % 2] / f"{at:02d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes((rng.normal(size=600) * 3000).astype("<i2").tobytes())
    return {"source": "audio", "path": "sounds", "rate": 8000, "mels": 8}


def _parquet(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    import pandas as pd

    times = pd.date_range("2024", periods=60)
    frame = pd.DataFrame({"time": times, "load": rng.normal(size=60), "kind": ["ab", "c"] * 30})
    frame.to_parquet(folder / "data.parquet", compression=rng.choice(["snappy", "zstd", "none"]))
    columns = {"time": "time", "inputs": ["load", "kind"], "target": "load", "window": 4}
    return {"source": "parquet", "path": "data.parquet", **columns}


def _images(folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    from PIL import Image

    for at in range(12):
        path = folder / "pictures" / "ab"[at % 2] / f"{at:02d}{('.png', '.jpg')[at % 3 == 0]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (9, 8), "u1")).save(path)
    return {"source": "images", "path": "pictures", "steps": "rows", "channels": "grey"}


_DATA = (_csv, _csv, _npz, _npz, _ts, _text, _wav, _parquet, _images)


@fault(
    "data",
    "CSV, npz, ts, text, wav, Parquet and picture files with bytes changed, cut, doubled, put in: read, or refused in "
    "one line each; never another exception, nor more than 5 s",
    quick=21,
    full=20_000,
)
def mutated_data(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    rng = np.random.default_rng(scene.seed)
    data = _DATA[scene.seed % len(_DATA)](scene.folder, rng)
    files = sorted(path for path in scene.folder.rglob("*") if path.is_file())
    for path in generator.sample(files, generator.randint(1, min(3, len(files)))):
        path.write_bytes(_changed(path.read_bytes(), generator))
    task = "many_to_many" if data["source"] == "text" else "many_to_one"
    document = {"task": task, "data": data, "space": {"cell": "GRU", "units": 2}}
    if data["source"] in ("csv", "text", "parquet"):
        document["space"] |= {"window": 4}
        data.pop("window", None)
    spec = specs.parse(document, name="fuzzed", directory=scene.folder)
    started = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(spec.data, spec.task, (4,) if "window" in document["space"] else ())
    except InvalidInput as error:
        for problem in error.problems:
            must("\n" not in str(problem), f"a problem of several lines: {problem!r}")
            must(len(str(problem)) < 2000, f"a problem of {len(str(problem))} characters")
        came = "refused"
    except Exception as error:
        must(False, f"{data['source']}: {type(error).__name__}: {error}"[:500])
    else:
        came = "read"
    took = time.process_time() - started
    must(took < 5, f"took {took:.1f} s")
    return f"{data['source']} {came}"


def _changed(content: bytes, generator: random.Random) -> bytes:
    """A file's bytes with some of them changed."""
    changed = bytearray(content)
    for _ in range(generator.choice([1, 1, 2, 5, 40])):
        at = generator.randrange(len(changed) + 1)
        match generator.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << generator.randrange(8)
            case 1:
                changed[at:at] = generator.randbytes(generator.randint(1, 5))
            case 2:
                del changed[at : at + generator.randint(1, 30)]
            case 3:
                changed[at:at] = changed[at : at + generator.randint(1, 60)]
            case 4:
                nasty = [
                    b"nan",
                    b"1e999",
                    b"-",
                    b'"',
                    b"\n\n",
                    b";",
                    b"\x00",
                    b"\xff\xfe",
                    b"=1+1",
                    b",",
                ]
                changed[at:at] = generator.choice(nasty)
            case 5 if generator.random() < 0.3:
                del changed[at:]
            case _:
                changed[at : at + 4] = generator.choice([b"\xff" * 4, b"\x00" * 4, b"9999"])
    return bytes(changed)
