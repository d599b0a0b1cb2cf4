"""AutoKeras with its recurrent block. It searches a space of its own: it can't be given another.

The backend is the one that KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib
from typing import Any

import autokeras
import keras_tuner
import numpy as np

from benchmarks.quality_contenders.networks import BestNetwork, stopper
from benchmarks.quality_contenders.question import SPACE, Answer, asked

_UNLIMITED = 1_000_000


class _Plain:
    """A head whose shape is plain whole numbers: Keras 3.15 takes no others, such as NumPy's."""

    def build(self, hp: keras_tuner.HyperParameters, inputs: Any = None) -> Any:
        self.shape = [int(size) for size in self.shape]
        return super().build(hp, inputs)  # type: ignore[misc]


class _Classes(_Plain, autokeras.ClassificationHead):
    pass


class _Numbers(_Plain, autokeras.RegressionHead):
    pass


def main() -> None:
    question, arrays, arguments = asked()
    best = BestNetwork(arguments.deadline, keras_tuner.errors.FatalError)
    train, validation = arrays.divided(question)
    if question.classes and question.outputs > 2:
        one_hot = np.eye(question.outputs)
        train, validation = ((x, one_hot[y]) for x, y in (train, validation))
    head = _Classes if question.classes else _Numbers
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
    outputs = best.predict(arrays.x_test)
    if question.classes and outputs.shape[1] == 1:  # of two classes the second's probability
        outputs = np.concatenate([1 - outputs, outputs], axis=1)
    Answer(outputs, True, len(tuner.tuner.oracle.trials)).give()


if __name__ == "__main__":
    main()
