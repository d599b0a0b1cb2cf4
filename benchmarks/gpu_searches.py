"""How long a whole search takes as a user runs it, with and without programs from an earlier one.

python benchmarks/gpu_searches.py --json results/searches.json
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.job import output_file
from benchmarks.machine import describe_machine

_ROOT = Path(__file__).resolve().parents[1]
_SPEC = "search_spaces/electricity.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description="Whole searches, cold and warm.")
    parser.add_argument("--specs", nargs="+", default=[_SPEC], metavar="SPEC", help="YAML files")
    parser.add_argument("--json", type=output_file, metavar="FILE", help="also write the figures")
    arguments = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="searches-") as folder:
        for spec in arguments.specs:
            for state in ("cold", "warm"):
                seconds, summary = _search(Path(folder), spec)
                trials = sum(summary["states"].values())
                row = {"spec": spec, "programs": state, "seconds": seconds, "trials": trials}
                found.append({**row, "device": summary["device"]})
                print(f"{spec}, {state}: {seconds:.1f} s, {trials} trials", flush=True)
    if arguments.json is not None:
        document = {"machine": describe_machine(), "searches": found}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _search(folder: Path, spec: str) -> tuple[float, dict]:
    """Seconds from the start of the process to its end, and what the search came to."""
    output = folder / "study"
    command = [sys.executable, "main.py", "search", spec, "--fresh", "-o", str(output)]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    started = time.perf_counter()
    subprocess.run(
        command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, check=True, text=True
    )
    seconds = time.perf_counter() - started
    return seconds, json.loads((output / "summary.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
