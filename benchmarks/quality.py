"""How good is the network that is found? rnnsearch beside its peers, at equal wall clock.

    python benchmarks/quality.py --data FOLDER --seconds 60 300 --seeds 5 --lines quality.jsonl
    python benchmarks/quality.py --table quality.jsonl

What is compared and how: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# A script finds its own folder only; its modules are those that contenders import, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.contenders.registry import Failed
from benchmarks.job import count, output_file, positive
from benchmarks.machine import describe_machine
from benchmarks.quality_contenders.registry import CONTENDERS, Prepared, missing, prepare, run
from benchmarks.quality_contenders.scores import tables
from benchmarks.quality_contenders.sets import SETS

_ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    arguments = _parse()
    if arguments.table is not None:
        print(_tables(arguments.table))
        return
    done = _done(arguments.lines)
    _append(arguments.lines, {"machine": describe_machine()})
    with tempfile.TemporaryDirectory(prefix="quality-") as folder:
        scratch = Path(folder)
        ready = _prepared(arguments, scratch)
        for name, contender, seed, seconds in _runs(arguments, ready):
            if (name, contender, seed, seconds) not in done:
                line = _line(ready[name], contender, seed, seconds, scratch)
                _append(arguments.lines, line)
                _note(line)
    print(_tables(arguments.lines))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare the networks that are found in the same time, on the test part."
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=_ROOT / "search_spaces" / "data",
        metavar="FOLDER",
        help="of the data sets; those whose files it lacks are left out. Default: those shipped",
    )
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS), metavar="SET")
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=list(CONTENDERS),
        default=list(CONTENDERS),
        metavar="NAME",
        help=f"any of {', '.join(CONTENDERS)}; default: all",
    )
    parser.add_argument(
        "--seconds", nargs="+", type=positive, default=[60.0], metavar="S", help="of a run"
    )
    parser.add_argument("--seeds", type=count, default=5, metavar="N", help="from 0 on; default 5")
    parser.add_argument(
        "--lines",
        type=output_file,
        default=Path("quality.jsonl"),
        metavar="FILE",
        help="a line of JSON a run is added to it; what it already has is not run again",
    )
    parser.add_argument("--table", type=Path, metavar="FILE", help="only show what a file has")
    return parser.parse_args()


def _prepared(arguments: argparse.Namespace, scratch: Path) -> dict[str, Prepared]:
    """The data sets whose files are there."""
    ready = {}
    for name in dict.fromkeys(arguments.sets):
        try:
            ready[name] = prepare(name, arguments.data.resolve(), scratch)
        except OSError as error:
            print(f"{name} left out: {error}", file=sys.stderr, flush=True)
    return ready


def _runs(
    arguments: argparse.Namespace, ready: dict[str, Prepared]
) -> Iterator[tuple[str, str, int, float]]:
    """Set, contender, seed, seconds. All sets have a first seed before any has a second one."""
    for seconds in dict.fromkeys(arguments.seconds):
        for seed in range(arguments.seeds):
            for name, prepared in ready.items():
                for contender in dict.fromkeys(arguments.contenders):
                    finder = CONTENDERS[contender]
                    again = seed == 0 or finder.seeded
                    if again and finder.suits(prepared.question):
                        yield name, contender, seed, seconds


def _line(
    prepared: Prepared, contender: str, seed: int, seconds: float, scratch: Path
) -> dict[str, Any]:
    """What a run came to, or why it came to nothing."""
    question = prepared.question
    line = {"set": question.name, "metric": question.metric, "contender": contender}
    line |= {"seed": seed, "seconds": seconds}
    absent = missing(contender)
    if absent is not None:
        return {**line, "failed": absent}
    try:
        return {**line, **run(contender, prepared, seconds, seed, scratch)}
    except Failed as error:
        return {**line, "failed": str(error)}


def _append(path: Path, line: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _read(path: Path) -> list[dict[str, Any]]:
    """The lines of a file; one that was cut short is left out."""
    texts = path.read_text("utf-8").splitlines()
    return [json.loads(text) for text in texts if text.endswith("}")]


def _done(path: Path) -> set[tuple[str, str, int, float]]:
    """Runs that a file has, and that did not fail."""
    keys = ("set", "contender", "seed", "seconds")
    lines = _read(path) if path.exists() else []
    return {tuple(line[key] for key in keys) for line in lines if "score" in line}


def _note(line: dict[str, Any]) -> None:
    head = f"{line['set']}, {line['contender']}, seed {line['seed']}, {line['seconds']:g} s"
    said = line.get("failed") or f"{line['metric']} {line['score']}, took {line['took']:g} s"
    print(f"{head}: {said}", file=sys.stderr, flush=True)


def _tables(path: Path) -> str:
    """What a file has, in Markdown: the last machine, and tables for each number of seconds."""
    lines = _read(path)
    machines = [line["machine"] for line in lines if "machine" in line]
    parts = ["\n".join(f"- {label}: {text}" for label, text in machines[-1].items())]
    runs = [line for line in lines if "set" in line]
    for seconds in sorted({line["seconds"] for line in runs}):
        ours = [line for line in runs if line["seconds"] == seconds]
        seeds = len({line["seed"] for line in ours})
        parts.append(f"{seconds:g} s, {seeds} seed{'' if seeds == 1 else 's'}:")
        parts.append(tables(ours, list(CONTENDERS), list(SETS)))
        failures = [line for line in ours if "failed" in line]
        shown = [line for line in failures if "not installed" not in line["failed"]]
        if shown:
            parts.append("\n".join(f"- {_failure(line)}" for line in shown))
    return "\n\n".join(parts)


def _failure(line: dict[str, Any]) -> str:
    return f"Failed: {line['contender']} on {line['set']}, seed {line['seed']}: {line['failed']}"


if __name__ == "__main__":
    main()
