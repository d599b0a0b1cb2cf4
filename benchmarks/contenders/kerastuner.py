"""KerasTuner's random search, written as its documentation has one write it.

``--package rnnsearch`` imports that instead, and changes nothing else. The backend is the one that
KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import Any

import keras

from benchmarks.contenders.networks import BestInTime, build_network, compiled, device, stoppers
from benchmarks.job import contender_parser, job_of, load_data, print_outcome

_UNLIMITED = 1_000_000


def main() -> None:
    parser = contender_parser()
    parser.add_argument("--package", default="keras_tuner")
    arguments = parser.parse_args()
    keras_tuner: Any = import_module(arguments.package)
    job, data = job_of(arguments), load_data(arguments.data)
    space = job.space
    clock = BestInTime(arguments.deadline)

    def build_model(hp: Any) -> keras.Model:
        if clock.late:
            raise keras_tuner.errors.FatalError("the time is up")
        model = build_network(
            data.x.shape[1:],
            hp.Choice("cell", list(space.cells)),
            hp.Choice("units", list(space.units)),
            hp.Choice("depth", list(space.depths)),
            hp.Float("dropout", *space.dropout),
        )
        return compiled(
            model,
            hp.Float("learning_rate", *space.learning_rate, sampling="log"),
            hp.Float("clip_norm", *space.clip_norm, sampling="log"),
        )

    tuner = keras_tuner.RandomSearch(
        build_model,
        objective="val_loss",
        max_trials=job.trials or _UNLIMITED,
        seed=job.seed,
        directory="study",
        project_name="benchmark",
    )
    with contextlib.suppress(keras_tuner.errors.FatalError):
        tuner.search(
            data.x,
            data.y,
            validation_data=(data.x_validation, data.y_validation),
            epochs=job.epochs,
            batch_size=space.batch_size,
            callbacks=[clock, *stoppers(job)],
            verbose=0,
        )
    ended = [trial for trial in tuner.oracle.trials.values() if trial.status == "COMPLETED"]
    print_outcome(data.score(clock.best, job), len(ended), device())


if __name__ == "__main__":
    main()
