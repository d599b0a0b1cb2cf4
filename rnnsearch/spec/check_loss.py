"""Checks that the loss and the metrics fit the target, and that nothing of them is idle."""

from __future__ import annotations

from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import LossSpec, SearchSpec
from rnnsearch.spec.wording import joined, show

__all__ = ["CLASS_LOSSES", "NUMERIC_LOSSES", "check_loss", "check_metrics"]

NUMERIC_LOSSES = ("mse", "mae", "huber", "quantile")
CLASS_LOSSES = ("cross_entropy",)

_OWNERS = {"delta": "huber", "quantiles": "quantile", "class_weights": "cross_entropy"}
"""Settings, and the loss that each is for."""

_NUMERIC_METRICS = ("mape", "smape", "mase", "nrmse")
_CLASS_METRICS = ("log_loss", "roc_auc", "perplexity", "bits")


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
    fitting = {"numeric": NUMERIC_LOSSES, "class": CLASS_LOSSES}.get(target_kind)
    if fitting is not None and loss.name not in ("auto", *fitting):
        must = f"must be {joined(('auto', *fitting))} for target_kind: {target_kind}"
        report.add("loss", must, loss.name)


def check_metrics(search: SearchSpec, target_kind: str, report: Report) -> None:
    """Record metrics for another target, and those named twice."""
    fitting = {"numeric": _NUMERIC_METRICS, "class": _CLASS_METRICS}.get(target_kind)
    for index, name in enumerate(search.metrics):
        path = f"search.metrics[{index}]"
        if name in search.metrics[:index]:
            report.add(path, "must not be listed twice", name, "remove it")
        elif fitting is not None and name not in fitting:
            report.add(path, f"must be {joined(fitting)} for target_kind: {target_kind}", name)
