"""One table of what `gpu.sh` measured, in Markdown.

python benchmarks/gpu_table.py results/gpu
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machine import describe_machine
from benchmarks.tables import table

Row = tuple[str, str, str]
"""What was measured, the figure, and what it is beside."""


def main() -> None:
    folder = Path(sys.argv[1])
    for label, text in describe_machine().items():
        print(f"- {label}: {text}")
    rows = [*_tests(folder), *_searches(folder), *_lanes(folder), *_small(folder), *_many(folder)]
    print(f"\n{table(['what', 'measured', 'beside'], [list(row) for row in rows], texts=_TEXTS)}\n")
    for line in (folder / "parts.txt").read_text(encoding="utf-8").splitlines():
        name, status, seconds, limit = line.split()
        ended = {"0": "ended well", "124": f"was ended at its limit of {limit} s"}
        print(f"- {name}: {seconds} s, {ended.get(status, f'exit status {status}')}")


_TEXTS = ("what", "measured", "beside")


def _json(path: Path) -> dict[str, Any] | None:
    """A document, or None where its part did not come so far."""
    if not path.exists() or not path.stat().st_size:
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _tests(folder: Path) -> Iterator[Row]:
    path = folder / "tests.xml"
    if not path.exists():
        return
    suite = next(ElementTree.parse(path).getroot().iter("testsuite"))
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    passed = f"{total - skipped - failed} of {total} passed"
    yield "tests marked gpu", passed, f"{skipped} skipped, {failed} failed"


def _searches(folder: Path) -> Iterator[Row]:
    document = _json(folder / "searches.json")
    for row in document["searches"] if document else ():
        what = f"`{Path(row['spec']).name}`, {row['programs']} cache"
        yield what, f"{row['seconds']:.1f} s", f"{row['trials']} trials"


def _lanes(folder: Path) -> Iterator[Row]:
    path = folder / "lanes.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    points = [json.loads(line) for line in lines]
    for shape in dict.fromkeys(_shape(point) for point in points):
        ones = [point for point in points if _shape(point) == shape]
        alone = [_rate(point) for point in ones if point["way"] != "lanes"]
        for point in ones:
            if point["way"] == "lanes":
                beside = f"{_rate(point) / max(alone):.1f} × one at a time" if alone else "–"
                yield f"{shape}, {point['lanes']} lanes", f"{_rate(point):.0f} sequences/s", beside


def _shape(point: dict[str, Any]) -> str:
    return "{cell}-{units}, T = {steps}".format(**point["shape"])


def _rate(point: dict[str, Any]) -> float:
    return float(point["lanes"] * point["shape"]["sequences"] / point["seconds"])


def _small(folder: Path) -> Iterator[Row]:
    document = _json(folder / "small.json")
    if document is None:
        return
    seconds = {one["contender"]: one["seconds"] for one in document["measurements"]}
    peer = seconds.get("keras-tuner-jax")
    job = document["job"]
    for name, taken in seconds.items():
        beside = "–" if peer is None or name == "keras-tuner-jax" else f"{peer / taken:.1f} ×"
        yield f"small, {job['trials']} × {job['epochs']}, {name}", f"{taken:.1f} s", beside


def _many(folder: Path) -> Iterator[Row]:
    """Many trials here, and what as many would take there, by the time of a few."""
    ours, theirs = _json(folder / "many.json"), _json(folder / "few.json")
    if ours is None or not ours["measurements"]:
        return
    job, taken = ours["job"], ours["measurements"][0]["seconds"]
    beside = "–"
    if theirs is not None and theirs["measurements"]:
        few = theirs["measurements"][0]
        whole = few["seconds"] / few["trials"] * job["trials"]
        beside = f"{whole / taken:.0f} ×; {few['trials']} trials there took {few['seconds']:.1f} s"
    yield f"small, {job['trials']} × {job['epochs']}, rnnsearch", f"{taken:.1f} s", beside


if __name__ == "__main__":
    main()
