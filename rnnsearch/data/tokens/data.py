"""Sequences of tokens in the rows of a table: cut, split and numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data._base import Dataset, Scaling, SequenceData, Target, output_axes
from rnnsearch.data.categories import check_known, columns_scaling, find_categories
from rnnsearch.data.problems import Problems, name_some
from rnnsearch.data.scaling import constant, fit_scaling, identity
from rnnsearch.data.sources import ROWS
from rnnsearch.data.tokens.coding import Coding, Writing
from rnnsearch.data.tokens.parts import BLOCK, known_already, split_rows
from rnnsearch.data.tokens.preparation import RowsPreparation, Vectors, columns_of
from rnnsearch.data.tokens.rows import Rows, read_rows
from rnnsearch.data.tokens.tokenizers import Tokenizer
from rnnsearch.data.tokens.vocabulary import Vocabulary, find_vocabulary

if TYPE_CHECKING:
    from rnnsearch.spec.sources import RowsSource

__all__ = ["RowsData", "read_rows_data"]

_PARTS = ("training", "validation", "test")

Three = tuple[Rows, Rows, Rows]


@dataclass(frozen=True)
class RowsData(SequenceData):
    """Sequences of tokens, ready for a model.

    Attributes:
        prepared: The arrays.
        preparation_: The way to them.
        repeated: Sequences of the validation part that training holds too, and of the test part
            that training or validation does.
        dropped: Whether these were left out.
    """

    prepared: Dataset
    preparation_: RowsPreparation
    repeated: tuple[int, int]
    dropped: bool

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts; `window` must be None, for the sequences have their own length."""
        assert window is None, "separate sequences have no window to choose"
        assert fold in (-1, 0), "separate sequences have one fold"
        return self.prepared

    def preparation(self, window: int | None = None) -> RowsPreparation:
        """Vocabulary, classes and padding."""
        assert window is None, "separate sequences have no window to choose"
        return self.preparation_

    @property
    def steps(self) -> int:
        """The longest sequence that a network reads or writes."""
        reading, writing = self.preparation_.reading, self.preparation_.writing
        return max(coding.steps for coding in (reading, writing and writing.coding) if coding)

    def summary(self) -> list[tuple[str, str]]:
        """Sequences a part, those that repeat training ones, tokens, shapes, target."""
        data = self.prepared
        lines: list[tuple[str, str]] = []
        parts, counts = (data.train, data.validation, data.test), (0, *self.repeated)
        for name, part, repeated in zip(_PARTS, parts, counts, strict=True):
            text = f"{len(part)} sequences" if len(part) else "none"
            before = "training or validation" if name == "test" else "training"
            if repeated and self.dropped:
                text += f", without {repeated} that are in {before} too"
            elif repeated:
                text += f", {repeated} of them in {before} too (see split.duplicates)"
            lines.append((name, text))
        return [*lines, *self._inputs(), *self._target()]

    def _inputs(self) -> list[tuple[str, str]]:
        """What the network reads."""
        prepared, x = self.preparation_, self.prepared.train.x
        if prepared.vectors is not None:
            vector = x["vector"] if isinstance(x, dict) else x
            return [("input", f"(N, F) = {vector.shape}: {name_some(prepared.vectors.names, 12)}")]
        assert prepared.reading is not None
        source = x["source"] if isinstance(x, dict) else x
        ragged = ", ragged: padded at the front and masked" if prepared.masked else ""
        found = _unknown_share(self.prepared, prepared.reading.vocabulary)
        return [
            ("input", f"(N, T) = {source.shape} {_tokens(prepared.reading)}{ragged}"),
            ("vocabulary", f"{_known(prepared.reading)}{found}"),
        ]

    def _target(self) -> list[tuple[str, str]]:
        """What it predicts."""
        train, target = self.prepared.train, self.prepared.target
        writing = self.preparation_.writing
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


