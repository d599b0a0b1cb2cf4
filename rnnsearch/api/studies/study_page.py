"""What a report says of a study, from what `Results` knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rnnsearch.api.studies.at_work import at_work
from rnnsearch.api.studies.winner import Winner
from rnnsearch.errors import StudyError
from rnnsearch.records import StudyFolder, open_study, read_environment, records
from rnnsearch.report.page import AtWork, Page, Study, build_page
from rnnsearch.spec import Spec

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Known", "page_of"]


class Known(Protocol):
    """What is known of a study; `rnnsearch.api.Results` is one.

    Attributes:
        folder: Of the study.
        summary: The values of summary.json.
    """

    folder: StudyFolder
    summary: Mapping[str, Any]

    @property
    def winner(self) -> Winner:
        """The winner at work."""

    @property
    def use(self) -> Sequence[str]:
        """The arguments of a command that predicts."""

    @property
    def leaderboard(self) -> pd.DataFrame:
        """A row a trial and a baseline."""

    def spec(self) -> Spec:
        """What was searched."""

    def curves(self) -> pd.DataFrame:
        """The learning curves."""

    def diagnosis(self) -> pd.DataFrame:
        """What gradients were like."""

    def gradient_reach(self) -> pd.DataFrame:
        """How far back learning reached."""


def page_of(
    results: Known, *, program: Sequence[str] = ("python", "main.py"), predicts: bool = True
) -> Page:
    """The page, undrawn.

    Args:
        results: What is known.
        program: How the user calls this program.
        predicts: Whether the winner predicts the test part again, for which Keras is imported.
    """
    folder = results.folder
    study, why = None, ""
    work: AtWork | None = None
    network = None
    use: Sequence[str] = ()
    try:
        winner = results.winner
        network, use = winner.network, results.use
        work = at_work(folder, results.spec(), winner) if predicts else None
    except StudyError as error:
        why = str(error).splitlines()[0]
    if folder.study.exists():
        summary = results.summary
        study = open_study(folder, summary["name"], summary["direction"])
    environment = folder.environment
    return build_page(
        Study(
            name=str(folder.path),
            summary=results.summary,
            board=results.leaderboard,
            curves=results.curves(),
            trials=[] if study is None else records(study),
            diagnosis=results.diagnosis(),
            reach=results.gradient_reach(),
            optuna=study,
            network=network,
            environment=read_environment(environment) if environment.exists() else {},
            spec=folder.spec.read_text("utf-8") if folder.spec.exists() else "",
            fingerprint=folder.content.read_text("utf-8").strip()
            if folder.content.exists()
            else "",
            at_work=work,
            why_not_at_work=why,
            program=program,
            use=use,
        )
    )
