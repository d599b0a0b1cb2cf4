"""Methods without a network: rnnsearch's baselines, and the nearest neighbour by time warping."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality_contenders.dtw import nearest
from benchmarks.quality_contenders.question import Answer, Arrays, Question, asked
from benchmarks.quality_contenders.sets import Given, dataset
from rnnsearch.baselines import fit_baselines
from rnnsearch.tasks import TASKS

_NAIVE = ("seasonal_naive", "last_value", "mean", "majority")


def main() -> None:
    question, arrays, arguments = asked()
    if arguments.method == "dtw":
        Answer(_neighbours(question, arrays), False, 1).give()
    else:
        names = _NAIVE if arguments.method == "naive" else (arguments.method,)
        Answer(_baseline(question, names), False, 1).give()


def _baseline(question: Question, names: Sequence[str]) -> np.ndarray:
    """What one of rnnsearch's baselines predicts: of several the best on the training part."""
    data = dataset(Given(question.task, question.data, Path(question.test)))
    fitted = fit_baselines(TASKS[question.task], data)
    there = [fitted[name] for name in names if name in fitted]
    if not there:
        raise SystemExit(f"no {' or '.join(names)} suits {question.name}")
    if len(there) == 1:
        return there[0].predict(data.test)
    truth = data.target.own_units(data.train.y, data.train.anchor)

    def error(index: int) -> float:
        predicted = there[index].predict(data.train)
        if question.classes:
            return float((predicted.argmax(axis=-1) != truth).mean())
        return float(((predicted - truth) ** 2).mean())

    return there[min(range(len(there)), key=error)].predict(data.test)


def _neighbours(question: Question, arrays: Arrays) -> np.ndarray:
    """(N, C), 1 for the class of the nearest training sequence."""
    found = nearest(_ragged(arrays.x, question.mask), _ragged(arrays.x_test, question.mask))
    return np.eye(question.outputs)[arrays.y[found]]


def _ragged(x: np.ndarray, mask: float | None) -> list[np.ndarray]:
    """Sequences (T, F) without their padding, which stands at the front."""
    if mask is None:
        return list(x)
    return [sequence[(sequence != np.float32(mask)).any(axis=1)] for sequence in x]


if __name__ == "__main__":
    main()
