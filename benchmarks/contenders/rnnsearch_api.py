"""rnnsearch, through its public API."""

from __future__ import annotations

import argparse

import rnnsearch
from benchmarks.job import (
    BATCH_SIZE,
    CLIP_NORM,
    DROPOUT,
    LEARNING_RATE,
    Job,
    job_parser,
    make_data,
    print_outcome,
)
from rnnsearch.data import Arrays


def main() -> None:
    parser = argparse.ArgumentParser(parents=[job_parser()])
    parser.add_argument("--engine", default="auto")
    arguments = parser.parse_args()
    job = Job.from_arguments(arguments)
    data = make_data()
    spec = {
        "task": "many_to_one",
        # The peers have no test part, and here it would be taken from the training sequences.
        "data": {"source": "arrays", "scaling": "none", "split": {"test": 0}},
        "space": {
            "cell": job.cell,
            "units": job.units,
            "batch_size": BATCH_SIZE,
            "optimizer": "adam",
            "learning_rate": {"min": LEARNING_RATE[0], "max": LEARNING_RATE[1], "log": True},
            "clip_norm": {"min": CLIP_NORM[0], "max": CLIP_NORM[1], "log": True},
            "dropout": {"min": DROPOUT[0], "max": DROPOUT[1]},
        },
        "search": {
            "objective": "val_loss",
            "sampler": "random",
            "pruner": "none",
            "patience": None,
            "trials": job.trials,
            "epochs": job.epochs,
            "seed": job.seed,
        },
        "run": {"engine": arguments.engine, "backend": "jax"},
    }
    arrays = Arrays((data.x, data.y), (data.x_validation, data.y_validation))
    results = rnnsearch.search(spec, arrays=arrays, output="study")
    summary = results.summary
    print_outcome(summary["winner"]["score"], summary["states"]["COMPLETE"], summary["device"])


if __name__ == "__main__":
    main()
