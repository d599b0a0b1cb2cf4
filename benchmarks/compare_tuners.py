"""The same search in rnnsearch and in its peers: equal work timed, or equal time compared.

    python benchmarks/compare_tuners.py
    python benchmarks/compare_tuners.py --job lstm128 --json results/compare.json
    python benchmarks/compare_tuners.py --job electricity --seconds 60

What is measured and what is counted: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

# A script finds its own folder only; its modules are those that contenders import, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.contenders.registry import CONTENDERS, Failed, Measurement, missing, run
from benchmarks.job import JOBS, Job, count, load_data, output_file, positive, save_data
from benchmarks.machine import describe_machine
from benchmarks.tables import spread, table

_ROOT = Path(__file__).resolve().parents[1]
_REFERENCE = "rnnsearch"
_DEFAULT = [name for name in CONTENDERS if name != "rnnsearch-keras"]


def main() -> None:
    arguments = _parse()
    job = _job(arguments)
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="compare-tuners-") as folder:
        scratch = Path(folder)
        data = scratch / "data.npz"
        save_data(job, data)
        mean = _score_of_the_mean(job, data)
        ready, skipped = _rehearse(arguments.contenders, job, data, scratch)
        measurements = _measure(ready, job, arguments.repeats, data, scratch, skipped)
    _print(job, machine, measurements, mean, skipped)
    rate = _rate(job) if _REFERENCE in ready else None
    if rate is not None:
        print(f"\n{_describe_rate(rate)}")
    if arguments.json is not None:
        document = {
            "job": asdict(job),
            "machine": machine,
            "measurements": [asdict(one) for one in measurements],
            "rate": rate,
            "skipped": skipped,
        }
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if skipped.keys() - missing(skipped, job).keys():
        sys.exit(1)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare the same hyperparameter search in rnnsearch and in its peers."
    )
    parser.add_argument("--job", choices=JOBS, default="small", help="default: small")
    parser.add_argument("--trials", type=count, metavar="N", help="default: the job's")
    parser.add_argument("--epochs", type=count, metavar="N", help="of a trial; default: the job's")
    parser.add_argument(
        "--seconds", type=positive, metavar="S", help="of a contender, electricity only; default 60"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the search; default 0")
    parser.add_argument(
        "--repeats", type=count, metavar="N", help="default: 3, or 5 of electricity"
    )
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=list(CONTENDERS),
        default=_DEFAULT,
        metavar="NAME",
        help=f"any of {', '.join(CONTENDERS)}; default: all but rnnsearch-keras",
    )
    parser.add_argument(
        "--json", type=output_file, metavar="FILE", help="also write every measurement"
    )
    arguments = parser.parse_args()
    arguments.contenders = list(dict.fromkeys(arguments.contenders))
    timed = JOBS[arguments.job].seconds is not None
    arguments.repeats = arguments.repeats or (5 if timed else 3)
    if timed and arguments.trials is not None:
        parser.error(f"argument --trials: job {arguments.job} ends by time; give --seconds")
    if not timed and arguments.seconds is not None:
        parser.error(f"argument --seconds: job {arguments.job} ends by trials; give --trials")
    return arguments


def _job(arguments: argparse.Namespace) -> Job:
    given = {name: getattr(arguments, name) for name in ("trials", "epochs", "seconds", "seed")}
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(JOBS[arguments.job], **changes)


def _score_of_the_mean(job: Job, path: Path) -> float:
    """What predicting the training part's mean comes to on the validation part."""
    data = load_data(path)
    return data.score(float(((data.y_validation - data.y.mean()) ** 2).mean()), job)


def _rehearse(
    names: Sequence[str], job: Job, data: Path, scratch: Path
) -> tuple[list[str], dict[str, str]]:
    """One run of each that is not counted: does it work, and are its files in memory?

    A warm contender rehearses the whole job, which fills its caches; the others one epoch.

    Returns:
        Contenders that work; name → reason of the others.
    """
    ready: list[str] = []
    skipped = missing(names, job)
    for name in names:
        if name in skipped:
            continue
        short = job if CONTENDERS[name].warm else replace(job, trials=1, epochs=1)
        try:
            one = run(name, -1, short, data, scratch)
        except Failed as error:
            skipped[name] = str(error)
        else:
            ready.append(name)
            _note(f"rehearsal: {name}, {one.seconds:.1f} s")
    return ready, skipped


