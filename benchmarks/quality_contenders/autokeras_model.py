"""AutoKeras with its recurrent block. It searches a space of its own: it can't be given another.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib

import autokeras
import keras_tuner

from benchmarks.quality_contenders.networks import BestNetwork, stopper
from benchmarks.quality_contenders.question import SPACE, Answer, asked

_UNLIMITED = 1_000_000


def main() -> None:
    question, arrays, arguments = asked()
    best = BestNetwork(arguments.deadline, keras_tuner.errors.FatalError)
    train, validation = arrays.divided(question)
    head = autokeras.ClassificationHead if question.classes else autokeras.RegressionHead
    start = autokeras.Input()
    tuner = autokeras.AutoModel(
        inputs=start,
        outputs=head()(autokeras.RNNBlock()(start)),
        max_trials=_UNLIMITED,
        seed=question.seed,
        directory="study",
    )
    with contextlib.suppress(keras_tuner.errors.FatalError):
        tuner.fit(
            *train,
            validation_data=validation,
            epochs=SPACE.epochs,
            batch_size=SPACE.batch_size,
            callbacks=[best, stopper()],
            verbose=0,
        )
    Answer(best.predict(arrays.x_test), True, len(tuner.tuner.oracle.trials)).give()


if __name__ == "__main__":
    main()
