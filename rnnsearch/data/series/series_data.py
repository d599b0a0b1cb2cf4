"""A table with one row a time step: read, split by time, scaled and cut into sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rnnsearch.data._base import Dataset, Part, SequenceData, join_parts, output_axes
from rnnsearch.data.collecting import name_some
from rnnsearch.data.inputs import Sequences, within
from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.unlike_targets import size_note

__all__ = ["PARTS", "Fold", "SeriesData"]

PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class Fold:
    """One way to divide the rows, and what is fitted on its training part.

    Attributes:
        segments: Of each series, the rows of its parts.
        prepared: The preparation for the longest window.
        features: Model input of each row, whatever the window: (R, F) float32, or a file of it.
    """

    segments: tuple[Segments, ...]
    prepared: SeriesPreparation
    features: np.ndarray | Path

    def table(self) -> np.ndarray:
        """`features`; those of a file are mapped, so that all workers read the same memory."""
        if isinstance(self.features, Path):
            return np.asarray(np.load(self.features, mmap_mode="r"))
        return self.features

    def packed(self, path: Path) -> Fold:
        """With the features in a file. There they begin at a multiple of 64 bytes (`aligned`)."""
        np.save(path, self.table())
        return replace(self, features=path)


@dataclass(frozen=True)
class SeriesData(SequenceData):
    """A table, ready to be cut.

    Attributes:
        series: Its rows.
        divided: The folds, the largest training part last.
        longest: The longest window; it decides which rows are predicted.
        stride: Of training windows.
        final: The fold of `whole`, whose training part is all but the test part.
        reaches_back: Whether windows of parts that are judged may begin in rows before the part.
        chosen: From what the base of the forecasts was chosen; empty where it was given.
    """

    series: Series
    divided: tuple[Fold, ...]
    longest: int | None
    stride: int
    final: Fold
    reaches_back: bool = False
    chosen: str = ""

    @property
    def segments(self) -> tuple[Segments, ...]:
        """Rows of the parts of the last fold."""
        return self.divided[-1].segments

    @property
    def prepared(self) -> SeriesPreparation:
        """The preparation for the longest window, of the last fold."""
        return self.divided[-1].prepared

    @property
    def folds(self) -> int:
        """How many ways there are to divide the rows."""
        return len(self.divided)

    @property
    def ordered(self) -> bool:
        """Rows of a table are in the order of their time."""
        return True

    @property
    def past(self) -> bool:
        """Its windows are."""
        return True

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts. Those for validation and test predict the same rows for every window.

        many_to_one: every row of the segment that the longest window can reach, which may begin
        before it (`reaches_back`).
        many_to_many: every row from `horizon` on into the segment, once (`aligned_windows`).
        sequence_to_sequence: from every row at which the longest window can end, so that most
        rows are judged as each step of a forecast once.
        """
        return self._dataset(self.divided[fold], window)

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """All rows before the test part to train on: the latest count."""
        return self._dataset(self.final, window)

    def _dataset(self, divided: Fold, window: int | None) -> Dataset:
        """The parts of a fold."""
        preparation = self._preparation(window, divided)
        found: tuple[list[Part], ...] = ([], [], [])
        end = 0
        table = divided.table()
        for one, segments in zip(self.series.each(), divided.segments, strict=True):
            first, end = end, end + len(one)
            features = table[first:end]
            for index, segment in enumerate(segments):
                part = self._part(preparation, one, features, segment, index == 0)
                found[index].append(replace(part, x=within(part.x, table, first)))
        train, validation, test = map(join_parts, found)
        return Dataset(
            train=train,
            validation=validation,
            test=test,
            target=preparation.target,
            masked=False,
            output_steps=preparation.output_steps,
        )

    def preparation(self, window: int | None = None, fold: int | None = None) -> SeriesPreparation:
        """The preparation for one length of window, that of `whole` if no fold is named."""
        return self._preparation(window, self.final if fold is None else self.divided[fold])

    def packed(self, folder: Path) -> SeriesData:
        """Without what features were made of, and with these in files of their own."""
        bare = replace(self.series, inputs=np.zeros((len(self.series), 0)), texts={})
        folds = [fold.packed(folder / f"rows-{n}.npy") for n, fold in enumerate(self.divided)]
        final = self.final.packed(folder / "rows-all.npy")
        return replace(self, series=bare, divided=tuple(folds), final=final)

    def _preparation(self, window: int | None, fold: Fold) -> SeriesPreparation:
        prepared = fold.prepared
        length = self.longest if window is None else window
        if self.longest is None or length == self.longest:
            return prepared
        assert length is not None and length < self.longest, "a window longer than was read for"
        return replace(prepared, window=length)

    @property
    def steps(self) -> int:
        """The longest window, or the steps of an output sequence if they are more."""
        return max(self.prepared.output_steps or 1, self.longest or 1)

    def summary(self) -> list[tuple[str, str]]:
        """Rows, time, season, parts, input and target."""
        series, prepared, dataset = self.series, self.prepared, self.dataset()
        lines = [("rows", str(len(series)))]
        if series.times is not None:
            first, last = map(series.clock.text, (series.times.min(), series.times.max()))
            span = f"{first} to {last}"
            lines.append(("time", f"{span}, a row every {prepared.step}"))
        lines.append(("season", f"{prepared.season} rows" if prepared.season else "none known"))
        if len(series.names) > 1:
            lines.insert(1, ("series", f"{len(series.names)}: {name_some(series.names, 8)}"))
        parts = (dataset.train, dataset.validation, dataset.test)
        for name, ranges, part in zip(PARTS, zip(*self.segments, strict=True), parts, strict=True):
            text = _part_text(series.each(), ranges, part)
            reading = self.reaches_back and name != PARTS[0] and len(part)
            lines.append((name, text + (", read from rows before them" if reading else "")))
        if self.folds > 1:
            lines.insert(-len(PARTS), ("folds", self._folds_text()))
        x, y = dataset.train.x, dataset.train.y
        if isinstance(x, dict) and "vector" in x:
            lines.append(("input", _shape("(N, F)", x["vector"], prepared.features_names)))
            lines.append(("ahead", _shape("(N, T, A)", x["ahead"], prepared.ahead_names)))
        elif isinstance(x, dict):
            lines.append(("input", _shape("(N, S, F)", x["source"], prepared.features_names)))
            lines.append(("ahead", _shape("(N, T, A)", x["ahead"], prepared.ahead_names)))
        else:
            axes = "(N, F)" if x.ndim == 2 else "(N, T, F)"
            lines.append(("input", _shape(axes, x, prepared.read_names)))
        lines.append(("output", f"{output_axes(y, prepared.target)} = {y.shape}"))
        if self.chosen or prepared.lag:
            lines.append(("base", self._base_text()))
        return lines + self._target_lines() + [("note", note) for note in self.notes]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed of the file."""
        return (*self.series.notes, *size_note(self.prepared.target))

    def _base_text(self) -> str:
        """What forecasts are changes from, and where that comes from."""
        lag, season = self.prepared.lag, self.prepared.season
        texts = {"last": "the last value known", "season": f"the value of a season ({season} rows)"}
        text = f"changes from {texts[lag.base]}" if lag else "none: the values themselves"
        if lag and lag.base == "season":
            text += " before"
        how = f"; data.base: auto, chosen by a ridge regression {self.chosen}"
        return text + (how if self.chosen else "")

    def _target_lines(self) -> list[tuple[str, str]]:
        """Range of each target, or how often each class occurs, in the training part."""
        series, target = self.series, self.prepared.target
        values = np.concatenate(
            [
                one.targets[train.start : train.stop][one.targets_known[train.start : train.stop]]
                for one, (train, _, _) in zip(series.each(), self.segments, strict=True)
            ]
        )
        if target.kind == "class":
            counts = np.bincount(values, minlength=len(target.classes))
            texts = [f"{c} {n}" for c, n in zip(target.classes, counts, strict=True)]
            return [("target", f"{target.names[0]}, rows of each class: {name_some(texts, 12)}")]
        ranges = zip(target.names, values.min(axis=0), values.max(axis=0), strict=True)
        return [("target", f"{name}: {low:g} to {high:g}") for name, low, high in ranges]

    def _folds_text(self) -> str:
        """Which rows are the folds' validation parts."""
        series = self.series.each()
        number = int(np.argmax([len(one) for one in series]))
        held_out = [fold.segments[number][1] for fold in self.divided]
        rows = series[number].rows
        texts = [f"{rows[part.start]} to {rows[part.stop - 1]}" for part in held_out]
        return f"{self.folds}, validated on rows {name_some(texts)}; the last:"

    def _part(
        self,
        preparation: SeriesPreparation,
        series: Series,
        features: np.ndarray,
        segment: range,
        trains: bool,
    ) -> Part:
        window = preparation.window if trains else self.longest
        reach = (window or 1) - 1 + preparation.horizon
        before = reach if self.reaches_back and not trains else 0
        rows = preparation.usable(range(max(0, segment.start - before), segment.stop))
        first = max(segment.start, rows.start + reach)
        stride = self.stride if trains else None
        windows = preparation.windows(series, rows, first, stride)
        return preparation.part(series, features, windows)


def _shape(axes: str, x: Sequences, names: Sequence[str]) -> str:
    """The shape of an input, and what its features are."""
    return f"{axes} = {x.shape}: {name_some(names, 8)}"


def _part_text(series: Sequence[Series], segments: Sequence[range], part: Part) -> str:
    """Sequences of a part and the rows of the file they come from."""
    filled = [(one, rows) for one, rows in zip(series, segments, strict=True) if len(rows)]
    if not filled:
        return "none"
    count = f"{len(part)} sequence" + ("" if len(part) == 1 else "s")
    if len(series) > 1:
        return f"{count}, rows of {len(filled)} series"
    first, last = (filled[0][0].rows[row] for row in (filled[0][1].start, filled[0][1].stop - 1))
    return f"{count}, rows {first} to {last}"
