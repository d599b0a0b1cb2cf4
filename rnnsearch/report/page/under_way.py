"""How many trials were under way at each time of a search, and how many runs they had."""

from __future__ import annotations

from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure
from rnnsearch.report.page.study import Study

__all__ = ["under_way"]


def under_way(study: Study) -> list[Figure]:
    """A step for each trial that began or ended; nothing of fewer than two trials.

    A trial's runs are the lanes that it takes, over its time one after the other or side by side.
    """
    import pandas as pd

    trials = study.optuna.trials if study.optuna else []
    runs = {record.number: max(1, record.runs) for record in study.trials}
    changes = [
        (time, sign, sign * runs.get(trial.number, 1))
        for trial in trials
        for time, sign in ((trial.datetime_start, 1), (trial.datetime_complete, -1))
        if trial.datetime_start is not None and trial.datetime_complete is not None
    ]
    if len(changes) < 4:
        return []
    data = pd.DataFrame(changes, columns=["time", "trials", "runs"]).groupby("time").sum()
    data = data.sort_index().cumsum().reset_index()
    data.insert(0, "minutes", (data["time"] - data["time"].iloc[0]).dt.total_seconds() / 60)
    minutes = list(data["minutes"])
    series = [
        svg.Series("their runs (lanes)", minutes, list(data["runs"]), kind="step", colour=1),
        svg.Series("trials", minutes, list(data["trials"]), kind="step"),
    ]
    alt = f"Trials under way over {minutes[-1]:.1f} minutes, at most {data['trials'].max()}"
    picture = svg.chart(series, x="minutes", y="under way", alt=alt)
    note = "From when a trial was asked for until it ended; confirming is not shown."
    return [Figure("under_way", "Trials under way", alt, picture, data.drop(columns="time"), note)]
