"""Optuna driving Keras by hand: an objective that builds, compiles and fits a model.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import argparse

import keras
import optuna

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

    def objective(trial: optuna.Trial) -> float:
        # As in Optuna's own examples: Keras keeps every model alive otherwise.
        keras.backend.clear_session()
        model = keras.Sequential(
            [
                keras.Input((STEPS, FEATURES)),
                getattr(keras.layers, job.cell)(job.units),
                keras.layers.Dropout(trial.suggest_float("dropout", *DROPOUT)),
                keras.layers.Dense(1),
            ]
        )
        model.compile(
            optimizer=keras.optimizers.Adam(
                learning_rate=trial.suggest_float("learning_rate", *LEARNING_RATE, log=True),
                global_clipnorm=trial.suggest_float("clip_norm", *CLIP_NORM, log=True),
            ),
            loss="mse",
        )
        history = model.fit(
            data.x,
            data.y,
            validation_data=(data.x_validation, data.y_validation),
            epochs=job.epochs,
            batch_size=BATCH_SIZE,
            verbose=0,
        )
        return min(history.history["val_loss"])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=job.seed))
    study.optimize(objective, n_trials=job.trials)
    ended = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    print_outcome(study.best_value, len(ended), device())


if __name__ == "__main__":
    main()
