"""Sequences of tokens in the rows of a table: cut, split and numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data._base import Dataset, SequenceData, output_axes
from rnnsearch.data.categories import check_known
from rnnsearch.data.class_counts import check_counts
from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.folds import Folds
from rnnsearch.data.scaling import constant
from rnnsearch.data.sources import ROWS
from rnnsearch.data.sources.headers import with_header
from rnnsearch.data.texts.coding import Coding
from rnnsearch.data.texts.vocabulary import Vocabulary
from rnnsearch.data.tokens.dividing import divide_pool, sequence_keys, without_repeated
from rnnsearch.data.tokens.learned_codes import Three, prepare
from rnnsearch.data.tokens.numbered import Numbered
from rnnsearch.data.tokens.token_parts import BLOCK, known_already, split_rows
from rnnsearch.data.tokens.token_preparation import RowsPreparation, columns_of
from rnnsearch.data.tokens.token_rows import Rows, read_rows

if TYPE_CHECKING:
    from rnnsearch.spec.sources import RowsSource

__all__ = ["RowsData", "read_rows_data"]

_PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class RowsData(SequenceData):
    """Sequences of tokens, ready to be divided and scaled.

    Attributes:
        pool, test: The sequences outside the test part, and those of it.
        divided: The ways to divide the pool.
        prepared: The preparation of each.
        delivered: That of the whole pool; of the one division where there is one.
        repeated: Sequences of the last validation part that its training holds too, and of the
            test part that training or validation does.
        dropped: Whether these were left out.
        notes_: What was decided about the file.
        in_time: Whether the sequences follow each other in time.
    """

    pool: Numbered
    test: Numbered
    divided: Folds
    prepared: tuple[RowsPreparation, ...]
    delivered: RowsPreparation
    repeated: tuple[int, int]
    dropped: bool
    notes_: tuple[str, ...] = ()
    in_time: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the file."""
        return self.notes_

    @property
    def ordered(self) -> bool:
        """Whether divisions follow each other in time."""
        return self.in_time and self.folds > 1

    @property
    def folds(self) -> int:
        """How often the data is divided."""
        return len(self.prepared)

    @property
    def repeats(self) -> int:
        """How often the sequences are dealt to folds anew."""
        return self.divided.repeats

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts; `window` must be None, for the sequences have their own length."""
        assert window is None, "separate sequences have no window to choose"
        division = self.divided.divisions[fold]
        return self._dataset(self.prepared[fold], division.train, division.validation)

    def held_out(self, fold: int) -> np.ndarray | None:
        """Places in the pool."""
        return None if self.folds == 1 else self.divided.divisions[fold].validation

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """All sequences outside the test part to train on, the last division's to watch."""
        assert window is None, "separate sequences have no window to choose"
        everything = np.arange(len(self.pool))
        return self._dataset(self.delivered, everything, self.divided.divisions[-1].validation)

    def _dataset(
        self, preparation: RowsPreparation, train: np.ndarray, validation: np.ndarray
    ) -> Dataset:
        """The arrays, and the numbers of ids in them."""
        reading, writing = preparation.reading, preparation.writing
        read = None if reading is None else reading.vocabulary.size
        return Dataset(
            preparation.arrays(self.pool.take(train)),
            preparation.arrays(self.pool.take(validation)),
            preparation.arrays(self.test),
            preparation.target,
            preparation.masked,
            output_steps=None if writing is None else writing.coding.steps,
            vocabulary=read if writing is None else writing.vocabulary,
            source_vocabulary=None if writing is None else read,
        )

    def preparation(self, window: int | None = None, fold: int | None = None) -> RowsPreparation:
        """Vocabulary, classes and padding."""
        assert window is None, "separate sequences have no window to choose"
        return self.delivered if fold is None else self.prepared[fold]

    @property
    def steps(self) -> int:
        """The longest sequence that a network reads or writes."""
        reading, writing = self.delivered.reading, self.delivered.writing
        return max(coding.steps for coding in (reading, writing and writing.coding) if coding)

    def summary(self) -> list[tuple[str, str]]:
        """Sequences a part, those that repeat training ones, tokens, shapes, target."""
        data = self.dataset()
        lines = [("folds", self.divided.said)] if self.divided.said else []
        parts, counts = (data.train, data.validation, data.test), (0, *self.repeated)
        for name, part, repeated in zip(_PARTS, parts, counts, strict=True):
            text = f"{len(part)} sequences" if len(part) else "none"
            before = "training or validation" if name == "test" else "training"
            if repeated and self.dropped:
                text += f", without {repeated} that are in {before} too"
            elif repeated:
                text += f", {repeated} of them in {before} too (see split.duplicates)"
            lines.append((name, text))
        lines += [*self._inputs(data), *self._target(data)]
        return lines + [("note", note) for note in self.notes]

    def _inputs(self, data: Dataset) -> list[tuple[str, str]]:
        """What the network reads."""
        prepared, x = self.delivered, data.train.x
        if prepared.vectors is not None:
            vector = x["vector"] if isinstance(x, dict) else x
            return [("input", f"(N, F) = {vector.shape}: {name_some(prepared.vectors.names, 12)}")]
        assert prepared.reading is not None
        source = x["source"] if isinstance(x, dict) else x
        ragged = ", ragged: padded at the front and masked" if prepared.masked else ""
        found = _unknown_share(data, prepared.reading.vocabulary)
        return [
            ("input", f"(N, T) = {source.shape} {_tokens(prepared.reading)}{ragged}"),
            ("vocabulary", f"{_known(prepared.reading)}{found}"),
        ]

    def _target(self, data: Dataset) -> list[tuple[str, str]]:
        """What the network puts out, and what of it training has."""
        train, target, writing = data.train, data.target, self.delivered.writing
        if writing is not None:
            shape = f"(N, T) = {train.y.shape} {_tokens(writing.coding)}, the end symbol one"
            return [("output", shape), ("target", f"{_known(writing.coding)} in training")]
        lines = [("output", f"{output_axes(train.y, target)} = {train.y.shape}")]
        if target.kind == "numeric":
            raw = target.scaling.invert(train.y)
            return [*lines, ("target", f"{raw.min():g} to {raw.max():g} in training")]
        counts = np.bincount(train.y[train.weights > 0], minlength=len(target.classes))
        texts = [f"{c} {n}" for c, n in zip(target.classes, counts, strict=True)]
        return [*lines, ("target", f"members of each class in training: {name_some(texts, 12)}")]