def _measure(
    names: Sequence[str],
    job: Job,
    repeats: int,
    data: Path,
    scratch: Path,
    skipped: dict[str, str],
) -> list[Measurement]:
    """Every contender once a repeat, beginning with another one each time.

    Where what was found is compared, and not the time, each repeat has another seed. One that
    fails is noted in `skipped` and left out from there on.
    """
    measurements = []
    for repeat in range(repeats):
        seed = job.seed + (repeat if job.seconds is not None else 0)
        first = repeat % len(names) if names else 0
        for name in [*names[first:], *names[:first]]:
            if name in skipped:
                continue
            try:
                one = run(name, repeat, replace(job, seed=seed), data, scratch)
            except Failed as error:
                skipped[name] = f"in repeat {repeat + 1}: {error}"
                continue
            measurements.append(one)
            said = f"{one.seconds:.1f} s, {one.trials} trials, best {one.best:.4g}"
            _note(f"repeat {repeat + 1} of {repeats}: {name}, {said}")
    return measurements


def _rate(job: Job) -> dict[str, Any] | None:
    """What `engine_rate.py` measures for a job of one program; in a process of its own."""
    if job.structure is None:
        return None
    cell, units = job.structure
    command = [sys.executable, str(_ROOT / "benchmarks" / "engine_rate.py"), "--json", "-"]
    command += ["--cells", cell, "--units", str(units), "--steps", "50", "--sequences", "2048"]
    process = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    if process.returncode != 0:
        _note(f"engine_rate.py failed: {process.stderr.strip().splitlines()[-1:]}")
        return None
    document: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return document


def _describe_rate(rate: dict[str, Any]) -> str:
    (row,), matrix = rate["rates"], rate["matrix"]
    return (
        f"{_REFERENCE}'s training alone, {row['lanes']} lanes: {row['flops'] / 1e9:.1f} GFLOP/s, "
        f"{row['flops'] / matrix['flops']:.1%} of the {matrix['flops'] / 1e9:.0f} GFLOP/s of a "
        "large matrix product."
    )


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(
    job: Job,
    machine: dict[str, str],
    measurements: Sequence[Measurement],
    mean: float,
    skipped: dict[str, str],
) -> None:
    size = f"{job.trials} trials" if job.seconds is None else f"{job.seconds:g} s of trials"
    print(f"\n{job.name}: {size} of {job.epochs} epochs\n")
    for label, text in machine.items():
        print(f"- {label}: {text}")
    print(f"\n{_table(job, measurements)}\n")
    if job.seconds is None:
        print(f"Seconds: median. Ratio: to those of {_REFERENCE} in the same repeat; median.")
        print(f"Predicting the mean has a validation loss of {mean:.3f}; 0.010 of it is noise.")
    else:
        print(f"Best: validation RMSE reached in time, median over seeds from {job.seed} on.")
        print(f"Ratio: to that of {_REFERENCE} with the same seed; median. Above 1 is worse.")
        print(f"Predicting the mean has {mean:.1f}.")
    for name, reason in skipped.items():
        print(f"Skipped: {name}: {reason}")


def _table(job: Job, measurements: Sequence[Measurement]) -> str:
    """Contenders, best first: by time where the work is equal, by what was found where time is."""
    timed = job.seconds is not None
    what, other = ("best", "seconds") if timed else ("seconds", "best")
    by_name: dict[str, list[Measurement]] = {}
    for one in measurements:
        by_name.setdefault(one.contender, []).append(one)
    reference = {one.repeat: getattr(one, what) for one in by_name.get(_REFERENCE, [])}
    medians = {
        name: statistics.median(getattr(one, what) for one in ones)
        for name, ones in by_name.items()
    }
    rows = []
    for name, ones in sorted(by_name.items(), key=lambda item: medians[item[0]]):
        values = [getattr(one, what) for one in ones]
        ratios = [
            getattr(one, what) / reference[one.repeat] for one in ones if one.repeat in reference
        ]
        row = [name, f"{medians[name]:.1f}", spread(values, 1)]
        row += [f"{statistics.median(ratios):.2f}", spread(ratios, 2)] if ratios else ["–", "–"]
        row += [f"{statistics.median(getattr(one, other) for one in ones):.4g}"]
        row += [f"{statistics.median(one.trials for one in ones):g}", ones[0].device]
        rows.append(row)
    names = ("best RMSE", "seconds") if timed else ("seconds", "best loss")
    header = ["contender", names[0], "min–max", "ratio", "ratios", names[1], "trials", "device"]
    return table(header, rows, texts=("contender", "device"))


if __name__ == "__main__":
    main()
