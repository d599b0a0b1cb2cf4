"""From arrays, of a file or the Python API, to `SequencesData`: cleaned, divided, fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data._base import Target
from rnnsearch.data.categories import find_categories
from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Arrays, Raw, plain_array
from rnnsearch.data.scaling import identity
from rnnsearch.data.sequences.image_steps import as_steps, said_steps
from rnnsearch.data.sequences.kinds import find_ignored
from rnnsearch.data.sequences.later_steps import LATER_STEPS, are_later_steps
from rnnsearch.data.sequences.masks import real_steps
from rnnsearch.data.sequences.repeated import said_repeats
from rnnsearch.data.sequences.samples import (
    Labels,
    Sample,
    clean,
    encode,
    find_classes,
    of_classes,
    without_new_classes,
)
from rnnsearch.data.sequences.sequence_checks import check_inputs, check_targets
from rnnsearch.data.sequences.sequence_data import SequencesData, dataset_of
from rnnsearch.data.sequences.sequence_parts import by_column, divide
from rnnsearch.data.sequences.sequence_preparation import SequencesPreparation
from rnnsearch.data.sequences.shaping import shaped
from rnnsearch.data.sequences.told_targets import said_told
from rnnsearch.data.sources import Parts
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.spec.sources import ArraysSource, SequencesSource

__all__ = ["prepare_sequences", "read_arrays"]

_NONE = np.zeros(0, np.int64)
"""No sequence."""


def read_arrays(source: ArraysSource, task: str, arrays: Arrays | None) -> SequencesData:
    """Check and prepare arrays given through the Python API.

    Raises:
        InvalidData: With every problem that could be found.
    """
    problems = Problems()
    if arrays is None:
        must, advice = "must be given as arrays", "pass x and y"
        problems.add("data", must, "none", advice)
        problems.raise_any()
    raws: list[Raw | None] = []
    for name, suffix in (("train", ""), ("validation", "_validation"), ("test", "_test")):
        given = getattr(arrays, name)
        if given is None:
            raws.append(None)
            continue
        x, y, *rest = given
        lengths = plain_array(rest[0]) if rest and rest[0] is not None else None
        names = (f"x{suffix}", f"y{suffix}", f"lengths{suffix}")
        raws.append(Raw(plain_array(x), plain_array(y), lengths, names))
    return prepare_sequences(source, task, Parts(raws[0], raws[1], raws[2]), problems)


def prepare_sequences(
    source: SequencesSource,
    task: str,
    raws: Parts,
    problems: Problems,
) -> SequencesData:
    """Training, validation (or None) and test arrays (or None) to what a model needs.

    Raises:
        InvalidData: With every problem that could be found.
    """
    samples, kind, ignored = _samples(source, task, by_column(raws, problems), problems)
    problems.raise_any()
    if kind == "class":
        samples = without_new_classes(samples, problems)
    given = [sample for sample in samples if sample is not None]
    labels = Labels("numeric")
    if kind == "class":
        dealt = _dealt_by_class(source, given[0])
        labels = find_classes(given, problems, dealt=dealt)
        samples = [s if s is None else encode(s, labels.classes, problems) for s in samples]
    divided = divide(source.split, samples, labels.classes, problems)
    pool, test, folds = divided.pool, divided.test, divided.folds
    learned, judged = pool, pool.take(_NONE)
    if len(folds) == 1:
        learned, judged = (
            pool.take(index) for index in (folds.divisions[0].train, folds.divisions[0].validation)
        )
    check_inputs(learned, judged, test, problems)
    check_targets(learned, judged, test, labels, problems)
    problems.raise_any()
    source = source.model_copy(update={"ignore_class": ignored})
    delivered = _fitted(source, task, labels, learned, (pool, test))
    problems.notes += said_told(learned)
    problems.notes += said_repeats(pool, test, folds.divisions)
    if source.scaling == "per_step" and not delivered.may_follow_a_curve:
        must = "must not be per_step: of sequences of several lengths no step has a fixed place"
        received = f"lengths from {learned.lengths.min()} to {learned.lengths.max()}"
        problems.add("data.scaling", must, received, "choose standard or per_sequence")
        problems.raise_any()
    notes = tuple(dict.fromkeys(problems.notes))
    if len(folds) == 1:
        made = dataset_of(delivered, learned, judged, test, divided.dealt)
        nothing = replace(divided, pool=pool.take(_NONE), test=test.take(_NONE))
        parts = {"validation": judged.files, "test": test.files}
        files = {name: names for name, names in parts.items() if names is not None}
        return SequencesData(nothing, (delivered,), delivered, raws.content, (made,), notes, files)
    prepared = tuple(
        delivered.fitted(pool.take(division.train), source.scaling) for division in folds.divisions
    )
    return SequencesData(divided, prepared, delivered, raws.content, notes_=notes)


def _dealt_by_class(source: SequencesSource, train: Sample) -> bool:
    """Whether parts are drawn at random, each with its share of every class."""
    of_sequences = train.y.ndim == 1 and train.group is None
    return of_sequences and source.split.by in ("auto", "stratified")


def _samples(
    source: SequencesSource,
    task: str,
    raws: Parts,
    problems: Problems,
) -> tuple[list[Sample | None], str, int | str | None]:
    """The arrays in one form; the kind of target and a label that is none, of the training part."""
    kind: str = source.target_kind
    settings = source.model_dump(mode="json")
    samples: list[Sample | None] = []
    first: Raw | None = None
    looked = source.ignore_class is None
    ignored = None if source.ignore_class == "none" else source.ignore_class
    for raw in raws[:3]:
        categorical = None if first is None else of_classes(first.x)
        cut = None if raw is None else as_steps(raw, settings, task, problems)
        if first is None and cut is not None:
            problems.notes += said_steps(cut, settings, task)
        done = None if cut is None else shaped(cut, task, kind, problems, categorical)
        if done is None:
            samples.append(None)
            continue
        ready, kind = done
        if first is None and MAPPINGS[task].aligned and _are_later(ready):
            problems.notes.append(LATER_STEPS)
        first = first or ready
        if ready.x.shape[-1] != first.x.shape[-1]:
            received = f"{first.x.shape[-1]} in {first.names[0]}, "
            received += f"{ready.x.shape[-1]} in {ready.names[0]}"
            must, advice = "must have the same features in every part", "save the same columns"
            problems.add("data.path", must, received, advice)
            continue
        if _outputs(ready, task, kind) != _outputs(first, task, kind):
            received = f"{first.names[1]} of shape {_shape(first)}, "
            received += f"{ready.names[1]} of shape {_shape(ready)}"
            must, advice = "must have the same outputs in every part", "save the same columns"
            problems.add("data.path", must, received, advice)
            continue
        if looked and ready.y is not None and kind == "class":
            ignored, looked = find_ignored(ready.y, problems), False
        sample = clean(ready, task, kind, source.missing, problems, ignored)
        samples.append(sample)
        if not len(sample):
            must, received = "must leave some sequences", f"none in {ready.names[0]}"
            problems.add("data.missing", must, received, "fill the gaps")
    return samples, kind, ignored


def _are_later(raw: Raw) -> bool:
    """Whether targets at each step are those of the steps behind the window."""
    return raw.y is not None and raw.y.ndim > 1 and are_later_steps(raw.x, raw.y)


def _shape(raw: Raw) -> tuple[int, ...]:
    return raw.y.shape if raw.y is not None else ()


def _outputs(raw: Raw, task: str, kind: str) -> tuple[int, ...]:
    """What must agree between parts: numbers predicted, and steps of one_to_many."""
    steps = _shape(raw)[1:2] if MAPPINGS[task].unfolds else ()
    return steps + (_shape(raw)[-1:] if kind == "numeric" else ())


def _fitted(
    source: SequencesSource,
    task: str,
    labels: Labels,
    train: Sample,
    every: tuple[Sample, Sample],
) -> SequencesPreparation:
    """Scaling fitted on real training steps, and lengths over all sequences."""
    vectors = MAPPINGS[task].unfolds
    classes = of_classes(train.x)
    categories = tuple(find_categories(column) for column in train.x.T) if classes else ()
    features = sum(map(len, categories)) or train.x.shape[-1]
    steps = train.y.shape[1] if vectors else max(sample.x.shape[1] for sample in every)
    width = train.y.shape[-1] if labels.kind == "numeric" else 1
    names = tuple(f"y{index}" for index in range(width)) if width > 1 else ("y",)
    masked = not vectors and any(
        not real_steps(sample.lengths, steps, True).all() for sample in every if len(sample)
    )
    blank = SequencesPreparation(
        task=task,
        steps=int(steps),
        masked=masked,
        missing=source.missing,
        scaling=identity(features),
        target=Target(labels.kind, names, labels.classes, identity(width)),
        reader=source.model_dump(mode="json"),
        categories=categories,
        per_sequence=source.scaling == "per_sequence",
    )
    return blank.fitted(train, source.scaling)
