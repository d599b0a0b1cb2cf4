"""Predictions of classes: what is taken for what, how sure, and where it errs most."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnnsearch.report.page import row_charts, svg
from rnnsearch.report.page._base import Figure, Part, Table
from rnnsearch.report.page.study import AtWork

__all__ = ["class_parts"]

_WORST, _BINS = 8, 8


def class_parts(work: AtWork) -> list[Part]:
    """Confusion, calibration, ROC of two, and the worst."""
    truth, probabilities = _flat(work)
    if not len(truth):
        return []
    parts: list[Part] = []
    if len(work.classes) <= 20:
        parts.append(_confusion(work, truth, probabilities))
    parts.append(_calibration(work, truth, probabilities))
    if len(work.classes) == 2:
        parts.append(_roc(work, truth, probabilities))
    if not work.texts:
        parts.append(_worst_classes(work, truth, probabilities))
    return parts


def _flat(work: AtWork) -> tuple[np.ndarray, np.ndarray]:
    """Classes (M,) and probabilities (M, C) of every entry that counts."""
    assert work.truth is not None and work.predicted is not None
    counts = np.ones(work.truth.shape, bool)
    if work.weight is not None:
        weight = work.weight
        counts = np.broadcast_to(
            (weight > 0).reshape(*weight.shape, *(1,) * (counts.ndim - weight.ndim)), counts.shape
        )
    return work.truth[counts].astype(int), work.predicted[counts]


def _confusion(work: AtWork, truth: np.ndarray, probabilities: np.ndarray) -> Figure:
    import pandas as pd

    count, said = len(work.classes), probabilities.argmax(axis=-1)
    matrix = np.zeros((count, count), int)
    np.add.at(matrix, (truth, said), 1)
    right = float((truth == said).mean())
    alt = f"Confusion matrix of {count} classes; {right:.1%} are right"
    names = list(work.classes)
    picture = row_charts.heat(matrix.tolist(), names, names, x="predicted", y="truth", alt=alt)
    data = pd.DataFrame(matrix, index=names, columns=names).rename_axis("truth").reset_index()
    note = f"{right:.1%} of {len(truth):,} are right (green); shades are shares of a row."
    return Figure("confusion", "Confusion matrix", alt, picture, data, note)


def _calibration(work: AtWork, truth: np.ndarray, probabilities: np.ndarray) -> Figure:
    """How often it is right, by how sure it says it is; bins of equally many."""
    import pandas as pd

    sure = probabilities.max(axis=-1)
    right = probabilities.argmax(axis=-1) == truth
    rows = []
    for part in np.array_split(np.argsort(sure, kind="stable"), min(_BINS, max(1, len(sure) // 5))):
        share = float(right[part].mean())
        error = math.sqrt(max(share * (1 - share), 0.25 / len(part)) / len(part))
        low, high = max(0.0, share - 1.96 * error), min(1.0, share + 1.96 * error)
        rows.append((float(sure[part].mean()), share, low, high, len(part)))
    data = pd.DataFrame(rows, columns=["said", "right", "low", "high", "entries"])
    gap = float((data["entries"] * (data["said"] - data["right"]).abs()).sum() / len(sure))
    alt = f"Share that is right by the probability that was said; off by {gap:.1%} on average"
    series = [
        svg.Series(
            "", list(data["said"]), list(data["right"]), list(data["low"]), list(data["high"])
        ),
        svg.Series("", list(data["said"]), list(data["right"]), kind="points"),
    ]
    picture = svg.chart(
        series,
        x="probability of the likeliest class",
        y="share that is right",
        alt=alt,
        diagonal=True,
    )
    word = (
        "too sure of itself" if (data["said"] - data["right"]).mean() > 0.02 else "well calibrated"
    )
    note = (
        f"Below the dashed line it is too sure of itself. On average it is off by {gap:.1%}: "
        f"{word if gap < 0.05 or 'sure' in word else 'not sure enough of itself'}."
    )
    return Figure("calibration", "Calibration", alt, picture, data, note)


def _roc(work: AtWork, truth: np.ndarray, probabilities: np.ndarray) -> Figure:
    import pandas as pd

    order = np.argsort(-probabilities[:, 1], kind="stable")
    positive = truth[order] == 1
    hits = np.concatenate([[0.0], np.cumsum(positive) / max(1, positive.sum())])
    alarms = np.concatenate([[0.0], np.cumsum(~positive) / max(1, (~positive).sum())])
    area = float(np.sum(np.diff(alarms) * (hits[1:] + hits[:-1]) / 2))
    data = pd.DataFrame({"false_alarms": alarms, "hits": hits})
    alt = f"ROC curve of class {work.classes[1]}; area {area:.3f}"
    series = [svg.Series("", list(alarms), list(hits))]
    picture = svg.chart(
        series, x="false alarms", y=f"{work.classes[1]} found", alt=alt, diagonal=True
    )
    return Figure("roc", f"ROC of {work.classes[1]}", alt, picture, data, f"Area {area:.3f}.")


def _worst_classes(work: AtWork, truth: np.ndarray, probabilities: np.ndarray) -> Table:
    """The entries whose right class was thought least likely."""
    given = probabilities[np.arange(len(truth)), truth]
    places = _places(work)
    rows = [
        [
            places[number],
            work.classes[truth[number]],
            work.classes[int(probabilities[number].argmax())],
            f"{given[number]:.2g}",
        ]
        for number in np.argsort(given, kind="stable")[:_WORST]
    ]
    columns = ["sequence", "truth", "prediction", "probability of the truth"]
    caption = f"Where it errs most, of {len(truth):,} of the {work.part} part."
    return Table("worst", caption, columns, rows, numbers=frozenset({3}))


def _places(work: AtWork) -> Sequence[str]:
    """Names of the entries of `_flat`: the sequence, and the step where there are several."""
    assert work.truth is not None
    counts = np.ones(work.truth.shape, bool)
    if work.weight is not None:
        weight = (work.weight > 0).reshape(
            *work.weight.shape, *(1,) * (counts.ndim - work.weight.ndim)
        )
        counts = np.broadcast_to(weight, counts.shape)
    named = work.places
    return [
        str(first if named is None else named[first]) + "".join(f", step {step}" for step in steps)
        for first, *steps in np.argwhere(counts).tolist()
    ]
