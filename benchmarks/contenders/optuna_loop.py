"""Optuna driving Keras by hand: an objective that builds, compiles and fits a model.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import time

import keras
import optuna

from benchmarks.contenders.networks import BestInTime, build_network, compiled, device, stoppers
from benchmarks.job import Job, contender_parser, job_of, load_data, print_outcome


class Report(keras.callbacks.Callback):
    """Tells the study of each epoch, and ends the trial where its pruner says so."""

    def __init__(self, trial: optuna.Trial) -> None:
        super().__init__()
        self._trial = trial

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._trial.report((logs or {})["val_loss"], epoch)
        if self._trial.should_prune():
            raise optuna.TrialPruned


def make_study(job: Job) -> optuna.Study:
    """Random where trials are counted; else Optuna's defaults: TPE, and pruning by medians."""
    if job.seconds is not None:
        return optuna.create_study(sampler=optuna.samplers.TPESampler(seed=job.seed))
    sampler = optuna.samplers.RandomSampler(seed=job.seed)
    return optuna.create_study(sampler=sampler, pruner=optuna.pruners.NopPruner())


def main() -> None:
    arguments = contender_parser().parse_args()
    job, data = job_of(arguments), load_data(arguments.data)
    space = job.space
    clock = BestInTime(arguments.deadline)

    def objective(trial: optuna.Trial) -> float:
        # As in Optuna's own examples: Keras keeps every model alive otherwise.
        keras.backend.clear_session()
        model = build_network(
            data.x.shape[1:],
            trial.suggest_categorical("cell", space.cells),
            trial.suggest_categorical("units", space.units),
            trial.suggest_categorical("depth", space.depths),
            trial.suggest_float("dropout", *space.dropout),
        )
        compiled(
            model,
            trial.suggest_float("learning_rate", *space.learning_rate, log=True),
            trial.suggest_float("clip_norm", *space.clip_norm, log=True),
        )
        history = model.fit(
            data.x,
            data.y,
            validation_data=(data.x_validation, data.y_validation),
            epochs=job.epochs,
            batch_size=space.batch_size,
            callbacks=[clock, *stoppers(job), Report(trial)],
            verbose=0,
        )
        return min(history.history["val_loss"])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = make_study(job)
    timeout = None if job.seconds is None else max(0.0, arguments.deadline - time.time())
    study.optimize(objective, n_trials=job.trials, timeout=timeout)
    print_outcome(data.score(clock.best, job), len(study.trials), device())


if __name__ == "__main__":
    main()
