"""What must hold of a table's parts before anything is fitted on its training part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.categories import check_known, find_categories
from rnnsearch.data.collecting import Problems, name_rows, name_some
from rnnsearch.data.scaling import constant
from rnnsearch.data.series.rows import Series
from rnnsearch.data.time import Clock, Step, calendar_features
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.spec.sources import (
        SeriesSource,
    )

__all__ = [
    "check_calendar",
    "check_fold_length",
    "check_inputs",
    "check_lengths",
    "check_numeric",
    "check_steps",
    "check_targets",
    "rows_needed",
    "training_categories",
]

_PARTS = ("training", "validation", "test")


def check_lengths(
    source: SeriesSource,
    segments: Sequence[Sequence[range]],
    longest: int | None,
    back: int,
    problems: Problems,
    *,
    reaches_back: bool = False,
) -> None:
    """Every part must have room for a sequence and its target, in one series at least.

    Args:
        source: The spec's `data`.
        segments: Rows of each part, of each series.
        longest: The longest window.
        back: Rows before the first sequence that the training part needs.
        problems: Where to note them.
        reaches_back: Whether only targets must lie in the parts that are judged.
    """
    lengths = [max(map(len, parts)) for parts in zip(*segments, strict=True)]
    wanted = 3 if source.split.test or lengths[2] else 2
    need = rows_needed(source, longest)
    rows = f"{back} rows" if back > 1 else "1 row"
    judged = (source.output_steps or 1) if reaches_back else need
    if min(lengths[1:wanted]) >= judged and lengths[0] >= need + back:
        return
    if longest is None:
        path, what = "data.output_steps", f"a block of {need} rows"
        if back:
            what += f", and the training part for {rows} before it ({_keys_of_past(source)})"
        advice = "give more rows, shorter blocks, or parts of other sizes under data.split"
    else:
        path = "data.window"
        ahead = "row" if source.horizon == 1 else "rows"
        steps, first = source.output_steps, f"{source.horizon} {ahead} ahead"
        targets = f"a target {first}" if steps is None else f"{steps} targets, the first {first}"
        what = f"a window of {longest} rows and {targets}"
        if back:
            what += f", and the training part for {rows} before them ({_keys_of_past(source)})"
        advice = "give more rows, a shorter window, or parts of other sizes under data.split"
    received = ", ".join(f"{n} {name}" for n, name in zip(lengths, _PARTS, strict=True)) + " rows"
    if source.keys:
        received += " in the longest series"
    problems.add(path, f"must leave every part room for {what}", received, advice)


def _keys_of_past(source: SeriesSource) -> str:
    """The keys for which rows before the first sequence are needed."""
    base = "data.base" if source.difference is None else "data.difference"
    asked = source.asked_base in ("last", "season")
    return ", ".join([base] * asked + ["data.lags"] * bool(source.lags))


def rows_needed(source: SeriesSource, longest: int | None) -> int:
    """Rows of a block, or of the longest window and what is predicted after it."""
    steps = source.output_steps or 1
    return steps if longest is None else longest + source.horizon + steps - 1


def check_fold_length(
    source: SeriesSource,
    segments: Sequence[Sequence[range]],
    longest: int | None,
    back: int,
    problems: Problems,
) -> None:
    """A training part that is not the last fold's must have room for a sequence, too.

    Raises:
        InvalidData: It has none.
    """
    need = rows_needed(source, longest) + back
    train, validation, _ = (max(map(len, parts)) for parts in zip(*segments, strict=True))
    if train < need:
        must = f"must leave every fold at least {need} rows to train on before its validation part"
        folds, step = source.split.backtest.folds, source.split.backtest.step
        apart = f", {step} rows apart" if step else ""
        received = f"{folds} folds of {validation} validation rows{apart}, the first with "
        received += f"{train} rows before them"
        advice = "give more rows, fewer folds, or a smaller data.split.validation"
        problems.add("data.split.backtest.folds", must, received, advice)
        problems.raise_any()


def check_inputs(
    source: SeriesSource, series: Series, rows: np.ndarray, blocks: bool, problems: Problems
) -> None:
    """Inputs must vary in the training rows that are read."""
    what = "first rows of training blocks" if blocks else "training rows"
    numbers = iter(series.inputs[rows].T)
    for name in source.columns:
        if name in series.texts:
            found = find_categories(series.texts[name][rows])
            same = f"'{found[0]}'" if len(found) == 1 else ""
        else:
            values = next(numbers)
            same = f"{values[np.isfinite(values)][0]:g}" if constant(values) else ""
        if same:
            received = f"{same} in all {len(rows)} {what} of '{name}'"
            must, advice = "must vary in the training part", "leave the column out"
            path = "data.known" if name in source.known else "data.inputs"
            problems.add(path, must, received, advice)


def check_steps(
    source: SeriesSource, series: Series, step: Step | None, problems: Problems
) -> None:
    """Rows must be equally far apart where the spec wants it."""
    if source.irregular == "rows" or step is None:
        return
    places: list[str] = []
    for one in series.each():
        assert one.times is not None
        for at in np.flatnonzero(~step.follows(one.times)):
            before, after = (
                f"{one.clock.text(one.times[i])} in row {one.rows[i]}" for i in (at, at + 1)
            )
            places.append(f"{after} after {before}")
    if places:
        received = places[0] + (f" ({len(places)} such places)" if len(places) > 1 else "")
        must = f"must be rows where rows are not all {replace(step, regular=True)} apart"
        advice = "set data.irregular: rows, or give a row for each step"
        problems.add("data.irregular", must, received, advice)


def check_numeric(source: SeriesSource, task: str, series: Series, problems: Problems) -> None:
    """Only numbers have logarithms and changes, and are forecast over several steps."""
    if series.kind == "numeric":
        return
    if MAPPINGS[task].encodes:
        must = f"must be numbers for {task}"
        received = f"text in '{source.targets[0]}'"
        advice = "use many_to_one or many_to_many, one horizon at a time"
        problems.add("data.target", must, received, advice)
    for key, value in (
        ("scaling", source.scaling),
        ("lags", source.lags),
        ("base", source.base),
        ("difference", source.difference),
    ):
        if value in ("log", "last", 1, "season") or (key == "lags" and value):
            must = "must not be given where classes are predicted"
            said = list(value) if isinstance(value, tuple) else value
            received = f"{said}, and text in '{source.targets[0]}'"
            problems.add(f"data.{key}", must, received, "remove it")


def check_targets(
    targets: tuple[str, ...],
    inputs: tuple[str, ...],
    series: Series,
    rows: np.ndarray,
    problems: Problems,
) -> None:
    """Targets that are no inputs must vary in the training rows, and classes occur there."""
    for index, name in enumerate(targets if series.kind == "numeric" else ()):
        values = series.targets[rows, index]
        if name not in inputs and constant(values):
            value = values[np.isfinite(values)][0]
            received = f"{value:g} in all {len(rows)} training rows of '{name}'"
            must, advice = "must vary in the training part", "leave the column out"
            problems.add("data.target", must, received, advice)
    if series.kind == "class" and series.classes:
        _check_classes(series, rows, problems)


def training_categories(
    series: Series, starts: Sequence[np.ndarray], problems: Problems
) -> dict[str, tuple[str, ...]]:
    """Those of each input of text in the training part; the other parts must have no more.

    Args:
        series: The rows.
        starts: Of each part, the rows that are read: the first of every block.
        problems: Where to note categories that are new in validation or test.
    """
    train, *others = starts
    found = {name: find_categories(labels[train]) for name, labels in series.texts.items()}
    rows = np.concatenate(others)
    texts = {name: labels[rows] for name, labels in series.texts.items()}
    check_known(texts, series.rows[rows], found, False, problems)
    return found


def _check_classes(series: Series, rows: np.ndarray, problems: Problems) -> None:
    """Two classes or more in the training part, and none outside that is not in it."""
    if not len(rows):
        return
    known = set(series.targets[rows].tolist()) - {-1}
    names = [series.classes[index] for index in sorted(known)]
    unknown = np.flatnonzero(~np.isin(series.targets, [*known, -1]))
    if len(known) == 1:
        received, advice = f"only {names[0]}", "give rows of other classes too"
        problems.add("data.target", "must have two classes in training", received, advice)
    elif len(unknown):
        label = series.classes[series.targets[unknown[0]]]
        received = f"'{label}' in {name_rows(series.rows[unknown])} only"
        advice = f"the training part has: {name_some(names, 20)}; change data.split"
        must = "must have every class in the training part"
        problems.add("data.target", must, received, advice)


def check_calendar(
    source: SeriesSource,
    clock: Clock,
    times: np.ndarray,
    span: tuple[np.datetime64, np.datetime64],
    problems: Problems,
) -> None:
    """A calendar feature must vary in training, or it says nothing.

    Args:
        source: The spec's `data`.
        clock: How time stamps were read.
        times: Of the training rows that are read: the first of every block.
        span: First and last time stamp of the training part.
        problems: Where to note them.
    """
    known = {"trend", "hour"} if clock.daily else {"trend"}
    if clock.elapsed and {*source.calendar} - known:
        must = "must be trend, or not given, where time is counted from a start"
        if clock.daily:
            must = "must be hour or trend, or not given, where rows have times of day and no date"
        problems.add("data.calendar", must, ", ".join(source.calendar), "remove the others")
        return
    first, last = clock.local(np.array(span))
    for index, feature in enumerate(source.calendar):
        values = calendar_features(clock.local(times), [feature], (first, last))
        if np.ptp(values, axis=0).max() < 1e-9:
            received = f"{feature}, the same in all {len(times)} inputs"
            must = "must vary in the training part"
            problems.add(f"data.calendar[{index}]", must, received, "leave it out")
