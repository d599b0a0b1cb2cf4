"""The same search in rnnsearch and in its peers, timed from process start to process end.

    python benchmarks/compare_tuners.py
    python benchmarks/compare_tuners.py --epochs 20 --json results/compare.json

What is measured and what is counted: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

# A script finds its own folder only; its modules are those that contenders import, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import Job, job_parser, make_data
from benchmarks.machine import describe_machine

_ROOT = Path(__file__).resolve().parents[1]
_LONGEST = 3600
"""Seconds after which a contender is given up."""


@dataclass(frozen=True)
class Contender:
    """A way to do the job.

    Attributes:
        module: In `benchmarks.contenders`, run as a script.
        backend: KERAS_BACKEND of its process.
        needs: Libraries without which it is skipped.
        arguments: Of its own, beside the job's.
        warm: Whether it finds the caches that its rehearsal left; else they are empty.
    """

    module: str
    backend: str
    needs: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    warm: bool = False


CONTENDERS = {
    "rnnsearch": Contender("rnnsearch_api", "jax", ("jax",)),
    "rnnsearch-warm": Contender("rnnsearch_api", "jax", ("jax",), warm=True),
    "rnnsearch-keras": Contender("rnnsearch_api", "jax", ("jax",), ("--engine", "keras")),
    "keras-tuner-tensorflow": Contender("kerastuner", "tensorflow", ("keras_tuner", "tensorflow")),
    "keras-tuner-jax": Contender("kerastuner", "jax", ("keras_tuner", "jax")),
    "optuna-jax": Contender("optuna_loop", "jax", ("optuna", "jax")),
}
_DEFAULT = [name for name in CONTENDERS if name != "rnnsearch-keras"]
_REFERENCE = "rnnsearch"


@dataclass(frozen=True)
class Measurement:
    """One process, from its start to its end."""

    contender: str
    repeat: int
    seconds: float
    best: float
    trials: int
    device: str


class Failed(Exception):
    """A contender could not do the job; the text says why."""


def main() -> None:
    arguments = _parse()
    job = Job.from_arguments(arguments)
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="compare-tuners-") as scratch:
        ready, skipped = _rehearse(arguments.contenders, job, Path(scratch))
        measurements = _measure(ready, job, arguments.repeats, Path(scratch), skipped)
    _print(job, machine, measurements, skipped)
    if arguments.json is not None:
        document = {
            "job": asdict(job),
            "machine": machine,
            "measurements": [asdict(one) for one in measurements],
            "skipped": skipped,
        }
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if skipped.keys() - _missing(skipped).keys():
        sys.exit(1)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Time the same hyperparameter search in rnnsearch and in its peers.",
        parents=[job_parser()],
    )
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="default: 3")
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=list(CONTENDERS),
        default=_DEFAULT,
        metavar="NAME",
        help=f"any of {', '.join(CONTENDERS)}; default: all but rnnsearch-keras",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every measurement")
    arguments = parser.parse_args()
    arguments.contenders = list(dict.fromkeys(arguments.contenders))
    if arguments.repeats < 1:
        parser.error(f"argument --repeats: must be 1 or more; received {arguments.repeats}")
    if arguments.json is not None and not arguments.json.resolve().parent.is_dir():
        parser.error(f"argument --json: no folder to write it in; received {arguments.json}")
    return arguments


def _missing(names: Iterable[str]) -> dict[str, str]:
    """Of those contenders that need a library which is not installed: name → what to say."""
    found: dict[str, str] = {}
    for name in names:
        needs = CONTENDERS[name].needs
        missing = [need for need in needs if importlib.util.find_spec(need) is None]
        if missing:
            found[name] = f"{' and '.join(missing)} not installed"
    return found


def _rehearse(names: Sequence[str], job: Job, scratch: Path) -> tuple[list[str], dict[str, str]]:
    """One run of each that is not counted: does it work, and are its files in memory?

    A warm contender rehearses the whole job, which fills its caches; the others one epoch.

    Returns:
        Contenders that work; name → reason of the others.
    """
    ready: list[str] = []
    skipped = _missing(names)
    for name in names:
        if name in skipped:
            continue
        short = job if CONTENDERS[name].warm else replace(job, trials=1, epochs=1)
        try:
            one = _run(name, -1, short, scratch)
        except Failed as error:
            skipped[name] = str(error)
        else:
            ready.append(name)
            _note(f"rehearsal: {name}, {one.seconds:.1f} s")
    return ready, skipped


def _measure(
    names: Sequence[str], job: Job, repeats: int, scratch: Path, skipped: dict[str, str]
) -> list[Measurement]:
    """Every contender once a repeat, beginning with another one each time.

    One that fails is noted in `skipped` and left out from there on.
    """
    measurements = []
    for repeat in range(repeats):
        first = repeat % len(names) if names else 0
        for name in [*names[first:], *names[:first]]:
            if name in skipped:
                continue
            try:
                one = _run(name, repeat, job, scratch)
            except Failed as error:
                skipped[name] = f"in repeat {repeat + 1}: {error}"
                continue
            measurements.append(one)
            _note(f"repeat {repeat + 1} of {repeats}: {name}, {one.seconds:.1f} s")
    return measurements


def _run(name: str, repeat: int, job: Job, scratch: Path) -> Measurement:
    """Start a contender's process and wait for its end.

    Raises:
        Failed: It ended with an error, took too long, or trained fewer trials.
    """
    contender = CONTENDERS[name]
    command = [sys.executable, "-m", f"benchmarks.contenders.{contender.module}"]
    command += [*job.to_arguments(), *contender.arguments]
    with tempfile.TemporaryDirectory(prefix="contender-") as folder:
        environment = _environment(contender, scratch, Path(folder))
        started = time.perf_counter()
        try:
            process = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"given up after {_LONGEST} s") from None
        seconds = time.perf_counter() - started
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or ["nothing said"]
        raise Failed(f"exit status {process.returncode}: {lines[-1][:300]}")
    outcome = json.loads(process.stdout.strip().splitlines()[-1])
    if outcome["trials"] != job.trials:
        raise Failed(f"trained {outcome['trials']} trials of {job.trials}")
    return Measurement(name, repeat, seconds, **outcome)


def _environment(contender: Contender, scratch: Path, folder: Path) -> dict[str, str]:
    """The user's, without what would give one contender settings that another has not.

    Args:
        contender: What it is for.
        scratch: Lives as long as the benchmark.
        folder: Lives as long as the process.
    """
    environment = dict(os.environ)
    environment.pop("JAX_COMPILATION_CACHE_DIR", None)
    return environment | {
        "KERAS_BACKEND": contender.backend,
        "KERAS_HOME": str(folder / "keras"),
        # Keras imports Matplotlib, which lists the machine's fonts once in its life.
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "XDG_CACHE_HOME": str((scratch if contender.warm else folder) / "cache"),
    }


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(
    job: Job,
    machine: dict[str, str],
    measurements: Sequence[Measurement],
    skipped: dict[str, str],
) -> None:
    mean = float((make_data().y_validation ** 2).mean())
    print(f"\n{job.cell}-{job.units}, {job.trials} trials of {job.epochs} epochs\n")
    for label, text in machine.items():
        print(f"- {label}: {text}")
    print()
    for row in _table(measurements):
        print(row)
    print(f"\nSeconds: median. Ratio: to the seconds of {_REFERENCE} in the same repeat; median.")
    print(f"Predicting the mean has a validation loss of {mean:.3f}; 0.010 of it is noise.")
    for name, reason in skipped.items():
        print(f"Skipped: {name}: {reason}")


def _table(measurements: Sequence[Measurement]) -> list[str]:
    """A Markdown table, fastest first."""
    by_name: dict[str, list[Measurement]] = {}
    for one in measurements:
        by_name.setdefault(one.contender, []).append(one)
    reference = {one.repeat: one.seconds for one in by_name.get(_REFERENCE, [])}
    rows = [["contender", "seconds", "min–max", "ratio", "min–max", "best loss", "device"]]
    for name, ones in sorted(by_name.items(), key=lambda item: _median(item[1])):
        seconds = [one.seconds for one in ones]
        row = [name, f"{statistics.median(seconds):.1f}", _spread(seconds, 1)]
        ratios = [one.seconds / reference[one.repeat] for one in ones if one.repeat in reference]
        row += [f"{statistics.median(ratios):.2f}", _spread(ratios, 2)] if ratios else ["–", "–"]
        row += [f"{statistics.median(one.best for one in ones):.4f}", ones[0].device]
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * (width - 1) + ":" for width in widths])
    rows[1][0] = "-" * widths[0]
    rows[1][-1] = "-" * widths[-1]
    return [_line(row, widths) for row in rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    last = len(row) - 1
    cells = [
        cell.ljust(width) if column in (0, last) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"


def _median(measurements: Sequence[Measurement]) -> float:
    return statistics.median(one.seconds for one in measurements)


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{min(values):.{digits}f}–{max(values):.{digits}f}"


if __name__ == "__main__":
    main()
