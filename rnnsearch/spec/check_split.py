"""Checks of how the data is divided: shares, folds, groups, and whole series."""

from __future__ import annotations

import re

from rnnsearch.spec.report import Report
from rnnsearch.spec.sources import (
    BacktestSpec,
    GroupPattern,
    SequencesSource,
    SeriesSource,
    Source,
    TextSource,
)
from rnnsearch.spec.wording import show
from rnnsearch.vocabulary import MappingFact

__all__ = ["check_group", "check_split"]


def check_split(data: Source, task: MappingFact | None, report: Report) -> None:
    """Record what in the keys of the split contradicts itself, the source or the task."""
    _check_shares(data, report)
    _check_reach(data, task, report)
    _check_folds(data, report)


def _check_shares(data: Source, report: Report) -> None:
    split = data.split
    if max(split.validation, split.test) < 1 <= split.validation + split.test:
        must = "must leave something to train on: validation + test below 1"
        received = f"{show(split.validation)} + {show(split.test)}"
        report.add("data.split", must, received, "such as {validation: 0.15, test: 0.15}")
    series = isinstance(data, SeriesSource)
    if series and split.by in ("random", "stratified"):
        must = "must be time or auto: at random, parts of one series would know each other"
        report.add("data.split.by", must, split.by, "remove it")
    elif split.by == "series":
        _check_by_series(data, report)
    elif split.seed and (series or split.by == "time"):
        must = "must not be given where the split is by time: it has no effect"
        report.add("data.split.seed", must, show(split.seed), "remove it")
    if split.backtest != BacktestSpec() and not series:
        must = "must not be given where the data is no table: folds follow each other in time"
        advice = "use split.folds"
        received = show(split.backtest.model_dump(exclude_unset=True))
        report.add("data.split.backtest", must, received, advice)
    elif split.backtest.folds == 1 and split.backtest.step is not None:
        must = "must not be given for one fold: it has no effect"
        report.add("data.split.backtest.step", must, show(split.backtest.step), "set folds, too")


def _check_by_series(data: Source, report: Report) -> None:
    """Whole series are dealt at random where a column names them, and follow in no time."""
    split, kind = data.split, data.source
    if not isinstance(data, SeriesSource):
        must = f"must be another for source: {kind}, whose sequences are of no series"
        report.add("data.split.by", must, "series", "name what belongs together: split.group")
        return
    if not data.keys:
        must = "must be given where split.by is series: the column that names the series of a row"
        report.add("data.series", must, "", "add series: under data:, or remove split.by")
    for name, given, advice in (
        ("column", split.column is not None, "remove one of them"),
        ("backtest", split.backtest != BacktestSpec(), "use split.folds, which hold out series"),
        ("reach_back", split.reach_back != "auto", "remove it"),
    ):
        if given:
            must = "must not be given where split.by is series: parts do not follow in time"
            report.add(f"data.split.{name}", must, show(getattr(split, name)), advice)


def _check_reach(data: Source, task: MappingFact | None, report: Report) -> None:
    """Windows reach back where there are windows, and not an output at each of their rows."""
    if data.split.reach_back == "auto" or task is None:
        return
    if not isinstance(data, SeriesSource) or task.unfolds or task.aligned:
        must = f"must be auto for {task.name} of source: {data.source}: it has no effect"
        report.add("data.split.reach_back", must, show(data.split.reach_back), "remove it")


def _check_folds(data: Source, report: Report) -> None:
    """Folds are of sequences that may stand in any order."""
    split = data.split
    asked = split.asked_folds
    if asked is None or asked == (1, 1):
        return
    folds = asked[0]
    if folds == 1:
        must = "must be above 1 where repeats is: one fold is the same each time"
        advice = "raise it, or use search.runs_per_trial"
        report.add("data.split.folds", must, str(folds), advice)
    elif split.by == "series":
        if asked[1] > 1:
            must = "must have no repeats where split.by is series"
            report.add("data.split.folds", must, f"{asked[1]} repeats", "remove them")
    elif isinstance(data, SeriesSource):
        must = "must be 1 or auto for a table: its folds follow each other in time"
        advice = f"use backtest: {{folds: {folds}}}"
        report.add("data.split.folds", must, str(folds), advice)
    elif isinstance(data, TextSource):
        must = "must be 1 or auto for source: text, which is one text"
        report.add("data.split.folds", must, str(folds), "remove it")
    elif split.by == "time" and asked[1] > 1:
        must = "must have no repeats where split.by is time: there is one order"
        report.add("data.split.folds", must, f"{asked[1]} repeats", "remove them")


def check_group(data: Source, report: Report) -> None:
    """What `split.group` and `split.column` may be depends on whether arrays have names."""
    split, kind = data.split, data.source
    named_by = data.grouped_by if isinstance(data, SequencesSource) else None
    table = isinstance(data, SeriesSource)
    if split.column is not None and named_by != "array" and not table:
        must = f"must not be given for source: {kind}, which has no named arrays"
        advice = "remove it"
        if named_by == "file":
            advice = "make folders train, validation and test of the classes' folders"
        report.add("data.split.column", must, show(split.column), advice)
    if split.group is None:
        return
    pattern = split.group.pattern if isinstance(split.group, GroupPattern) else None
    group = show(split.group if pattern is None else {"pattern": pattern})
    if named_by is None:
        must = f"must not be given for source: {kind}, which says nothing of groups"
        report.add("data.split.group", must, group, "remove it")
    elif named_by == "array" and pattern is not None:
        report.add("data.split.group", "must be the name of an array", group, "such as speaker")
    elif named_by == "file" and pattern is None and split.group != "stem":
        must = "must be stem or a mapping of pattern where sequences are files"
        report.add("data.split.group", must, group, "such as {pattern: 'speaker[0-9]+'}")
    if split.by == "time":
        must = "must be auto, random or stratified where split.group is given"
        report.add("data.split.by", must, "time", "remove it")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            must = f"must be a regular expression ({error})"
            report.add("data.split.group", must, show(pattern), "see Python's re")
