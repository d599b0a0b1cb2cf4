"""Checks that the data section fits the task, and that it does not let the answer leak."""

from __future__ import annotations

from collections.abc import Iterable

from rnnsearch.spec.check_split import check_group, check_split
from rnnsearch.spec.check_tokens import check_tokens
from rnnsearch.spec.domains import WrittenSpace
from rnnsearch.spec.report import Report
from rnnsearch.spec.sources import (
    BacktestSpec,
    SequencesSource,
    SeriesSource,
    Source,
    SteppedSource,
    TokensSource,
)
from rnnsearch.spec.wording import show
from rnnsearch.vocabulary import MappingFact

__all__ = ["check_data"]

_BLOCKS_ADVICE = {
    "known": "list them under inputs: all inputs are known there",
    "difference": "use base, which is known there, too",
}


def check_data(
    data: Source,
    task: MappingFact | None,
    space: WrittenSpace,
    report: Report,
) -> None:
    """Record what in the data section contradicts itself or the task."""
    check_split(data, task, report)
    if task is not None and task.encodes and not isinstance(data, TokensSource | SeriesSource):
        must = f"must be another task for source: {data.source}: it is for tables and for texts"
        advice = "use source: csv or parquet for forecasts, pairs or table for texts"
        report.add("task", must, task.name, advice)
        return
    if isinstance(data, SequencesSource):
        _check_scaling(data, task, report)
    if isinstance(data, SteppedSource):
        _check_steps(data, task, report)
    if isinstance(data, TokensSource):
        check_tokens(data, task, space, report)
    else:
        check_group(data, report)
        ahead = task is not None and (task.unfolds or task.encodes)
        if task is not None and ahead and data.target_kind == "class":
            must = f"must be auto or numeric for {task.name}: it predicts a sequence of numbers"
            report.add("data.target_kind", must, "class", "remove it")
    if isinstance(data, SeriesSource):
        _check_columns(data, report)
        _check_part_column(data, report)
        _check_known(data, report)
        _check_kinds(data, report)
        _check_numbers(data, report)
        if task is not None and task.unfolds:
            _check_blocks(data, report)
        elif task is not None:
            _check_windows(data, task, space, report)


def _check_scaling(data: SequencesSource, task: MappingFact | None, report: Report) -> None:
    of_steps = data.scaling in ("per_sequence", "per_step")
    if of_steps and task is not None and not task.reads_sequence:
        must = f"must be standard or none for {task.name}: its input has no time axis"
        report.add("data.scaling", must, data.scaling, "remove it")


def _check_steps(data: SteppedSource, task: MappingFact | None, report: Report) -> None:
    if data.patch is None and data.steps == "patches":
        must = "must be given for steps: patches, the height and width of one"
        report.add("data.patch", must, advice="such as patch: 4")
    if data.patch is not None and data.steps != "patches":
        must = "must not be given unless steps: patches is"
        report.add("data.patch", must, show(data.patch), "remove it")
    if data.steps is not None and task is not None and not task.reads_sequence:
        must = f"must not be given for {task.name}: its input has no time axis"
        if "steps" in data.model_fields_set:
            report.add("data.steps", must, data.steps, "remove it")


