"""Draws docs/memory.png from what the search left: ``python docs/memory_picture.py``.

Needs matplotlib, and ``python main.py search search_spaces/memory.yaml`` before.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pandas as pd

matplotlib.use("Agg")
from matplotlib import pyplot

HERE = Path(__file__).parent
STUDY = HERE.parent / "results" / "memory"


def draw() -> None:
    """A panel a cell; a curve for each reach of the gradient, with and without clipping."""
    board = pd.read_csv(STUDY / "leaderboard.csv")
    board = board[board.trial.str.isdecimal()].assign(trial=lambda b: b.trial.astype(int))
    curves = pd.read_csv(STUDY / "epochs.csv").merge(board, on="trial", suffixes=("", "_best"))
    figure, panels = pyplot.subplots(1, 3, figsize=(10, 3.2), sharey=True, layout="constrained")
    for panel, cell in zip(panels, ("SimpleRNN", "LSTM", "GRU"), strict=True):
        for reach, colour in (("10", "tab:orange"), ("full", "tab:blue")):
            for clip, style in (("1", "-"), ("none", ":")):
                own = curves[
                    (curves.params_cell == cell)
                    & (curves.params_unroll_length.astype(str) == reach)
                    & (curves.params_clip_norm.astype(str).str.removesuffix(".0") == clip)
                ]
                label = f"unroll_length {reach}, clip_norm {clip}"
                panel.plot(own.epoch, own.val_loss, style, color=colour, label=label)
        panel.axhline(1 / 6, color="grey", lw=0.8)
        panel.axhline(0.01, color="green", lw=0.8)
        panel.set(title=cell, xlabel="epoch", yscale="log")
    panels[0].set_ylabel("mean squared error, validation")
    panels[-1].legend(fontsize=7)
    figure.savefig(HERE / "memory.png", dpi=110)


if __name__ == "__main__":
    draw()
