"""Vector or class → sequence: a load curve from the day's calendar, a name letter by letter."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.data.inputs import Inputs, Sequences
from rnnsearch.tasks._base import Head, Task
from rnnsearch.tasks.heads import output_activation
from rnnsearch.vocabulary import ONE_TO_MANY

__all__ = ["OneToMany"]


class OneToMany(Task):
    """The vector is repeated at every step of the output, beside the token before it if any.

    Or beside numbers that are known of the step.

    In training that is the token of the data, as Williams & Zipser (1989) teach; in prediction
    the one that was predicted.
    """

    mapping = ONE_TO_MANY
    at_once = True

    def head(self, dataset: Dataset) -> Head:
        """Runs over the steps of the output, with one output at each."""
        assert dataset.output_steps is not None
        x = dataset.train.x
        vector = x["vector"] if isinstance(x, dict) else x
        ahead = x.get("ahead") if isinstance(x, dict) else None
        return Head(
            steps=dataset.output_steps,
            features=vector.shape[1],
            repeat=dataset.output_steps,
            sequences=True,
            width=dataset.target.width,
            activation=output_activation(dataset.target),
            masked=False,
            vocabulary=dataset.vocabulary,
            ahead=0 if ahead is None else ahead.shape[2],
            zero_start=dataset.train.anchor is not None,
        )

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> Sequences | None:
        """The vector itself, (N, F): a model without memory gives all steps at once.

        Beside it what is known of all steps, (N, F + T·A). None for tokens, each of which depends
        on those before.
        """
        if not isinstance(x, dict):
            return x
        if "ahead" not in x:
            return None
        ahead = np.asarray(x["ahead"])
        flat = ahead.reshape(len(ahead), ahead.shape[1] * ahead.shape[2])  # of no sequence, too
        return np.concatenate([np.asarray(x["vector"]), flat], axis=1)
