"""rnnsearch through its public API, all that the space does not say at its defaults."""

from __future__ import annotations

import time
from typing import Any

import rnnsearch
from benchmarks.quality_contenders.question import SPACE, Answer, Question, asked


def make_spec(question: Question, timeout: float) -> dict[str, Any]:
    """The question as a spec."""
    low, high = SPACE.learning_rate
    return {
        "task": question.task,
        "data": question.data,
        "space": {
            "cell": list(SPACE.cells),
            "units": list(SPACE.units),
            "depth": list(SPACE.depths),
            "bidirectional": [False, True],
            "learning_rate": {"min": low, "max": high, "log": True},
            "dropout": {"min": SPACE.dropout[0], "max": SPACE.dropout[1]},
        },
        "search": {"timeout": timeout, "seed": question.seed},
    }


def main() -> None:
    question, _, arguments = asked()
    timeout = max(1.0, arguments.deadline - time.time())
    rnnsearch.search(make_spec(question, timeout), output="study")
    results = rnnsearch.Results.open("study", alone=True)
    model, prepared = results.best_model(), results.preparation
    part = prepared.targets(question.test)
    from rnnsearch.models.feeding import predict

    outputs = predict(model, part.x, 256)
    Answer(
        prepared.target.own_units(outputs, part.anchor),
        False,
        sum(results.summary["states"].values()),
        prepared.target.own_units(part.y, part.anchor),
    ).give()


if __name__ == "__main__":
    main()
