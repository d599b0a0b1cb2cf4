"""A study in optuna-dashboard: a copy of it, with what this package knows as notes and artifacts.

The study itself stays as it is, so a search may go on meanwhile; the copy is that of the moment.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.data.extras import import_extra
from rnnsearch.errors import StudyError
from rnnsearch.records import open_study

if TYPE_CHECKING:
    import optuna

    from rnnsearch.api import Results

__all__ = ["Shown", "copy_of", "show"]

_ARTIFACTS = ("report.html", "leaderboard.csv", "epochs.csv", "summary.json", "spec.yaml")
"""Files of a study that the dashboard offers, where they are."""


class Shown:
    """A study's copy in memory, with its notes; its artifacts lie in a folder that goes with it.

    Attributes:
        storage: Of Optuna, in memory.
        store: Of the artifacts.
    """

    def __init__(self, storage: optuna.storages.BaseStorage, store: Any, folder: Any) -> None:
        self.storage = storage
        self.store = store
        self._folder = folder

    def close(self) -> None:
        """Remove the artifacts."""
        self._folder.cleanup()


def copy_of(results: Results) -> Shown:
    """Copy a study, and say beside each trial what became of it and why.

    Raises:
        MissingExtra: optuna-dashboard is not installed.
        StudyError: The folder holds no study.
    """
    import optuna

    import_extra("optuna_dashboard", "optuna-dashboard", "dashboard", "dashboard")
    from optuna_dashboard import save_note

    folder, summary = results.folder, results.summary
    if not folder.study.exists():
        raise StudyError(
            f"Expected the folder of a search. Received: {folder.path}, which has no "
            "study.journal; give one such as results/electricity"
        )
    original = open_study(folder, summary["name"], summary["direction"])
    storage = optuna.storages.InMemoryStorage()
    copy = optuna.create_study(
        storage=storage, study_name=original.study_name, directions=original.directions
    )
    copy.add_trials(original.get_trials(deepcopy=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        copy.set_metric_names([summary["objective"], *summary.get("costs", ())])
    save_note(copy, _about(results))
    rows = {str(row["trial"]): row for row in results.leaderboard.to_dict("records")}
    for trial in copy.get_trials(deepcopy=False):
        row = rows.get(str(trial.number))
        if row is not None:
            save_note(optuna.trial.Trial(copy, trial._trial_id), _of_trial(row))
    kept = tempfile.TemporaryDirectory(prefix="rnnsearch_dashboard_")
    store = optuna.artifacts.FileSystemArtifactStore(kept.name)
    for name in _ARTIFACTS:
        path = folder.path / name
        if path.exists():
            optuna.artifacts.upload_artifact(
                artifact_store=store, file_path=str(path), study_or_trial=copy
            )
    return Shown(storage, store, kept)


def _about(results: Results) -> str:
    """What the study came to, in Markdown."""
    summary = results.summary
    lines = [f"# {summary['name']}", "", f"{summary['task']}, by {summary['objective']}."]
    winner = summary.get("winner")
    if winner is not None:
        lines += ["", f"The winner is trial {winner['number']}."]
    for one in summary.get("confirmed", ()):
        tie = "ties with the best" if one["tied"] else "worse"
        lines.append(f"- trial {one['trial']}: {one['score']:.5g} in {one['runs']} new runs, {tie}")
    known = [one for one in summary.get("baselines", ()) if one["score"] is not None]
    lines += ["", *(f"- {one['name']}: {one['score']:.5g}" for one in known)]
    path: Path = results.folder.path
    return "\n".join([*lines, "", f"A copy of {path}, as it was when the dashboard began."])


def _of_trial(row: Mapping[Any, Any]) -> str:
    """What is known of a trial, in Markdown."""
    import pandas as pd

    lines: list[str] = []
    for name in ("verdict", "evidence", "suggestion", "message"):
        value = row.get(name)
        if value is not None and not pd.isna(value) and str(value):
            lines.append(f"**{name}**: {value}")
    for name in ("rank", "runs", "epochs", "parameters", "score_low", "score_high"):
        value = row.get(name)
        if value is not None and not pd.isna(value):
            lines.append(f"{name.replace('_', ' ')}: {value}")
    return "\n\n".join(lines)


def show(shown: Shown, port: int) -> None:
    """Answer browsers of this machine until the process is told to end."""
    from optuna_dashboard import run_server

    try:
        run_server(shown.storage, host="127.0.0.1", port=port, artifact_store=shown.store)
    finally:
        shown.close()
