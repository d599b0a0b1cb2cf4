"""Whether loss, metrics and objective fit the target, which the data may have decided."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import SequenceData, Target
from rnnsearch.errors import Problem
from rnnsearch.space import SearchSpace
from rnnsearch.spec import SeriesSource, Spec
from rnnsearch.spec.check_loss import losses_of
from rnnsearch.spec.sources import RowsSource, SequencesSource, Source
from rnnsearch.vocabulary import LOSSES, MAPPINGS, METRICS

__all__ = ["of_kind", "target_problems"]


def target_problems(spec: Spec, data: SequenceData, space: SearchSpace) -> list[Problem]:
    """What a spec asks for and the target can't have."""
    window = (space.windows(spec) or (None,))[0]
    target = data.dataset(window).target
    return [
        *_loss_problems(spec, target),
        *_metric_problems(spec, target),
        *_one_class_problems(spec, data, window),
        *_label_smoothing_problems(target, space),
    ]


def of_kind(spec: Spec) -> Source:
    """The data section, with the kind of target that loss and objective are for, if it says none.

    So whole numbers are amounts for the mean squared error, and classes for accuracy.
    """
    data = spec.data
    arrays_or_table = isinstance(data, SeriesSource | SequencesSource)
    labelled = isinstance(data, RowsSource) and not MAPPINGS[spec.task].writes_sequence
    if data.target_kind != "auto" or not (arrays_or_table or labelled):
        return data
    metric = METRICS.get(spec.search.objective.removeprefix("val_"))
    fact = metric if spec.loss.name == "auto" else LOSSES[spec.loss.name]
    return data if fact is None else data.model_copy(update={"target_kind": fact.target_kind})


def _kind(target: Target) -> str:
    return "a class" if target.kind == "class" else "a number"


def _names(target: Target) -> str:
    return ", ".join(target.names)


def _loss_problems(spec: Spec, target: Target) -> list[Problem]:
    loss, fitting = spec.loss, losses_of(target.kind)
    if loss.name not in ("auto", *fitting):
        must = f"must be a loss of {_kind(target)}, as {_names(target)} is"
        return [Problem("loss", must, loss.name, f"use one of {', '.join(('auto', *fitting))}")]
    if loss.kind != "class" or not isinstance(loss.class_weights, dict):
        return []
    known = [str(label) for label in target.classes]
    return [
        Problem(
            f"loss.class_weights.{label}",
            f"must be a class of {_names(target)}",
            label,
            f"there are: {', '.join(known)}",
        )
        for label in loss.class_weights
        if label not in known
    ]


def _metric_problems(spec: Spec, target: Target) -> list[Problem]:
    """The objective, and the metrics that are asked for."""
    known = [name for name in METRICS if _ranks(name, spec, target)]
    objective = spec.search.objective
    asked = [("search.objective", objective, ["val_loss", *(f"val_{name}" for name in known)])]
    further = [name for name in known if not METRICS[name].usual]
    for index, extra in enumerate(spec.search.metrics):
        asked.append((f"search.metrics[{index}]", extra, further))
    found = []
    for path, name, fitting in asked:
        must = f"must be a metric of {_kind(target)}, as {_names(target)} is"
        if name.removeprefix("val_") == "mase" and target.kind == "numeric":
            must = "must be another metric than mase, for which the data has no naive forecast"
        if name not in fitting:
            found.append(Problem(path, must, name, f"use one of {', '.join(fitting)}"))
    return found


def _ranks(name: str, spec: Spec, target: Target) -> bool:
    """Whether a metric can rank networks with this target."""
    metric = METRICS[name]
    if metric.direction is None or (name == "mase" and target.naive_error is None):
        return False
    if metric.kind == "quantile":
        return spec.loss.kind == "quantile"
    return metric.kind == target.kind


def _one_class_problems(spec: Spec, data: SequenceData, window: int | None) -> list[Problem]:
    """An area under the curve needs entries of a class and others, in each validation part."""
    if spec.search.objective != "val_roc_auc":
        return []
    for fold in range(data.folds):
        dataset = data.dataset(window, fold)
        part = dataset.validation
        if dataset.target.kind == "class" and len(np.unique(part.y[part.weights > 0])) < 2:
            must = "must be another metric where the validation part has one class only"
            return [Problem("search.objective", must, "val_roc_auc", "change data.split")]
    return []


def _label_smoothing_problems(target: Target, space: SearchSpace) -> list[Problem]:
    """Smoothing is for classes."""
    if target.kind == "class" or not space.can_exceed_zero("label_smoothing"):
        return []
    must = f"must not be given where numbers are predicted, as {_names(target)} is"
    return [Problem("space.label_smoothing", must, "label_smoothing", "remove it")]
