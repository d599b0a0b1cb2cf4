"""One long text, of which each next token is predicted: a few long rows, window after window.

Hidden states start from zeros at the beginning of an epoch and of each part and flow on from window
to window, and no gradient goes back further than the window, which is so the length of truncated
backpropagation. The order is that of the text in every epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data._base import Dataset, Part, Preparation, SequenceData, Target
from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.scaling import identity
from rnnsearch.data.sources import TEXTS
from rnnsearch.data.splits import time_parts
from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.texts.vocabulary import PADDING, Vocabulary, find_vocabulary
from rnnsearch.data.tokens.unlike_texts import unlike_tokens
from rnnsearch.vocabulary import MANY_TO_MANY

if TYPE_CHECKING:
    import pandas as pd

    from rnnsearch.spec.sources import TextSource

__all__ = ["ROWS", "StreamData", "StreamPreparation", "cut", "read_stream"]

ROWS = 32
"""B where nobody says how many rows a part is cut into."""

_PARTS = ("training", "validation", "test")


def cut(ids: np.ndarray, window: int, rows: int) -> Part:
    """A part of M + 1 tokens, each but the first predicted exactly once from those before it.

    The M predictions are cut into B rows of equal length, one after the other in the text, and
    these into windows. The end of the last row, and of each row's last window, is padding of
    weight 0.

    Args:
        ids: (M + 1,) tokens.
        window: T.
        rows: B.

    Returns:
        S·B sequences; sequence s·B + b is window s of row b.
    """
    where = _places(len(ids) - 1, window, rows)
    real = where >= 0
    x = np.where(real, ids[where], PADDING).astype(np.int32)
    y = np.where(real, ids[where + 1] - 1, 0).astype(np.int32)
    return Part(x, y, None if real.all() else real.astype(np.float32))


def _places(count: int, window: int, rows: int) -> np.ndarray:
    """(S·B, T) int, which of so many steps stands where; -1 is padding."""
    length = -(-count // rows)
    windows = max(1, -(-length // window))
    step = np.arange(windows * window)
    places = np.arange(rows)[:, None] * length + step
    places[:, length:] = -1
    places[places >= count] = -1
    by_window = places.reshape(rows, windows, window).transpose(1, 0, 2)
    return np.ascontiguousarray(by_window).reshape(-1, window)


def _next_token(vocabulary: Vocabulary) -> Target:
    return Target("class", ("token",), vocabulary.symbols, identity(1), tokens=True)


@dataclass(frozen=True)
class StreamPreparation(Preparation):
    """How a new text becomes rows of windows.

    Attributes:
        target: The next token.
        tokenizer: Cuts it.
        vocabulary: Numbers the tokens.
        window: T.
        rows: B.
        settings: The spec's data section as plain values.
    """

    task = MANY_TO_MANY.name
    target: Target
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    window: int
    rows: int
    settings: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "source": "stream",
            "reader": dict(self.settings),
            "window": self.window,
            "rows": self.rows,
            "known": list(self.vocabulary.known),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> StreamPreparation:
        """The inverse of `to_json`."""
        settings, vocabulary = values["reader"], Vocabulary(tuple(values["known"]))
        return cls(
            _next_token(vocabulary),
            Tokenizer(settings["tokens"], settings["lower_case"]),
            vocabulary,
            values["window"],
            values["rows"],
            settings,
        )

    def inputs(self, path: str) -> tuple[Inputs, pd.DataFrame]:
        """x of a new text, and where each token stands in it.

        The frame has `position`, from 1, and `token`: what is read there; the prediction is the
        token after it. The text is one row: where several begin would depend on its length.
        """
        import pandas as pd

        tokens = self._tokens(path, 1)
        where = _places(len(tokens), self.window, 1)
        ids = self.vocabulary.ids(tokens)
        flat = where.ravel()
        order = np.argsort(flat, kind="stable")[(flat < 0).sum() :]
        frame = pd.DataFrame(
            {"position": np.arange(1, len(tokens) + 1), "token": tokens}, index=order
        )
        return np.where(where >= 0, ids[where], PADDING).astype(np.int32), frame

    def targets(self, path: str) -> Part:
        """A new text whose tokens are predicted, each but the first."""
        return cut(self.vocabulary.ids(self._tokens(path, 2)), self.window, self.rows)

    def read(self, path: str) -> np.ndarray:
        """The ids (M,) of a new text."""
        return self.vocabulary.ids(self._tokens(path, 1))

    def text(self, classes: np.ndarray) -> str:
        """Classes (M,) as text."""
        symbols = self.vocabulary.symbols
        return self.tokenizer.join([symbols[position] for position in classes])

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """Whether most tokens of a new text were never shown."""
        ids = self.read(path)
        return unlike_tokens(float((ids == self.vocabulary.unknown).mean()), path)

    @property
    def avoided(self) -> int:
        """The class that is never written: the unknown token, which is no text."""
        return self.vocabulary.unknown - 1

    def _tokens(self, path: str, least: int) -> list[str]:
        """The tokens of a new text, of which there must be so many."""
        tokens = self.tokenizer.tokens(TEXTS[self.settings["source"]].read(Path(path)).text)
        problems = Problems()
        if len(tokens) < least:
            must = f"must have at least {least} tokens"
            problems.add("data.path", must, str(len(tokens)), "give a longer text")
        problems.raise_any()
        return tokens


@dataclass(frozen=True)
class StreamData(SequenceData):
    """One long text, cut into tokens and divided.

    Attributes:
        parts: The ids of the training, validation and test part; that of test may be empty.
        tokenizer: How the text was cut.
        vocabulary: Of the training part.
        window: T where nobody asks for another.
        longest: The longest T that may be asked for.
        settings: The spec's data section as plain values.
        notes_: What was decided about the file.
    """

    parts: tuple[np.ndarray, np.ndarray, np.ndarray]
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    window: int
    longest: int
    settings: Mapping[str, Any]
    notes_: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed of the file."""
        return self.notes_

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts for one length of window.

        Whatever `window` and `rows`, each token but a part's first is predicted exactly once.

        Args:
            window: T.
            fold: There is one.
            rows: B, the rows that each part is cut into: as many as a batch has sequences.
        """
        assert fold in (-1, 0), "a text has one fold"
        window, rows = window or self.window, rows or ROWS
        train, validation, test = self.parts
        nothing = np.zeros((0, window), np.int32)
        return Dataset(
            cut(train, window, rows),
            cut(validation, window, rows),
            cut(test, window, rows) if len(test) else Part(nothing, nothing),
            _next_token(self.vocabulary),
            masked=False,
            vocabulary=self.vocabulary.size,
            stream=rows,
        )

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """With the validation part at the end of the training part, as it is in the text."""
        train, validation, _ = self.parts
        dataset = self.dataset(window, -1, rows)
        both = np.concatenate([train, validation])
        return replace(dataset, train=cut(both, window or self.window, rows or ROWS))

    def preparation(
        self, window: int | None = None, fold: int | None = None, rows: int | None = None
    ) -> StreamPreparation:
        """Vocabulary, window and rows, the same for the one fold that there is."""
        return StreamPreparation(
            _next_token(self.vocabulary),
            self.tokenizer,
            self.vocabulary,
            window or self.window,
            rows or ROWS,
            self.settings,
        )

    @property
    def steps(self) -> int:
        """The longest window."""
        return self.longest

    def summary(self) -> list[tuple[str, str]]:
        """Tokens a part, those that are not known, the vocabulary."""
        lines = []
        for name, part in zip(_PARTS, self.parts, strict=True):
            unknown = int((part == self.vocabulary.unknown).sum())
            strange = f", {unknown} of them unknown" if unknown else ""
            lines.append((name, f"{len(part)} tokens{strange}" if len(part) else "none"))
        known = self.vocabulary.shown()
        return [
            *lines,
            ("vocabulary", f"{len(known)} {self.tokenizer.kind} ({name_some(known, 12)})"),
            ("target", f"the next token, one of {self.vocabulary.size - 1} with <unk>"),
            *(("note", note) for note in self.notes),
        ]


def read_stream(source: TextSource, windows: tuple[int, ...]) -> StreamData:
    """Read a text, divide it, and number the tokens of its training part.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    tokenizer = Tokenizer(source.tokens, source.lower_case)
    found = TEXTS[source.source].read(source.path)
    tokens = tokenizer.tokens(found.text)
    split = source.split
    ranges = time_parts(len(tokens), split.validation, split.test)
    for name, part in zip(_PARTS, ranges, strict=True):
        if len(part) < 2 and (name != "test" or split.test):
            must = "must leave two tokens or more in every part"
            received = f"{max(len(part), 0)} in {name}, of {len(tokens)}"
            problems.add("data.split", must, received, "give a longer text, or change the shares")
    problems.raise_any()
    train, validation, test = (tokens[part.start : part.stop] for part in ranges)
    vocabulary = find_vocabulary(source, [train], problems)
    longest = max([source.window or 1, *windows])
    if longest >= len(train):
        key = "data.window" if longest == source.window else "space.window"
        must = f"must be below {len(train)}, the tokens of the training part"
        problems.add(key, must, str(longest), "lower it")
    problems.raise_any()
    ids = (vocabulary.ids(train), vocabulary.ids(validation), vocabulary.ids(test))
    window = source.window or min(windows)
    settings = source.model_dump(mode="json")
    return StreamData(ids, tokenizer, vocabulary, window, longest, settings, found.notes)