def _check_columns(data: SeriesSource, report: Report) -> None:
    targets = data.targets
    if not targets:
        report.add("data.target", "must name at least one column", "[]", "name what to predict")
    readable = not report.touched("data.inputs") and not report.touched("data.calendar")
    if readable and not data.inputs and not data.calendar:
        must = "must name at least one column, unless calendar is given"
        report.add("data.inputs", must, "[]" if "inputs" in data.model_fields_set else "")
    _check_repeats("data.inputs", data.inputs, report)
    _check_repeats("data.calendar", data.calendar, report)
    _check_repeats("data.target", targets, report)
    if data.calendar and not data.times:
        must = "must be given where calendar is: the column with the time stamp"
        report.add("data.time", must, advice="add time: under data:")
    _check_repeats("data.time", data.times, report)
    _check_repeats("data.series", data.keys, report)
    for time in data.times:
        if time in data.inputs and len(data.times) == 1:
            path = f"data.inputs[{data.inputs.index(time)}]"
            must = "must not be the time column"
            report.add(path, must, show(time), "use calendar: [hour, weekday] for its features")
        if time in targets:
            report.add("data.target", "must not be the time column", show(time))
    for key in ("time_format", "time_zone"):
        if getattr(data, key) is not None and not data.times:
            must = "must not be given where data.time is not"
            report.add(f"data.{key}", must, show(getattr(data, key)), "add time: under data:")
    if data.irregular != "rows" and not data.times:
        must = "must be rows where time is not given: nothing else tells how far rows are apart"
        report.add("data.irregular", must, data.irregular, "add time: under data:")
    if data.irregular == "reindex" and data.missing == "drop":
        must = "must not be drop where irregular is reindex: it would take out what that puts in"
        report.add("data.missing", must, "drop", "set missing: interpolate")
    taken = [name for name in data.keys if name in (*data.times, *data.known, *targets)]
    if taken:
        must = "must be a column of its own, or one of the inputs"
        report.add("data.series", must, show(taken[0]), "name the column with the series' names")
    if data.target_kind == "class" and len(targets) > 1:
        must = "must be one column for target_kind: class"
        report.add("data.target", must, show(targets), "name one of them")


def _check_part_column(data: SeriesSource, report: Report) -> None:
    """The column that says a row's part is read by nobody else, and says it once for all."""
    column = data.split.column
    if column is None:
        return
    if column in (*data.times, *data.keys, *data.columns, *data.targets):
        must = "must be a column of its own: it says where a row belongs, not what was observed"
        report.add("data.split.column", must, show(column), "leave it out of the others")
    if data.split.backtest not in (BacktestSpec(), BacktestSpec(folds=1)):
        must = "must not be given where data.split.backtest is: its folds are shares of the rows"
        report.add("data.split.column", must, show(column), "remove one of them")


def _check_kinds(data: SeriesSource, report: Report) -> None:
    """Only what is read is read as kinds, and what is learned as a number is none."""
    _check_repeats("data.kinds", data.kinds, report)
    for index, name in enumerate(data.kinds):
        if name not in data.columns:
            must, advice = (
                "must be one of data.inputs or data.known",
                f"there are: {show(data.columns)}",
            )
            report.add(f"data.kinds[{index}]", must, show(name), advice)
        elif name in data.targets and data.target_kind != "class":
            must, advice = "must not be the target", "set data.target_kind: class, or take it out"
            report.add(f"data.kinds[{index}]", must, show(name), advice)


def _check_known(data: SeriesSource, report: Report) -> None:
    """Columns known ahead: no answer among them, and something else to forecast from."""
    _check_repeats("data.known", data.known, report)
    others = {"time": data.times, "inputs": data.inputs, "target": data.targets}
    for index, name in enumerate(data.known):
        for key, names in others.items():
            if name in names:
                advice = "it is not known in advance" if key == "target" else "name it once"
                must = f"must not be in {key} too"
                report.add(f"data.known[{index}]", must, show(name), advice)
    if data.known and data.calendar and not data.inputs:
        must = "must name at least one column where known is given"
        advice = "name the column that says where a file's past ends, such as the target"
        report.add("data.inputs", must, "[]" if "inputs" in data.model_fields_set else "", advice)
    if data.known and data.horizon == 0:
        must = "must be at least 1 where known is given: at 0 all inputs are of the target's row"
        report.add("data.horizon", must, "0", "list the columns under inputs:")


