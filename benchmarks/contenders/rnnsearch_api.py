"""rnnsearch, through its public API."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import rnnsearch
from benchmarks.job import Job, contender_parser, job_of, load_data, print_outcome
from rnnsearch.data import Arrays

_UNLIMITED = 1_000_000


class BestInTime:
    """An observer that keeps the best score that was known in time."""

    def __init__(self, deadline: float) -> None:
        self.best = math.inf
        self._deadline = deadline

    def started(self, device: str) -> None:
        """Of no interest."""

    def progressed(self, snapshot: Any) -> None:
        """Note what the trials in training have."""
        for lane in snapshot.lanes:
            self._note(lane.score)

    def ended(self, record: Any, curve: Sequence[Any], weights: Sequence[Any] | None) -> None:
        """Note what a trial came to."""
        self._note(record.score)

    def _note(self, score: float | None) -> None:
        if score is not None and score < self.best and time.time() <= self._deadline:
            self.best = score


def make_spec(job: Job, engine: str, timeout: float | None) -> dict[str, Any]:
    """The job as a spec."""
    space = job.space

    def logarithmic(limits: tuple[float, float]) -> dict[str, Any]:
        return {"min": limits[0], "max": limits[1], "log": True}

    # Where work is equal, none of what the peers do not do.
    same = {"sampler": "random", "pruner": "none", "keep": "best", "confirm": 0, "deliver": "best"}
    search = same if timeout is None else {"timeout": timeout}
    training = {"schedule": "constant"} if timeout is None else {}
    return {
        "task": "many_to_one",
        # The peers have no test part, and here it would be taken from the training sequences.
        "data": {"source": "arrays", "scaling": "none", "split": {"test": 0}},
        "space": {
            "cell": list(space.cells),
            "units": list(space.units),
            "depth": list(space.depths),
            "unroll_length": list(space.unroll_lengths),
            "batch_size": space.batch_size,
            "optimizer": "adam",
            "learning_rate": logarithmic(space.learning_rate),
            "clip_norm": logarithmic(space.clip_norm),
            "dropout": {"min": space.dropout[0], "max": space.dropout[1]},
            **training,
        },
        "search": {
            **search,
            "objective": "val_loss",
            "patience": job.patience,
            "trials": job.trials or _UNLIMITED,
            "epochs": job.epochs,
            "seed": job.seed,
        },
        "run": {"engine": engine, "backend": "jax"},
    }


def main() -> None:
    parser = contender_parser()
    parser.add_argument("--engine", default="auto")
    arguments = parser.parse_args()
    job, data = job_of(arguments), load_data(arguments.data)
    timeout = None if job.seconds is None else max(1.0, arguments.deadline - time.time())
    arrays = Arrays((data.x, data.y), (data.x_validation, data.y_validation))
    observer = BestInTime(arguments.deadline)
    results = rnnsearch.search(
        make_spec(job, arguments.engine, timeout),
        arrays=arrays,
        output="study",
        observer=observer,
    )
    summary = results.summary
    counted = ("COMPLETE",) if job.seconds is None else ("COMPLETE", "PRUNED")
    trials = sum(summary["states"].get(state, 0) for state in counted)
    print_outcome(data.score(observer.best, job), trials, summary["device"])


if __name__ == "__main__":
    main()
