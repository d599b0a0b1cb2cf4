"""KerasTuner's Hyperband, written as its documentation has one write it.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib

import keras
import keras_tuner

from benchmarks.quality_contenders.networks import BestNetwork, build_network, stopper
from benchmarks.quality_contenders.question import SPACE, Answer, asked

_UNLIMITED = 1_000_000


def main() -> None:
    question, arrays, arguments = asked()
    keras.utils.set_random_seed(question.seed)
    best = BestNetwork(arguments.deadline, keras_tuner.errors.FatalError)
    train, validation = arrays.divided(question)

    def build_model(hp: keras_tuner.HyperParameters) -> keras.Model:
        return build_network(
            question,
            train[0].shape[1:],
            hp.Choice("cell", list(SPACE.cells)),
            hp.Choice("units", list(SPACE.units)),
            hp.Choice("depth", list(SPACE.depths)),
            hp.Boolean("bidirectional"),
            hp.Float("dropout", *SPACE.dropout),
            hp.Float("learning_rate", *SPACE.learning_rate, sampling="log"),
        )

    tuner = keras_tuner.Hyperband(
        build_model,
        objective="val_loss",
        max_epochs=SPACE.epochs,
        hyperband_iterations=_UNLIMITED,
        seed=question.seed,
        directory="study",
        project_name="benchmark",
    )
    with contextlib.suppress(keras_tuner.errors.FatalError):
        tuner.search(
            *train,
            validation_data=validation,
            batch_size=SPACE.batch_size,
            callbacks=[best, stopper()],
            verbose=0,
        )
    Answer(best.predict(arrays.x_test), True, len(tuner.oracle.trials)).give()


if __name__ == "__main__":
    main()
