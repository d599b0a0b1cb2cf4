"""The verdict on each trial, from its learning curves and what its layers showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnsearch.diagnosis import Training, Verdict, verdict_of
from rnnsearch.outcomes import BaselineRecord, Epoch, TrialRecord
from rnnsearch.records.epochs import read_epochs
from rnnsearch.records.folder import StudyFolder

__all__ = [
    "constant_loss",
    "metrics_of",
    "verdict_on",
    "verdicts_of_folder",
]

_CONSTANT = ("mean", "majority", "last_value")
"""Baselines that learn nothing of a sequence but its level."""


def constant_loss(baselines: Sequence[BaselineRecord]) -> float | None:
    """The lowest validation loss of a constant prediction; None where none is known."""
    found = [
        baseline.metrics.get("val_loss") for baseline in baselines if baseline.name in _CONSTANT
    ]
    return min((loss for loss in found if loss is not None), default=None)


def verdict_on(
    record: TrialRecord, curves: Sequence[Sequence[Mapping[str, float]]], constant: float | None
) -> Verdict | None:
    """The verdict on a trial that ended; None of one that had no epoch.

    Args:
        record: How it ended.
        curves: The metrics of each epoch, by run.
        constant: See `constant_loss`.
    """
    if not record.ended:
        return None
    stopped = record.state == "PRUNED" or record.cut
    return verdict_of(
        [Training(curve, record.layers, record.params, constant, stopped) for curve in curves]
    )


def metrics_of(curves: Sequence[Sequence[Epoch]]) -> list[list[Mapping[str, float]]]:
    """Learning curves as rules read them."""
    return [[epoch.metrics for epoch in curve] for curve in curves]


def verdicts_of_folder(
    folder: StudyFolder, trials: Sequence[TrialRecord], constant: float | None
) -> dict[int, Verdict]:
    """The verdicts on trials whose learning curves stand in a folder."""
    curves: dict[int, list[list[Mapping[str, float]]]] = {}
    for (trial, _), rows in read_epochs(folder.epochs).groupby(["trial", "run"]):
        points = rows.drop(columns=["trial", "run", "epoch"]).to_dict("records")
        curves.setdefault(int(str(trial)), []).append(
            [{str(name): float(value) for name, value in point.items()} for point in points]
        )
    found = {
        record.number: verdict_on(record, curves.get(record.number, ()), constant)
        for record in trials
    }
    return {number: verdict for number, verdict in found.items() if verdict is not None}
