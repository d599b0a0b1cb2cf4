"""Checks that the loss and the metrics fit the target, and that nothing of them is idle."""

from __future__ import annotations

from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import LossSpec, SearchSpec
from rnnsearch.spec.wording import joined, show
from rnnsearch.vocabulary import LOSSES, METRICS

__all__ = ["check_loss", "check_metrics", "losses_of"]

_OWNERS = {key: loss.name for loss in LOSSES.values() for key in loss.settings}
"""Settings, and the loss that each is for."""


def losses_of(target_kind: str) -> tuple[str, ...]:
    """Names of the losses for a kind of target."""
    return tuple(loss.name for loss in LOSSES.values() if loss.target_kind == target_kind)


def check_loss(loss: LossSpec, target_kind: str, report: Report) -> None:
    """Record settings of another loss, quantiles out of order, and a loss for another target."""
    for key, owner in _OWNERS.items():
        if key in loss.model_fields_set and loss.name != owner:
            must = f"must not be given for loss {loss.name}: it is for {owner}"
            advice = f"add name: {owner}" if loss.name == "auto" else "remove it"
            report.add(f"loss.{key}", must, show(getattr(loss, key)), advice)
    levels = loss.quantiles
    if list(levels) != sorted(set(levels)) or 0.5 not in levels[1:-1]:
        must = "must be increasing numbers between 0 and 1, with 0.5 between others"
        advice = "such as [0.1, 0.5, 0.9]; metrics of values judge the median"
        report.add("loss.quantiles", must, show(list(levels)), advice)
    fitting = losses_of(target_kind)
    if fitting and loss.name not in ("auto", *fitting):
        must = f"must be {joined(('auto', *fitting))} for target_kind: {target_kind}"
        report.add("loss", must, loss.name)


def check_metrics(search: SearchSpec, target_kind: str, report: Report) -> None:
    """Record metrics for another target, and those named twice."""
    further = [metric for metric in METRICS.values() if not metric.usual]
    fitting = [metric.name for metric in further if metric.target_kind == target_kind]
    for index, name in enumerate(search.metrics):
        path = f"search.metrics[{index}]"
        if name in search.metrics[:index]:
            report.add(path, "must not be listed twice", name, "remove it")
        elif fitting and name not in fitting:
            report.add(path, f"must be {joined(fitting)} for target_kind: {target_kind}", name)