def read_rows_data(source: RowsSource, task: str) -> RowsData:
    """Read, check, split and number sequences of tokens.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    settings = source.model_dump(mode="json")
    table = ROWS[source.source].read(source.path, settings)
    columns = columns_of(settings, task, source.target_kind, target=True)
    rows = read_rows(table, columns, problems)
    classes = _find_classes(rows, problems)
    problems.raise_any()
    labels = None
    if rows.kind == "class":
        labels = np.array([classes.index(label) for label in rows.target])
    block = BLOCK if source.source == "pairs" else 1
    index = split_rows(source.split, table, rows.positions, labels, block, problems)
    parts, repeated = _repeated(rows, index, drop=source.split.duplicates == "drop")
    _check(parts, classes, problems)
    preparation = _prepare(source, task, settings, parts, classes, problems)
    if preparation.vectors is not None:
        for part in parts[1:]:
            check_known(part.texts, part.rows, preparation.vectors.categories, False, problems)
    problems.raise_any()
    return RowsData(
        _dataset(preparation, parts), preparation, repeated, source.split.duplicates == "drop"
    )


def _repeated(
    rows: Rows, index: tuple[np.ndarray, np.ndarray, np.ndarray], *, drop: bool
) -> tuple[Three, tuple[int, int]]:
    """The parts, and how many sequences of validation and test are in a part before them too."""
    keys = _keys(rows)
    known: list[Hashable] = []
    parts, counts = [], []
    for own in index:
        again = known_already(known, [keys[i] for i in own])
        parts.append(rows.take(own[~again] if drop else own))
        counts.append(int(again.sum()))
        known += [keys[i] for i in own]
    return (parts[0], parts[1], parts[2]), (counts[1], counts[2])


def _keys(rows: Rows) -> list[Hashable]:
    """What makes two sequences the same: the text that is read, or, of a vector, all of it."""
    if rows.sequence:
        return [tuple(tokens) for tokens in rows.sequence]
    columns = [rows.numbers.tolist(), *(labels.tolist() for labels in rows.texts.values())]
    inputs = zip(*columns, strict=True)
    return [
        (*map(str, values), *target) for values, target in zip(inputs, rows.target, strict=True)
    ]


def _find_classes(rows: Rows, problems: Problems) -> tuple[Any, ...]:
    """All labels that occur, in order; each must occur twice."""
    if rows.kind not in ("class", "labels"):
        return ()
    found = rows.target if rows.kind == "class" else [n for labels in rows.target for n in labels]
    counts = Counter(found)
    alone = [label for label in sorted(counts) if counts[label] == 1]
    if alone:
        received = f"one of {name_some(alone)} ({len(counts)} classes)"
        advice = "leave these out, or join classes"
        must = "must have two members or more of each class"
        problems.add("data.target", must, received, advice)
    if len(counts) == 1:
        received, advice = f"only {next(iter(counts))}", "give other classes too"
        problems.add("data.target", "must have two classes or more", received, advice)
    return tuple(sorted(counts))


def _check(parts: Three, classes: tuple[Any, ...], problems: Problems) -> None:
    """Targets must vary in training, which must have every class."""
    train = parts[0]
    if train.kind == "numeric" and constant(train.target):
        received = f"the same in all {len(train)} training sequences"
        problems.add("data.target", "must vary in the training part", received, "predict another")
    if not len(parts[1]):
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
    """Classes that occur."""
    if rows.kind == "class":
        return set(rows.target)
    return {label for labels in rows.target for label in labels}


def _prepare(
    source: RowsSource,
    task: str,
    settings: dict[str, Any],
    parts: Three,
    classes: tuple[Any, ...],
    problems: Problems,
) -> RowsPreparation:
    """Vocabularies and scaling of the training part, and lengths over all parts."""
    train = parts[0]
    columns = columns_of(settings, task, train.kind, target=True)
    reading = writing = vectors = None
    masked = False
    if train.sequence:
        reading = _coding(source, columns.reads, [part.sequence for part in parts], problems)
        lengths = {len(tokens) for part in parts for tokens in part.sequence}
        masked = len(lengths) > 1
    else:
        vectors = _vectors(train, columns.inputs, source.scaling == "standard", problems)
    if train.kind == "text":
        texts = [part.target for part in parts]
        coding = _coding(source, columns.writes, texts, problems)
        writing = Writing(Coding(coding.tokenizer, coding.vocabulary, coding.steps + 1))
        classes = writing.classes
    numeric = train.kind == "numeric"
    scaling = identity(1)
    if numeric and source.scaling == "standard":
        scaling = fit_scaling(train.target)
    return RowsPreparation(
        task=task,
        masked=masked,
        target=Target(
            "numeric" if numeric else "class",
            (source.target,),
            classes,
            scaling,
            tokens=writing is not None,
        ),
        kind=train.kind,
        settings=settings,
        reading=reading,
        vectors=vectors,
        writing=writing,
    )


def _coding(
    source: RowsSource,
    tokenizer: Tokenizer,
    parts: Sequence[Sequence[Sequence[str]]],
    problems: Problems,
) -> Coding:
    """The vocabulary of the training part, and the longest text of all."""
    vocabulary = find_vocabulary(source, parts[0], problems)
    return Coding(tokenizer, vocabulary, max(len(tokens) for part in parts for tokens in part))


def _vectors(train: Rows, names: tuple[str, ...], standard: bool, problems: Problems) -> Vectors:
    """Categories and scaling of the training part."""
    categories = {name: find_categories(labels) for name, labels in train.texts.items()}
    numbers = iter(train.numbers.T)
    for name in names:
        same = len(categories[name]) == 1 if name in categories else constant(next(numbers))
        if same:
            received = f"'{name}', the same in all {len(train)} training sequences"
            must, advice = "must vary in the training part", "leave the column out"
            problems.add("data.inputs", must, received, advice)
    if standard:
        scaling = Scaling(*columns_scaling(train.numbers, names, categories))
    else:
        scaling = identity(sum(len(categories.get(name, " ")) for name in names))
    return Vectors(names, categories, scaling)


def _dataset(preparation: RowsPreparation, parts: Three) -> Dataset:
    """The arrays, and the numbers of ids in them."""
    reading, writing = preparation.reading, preparation.writing
    train, validation, test = (preparation.part(part) for part in parts)
    sizes: dict[str, int] = {}
    if reading is not None:
        sizes["source_vocabulary" if writing else "vocabulary"] = reading.vocabulary.size
    if writing is not None:
        sizes |= {"vocabulary": writing.vocabulary, "output_steps": writing.coding.steps}
    return Dataset(train, validation, test, preparation.target, preparation.masked, **sizes)
