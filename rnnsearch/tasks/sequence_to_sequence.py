"""Sequence → sequence of another length: translation, forecasts of several steps."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.data.inputs import Inputs, Sequences, Windowed
from rnnsearch.tasks._base import Head, SourceInput, Task
from rnnsearch.tasks.heads import output_activation
from rnnsearch.vocabulary import SEQUENCE_TO_SEQUENCE

__all__ = ["SequenceToSequence"]


class SequenceToSequence(Task):
    """An encoder reads the source; a decoder starts from its states (Sutskever et al., 2014).

    Of tokens, the decoder reads the one before: in training that of the data, in prediction its
    own. Of numbers it reads none, but what is known ahead of each step, such as the calendar: so
    its scores are those of a forecast of all steps at once, and no error is fed back.
    """

    mapping = SEQUENCE_TO_SEQUENCE
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
            activation=output_activation(target),
            masked=False,
            vocabulary=dataset.vocabulary,
            zero_start=dataset.train.anchor is not None,
            source=SourceInput(
                steps=source.shape[1],
                features=1 if source.ndim == 2 else source.shape[2],
                vocabulary=dataset.source_vocabulary,
                masked=dataset.masked,
            ),
        )

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> Sequences | None:
        """The whole source and what is known of all steps at once, (N, S·F + T·(A-1)).

        A step's place, the last of what is known of it, is the same in every sequence. None of
        tokens.
        """
        assert isinstance(x, dict)
        source, known = x["source"], x.get("ahead")
        if source.ndim == 2 or known is None:
            return None
        if isinstance(source, Windowed) and known.shape[2] == 1:
            return source.flattened()
        source, known = np.asarray(source), np.asarray(known)
        real, known = np.where(source == np.float32(MASK_VALUE), 0, source), known[:, :, :-1]
        flat = [a.reshape(len(a), a.shape[1] * a.shape[2]) for a in (real, known)]
        return np.concatenate(flat, axis=1, dtype=np.float32)
