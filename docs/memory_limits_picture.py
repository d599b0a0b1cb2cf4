"""Draws docs/memory_limits.png from two studies: ``python docs/memory_limits_picture.py``.

Needs matplotlib, and ``python main.py search`` of search_spaces/memory_clipping.yaml and
search_spaces/memory_truncation.yaml before.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pandas as pd

matplotlib.use("Agg")
from matplotlib import pyplot

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
CONSTANT, SOLVED, TOP = 1 / 6, 0.01, 10.0


def trials(study: str) -> pd.DataFrame:
    """A row a trial, with its validation error at its last epoch; NaN where it diverged."""
    board = pd.read_csv(RESULTS / study / "leaderboard.csv", dtype={"trial": str})
    board = board[board.trial.str.isdecimal()].assign(trial=lambda b: b.trial.astype(int))
    curves = pd.read_csv(RESULTS / study / "epochs.csv").sort_values("epoch")
    last = curves.groupby("trial").val_loss.last().rename("last")
    joined = board.merge(last, on="trial", how="left")
    return joined.assign(last=joined["last"].where(joined.state == "COMPLETE"))


def draw_clipping(panel: matplotlib.axes.Axes) -> None:
    """The error of a SimpleRNN at its last epoch by learning rate, a line a clip_norm."""
    table = trials("memory_clipping")
    table = table[table.params_cell == "SimpleRNN"].sort_values("params_learning_rate")
    for clip, own in table.groupby(table.params_clip_norm.astype(str)):
        values = own["last"].fillna(TOP).clip(upper=TOP)
        panel.plot(own.params_learning_rate, values, "o-", label=f"clip_norm {clip}")
    panel.set(xscale="log", yscale="log", xlabel="learning rate", ylim=(1e-4, 2 * TOP))
    panel.set(title="SimpleRNN, momentum: clipping", ylabel="mean squared error, validation")
    panel.annotate("diverged, or 10 and more", (0.02, 0.955), xycoords="axes fraction", fontsize=7)


def draw_truncation(panel: matplotlib.axes.Axes) -> None:
    """The error of an LSTM by epoch, a curve a reach of the gradient."""
    table = trials("memory_truncation")
    curves = pd.read_csv(RESULTS / "memory_truncation" / "epochs.csv")
    for bias, style in ((1, ":"), (4, "-")):
        for index, reach in enumerate(("10", "20", "30", "45", "full")):
            mine = table[
                (table.params_unroll_length.astype(str) == reach)
                & (table.params_forget_bias == bias)
            ]
            own = curves[curves.trial.isin(mine.trial)]
            label = f"unroll_length {reach}" if style == "-" else None
            panel.plot(own.epoch, own.val_loss, style, color=f"C{index}", label=label)
    panel.set(title="LSTM, marks 31 to 60 steps back: truncation")
    panel.set(xlabel="epoch", yscale="log")


def draw() -> None:
    """Both panels."""
    figure, panels = pyplot.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    draw_clipping(panels[0])
    draw_truncation(panels[1])
    for panel in panels:
        panel.axhline(CONSTANT, color="grey", lw=0.8)
        panel.axhline(SOLVED, color="green", lw=0.8)
        panel.legend(fontsize=7)
    figure.savefig(HERE / "memory_limits.png", dpi=110)


if __name__ == "__main__":
    draw()
