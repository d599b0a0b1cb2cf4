"""Arrays of sequences, from the Python API or a file: split, scaled and masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from rnnsearch.data._base import Dataset, SequenceData, join_parts, output_axes
from rnnsearch.data.collecting import name_some
from rnnsearch.data.places import Places
from rnnsearch.data.sequences.samples import Sample
from rnnsearch.data.sequences.sequence_parts import PARTS, Divided
from rnnsearch.data.sequences.sequence_preparation import SequencesPreparation
from rnnsearch.data.unlike_targets import size_note

__all__ = ["SequencesData", "dataset_of"]


@dataclass(frozen=True)
class SequencesData(SequenceData):
    """Arrays, ready to be divided and scaled: they have their own length.

    Attributes:
        divided: The sequences; none of them where `made` is there.
        prepared: The preparation of each division.
        delivered: That of the whole pool; of the one division where there is one.
        content_: What a source says that has no file.
        made: The arrays of the one division, made once; empty if there are more.
        notes_: What was decided about the arrays.
        files: Part → (N,) where its sequences were read from, of the one division.
    """

    divided: Divided
    prepared: tuple[SequencesPreparation, ...]
    delivered: SequencesPreparation
    content_: str = ""
    made: tuple[Dataset, ...] = ()
    notes_: tuple[str, ...] = ()
    files: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the arrays."""
        curve = _curve_note(self.delivered, self.delivered.reader.get("scaling"))
        return (*self.notes_, *curve, *size_note(self.delivered.target))

    @property
    def folds(self) -> int:
        """How often the data is divided."""
        return len(self.prepared)

    @property
    def repeats(self) -> int:
        """How often the sequences are dealt to folds anew."""
        return self.divided.folds.repeats

    @property
    def ordered(self) -> bool:
        """Whether divisions follow each other in time."""
        return self.divided.ordered

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts; `window` must be None, for the sequences have their own length."""
        assert window is None, "arrays have no window to choose"
        if self.made:
            assert fold in (-1, 0), "there is one fold"
            return self.made[0]
        division, pool = self.divided.folds.divisions[fold], self.divided.pool
        train, validation = pool.take(division.train), pool.take(division.validation)
        test, dealt = self.divided.test, self.divided.dealt
        return dataset_of(self.prepared[fold], train, validation, test, dealt)

    def held_out(self, fold: int) -> np.ndarray | None:
        """Places in the pool."""
        return None if self.made else self.divided.folds.divisions[fold].validation

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """All sequences outside the test part to train on, the last division's to watch."""
        assert window is None, "arrays have no window to choose"
        if self.made:
            one = self.made[0]
            return replace(one, train=join_parts([one.train, one.validation]))
        pool, last = self.divided.pool, self.divided.folds.divisions[-1]
        validation, dealt = pool.take(last.validation), self.divided.dealt
        return dataset_of(self.delivered, pool, validation, self.divided.test, dealt)

    def places(
        self, part: Literal["validation", "test"], window: int | None, fold: int | None
    ) -> Places | None:
        """The file of each sequence, where each has its own."""
        files: np.ndarray | None
        if self.made:
            files = self.files.get(part)
        elif part == "test":
            files = self.divided.test.files
        else:
            division = self.divided.folds.divisions[-1 if fold is None else fold]
            files = self.divided.pool.take(division.validation).files
        return None if files is None else Places(files)

    def preparation(
        self, window: int | None = None, fold: int | None = None
    ) -> SequencesPreparation:
        """Scaling, classes and padding."""
        assert window is None, "arrays have no window to choose"
        return self.delivered if fold is None else self.prepared[fold]

    @property
    def content(self) -> str:
        """What a source says that has no file."""
        return self.content_

    @property
    def steps(self) -> int:
        """The longest sequence."""
        return 1 if not self.delivered.mapping.recurrent else self.delivered.steps

    def summary(self) -> list[tuple[str, str]]:
        """Sequences a part, lengths, shapes, target."""
        data = self.dataset()
        target = data.target
        parts = (data.train, data.validation, data.test)
        lines = [
            (name, f"{len(part)} sequences" if len(part) else "none")
            for name, part in zip(PARTS, parts, strict=True)
        ]
        if self.divided.folds.said:
            lines.insert(0, ("folds", self.divided.folds.said))
        axes = "(N, F)" if data.train.sequences.ndim == 2 else "(N, T, F)"
        ragged = ", ragged: padded at the front and masked" if data.masked else ""
        known = self.delivered.categories
        named = "; ".join(name_some(of, 12) for of in known)
        classes = f": 0 or 1 for each of {named}" if known else ""
        lines.append(("input", f"{axes} = {data.train.sequences.shape}{classes}{ragged}"))
        lines.append(("output", f"{output_axes(data.train.y, target)} = {data.train.y.shape}"))
        y = data.train.y if data.train.weight is None else data.train.y[data.train.weight > 0]
        if target.kind == "class":
            counts = np.bincount(y.ravel(), minlength=len(target.classes))
            texts = [f"{c} {n}" for c, n in zip(target.classes, counts, strict=True)]
            lines.append(("target", f"members of each class in training: {name_some(texts, 12)}"))
        else:
            raw = target.scaling.invert(y)
            lines.append(("target", f"{raw.min():g} to {raw.max():g} in training"))
        return lines + [("note", note) for note in self.notes]


def dataset_of(
    prepared: SequencesPreparation, train: Sample, validation: Sample, test: Sample, dealt: bool
) -> Dataset:
    """The arrays of three parts."""
    return Dataset(
        train=prepared.part(train),
        validation=prepared.part(validation),
        test=prepared.part(test),
        target=prepared.target,
        masked=prepared.masked,
        output_steps=prepared.output_steps,
        dealt=dealt,
    )


def _curve_note(prepared: SequencesPreparation, asked: str | None) -> tuple[str, ...]:
    """That sequences are read less the curve that they follow, where nobody asked for it."""
    if asked != "auto" or not prepared.curves:
        return ()
    count = len(prepared.scaling.scale)
    which = "" if count == 1 else f" (features {name_some(prepared.curves)} of {count}, from 0)"
    said = f"all sequences follow nearly the same curve{which}: each step is read less its mean"
    return (f"{said} (data.scaling: per_step)",)
