"""Tokens by their ids, and vectors of numbers and categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import numpy as np

from rnnsearch.data.categories import column_names
from rnnsearch.data.texts.coding import Coding
from rnnsearch.data.tokens.stream import StreamPreparation
from rnnsearch.data.tokens.token_preparation import RowsPreparation
from rnnsearch.exports.raw._base import Examples, Given, RawForm
from rnnsearch.exports.raw.arithmetic import roughness_of, scaled

__all__ = ["StreamForm", "TextsForm"]

Tensor = Any


@final
class TextsForm(RawForm):
    """Texts as ids, padded at the front with 0; or vectors.

    Args:
        prepared: How rows become sequences.
    """

    prepared: RowsPreparation

    def __init__(self, prepared: RowsPreparation) -> None:
        self.prepared = prepared
        self.target = prepared.target

    @property
    def inputs(self) -> tuple[Given, ...]:
        """``sequence``, or ``vector``."""
        reading, vectors = self.prepared.reading, self.prepared.vectors
        if reading is not None:
            about = "ids of tokens, 0 before a text that is shorter"
            return (Given("sequence", (reading.steps,), "int32", (), about),)
        assert vectors is not None
        names = column_names(vectors.names, vectors.categories)
        about = "numbers in their own units, 0 or 1 for categories"
        return (Given("vector", (len(names),), "float32", names, about),)

    def network_inputs(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Ids as they are, vectors scaled."""
        if self.prepared.vectors is None:
            return {"sequence": given["sequence"]}
        return {"vector": scaled(given["vector"], self.prepared.vectors.scaling)}

    def examples(self, path: str, most: int, *, judged: bool) -> Examples:
        """The last rows of a file."""
        x, _ = self.prepared.inputs(path)
        places = np.arange(len(np.asarray(x)))[-most:]
        ids = np.asarray(x)[places]
        counts = ids != 0 if self.prepared.mapping.aligned else None
        if self.prepared.vectors is not None:
            raw = self.prepared.vectors.scaling.invert(ids).astype(np.float32)
            return Examples({"vector": raw}, places)
        return Examples({"sequence": ids}, places, counts)

    @property
    def vocabulary(self) -> Mapping[str, Any] | None:
        """That of the text that is read."""
        reading = self.prepared.reading
        if reading is None:
            return None
        return _vocabulary(reading)

    @property
    def roughness(self) -> float:
        """Of inputs and targets."""
        vectors = self.prepared.vectors
        pairs = [self.target.scaling, *([] if vectors is None else [vectors.scaling])]
        return roughness_of(pairs)


@final
class StreamForm(RawForm):
    """A window of one long text; the network begins it without a memory of what was before.

    Args:
        prepared: How a text becomes windows.
    """

    prepared: StreamPreparation

    def __init__(self, prepared: StreamPreparation) -> None:
        self.prepared = prepared
        self.target = prepared.target

    @property
    def inputs(self) -> tuple[Given, ...]:
        """``sequence``."""
        about = "ids of tokens that follow each other"
        return (Given("sequence", (self.prepared.window,), "int32", (), about),)

    def network_inputs(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Tokens are read as they are given."""
        return {"sequence": given["sequence"]}

    def examples(self, path: str, most: int, *, judged: bool) -> Examples:
        """The first window of a text, whose memory is blank in every use of a network."""
        x = self.prepared.targets(path).x if judged else self.prepared.inputs(path)[0]
        ids = np.asarray(x)[:1]
        return Examples({"sequence": ids}, np.arange(1), ids != 0)

    @property
    def vocabulary(self) -> Mapping[str, Any] | None:
        """That of the text."""
        prepared = self.prepared
        return _vocabulary(Coding(prepared.tokenizer, prepared.vocabulary, prepared.window))


def _vocabulary(coding: Coding) -> dict[str, Any]:
    """How text becomes ids, as plain values."""
    cutter, kept = coding.tokenizer, coding.vocabulary
    ids = {token: place for place, token in enumerate(kept.known, 1) if token not in kept.unseen}
    how = {"tokens": cutter.kind, "pattern": cutter.pattern, "lower_case": cutter.lower_case}
    return {**how, "steps": coding.steps, "ids": ids, "unknown": kept.unknown}
