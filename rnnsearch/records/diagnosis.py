"""The verdict on each trial, from its learning curves and what its layers showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rnnsearch.diagnosis import Training, Verdict, verdict_of
from rnnsearch.outcomes import BaselineRecord, Epoch, TrialRecord
from rnnsearch.records.epochs import read_epochs
from rnnsearch.records.folder import StudyFolder

if TYPE_CHECKING:
    import pandas as pd


__all__ = [
    "constant_loss",
    "diagnosis_frame",
    "metrics_of",
    "reach_frame",
    "verdict_on",
    "verdicts_of_folder",
]

_CONSTANT = ("mean", "majority", "last_value")
"""Baselines that learn nothing of a sequence but its level."""

_EPOCH_COLUMNS = ("gradient_norm", "gradient_norm_max", "clipped", "update_ratio")


def constant_loss(baselines: Sequence[BaselineRecord]) -> float | None:
    """The lowest validation loss of a constant prediction; None where none is known."""
    found = [
        baseline.metrics["val_loss"]
        for baseline in baselines
        if baseline.name in _CONSTANT and "val_loss" in baseline.metrics
    ]
    return min(found, default=None)


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


def diagnosis_frame(
    board: pd.DataFrame, epochs: pd.DataFrame, trials: Sequence[TrialRecord]
) -> pd.DataFrame:
    """A row a trial: verdict, evidence and suggestion, and what they rest on.

    Args:
        board: The leaderboard, which has the verdicts.
        epochs: All learning curves.
        trials: With what their layers showed.

    Returns:
        Columns ``trial, state, verdict, evidence, suggestion``; ``gradient_norm`` (median over
        epochs and runs), ``gradient_norm_max``, ``clipped``, ``update_ratio``; ``horizon``, the
        fewest steps that any layer's gradient reaches back, ``saturated`` of the layer that is so
        most, ``memory`` of the first gated layer, in steps. Cells are empty where nothing was
        measured.
    """
    import pandas as pd

    texts = ["verdict", "evidence", "suggestion"]
    rows = board[board["trial"].str.fullmatch(r"\d+")].copy()
    rows["trial"] = rows["trial"].astype("int64")
    frame = rows.reindex(columns=["trial", "state", *texts]).set_index("trial").sort_index()
    by_trial = epochs.groupby("trial")
    for name in _EPOCH_COLUMNS:
        if name in epochs:
            found = by_trial[name].max() if name.endswith("_max") else by_trial[name].median()
            frame[name] = found
        else:
            frame[name] = float("nan")
    layers = {record.number: record.layers for record in trials if record.layers}
    frame["horizon"] = pd.Series(
        {
            number: min((h for one in found if (h := one.horizon) is not None), default=None)
            for number, found in layers.items()
        },
        dtype="Int64",
    )
    frame["saturated"] = pd.Series(
        {number: max(one.saturated for one in found) for number, found in layers.items()},
        dtype="float64",
    )
    frame["memory"] = pd.Series(
        {number: found[0].memory for number, found in layers.items()}, dtype="float64"
    )
    return frame.reset_index()


def reach_frame(trials: Sequence[TrialRecord]) -> pd.DataFrame:
    """How far back learning reaches: ``trial, layer, lag, gradient``, a row a lag."""
    import pandas as pd

    rows = [
        (record.number, one.layer, lag, norm)
        for record in trials
        for one in record.layers
        for lag, norm in zip(one.lags, one.reach, strict=True)
    ]
    return pd.DataFrame(rows, columns=["trial", "layer", "lag", "gradient"])
