"""KerasTuner's random search, written as its documentation has one write it.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import argparse

import keras
import keras_tuner

from benchmarks.contenders.devices import device
from benchmarks.job import (
    BATCH_SIZE,
    CLIP_NORM,
    DROPOUT,
    FEATURES,
    LEARNING_RATE,
    STEPS,
    Job,
    job_parser,
    make_data,
    print_outcome,
)


def main() -> None:
    job = Job.from_arguments(argparse.ArgumentParser(parents=[job_parser()]).parse_args())
    data = make_data()

    def build_model(hp: keras_tuner.HyperParameters) -> keras.Model:
        model = keras.Sequential(
            [
                keras.Input((STEPS, FEATURES)),
                getattr(keras.layers, job.cell)(job.units),
                keras.layers.Dropout(hp.Float("dropout", *DROPOUT)),
                keras.layers.Dense(1),
            ]
        )
        model.compile(
            optimizer=keras.optimizers.Adam(
                learning_rate=hp.Float("learning_rate", *LEARNING_RATE, sampling="log"),
                global_clipnorm=hp.Float("clip_norm", *CLIP_NORM, sampling="log"),
            ),
            loss="mse",
        )
        return model

    tuner = keras_tuner.RandomSearch(
        build_model,
        objective="val_loss",
        max_trials=job.trials,
        seed=job.seed,
        directory="study",
        project_name="benchmark",
    )
    tuner.search(
        data.x,
        data.y,
        validation_data=(data.x_validation, data.y_validation),
        epochs=job.epochs,
        batch_size=BATCH_SIZE,
        verbose=0,
    )
    ended = [trial for trial in tuner.oracle.trials.values() if trial.status == "COMPLETED"]
    print_outcome(min(trial.score for trial in ended), len(ended), device())


if __name__ == "__main__":
    main()