def _tokens(coding: Coding) -> str:
    kind = coding.tokenizer.kind
    return "texts between spaces" if kind == "spaces" else kind


def _known(coding: Coding) -> str:
    """``26 characters: e, a, …``."""
    known = coding.vocabulary.shown()
    return f"{len(known)} {_tokens(coding)} ({name_some(known, 12)})"


def _unknown_share(data: Dataset, vocabulary: Vocabulary) -> str:
    """What share of the tokens that judge is not known."""
    parts = []
    for name, part in (("validation", data.validation), ("test", data.test)):
        x = np.asarray(part.x["source"] if isinstance(part.x, dict) else part.x)
        total = int((x != 0).sum())
        unknown = int((x == vocabulary.unknown).sum())
        parts += [f"{unknown / total:.2%} of {name}"] if unknown else []
    return f"; unknown: {' and '.join(parts)}" if parts else ""


def _decided(settings: Mapping[str, Any], found: Mapping[str, str]) -> dict[str, Any]:
    """The dialect that was asked for, with what was found and whether there is a header."""
    asked = {key: value for key, value in settings["dialect"].items() if value is not None}
    names = [settings.get("sequence"), *settings.get("inputs", ())]
    return with_header({**found, **asked}, [name for name in names if name])


def read_rows_data(source: RowsSource, task: str) -> RowsData:
    """Read, check, split and number sequences of tokens.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    settings = source.model_dump(mode="json")
    table = ROWS[source.source].read(source.path, settings)
    if "dialect" in settings:  # new files are read as this one was
        settings["dialect"] = _decided(settings, table.decided)
    columns = columns_of(settings, task, source.target_kind, target=True)
    rows = read_rows(table, columns, problems)
    dealt = source.split.by in ("auto", "stratified") and source.split.group is None
    classes = _find_classes(rows, problems, dealt=dealt)
    problems.raise_any()
    labels = None
    if rows.kind == "class":
        labels = np.array([classes.index(label) for label in rows.target])
    block = BLOCK if source.source == "pairs" else 1
    split = split_rows(source.split, table, rows.positions, labels, block, problems)
    pool, folds = divide_pool(source, rows, labels, classes, split, problems)
    problems.raise_any()
    drop = source.split.duplicates == "drop"
    keys = sequence_keys(rows)
    held = known_already([keys[i] for i in pool], [keys[i] for i in split.parts[2]])
    test = rows.take(split.parts[2][~held] if drop else split.parts[2])
    pool, folds, again = without_repeated(pool, folds, keys, drop=drop)
    learned, judged = pool, pool[:0]
    if len(folds) == 1:
        only = folds.divisions[0]
        learned, judged = pool[only.train], pool[only.validation]
    parts = (rows.take(learned), rows.take(judged), test)
    _check(parts, [len(one.validation) for one in folds.divisions], classes, problems)
    delivered = prepare(source, task, settings, parts, classes, problems)
    if delivered.vectors is not None:
        for part in parts[1:]:
            check_known(part.texts, part.rows, delivered.vectors.categories, False, problems)
    problems.raise_any()
    everything, standard = delivered.numbered(rows.take(pool)), source.scaling == "standard"
    prepared = tuple(
        delivered.fitted(everything.take(division.train), standard, source.min_count)
        for division in folds.divisions
    )
    if len(folds) == 1:
        prepared = (delivered,)
    return RowsData(
        everything,
        delivered.numbered(test),
        folds,
        prepared,
        delivered,
        (again, int(held.sum())),
        drop,
        (*table.notes, *problems.notes),
        source.split.by == "time",
    )


def _find_classes(rows: Rows, problems: Problems, *, dealt: bool) -> tuple[Any, ...]:
    """All labels that occur, in order.

    Args:
        rows: The sequences.
        problems: Where to note labels that occur once.
        dealt: Whether parts get their share of every class of sequences.
    """
    if rows.kind not in ("class", "labels"):
        return ()
    found = rows.target if rows.kind == "class" else [n for labels in rows.target for n in labels]
    counts = Counter(found)
    advice = "leave these out, or join classes"
    of_rows = dealt and rows.kind == "class"
    check_counts(counts, ("data.target", "data.target"), advice, problems, dealt=of_rows)
    return tuple(sorted(counts))


def _check(
    parts: Three, judged: Sequence[int], classes: tuple[Any, ...], problems: Problems
) -> None:
    """Targets must vary in training, which must have every class.

    Args:
        parts: What is learned from, what only validates, and the test part.
        judged: Sequences of each validation part.
        classes: Labels of the target.
        problems: Where to note what is wrong.
    """
    train = parts[0]
    if train.kind == "numeric" and constant(train.target):
        received = f"the same in all {len(train)} training sequences"
        problems.add("data.target", "must vary in the training part", received, "predict another")
    if not all(judged):
        must = "must leave a sequence in validation"
        received = "drop, and training holds every one of them"
        problems.add("data.split.duplicates", must, received, "use keep, or other parts")
    if not classes:
        return
    known = _labels(train)
    for name, part in zip(_PARTS[1:], parts[1:], strict=True):
        strange = sorted(_labels(part) - known)
        if strange:
            must, advice = "must have every class in the training part", "change the parts"
            problems.add("data.split", must, f"{name_some(strange)} in {name} only", advice)


def _labels(rows: Rows) -> set[Any]:
    """Classes that occur in the target, whether there is one a row or one a step."""
    if rows.kind == "class":
        return set(rows.target)
    return {label for labels in rows.target for label in labels}
