"""How the scores of a search's trials go with how long they train.

    python benchmarks/training_length.py results/X …

Of each folder the curves that reach the longest run's end count: of each trial the mean over its
runs, after so much of its epochs, and of these the median.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def main(folders: list[Path]) -> None:
    """Print a table with a row a folder."""
    print("| search | epochs |", " | ".join(f"{share:.0%}" for share in _SHARES), "|")
    print("|---|---:|" + "---:|" * len(_SHARES))
    for folder in folders:
        epochs, scores = curve(folder)
        shown = " | ".join(f"{score:.4g}" for score in scores)
        print(f"| {folder.name} | {epochs} | {shown} |")


def curve(folder: Path) -> tuple[int, list[float]]:
    """The epochs of a run, and the median score after each share of them.

    Args:
        folder: Of results; its objective is what is scored.
    """
    objective = pd.read_json(folder / "summary.json", typ="series")["objective"]
    rows = pd.read_csv(folder / "epochs.csv")
    by_trial = rows.groupby(["epoch", "trial"])[objective].mean().unstack()
    longest = int(by_trial.index.max())
    whole = by_trial.loc[:, by_trial.loc[longest].notna()]
    median = whole.median(axis=1)
    at = [int(abs(median.index - share * longest).argmin()) for share in _SHARES]
    return longest, median.iloc[at].tolist()


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
