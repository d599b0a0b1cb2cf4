"""Searches of configurations that are the same but for their seed: how often all are said to tie.

    python benchmarks/ties_searched.py
    python benchmarks/ties_searched.py --searches 5 --first 100

`ties.py` draws the scores; here networks are trained. The learning rate alone is searched, in a
range too narrow to matter, on 90 noisy sequences that each search draws anew.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import tempfile
from pathlib import Path

import numpy as np

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rnnsearch
from benchmarks.job import count
from benchmarks.tables import table

_SPEC = {
    "task": "many_to_one",
    "space": {"cell": "GRU", "units": 4, "learning_rate": {"min": 0.01, "max": 0.010001}},
    "search": {"trials": 8, "epochs": 8, "objective": "val_rmse"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--searches", type=count, default=20)
    parser.add_argument("--first", type=int, default=0, help="seed of the first search")
    arguments = parser.parse_args()
    rows = []
    for seed in range(arguments.first, arguments.first + arguments.searches):
        confirmed, ties = searched(seed)
        rows.append([str(seed), str(confirmed), str(ties), "yes" if ties == confirmed else "no"])
        print(f"search {seed}: {ties} of {confirmed} tie", file=sys.stderr, flush=True)
    print(table(["seed", "confirmed", "tied with the winner", "all"], rows, texts=("all",)))
    print(f"\nAll tied in {sum(row[-1] == 'yes' for row in rows)} of {len(rows)} searches.")


def searched(seed: int) -> tuple[int, int]:
    """How many trials a search has confirmed, the winner included, and how many are said to tie."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(90, 8, 2)).astype("float32")
    y = x[:, -3:, 0].sum(axis=1) + rng.normal(size=90)
    spec = {**_SPEC, "search": {**_SPEC["search"], "seed": seed}}  # type: ignore[dict-item]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        found = rnnsearch.search(spec, x=x, y=y, output=Path(folder) / "study")
        board = found.leaderboard
    trials = board[board["state"] == "COMPLETE"]
    again = trials[trials["score_low"].notna()]
    return len(again), int((again["tied_with_best"] == True).sum())  # noqa: E712 (texts too)


if __name__ == "__main__":
    main()
