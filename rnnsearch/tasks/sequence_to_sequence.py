"""Sequence → sequence of another length: translation, forecasts of several steps."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.data.inputs import Inputs
from rnnsearch.tasks._base import Head, SourceInput, Task

__all__ = ["SequenceToSequence"]


class SequenceToSequence(Task):
    """An encoder reads the source; a decoder starts from its states (Sutskever et al., 2014).

    The decoder reads the output before: in training that of the data, in prediction its own.
    """

    name = "sequence_to_sequence"
    at_once = True

    def head(self, dataset: Dataset) -> Head:
        """The decoder runs over the steps of the output, the encoder over those of the source."""
        x, target = dataset.train.x, dataset.target
        assert isinstance(x, dict) and dataset.output_steps is not None
        source, previous = x["source"], x["previous"]
        return Head(
            steps=dataset.output_steps,
            features=1 if previous.ndim == 2 else previous.shape[2],
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
