"""What trials showed, and the verdict on each target, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnnsearch.outcomes import TrialRecord, each_target

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["diagnosis_frame", "reach_frame", "targets_frame"]

_EPOCH_COLUMNS = ("gradient_norm", "gradient_norm_max", "clipped", "update_ratio")


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


def targets_frame(summary: Mapping[str, Any]) -> pd.DataFrame:
    """The verdict on each of several targets; columns as `Results.targets` has them.

    Args:
        summary: summary.json's values.
    """
    import pandas as pd

    names = ("target", "part", "metric", "winner", "baseline", "error", "verdict")
    rows = [
        (one.target, one.part, one.metric, one.winner, name, error, one.verdicts[name])
        for one in each_target(summary)
        for name, error in one.baselines.items()
    ]
    return pd.DataFrame(rows, columns=list(names))
