"""Sections on the winner at work: predictions beside the truth, errors, and where it errs most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.report import text
from rnnsearch.report.page import row_charts, svg
from rnnsearch.report.page._base import Figure, Part, Section, Table
from rnnsearch.report.page.study import AtWork, Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predictions"]

_SHOWN, _WORST, _TEXTS, _TARGETS = 200, 8, 10, 3
_SCATTERED = 800
_BINS = 8


def predictions(study: Study) -> Section:
    """What the winner says about the test part, by the kind of its target."""
    work, title = study.at_work, "Predictions and truth"
    if work is None:
        return Section("predictions", title, [study.why_not_at_work or "There is no winner yet."])
    parts: list[Part] = []
    if work.part != "test":
        parts.append("There is no test part: this is the validation part, which chose the winner.")
    if work.texts:
        parts.append(_texts(work))
    if work.truth is not None and work.predicted is not None and len(work.truth):
        parts += _classes(work) if work.classes else _numbers(work)
    return Section("predictions", title, parts)


def _texts(work: AtWork) -> Table:
    rows = [[one.read, one.right, one.written] for one in work.texts[:_TEXTS]]
    columns = ["read", "right", "written by the network"]
    return Table("texts", f"Texts of the {work.part} part.", columns, rows)


# --- Numbers ---------------------------------------------------------------------------------


def _numbers(work: AtWork) -> list[Part]:
    parts: list[Part] = []
    for column, name in enumerate(work.names[:_TARGETS]):
        parts += [_forecast(work, column, name), _residuals(work, column, name)]
    parts.append(_worst_numbers(work))
    return parts


def _last_steps(work: AtWork, array: np.ndarray, column: int) -> np.ndarray:
    """(N,) of one column: the last step, where there is one output a step."""
    values: np.ndarray = array[..., column]
    return values if values.ndim == 1 else values[:, -1]


def _forecast(work: AtWork, column: int, name: str) -> Figure:
    """Truth and prediction; of sequences some whole ones, else the last of the part."""
    assert work.truth is not None and work.predicted is not None
    if work.truth.ndim == 3 and work.truth.shape[1] > 2:
        return _sequences(work, column, name)
    data = _pairs(work, column).tail(_SHOWN)
    places = [float(place) for place in data["sequence"]]
    banded = "low" in data
    low, high = work.levels
    series = [
        svg.Series("truth", places, list(data["truth"]), colour=1),
        svg.Series(
            f"prediction, {low:.0%} to {high:.0%}" if banded else "prediction",
            places,
            list(data["predicted"]),
            list(data["low"]) if banded else (),
            list(data["high"]) if banded else (),
        ),
    ]
    if "naive" in data:
        named = _best_naive(work, column) or ""
        series.append(
            svg.Series(named.replace("_", " "), places, list(data["naive"]), kind="dash", colour=3)
        )
    alt = f"Truth and prediction of {name} for the last {len(data)} of the {work.part} part"
    picture = svg.chart(series, x=f"sequence of the {work.part} part", y=name, alt=alt)
    return Figure(f"forecast_{column}", f"{name}: truth and prediction", alt, picture, data)


def _pairs(work: AtWork, column: int) -> pd.DataFrame:
    import pandas as pd

    assert work.truth is not None and work.predicted is not None
    data = {
        "truth": _last_steps(work, work.truth, column),
        "predicted": _last_steps(work, work.predicted, column),
    }
    if work.low is not None and work.high is not None:
        data["low"] = _last_steps(work, work.low, column)
        data["high"] = _last_steps(work, work.high, column)
    best = _best_naive(work, column)
    if best is not None:
        data["naive"] = _last_steps(work, work.naive[best], column)
    frame = pd.DataFrame(data)
    frame.insert(0, "sequence", np.arange(len(frame)))
    weight = work.weight
    if weight is not None:
        frame = frame[(weight if weight.ndim == 1 else weight[:, -1]) > 0]
    return frame


def _best_naive(work: AtWork, column: int) -> str | None:
    """The naive forecast of least error; None where there is none."""
    assert work.truth is not None
    truth = _last_steps(work, work.truth, column)
    errors = {
        name: float(np.nanmean(np.abs(_last_steps(work, values, column) - truth)))
        for name, values in work.naive.items()
        if values.shape == work.truth.shape and np.isfinite(values).any()
    }
    return min(errors, key=errors.__getitem__, default=None)


def _sequences(work: AtWork, column: int, name: str) -> Figure:
    """A sequence of median error and the worst, with their truths."""
    import pandas as pd

    assert work.truth is not None and work.predicted is not None
    truth, predicted = work.truth[..., column], work.predicted[..., column]
    errors, best = np.abs(truth - predicted).mean(axis=1), _best_naive(work, column)
    order = np.argsort(errors)
    chosen = {"median error": order[len(order) // 2], "largest error": order[-1]}
    steps = [float(step) for step in range(1, truth.shape[1] + 1)]
    series, rows = [], []
    for place, (which, number) in enumerate(chosen.items()):
        series.append(
            svg.Series(f"truth, {which}", steps, list(truth[number]), kind="dash", colour=place)
        )
        series.append(
            svg.Series(f"predicted, {which}", steps, list(predicted[number]), colour=place)
        )
        if best is not None and place == 0:
            named = f"{best.replace('_', ' ')}, {which}"
            level = list(work.naive[best][number, :, column])
            series.append(svg.Series(named, steps, level, kind="dash", colour=3))
        rows += [
            (which, int(number), int(step), a, b)
            for step, a, b in zip(steps, truth[number], predicted[number], strict=True)
        ]
    data = pd.DataFrame(rows, columns=["which", "sequence", "step", "truth", "predicted"])
    alt = f"Two sequences of {name} of the {work.part} part, one of median and one of largest error"
    picture = svg.chart(series, x="step", y=name, alt=alt)
    return Figure(f"forecast_{column}", f"{name}: truth and prediction", alt, picture, data)


def _residuals(work: AtWork, column: int, name: str) -> Figure:
    data = _pairs(work, column)
    if len(data) > _SCATTERED:
        data = data.iloc[:: -(-len(data) // _SCATTERED)]
    series = [svg.Series("", list(data["truth"]), list(data["predicted"]), kind="points")]
    errors = data["predicted"] - data["truth"]
    bias, size = float(errors.mean()), float(errors.abs().mean())
    alt = f"Prediction against truth of {name}; mean error {text.score(bias)}"
    picture = svg.chart(series, x="truth", y="prediction", alt=alt, diagonal=True)
    note = (
        f"On the dashed line a prediction is right. Mean error {text.score(bias)}, mean absolute "
        f"error {text.score(size)}."
    )
    return Figure(
        f"residuals_{column}", f"{name}: prediction against truth", alt, picture, data, note
    )


def _worst_numbers(work: AtWork) -> Table:
    """The sequences of largest error."""
    assert work.truth is not None and work.predicted is not None
    errors = np.abs(work.truth - work.predicted)
    if work.weight is not None:
        weight = work.weight.reshape(*work.weight.shape, *(1,) * (errors.ndim - work.weight.ndim))
        errors = errors * (weight > 0)
    of_each = errors.reshape(len(errors), -1).mean(axis=1)
    usual = float(np.median(of_each)) or math.nan
    rows = []
    for number in np.argsort(-of_each)[:_WORST]:
        truth, predicted = work.truth[number].ravel(), work.predicted[number].ravel()
        rows.append(
            [
                str(number),
                _few(truth),
                _few(predicted),
                text.score(float(of_each[number])),
                f"{of_each[number] / usual:.1f} ×",
            ]
        )
    columns = ["sequence", "truth", "prediction", "mean absolute error", "beside the median"]
    caption = f"Where it errs most, of {len(of_each)} sequences of the {work.part} part, from 0."
    return Table("worst", caption, columns, rows, numbers=frozenset({0, 3, 4}))


def _few(values: np.ndarray) -> str:
    shown = [text.score(float(value)) for value in values[:3]]
    return ", ".join(shown) + (" …" if len(values) > 3 else "")


# --- Classes ---------------------------------------------------------------------------------


def _classes(work: AtWork) -> list[Part]:
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
    found = np.argwhere(counts)
    return [", step ".join(str(part) for part in place) for place in found]
