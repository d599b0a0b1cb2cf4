"""Draws docs/strokes.png from what the search left: ``python docs/strokes_picture.py``.

Needs matplotlib, and ``python main.py search search_spaces/strokes.yaml`` before.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from rnnsearch import Results
from rnnsearch.baselines import fit_baselines
from rnnsearch.data import read
from rnnsearch.data.splits import stratified_parts
from rnnsearch.spec import load
from rnnsearch.tasks import TASKS

matplotlib.use("Agg")
from matplotlib import pyplot

HERE = Path(__file__).parent
ROOT = HERE.parent
SHOWN = 14


def draw() -> None:
    """Characters of the test part: as they are, as the network draws them, and the linear model.

    A path is cut where the real one ends: nothing that is predicted says where that is.
    """
    spec = load(ROOT / "search_spaces" / "strokes.yaml").spec
    data = read(spec.data, spec.task)
    test = data.dataset().test
    with np.load(ROOT / "search_spaces" / "data" / "strokes.npz") as arrays:
        labels, fonts = arrays["label"], arrays["fonts"][arrays["font"]]
    split = spec.data.split
    classes = np.unique(labels, return_inverse=True)[1]
    rows = stratified_parts(classes, split.validation, split.test, split.seed)[2]
    real = data.dataset().target.own_units(test.y)
    model = Results.open(ROOT / "results" / "strokes").best_model()
    network = data.dataset().target.own_units(model.predict(test.x, verbose=0))
    linear = fit_baselines(TASKS[spec.task], data.dataset())["linear"].predict(test)
    chosen = np.linspace(0, len(rows) - 1, SHOWN).astype(int)
    figure, panels = pyplot.subplots(3, SHOWN, figsize=(12, 3.4), layout="constrained")
    for column, index in enumerate(chosen):
        steps = int(test.weights[index].sum())
        for panel, paths in zip(panels[:, column], (real, network, linear), strict=True):
            _trace(panel, paths[index, :steps])
        panels[0, column].set_title(f"{labels[rows[index]]} {fonts[rows[index]]}", fontsize=7)
    for panel, name in zip(panels[:, 0], ("real", "network", "linear"), strict=True):
        panel.set_ylabel(name)
    figure.savefig(HERE / "strokes.png", dpi=110)


def _trace(panel: matplotlib.axes.Axes, path: np.ndarray) -> None:
    """The strokes of a path (T, 3): dx, dy, and whether the pen goes up after a point."""
    points = path[:, :2].cumsum(axis=0)
    ends = np.flatnonzero(path[:, 2] > 0.5) + 1
    for stroke in np.split(points, ends):
        panel.plot(stroke[:, 0], stroke[:, 1], "k-", lw=1)
    panel.set(xticks=[], yticks=[], aspect="equal")


if __name__ == "__main__":
    draw()
