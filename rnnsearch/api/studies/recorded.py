"""`Recorded`: what a search wrote to its folder, read without any network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnnsearch.api.studies.front import with_tests
from rnnsearch.errors import StudyError
from rnnsearch.outcomes import ranked
from rnnsearch.records import (
    StudyFolder,
    diagnosis_frame,
    open_study,
    reach_frame,
    read_epochs,
    read_leaderboard,
    records,
    targets_frame,
)
from rnnsearch.spec import Spec, parse
from rnnsearch.spec.yaml_loader import read_file
from rnnsearch.vocabulary import Objective

if TYPE_CHECKING:
    import pandas as pd

    from rnnsearch.outcomes import TrialRecord

__all__ = ["Recorded", "spec_of_study"]


def spec_of_study(folder: StudyFolder, name: str) -> Spec:
    """What was searched, and how, as the study's folder has it.

    Args:
        folder: The study's.
        name: Of the spec.
    """
    document = read_file(folder.spec).value
    document.pop("content", None)  # the data's hash, which a user's spec has not
    return parse(document, name=name, directory=folder.path)


class Recorded:
    """What a search found, as far as its folder tells it in tables.

    Attributes:
        folder: Where everything stands.
        summary: The values of summary.json. Its ``seconds`` are of all commands together.
    """

    def __init__(self, folder: StudyFolder, summary: Mapping[str, Any]) -> None:
        self.folder = folder
        self.summary = summary

    @property
    def leaderboard(self) -> pd.DataFrame:
        """A row a trial and a baseline, best first.

        Example:
            >>> board = rnnsearch.Results.open("sums").leaderboard
            >>> int(board["state"].eq("COMPLETE").sum()), board.columns[:4].tolist()
            (2, ['rank', 'trial', 'state', 'score'])
        """
        return read_leaderboard(self.folder.leaderboard)

    @property
    def objective(self) -> str:
        """The metric that ranks."""
        return str(self.summary["objective"])

    @property
    def interrupted(self) -> bool:
        """Whether the search was stopped before its end."""
        return bool(self.summary["interrupted"])

    @property
    def targets(self) -> pd.DataFrame:
        """The verdict on each of several targets: a row a target, part and baseline.

        Columns: target, part, metric, winner, baseline, error, verdict (``beats``, ``ties`` or
        ``loses``). Of one target there are none.
        """
        return targets_frame(self.summary)

    def spec(self) -> Spec:
        """What was searched, and how."""
        return spec_of_study(self.folder, str(self.summary["name"]))

    def curves(self) -> pd.DataFrame:
        """All learning curves, a row an epoch: ``trial, run, epoch, loss, val_…``.

        Where the engine diagnoses also ``gradient_norm``, ``gradient_norm_max``, ``clipped`` and
        ``update_ratio``, as docs/diagnosis.md has them.

        Example:
            >>> rnnsearch.Results.open("sums").curves().columns[:4].tolist()
            ['trial', 'run', 'epoch', 'loss']
        """
        return read_epochs(self.folder.epochs)

    def front(self) -> pd.DataFrame:
        """The trials that no other beats in all objectives, best score first.

        The leaderboard's rows of them; where the best were confirmed, among those, with what the
        network of each came to on the test part: ``Results.open(folder, trial=12)`` is at work
        with that of trial 12. Empty where there is one objective.
        """
        board = self.leaderboard
        if "pareto" not in board:
            return board.iloc[:0]
        chosen = board[board["pareto"].fillna(False).astype(bool)]
        ascending = not self._goal.maximize
        front = chosen.sort_values("score", ascending=ascending).reset_index(drop=True)
        return with_tests(front, self.summary)

    def diagnosis(self) -> pd.DataFrame:
        """What each trial's training was like: ``trial, state, verdict, evidence, suggestion``.

        Then the figures: ``gradient_norm``, ``gradient_norm_max``, ``clipped``, ``update_ratio``,
        ``horizon``, ``saturated``, ``memory``; `rnnsearch.records.diagnosis_frame` has them.
        """
        return diagnosis_frame(self.leaderboard, self.curves(), self._every_trial())

    def gradient_reach(self) -> pd.DataFrame:
        """How far back learning reached: ``trial, layer, lag, gradient``, a row a lag.

        The gradient is the norm of ∂L/∂h at a lag before the last output, at a run's end.
        """
        return reach_frame(self._every_trial())

    def trials(self) -> list[TrialRecord]:
        """The COMPLETE trials, best first; `rnnsearch.outcomes.ranking` says which.

        Raises:
            StudyError: The folder has no study any more.
        """
        if not self.folder.study.exists():
            raise StudyError(
                f"Expected a study. Received: {self.folder.path}, which has no study.journal; "
                "put it back, or run the search again"
            )
        return ranked(self._every_trial(), self._goal)

    @property
    def _goal(self) -> Objective:
        return Objective(self.objective, self.summary["direction"])

    def _every_trial(self) -> list[TrialRecord]:
        """Whatever its state; none where the study was taken away."""
        if not self.folder.study.exists():
            return []
        return records(open_study(self.folder, self.summary["name"], self.summary["direction"]))
