"""Sequence → sequence of another length: translation, forecasts of several steps."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.data.inputs import Inputs
from rnnsearch.tasks._base import Head, SourceInput, Task

__all__ = ["SequenceToSequence"]


class SequenceToSequence(Task):
    """An encoder reads the source; a decoder starts from its states (Sutskever et al., 2014).

    Of tokens, the decoder reads the one before: in training that of the data, in prediction its
    own. Of numbers it reads none, but what is known ahead of each step, such as the calendar: so
    its scores are those of a forecast of all steps at once, and no error is fed back.
    """

    name = "sequence_to_sequence"
    at_once = True

    def head(self, dataset: Dataset) -> Head:
        """The decoder runs over the steps of the output, the encoder over those of the source."""
        x, target = dataset.train.x, dataset.target
        assert isinstance(x, dict) and dataset.output_steps is not None
        source, ahead = x["source"], x.get("ahead")
        return Head(
            steps=dataset.output_steps,
            features=1 if ahead is None else ahead.shape[2],
            repeat=None,
            sequences=True,
            width=target.width,
            activation="softmax" if target.kind == "class" else "linear",
            masked=False,
            vocabulary=dataset.vocabulary,
            source=SourceInput(
                steps=source.shape[1],
                features=1 if source.ndim == 2 else source.shape[2],
                vocabulary=dataset.source_vocabulary,
                masked=dataset.masked,
            ),
        )

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> np.ndarray | None:
        """The whole source at once, (N, S·F), where it is numbers; None of tokens."""
        assert isinstance(x, dict)
        source = x["source"]
        if source.ndim == 2:
            return None
        real = np.where(source == np.float32(MASK_VALUE), 0, source)
        return real.reshape(len(source), -1).astype(np.float32)
