"""Checks that a data section of text, DNA or other tokens fits the task."""

from __future__ import annotations

from rnnsearch.spec.domains import WrittenSpace
from rnnsearch.spec.report import Report
from rnnsearch.spec.sources import (
    FastaSource,
    PairsSource,
    RowsSource,
    TableSource,
    TextSource,
    TokensSource,
)
from rnnsearch.spec.wording import joined, show
from rnnsearch.vocabulary import (
    MANY_TO_MANY,
    MANY_TO_ONE,
    ONE_TO_MANY,
    SEQUENCE_TO_SEQUENCE,
    MappingFact,
)

__all__ = ["check_tokens"]

_Task = MappingFact | None

_TASKS: dict[type[TokensSource], tuple[MappingFact, ...]] = {
    TableSource: (MANY_TO_ONE, ONE_TO_MANY, MANY_TO_MANY, SEQUENCE_TO_SEQUENCE),
    FastaSource: (MANY_TO_ONE,),
    PairsSource: (SEQUENCE_TO_SEQUENCE,),
    TextSource: (MANY_TO_MANY,),
}


def check_tokens(data: TokensSource, task: _Task, space: WrittenSpace, report: Report) -> None:
    """Record what in the data section contradicts itself or the task."""
    tasks = _TASKS[type(data)]
    if task is not None and task not in tasks:
        must = f"must be {joined(fact.name for fact in tasks)} for source: {data.source}"
        report.add("task", must, task.name)
        return
    if isinstance(data, TextSource):
        _check_text(data, space, report)
    if isinstance(data, RowsSource):
        _check_rows_split(data, task, report)
        _check_values(data, task, report)
    if isinstance(data, TableSource | PairsSource):
        _check_columns(data, task, report)
    if isinstance(data, TextSource) or (task is not None and task.unfolds):
        _check_backward_leak(space, report)


def _check_text(data: TextSource, space: WrittenSpace, report: Report) -> None:
    for key in ("scaling", "missing", "target_kind"):
        _check_default(data, key, "for source: text", report)
    split = data.split
    if split.by not in ("auto", "time"):
        must = "must be time or auto: at random, parts of one text would know each other"
        report.add("data.split.by", must, split.by, "remove it")
    elif split.seed:
        must = "must not be given where the split is by time: it has no effect"
        report.add("data.split.seed", must, show(split.seed), "remove it")
    searched = "window" in space.parameters or "window" in space.broken
    if data.window is None and not searched:
        must = "must be given for source: text: a whole number of at least 1"
        report.add("data.window", must, advice="add window: under data:, or search it in space:")


def _check_default(data: TokensSource, key: str, where: str, report: Report) -> None:
    """Record a key that was set and means nothing here."""
    value = getattr(data, key)
    if value != type(data).model_fields[key].default:
        must = f"must not be given {where}: it has no effect"
        report.add(f"data.{key}", must, show(value), "remove it")


def _check_rows_split(data: RowsSource, task: _Task, report: Report) -> None:
    split = data.split
    if split.by == "stratified" and task is not None and not task.sums_up:
        must = f"must be auto, time or random for {task.name}: its sequences have no class"
        report.add("data.split.by", must, "stratified", "use random")
    together = [key for key in ("group", "block") if getattr(split, key) not in (None, "auto", 1)]
    if split.by == "stratified" and together:
        must = f"must be auto, time or random where split.{together[0]} is given"
        report.add("data.split.by", must, "stratified", "use random")
    if split.column is not None:
        together.append("column")
    if len(together) > 1:
        must = f"must not be given beside split.{together[0]}"
        received = show(getattr(split, together[1]))
        report.add(f"data.split.{together[1]}", must, received, "remove one of them")


def _check_values(data: RowsSource, task: _Task, report: Report) -> None:
    if data.missing == "interpolate":
        must = "must be error or drop: between texts nothing can be interpolated"
        report.add("data.missing", must, "interpolate", "use drop, or fill the gaps")
    if task is None:
        return
    if not task.sums_up:
        _check_default(data, "target_kind", f"for {task.name}", report)
    elif data.target_tokens is not None:
        must = "must not be given for many_to_one: its target is a number or a class"
        report.add("data.target_tokens", must, data.target_tokens, "remove it")


def _check_columns(data: TableSource | PairsSource, task: _Task, report: Report) -> None:
    inputs = data.inputs if isinstance(data, TableSource) else ()
    if task is not None and task.unfolds:
        if not inputs and not report.touched("data.inputs"):
            must = "must name at least one column for one_to_many"
            report.add("data.inputs", must, "[]" if "inputs" in data.model_fields_set else "")
        if data.sequence is not None:
            must = "must not be given for one_to_many: its input has no time axis"
            report.add("data.sequence", must, show(data.sequence), "use inputs")
    elif task is not None:
        if inputs:
            must = f"must not be given for {task.name}: they are for one_to_many only"
            report.add("data.inputs", must, show(inputs), "use sequence")
        if data.sequence is None and not report.touched("data.sequence"):
            must = f"must be given for {task.name}: the column with the text that the network reads"
            report.add("data.sequence", must, advice="add sequence: under data:")
    for index, name in enumerate(inputs):
        if name == data.target:
            must = "must not be the target: it is the answer"
            report.add(f"data.inputs[{index}]", must, show(name), "remove it")
        elif name in inputs[:index]:
            must = "must not be listed twice"
            report.add(f"data.inputs[{index}]", must, show(name), "remove it")
    if data.sequence == data.target:
        must = "must not be the column that the network reads"
        report.add("data.target", must, show(data.target), "name what to predict")


def _check_backward_leak(space: WrittenSpace, report: Report) -> None:
    written = space.parameters.get("bidirectional")
    if written is not None and True in written.domain.values:
        must = "must be false where each next token is predicted"
        advice = "read backwards, the input holds the tokens to predict: remove it"
        values = written.domain.values
        received = show(values[0] if written.domain.kind == "fixed" else list(values))
        report.add("space.bidirectional", must, received, advice)
