"""Optuna driving Keras by hand: TPE, and Hyperband told of every epoch.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import time

import keras
import optuna

from benchmarks.contenders.optuna_loop import Report
from benchmarks.quality_contenders.networks import BestNetwork, build_network, stopper
from benchmarks.quality_contenders.question import SPACE, Answer, asked


def main() -> None:
    question, arrays, arguments = asked()
    keras.utils.set_random_seed(question.seed)
    best = BestNetwork(arguments.deadline)
    train, validation = arrays.divided(question)

    def objective(trial: optuna.Trial) -> float:
        # As in Optuna's own examples: Keras keeps every model alive otherwise.
        keras.backend.clear_session()
        model = build_network(
            question,
            train[0].shape[1:],
            trial.suggest_categorical("cell", SPACE.cells),
            trial.suggest_categorical("units", SPACE.units),
            trial.suggest_categorical("depth", SPACE.depths),
            trial.suggest_categorical("bidirectional", (False, True)),
            trial.suggest_float("dropout", *SPACE.dropout),
            trial.suggest_float("learning_rate", *SPACE.learning_rate, log=True),
        )
        history = model.fit(
            *train,
            validation_data=validation,
            epochs=SPACE.epochs,
            batch_size=SPACE.batch_size,
            callbacks=[best, stopper(), Report(trial)],
            verbose=0,
        )
        return min(history.history["val_loss"])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=question.seed),
        pruner=optuna.pruners.HyperbandPruner(max_resource=SPACE.epochs),
    )
    study.optimize(objective, timeout=max(0.0, arguments.deadline - time.time()))
    Answer(best.predict(arrays.x_test), True, len(study.trials)).give()


if __name__ == "__main__":
    main()
