"""The fault suite, as often as it takes to trust a night to it.

    python -m tests.faults --full                 # all of it; the table goes to docs/reliability.md
    python -m tests.faults --only kill-driver --count 20 --seed 7

Each fault is done by its seed, which is printed, and can be done again by it.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import FAULTS, Fault, Scene, Violation, Zygote

_TABLE = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- table -->\n", "<!-- end -->\n"


@dataclass
class Outcome:
    """How often a fault was done, and what came of it."""

    fault: Fault
    done: int = 0
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0
    notes: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Run what is asked for; 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--full", action="store_true", help="as often as a full run does")
    parser.add_argument("--only", action="append", metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--count", type=int, help="how often each")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--write", action="store_true", help="update docs/reliability.md")
    given = parser.parse_args()
    if unknown := [name for name in given.only or () if name not in FAULTS]:
        parser.error(f"--only must be one of {', '.join(FAULTS)}; received {unknown[0]}")
    outcomes = []
    with Zygote() as zygote:
        for one in FAULTS.values():
            if given.only and one.name not in given.only:
                continue
            count = given.count or (one.full if given.full else one.quick)
            command = shlex.join(["python", "-m", "tests.faults", *sys.argv[1:]])
            for outcome in _run(one, zygote, count, given.seed):
                if given.full or given.write:
                    write([outcome], command)
            outcomes.append(outcome)
    return 1 if any(one.violations for one in outcomes) else 0


def _run(one: Fault, zygote: Zygote, count: int, first: int) -> Iterator[Outcome]:
    """Do a fault so often; what came of it so far, now and then and at the end."""
    outcome = Outcome(one)
    started = said = time.monotonic()
    for seed in range(first, first + count):
        folder = Path(tempfile.mkdtemp(prefix=f"rnnsearch-fault-{one.name}-"))
        try:
            note = one.act(Scene(folder, seed, zygote))
            if note:
                outcome.notes[note] = outcome.notes.get(note, 0) + 1
            shutil.rmtree(folder, ignore_errors=True)
        except Violation as violation:
            outcome.violations.append(f"seed {seed}: {violation}")
            print(f"\n{one.name} --seed {seed}: {violation}\n  left in {folder}", flush=True)
        except Exception:
            outcome.violations.append(f"seed {seed}: {traceback.format_exc()}")
            print(f"\n{one.name} --seed {seed}: {traceback.format_exc()}", flush=True)
        outcome.done += 1
        outcome.seconds = time.monotonic() - started
        wrong = f", {len(outcome.violations)} violations" if outcome.violations else ""
        text = (
            f"{one.name}: {outcome.done} of {count} (seed {seed}){wrong}, {outcome.seconds:.0f} s"
        )
        if sys.stdout.isatty() or outcome.done == count:
            print(text, end="\n" if outcome.done == count else "\r", flush=True)
        elif time.monotonic() > said + 30:
            said = time.monotonic()
            print(text, flush=True)
            yield outcome
    yield outcome


def write(outcomes: list[Outcome], command: str) -> None:
    """Put the rows of these faults into the table; those of others stay."""
    text = _TABLE.read_text("utf-8")
    head, rest = text.split(_BEGIN)
    old, tail = rest.split(_END)
    rows = dict.fromkeys(FAULTS, "")
    for line in old.splitlines():
        name = line.split("|")[1].strip(" `") if line.startswith("| `") else ""
        if name in rows:
            rows[name] = line
    when = f"{time.strftime('%Y-%m-%d')}, {_machine()}"
    for one in outcomes:
        cells = [
            f"`{one.fault.name}`",
            one.fault.what,
            f"{one.done} of {one.fault.full}",
            str(len(one.violations)),
            f"{one.seconds:.0f} s",
            f"`{command}` ({when})",
        ]
        rows[one.fault.name] = f"| {' | '.join(cells)} |"
    heads = ["fault", "what is done, and what must hold", "done", "violations", "took", "by"]
    table = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *filter(None, rows.values())]
    lines = "".join(f"{line}\n" for line in table)
    _TABLE.write_text(f"{head}{_BEGIN}\n{lines}\n{_END}{tail}", "utf-8")


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
