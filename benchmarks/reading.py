"""How long a large table takes to be read, and how much memory: CSV and Parquet, first and again.

    python benchmarks/reading.py
    python benchmarks/reading.py --workers --columns 40

Makes a table of time stamps and numbers in a temporary folder and reads it for a forecast from the
last two rows, each time in a process of its own, with an empty cache and then with what the first
reading left there. `--workers` searches it instead, with one worker and with two, and prints what
each had of its own at most. On Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from machine import print_machine
from tables import table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=4, help="of numbers, beside the time stamp")
    parser.add_argument("--workers", action="store_true", help="search instead, and look at these")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        way, section = arguments.one
        print(json.dumps(_WAYS[way](json.loads(section))))
        return
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        rows, columns = arguments.rows, arguments.columns
        if arguments.workers:
            path = _write(Path(folder), rows, columns, ["parquet"])["parquet"]
            header, lines = (
                ["workers", "MiB of each, at most"],
                _searched(Path(folder), path, columns),
            )
        else:
            files = _write(Path(folder), rows, columns, ["csv", "parquet"])
            header = ["file", "MB", "first, s", "MiB", "again, s", "MiB "]
            lines = [_twice(Path(folder), path, columns) for path in files.values()]
    print(table(header, lines, texts=("file",)))


def _write(folder: Path, rows: int, columns: int, kinds: Sequence[str]) -> dict[str, Path]:
    """The same table as CSV and as Parquet."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    times = np.datetime64("2000-01-01", "s") + np.arange(rows) * np.timedelta64(60, "s")
    numbers = np.random.default_rng(0).normal(size=(columns, rows))
    whole = pa.table([times, *numbers], ["t", *_names(columns)])
    files = {kind: folder / f"table.{kind}" for kind in kinds}
    for kind, path in files.items():
        if kind == "csv":
            plain = pa.csv.WriteOptions(quoting_style="none")
            pa.csv.write_csv(whole, path, plain)
        else:
            pa.parquet.write_table(whole, path)
    return files


def _names(columns: int) -> list[str]:
    return [f"x{number}" for number in range(columns)]


def _section(path: Path, columns: int) -> dict[str, Any]:
    """What is read of the table."""
    return {
        "source": path.suffix[1:],
        "path": str(path),
        "time": "t",
        "inputs": _names(columns),
        "target": "x0",
        "window": 2,
        "stride": 2,
    }


def _twice(folder: Path, path: Path, columns: int) -> list[str]:
    """Read a file in two processes, one after the other."""
    cells = [path.suffix[1:], f"{path.stat().st_size / 1e6:.0f}"]
    for _ in range(2):
        seconds, peak = _in_process("read", _section(path, columns), folder / "cache")
        cells += [f"{seconds:.1f}", f"{peak:.0f}"]
    return cells


def _searched(folder: Path, path: Path, columns: int) -> list[list[str]]:
    """What each worker of a search held, with one of them and with two."""
    return [
        [
            str(workers),
            ", ".join(
                f"{held:.0f}"
                for held in _in_process(
                    "search", {**_section(path, columns), "workers": workers}, folder
                )
            ),
        ]
        for workers in (1, 2)
    ]


def _in_process(way: str, section: dict[str, Any], cache: Path) -> Any:
    command = [sys.executable, __file__, "--one", way, json.dumps(section)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(answer.stdout.splitlines()[-1])


def _read(section: dict[str, Any]) -> tuple[float, float]:
    """Seconds, and MiB above what the process took before."""
    from rnnsearch.data import read
    from rnnsearch.spec import parse

    spec = parse(_spec(section), name="reading", directory=Path.cwd())
    before, started = _memory("VmRSS"), time.perf_counter()
    read(spec.data, spec.task)
    seconds = time.perf_counter() - started
    return seconds, _memory("VmHWM") - before


def _memory(name: str, process: str = "self") -> float:
    """MiB that a process has (VmRSS), has of its own (RssAnon), or had at most (VmHWM)."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    found = [float(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")]
    return found[0] if found else 0.0


def _search(section: dict[str, Any]) -> list[float]:
    """MiB of its own, mapped files left out, that each worker of a search had at most."""
    import rnnsearch

    workers = section.pop("workers")
    spec = {
        **_spec(section),
        "search": {"trials": workers, "epochs": 1, "sampler": "random", "pruner": "none"},
        "run": {"engine": "keras", "device": "cpu", "workers": workers},
    }
    most: dict[str, float] = {}
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=(most, ended))
    watching.start()
    with tempfile.TemporaryDirectory() as path:
        rnnsearch.search(spec, output=Path(path) / "study")
    ended.set()
    watching.join()
    return sorted(most.values())


def _watch(most: dict[str, float], ended: threading.Event) -> None:
    """Note what the children of this process hold at most."""
    while not ended.wait(0.02):
        for thread in Path("/proc/self/task").iterdir():
            for child in (thread / "children").read_text().split():
                held = _memory("RssAnon", child)
                most[child] = max(held, most.get(child, 0.0))


def _spec(section: dict[str, Any]) -> dict[str, Any]:
    space = {"cell": "SimpleRNN", "units": 2, "batch_size": 65536, "learning_rate": 0.01}
    return {"task": "many_to_one", "data": section, "space": space}


_WAYS: dict[str, Any] = {"read": _read, "search": _search}


if __name__ == "__main__":
    main()
