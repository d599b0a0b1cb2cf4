"""From arrays of sequences to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.data._base import MASK_VALUE, Part, Preparation, Scaling, Target
from rnnsearch.data.categories import find_categories, one_hot, unknown
from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.scaling import each_scaled, fit_scaling, fit_steps, fitted_target
from rnnsearch.data.sequences.image_steps import as_steps
from rnnsearch.data.sequences.masks import real_steps, to_front
from rnnsearch.data.sequences.samples import Sample, clean, encode
from rnnsearch.data.sequences.shaping import shaped
from rnnsearch.data.sequences.unlike_features import unlike_sequences
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.data.spans import Span, spans

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SequencesPreparation"]

_LOOKED_AT = 1000
"""Sequences, about, that say whether all follow one curve."""


@dataclass(frozen=True)
class SequencesPreparation(Preparation):
    """How arrays become sequences: scaled, and padded at the front to one length.

    Attributes:
        task: Its name.
        steps: T after padding; of the output for one_to_many.
        masked: Whether the model masks padding, so that shorter sequences may come.
        missing: What to do about NaN within sequences.
        scaling: Of all features.
        target: What is predicted.
        reader: The spec's data section as plain values, by which new files are read.
        categories: Classes that each column of the inputs may be of, each a feature of 0 or 1;
            empty if inputs are numbers.
        per_sequence: Whether each sequence is scaled by its own mean and deviation, in place of
            `scaling`.
        seen: The span of each feature of numbers in the training part; empty where it says nothing.
        seen_targets: Likewise of each output.
    """

    task: str
    steps: int
    masked: bool
    missing: Literal["error", "interpolate", "drop"]
    scaling: Scaling
    target: Target
    reader: Mapping[str, Any]
    categories: tuple[tuple[Any, ...], ...] = ()
    per_sequence: bool = False
    seen: tuple[Span, ...] = ()
    seen_targets: tuple[Span, ...] = ()

    @property
    def output_steps(self) -> int | None:
        """Steps of the output of one_to_many, else None."""
        return self.steps if self.mapping.unfolds else None

    @property
    def scalings(self) -> Mapping[str, Scaling]:
        """Of the one input."""
        if self.mapping.reads_sequence:
            return {"sequence": self.scaling}
        return {"vector" if self.mapping.unfolds else "features": self.scaling}

    def fitted(self, train: Sample, scaling: str) -> SequencesPreparation:
        """The same with its scaling fitted on the real steps of these sequences.

        Args:
            train: The sequences.
            scaling: As the spec's `data.scaling`.
        """
        prepared, target = self, self.target
        if target.kind == "numeric":
            target = fitted_target(target, train.y[train.observed], scaling != "none")
            seen = spans(train.y[train.observed])
            prepared = replace(self, target=target, seen_targets=seen)
        if self.categories or self.per_sequence:
            return prepared
        values = train.x.reshape(-1, train.x.shape[-1])
        prepared = replace(prepared, seen=spans(values))
        if scaling == "none":
            return prepared
        always = scaling == "per_step"
        if always or (scaling == "auto" and self.may_follow_a_curve and _follow_one(train.x)):
            steps = fit_steps(train.x.astype(np.float64), always=always)
            return replace(prepared, scaling=steps)
        return replace(prepared, scaling=fit_scaling(values.astype(np.float64)))

    @property
    def may_follow_a_curve(self) -> bool:
        """Whether each step stands at the same place in every sequence."""
        return self.mapping.recurrent and self.mapping.reads_sequence and not self.masked

    @property
    def curves(self) -> tuple[int, ...]:
        """Features, from 0, of which each step is read less its mean."""
        offset = self.scaling.offset
        return tuple(np.flatnonzero(np.ptp(offset, axis=0) > 0)) if offset.ndim == 2 else ()

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "source": "sequences",
            "reader": dict(self.reader),
            "task": self.task,
            "steps": self.steps,
            "masked": self.masked,
            "mask_value": MASK_VALUE if self.masked else None,
            "missing": self.missing,
            "per_sequence": self.per_sequence,
            "seen": [list(span) for span in self.seen],
            "seen_targets": [list(span) for span in self.seen_targets],
            "categories": [list(known) for known in self.categories],
            "features": [
                {"offset": offset, "scale": scale}
                for offset, scale in zip(
                    self.scaling.offset.T.tolist(), self.scaling.scale.tolist(), strict=True
                )
            ],
            "target": self.target.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SequencesPreparation:
        """The inverse of `to_json`."""
        features = values["features"]
        return cls(
            task=values["task"],
            steps=values["steps"],
            masked=values["masked"],
            missing=values["missing"],
            scaling=Scaling(
                np.array([feature["offset"] for feature in features]).T,
                np.array([feature["scale"] for feature in features]),
            ),
            target=Target.from_json(values["target"]),
            reader=values["reader"],
            categories=tuple(tuple(known) for known in values["categories"]),
            per_sequence=values.get("per_sequence", False),
            seen=tuple((low, high) for low, high in values.get("seen", ())),
            seen_targets=tuple((low, high) for low, high in values.get("seen_targets", ())),
        )

    def x(self, sample: Sample) -> np.ndarray:
        """Model input: (N, T, F), or (N, F) of vectors. What is unknown becomes the mean."""
        if self.categories:
            columns = zip(sample.x.T, self.categories, strict=True)
            return np.concatenate([one_hot(column, known) for column, known in columns], axis=1)
        scaled = each_scaled(sample.x) if self.per_sequence else self.scaling.apply(sample.x)
        scaled = np.asarray(np.nan_to_num(scaled, nan=0.0))
        if scaled.ndim == 2:
            return scaled
        if not self.mapping.recurrent:
            return np.asarray(scaled[:, 0])
        return to_front(scaled, sample.lengths, self.steps, MASK_VALUE)

    def part(self, sample: Sample) -> Part:
        """Model input, targets and which of their steps count."""
        numeric = self.target.kind == "numeric"
        if numeric:
            known = sample.observed[..., None]
            y = np.where(known, self.target.scaling.apply(sample.y), np.float32(0))
        else:
            y = np.maximum(sample.y, 0).astype(np.int32)
        if y.ndim == (2 if numeric else 1):
            return Part(self.x(sample), y)
        weight = sample.observed.astype(np.float32)
        if self.mapping.aligned:
            y = to_front(y, sample.lengths, self.steps, 0)
            weight = to_front(weight, sample.lengths, self.steps, 0)
        return Part(self.x(sample), y, None if weight.all() else weight)

    def inputs(self, path: str) -> tuple[np.ndarray, pd.DataFrame]:
        """x of every new sequence, and the index of each.

        The frame has `sequence`, from 0, and `file` where each has one of its own. For
        sequences of outputs it has `step`, from 1; padding steps of many_to_many have no row,
        which the index shows.
        """
        import pandas as pd

        sample = self._read(path, targets=False)
        count = len(sample.x)
        if not self.mapping.writes_sequence:
            columns = {"sequence": np.arange(count)}
            if sample.files is not None:
                columns["file"] = sample.files
            return self.x(sample), pd.DataFrame(columns)
        real = np.ones((count, self.steps), dtype=bool)
        if self.mapping.aligned:
            real = real_steps(sample.lengths, self.steps, True)
        frame = pd.DataFrame(
            {
                "sequence": np.repeat(np.arange(count), self.steps),
                "step": np.cumsum(real, axis=1).ravel(),
            }
        )
        if self.mapping.aligned:
            frame = frame[real.ravel()]
        return self.x(sample), frame

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """What lies far outside what training showed; see `unlike_sequences`."""
        judged = self.seen_targets if targets else ()
        if not self.seen and not judged:
            return ()
        return unlike_sequences(self._read(path, targets=targets), self.seen, judged, path)

    def targets(self, path: str) -> Part:
        """Every new sequence with its target."""
        return self.part(self._read(path, targets=True))

    def read_new(self, path: str, *, targets: bool) -> Sample:
        """The sequences of a new file as they stand there, nothing scaled."""
        return self._read(path, targets)

    def _read(self, path: str, targets: bool) -> Sample:
        """The sequences of a new file, checked against what the model takes."""
        problems = Problems()
        reader = SEQUENCES[self.reader["source"]]
        raw = reader.read_new(Path(path), self.reader, targets, problems)
        problems.raise_any()
        raw = None if raw is None else as_steps(raw, self.reader, self.task, problems)
        problems.raise_any()
        assert raw is not None
        if self.mapping.unfolds and not targets:
            raw = replace(raw, lengths=None)  # those of the targets
        categorical = bool(self.categories)
        done = shaped(raw, self.task, self.target.kind, problems, categorical)
        problems.raise_any()
        assert done is not None
        self._check_shape(done[0], problems)
        problems.raise_any()
        ignored = self.reader.get("ignore_class")
        sample = clean(done[0], self.task, done[1], self.missing, problems, ignored)
        problems.raise_any()
        if targets and self.target.kind == "class":
            sample = encode(sample, self.target.classes, problems)
        problems.raise_any()
        return sample

    def _check_shape(self, raw: Raw, problems: Problems) -> None:
        """Features and steps must be those the model was built for."""
        features = len(self.categories or self.scaling.scale)
        if raw.x.shape[-1] != features:
            what = "class" if features == 1 else "classes"
            what = f"{what} for each sequence" if self.categories else "features"
            received = f"{raw.x.shape[-1]} in {raw.names[0]}"
            must = f"must have {features} {what}, as in training"
            problems.add("data.path", must, received, "save the same columns")
        else:
            for column, known in zip(raw.x.T, self.categories, strict=False):
                strange = find_categories(column[unknown(column, known)])
                if strange:
                    must = "must be of classes known from training"
                    received = f"{name_some(strange)} in {raw.names[0]}"
                    advice = f"there are: {name_some(known, 20)}"
                    problems.add("data.path", must, received, advice)
        most = self.steps
        steps = raw.x.shape[1] if raw.x.ndim == 3 else most
        if steps > most or (steps < most and not self.masked):
            must = f"must have {'at most ' if self.masked else ''}{most} steps, as in training"
            problems.add("data.path", must, f"{steps} in {raw.names[0]}", "cut the sequences")
        if raw.y is None:
            return
        if self.mapping.unfolds and raw.y.shape[1] != most:
            must = f"must have {most} output steps, as in training"
            problems.add("data.path", must, f"{raw.y.shape[1]} in {raw.names[1]}", "save as many")
        if self.target.kind == "numeric" and raw.y.shape[-1] != self.target.width:
            must = f"must have {self.target.width} outputs, as in training"
            problems.add("data.path", must, f"{raw.y.shape[-1]} in {raw.names[1]}", "save as many")


def _follow_one(x: np.ndarray) -> bool:
    """Whether some of the sequences (N, T, F) look as if a feature followed one curve."""
    some = x[:: max(1, len(x) // _LOOKED_AT)].astype(np.float64)
    return fit_steps(some, always=False).offset.ndim == 2