def _check_numbers(data: SeriesSource, report: Report) -> None:
    """Logarithms and changes are for numbers, and changes for what lies ahead."""
    if data.target_kind == "class":
        if data.scaling == "log":
            must = "must be standard or none for target_kind: class"
            report.add("data.scaling", must, "log", "remove it")
        if data.difference is not None:
            must = "must not be given for target_kind: class"
            report.add("data.difference", must, show(data.difference), "remove it")
        if data.base in ("last", "season"):
            must = "must be none or auto for target_kind: class"
            report.add("data.base", must, data.base, "remove it")
        if data.lags:
            must = "must not be given for target_kind: class"
            report.add("data.lags", must, show(data.lags), "remove it")
    _check_repeats("data.lags", data.lags, report)
    if data.difference is not None and data.base not in (None, "none"):
        must = "must not be given where difference is, the name that it had before"
        report.add("data.base", must, data.base, "remove difference")
    asked = (("difference", data.difference), ("base", data.base), ("lags", data.lags))
    for key, value in asked:
        if value not in (None, "none", "auto", ()) and data.horizon == 0:
            must = f"must be at least 1 where {key} is given: at 0 the value before is not known"
            report.add("data.horizon", must, "0", f"remove {key}")


def _check_repeats(path: str, names: Iterable[object], report: Report) -> None:
    seen: set[object] = set()
    for index, name in enumerate(names):
        if name in seen:
            report.add(f"{path}[{index}]", "must not be listed twice", show(name), "remove it")
        seen.add(name)


def _check_blocks(data: SeriesSource, report: Report) -> None:
    """one_to_many: the series is cut into blocks; the first row's inputs predict the block."""
    if data.output_steps is None:
        must = "must be given for one_to_many: a whole number of at least 1"
        report.add("data.output_steps", must, advice="add output_steps: under data:")
    for key in ("step", "window"):
        value = getattr(data.split.backtest, key)
        if value is not None and data.output_steps is not None and value % data.output_steps:
            must = f"must be whole blocks: a multiple of {data.output_steps} (data.output_steps)"
            report.add(f"data.split.backtest.{key}", must, show(value), "change one of them")
    for key in ("known", "difference"):
        value = getattr(data, key)
        if value:
            must = "must not be given for one_to_many: nothing of the past is read"
            report.add(f"data.{key}", must, show(value), _BLOCKS_ADVICE[key])
    for key in ("window", "horizon", "stride"):
        value = getattr(data, key)
        if key in data.model_fields_set and value is not None:
            must = "must not be given for one_to_many: its input has no time axis"
            report.add(f"data.{key}", must, show(value), "remove it; see output_steps")
    for target in data.targets:
        if target in data.inputs:
            must = "must not be the target: its first value is part of the answer"
            path = f"data.inputs[{data.inputs.index(target)}]"
            report.add(path, must, show(target), "remove it")


def _check_windows(
    data: SeriesSource, task: MappingFact, space: WrittenSpace, report: Report
) -> None:
    _check_steps_ahead(data, task, report)
    searched = "window" in space.parameters or "window" in space.broken
    if not task.recurrent and data.window is not None:
        must = "must not be given for one_to_one: it reads one row"
        report.add("data.window", must, show(data.window), "remove it")
    elif data.window is None and not searched and task.recurrent:
        must = f"must be given for {task.name}: a whole number of at least 1"
        report.add("data.window", must, advice="add window: under data:, or search it in space:")
    leaking = [target for target in data.targets if target in data.inputs]
    if data.horizon == 0 and leaking and not task.encodes:
        must = f"must be at least 1 where a target ({', '.join(leaking)}) is also an input"
        advice = "set horizon: 1 to forecast, or remove the target from inputs"
        report.add("data.horizon", must, "0", advice)


def _check_steps_ahead(data: SeriesSource, task: MappingFact, report: Report) -> None:
    """Several steps are forecast by sequence_to_sequence, all of them ahead of what is read."""
    if not task.encodes:
        if data.output_steps is not None:
            must = (
                f"must not be given for {task.name}: it is for one_to_many and sequence_to_sequence"
            )
            report.add("data.output_steps", must, show(data.output_steps), "remove it")
        return
    if data.output_steps is None:
        must = f"must be given for {task.name}, the steps to forecast: a whole number of at least 1"
        report.add("data.output_steps", must, advice="add output_steps: under data:")
    if data.horizon == 0:
        must = f"must be at least 1 for {task.name}: what is forecast lies ahead"
        report.add("data.horizon", must, "0", "remove it: the forecast begins with the next row")
