"""What the training part of sequences of tokens teaches: vocabularies, categories, scaling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.data._base import Scaling, Target
from rnnsearch.data.categories import columns_scaling, find_categories
from rnnsearch.data.collecting import Problems
from rnnsearch.data.scaling import constant, fitted_target, identity
from rnnsearch.data.spans import spans
from rnnsearch.data.texts.coding import Coding, Writing
from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.texts.vocabulary import find_vocabulary
from rnnsearch.data.tokens.token_preparation import RowsPreparation, Vectors, columns_of
from rnnsearch.data.tokens.token_rows import Rows

if TYPE_CHECKING:
    from rnnsearch.spec.sources import RowsSource

__all__ = ["Three", "prepare"]


Three = tuple[Rows, Rows, Rows]


def prepare(
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
    kind: Literal["numeric", "class"] = "numeric" if numeric else "class"
    names = (source.target,)
    target = Target(kind, names, classes, identity(1), tokens=writing is not None)
    if numeric:
        target = fitted_target(target, train.target, source.scaling == "standard")
    return RowsPreparation(
        task=task,
        masked=masked,
        target=target,
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
    return Vectors(names, categories, scaling, spans(train.numbers))
