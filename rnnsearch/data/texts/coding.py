"""Tokens to arrays of ids, and the ids that a network writes back to text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.texts.vocabulary import END, PADDING, UNKNOWN, Vocabulary

__all__ = ["Coding", "Writing"]


@dataclass(frozen=True)
class Coding:
    """How texts become ids that a network reads.

    Attributes:
        tokenizer: Cuts them.
        vocabulary: Numbers the tokens.
        steps: T, tokens of the longest.
    """

    tokenizer: Tokenizer
    vocabulary: Vocabulary
    steps: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "tokens": self.tokenizer.kind,
            "lower_case": self.tokenizer.lower_case,
            "steps": self.steps,
            "known": list(self.vocabulary.known),
            "unseen": sorted(self.vocabulary.unseen),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Coding:
        """The inverse of `to_json`."""
        tokenizer = Tokenizer(values["tokens"], values["lower_case"])
        unseen = frozenset(values.get("unseen", ()))
        return cls(tokenizer, Vocabulary(tuple(values["known"]), unseen), values["steps"])

    def knowing(self, ids: np.ndarray, min_count: int) -> Coding:
        """The same with `Vocabulary.knowing` of these ids."""
        return replace(self, vocabulary=self.vocabulary.knowing(ids, min_count))

    def read(self, texts: Sequence[Sequence[str]]) -> np.ndarray:
        """Ids (N, T) int32, padded at the front."""
        x = np.full((len(texts), self.steps), PADDING, np.int32)
        for row, tokens in zip(x, texts, strict=True):
            row[self.steps - len(tokens) :] = self.vocabulary.ids(tokens)
        return x


@dataclass(frozen=True)
class Writing:
    """How texts become what a network writes, a token at a step, up to an end symbol.

    Classes are the known tokens, the unknown one and the end symbol, the last of C. As inputs of
    the next step they are one more, as 0 is padding; the start symbol is C + 1.

    Attributes:
        coding: Of the texts; its steps are those of the longest with its end symbol.
    """

    coding: Coding

    @property
    def classes(self) -> tuple[str, ...]:
        """What the network may write."""
        return (*self.coding.vocabulary.symbols, END)

    @property
    def start(self) -> int:
        """The id that is read at the first step."""
        return len(self.classes) + 1

    @property
    def vocabulary(self) -> int:
        """Ids that are read, padding and the start symbol included."""
        return len(self.classes) + 2

    def targets(self, texts: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
        """Classes (N, T) int32 and their weight (N, T), 1 up to the end symbol."""
        y = np.zeros((len(texts), self.coding.steps), np.int32)
        weight = np.zeros(y.shape, np.float32)
        for row, counts, tokens in zip(y, weight, texts, strict=True):
            row[: len(tokens)] = self.coding.vocabulary.ids(tokens) - 1
            row[len(tokens)] = len(self.classes) - 1
            counts[: len(tokens) + 1] = 1
        return y, weight

    def knowing(self, y: np.ndarray, weight: np.ndarray, min_count: int) -> Writing:
        """The same with `Vocabulary.knowing` of the classes (N, T) that count."""
        return Writing(self.coding.knowing(y[weight > 0] + 1, min_count))

    def hidden(self, y: np.ndarray) -> np.ndarray:
        """Classes with the unknown token's in place of those that are unseen."""
        return self.coding.vocabulary.hidden(y + 1) - 1

    def previous(self, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """What is read at each step (N, T) int32: the start symbol, then the target before."""
        shifted = np.full(y.shape, PADDING, np.int32)
        shifted[:, 0] = self.start
        shifted[:, 1:] = np.where(weight[:, 1:] > 0, y[:, :-1] + 1, PADDING)
        return shifted

    def begun(self, count: int) -> np.ndarray:
        """`previous` of N texts that are still to be written: the start symbol, then padding."""
        nothing = np.zeros((count, self.coding.steps), np.int32)
        return self.previous(nothing, nothing)

    def text(self, classes: Sequence[int] | np.ndarray) -> str:
        """What was written, up to the end symbol; an unknown token shows as one."""
        names, tokens = self.classes, []
        for position in classes:
            if names[position] == END and position == len(names) - 1:
                break
            tokens.append(UNKNOWN if position == len(names) - 2 else names[position])
        return self.coding.tokenizer.join(tokens)
