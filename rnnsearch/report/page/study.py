"""What a report is made from: a study as it was read, and its winner at work on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnsearch.vocabulary import Objective

if TYPE_CHECKING:
    import optuna
    import pandas as pd

    from rnnsearch.models import Architecture
    from rnnsearch.outcomes import TrialRecord

__all__ = ["AtWork", "Study", "Written"]


@dataclass(frozen=True)
class Written:
    """A text that the winner wrote, beside what it read and what was right."""

    read: str
    right: str
    written: str


@dataclass(frozen=True)
class AtWork:
    """What the winner says about a part of the data.

    Attributes:
        part: ``test``, or ``validation`` where there is no test part.
        names: Of the target's columns.
        classes: Labels; empty for numbers.
        truth: (N, O) or (N, T, O) numbers in the target's own units; (N,) or (N, T) classes.
        predicted: The same, or probabilities (…, C).
        low, high: Of the outer quantiles, where quantiles were trained; and their levels.
        levels: Of these two.
        places: (N,) texts, what each sequence is: its file, or when or in which row its first
            target is; None where nothing says it.
        times: (N,) or (N, T) datetime64, when each target is; None where there are no dates.
        weight: (N,) or (N, T), 0 where nothing is to be predicted; None for 1.
        naive: Naive forecast → its numbers, as truth; NaN where there is none.
        texts: What was written, where text is.
        inputs: Feature, and by what share of itself the error grows without it.
        steps: First and last step of a stretch, counted back from a sequence's last, and the same.
    """

    part: Literal["test", "validation"]
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    truth: np.ndarray | None = None
    predicted: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    levels: tuple[float, float] = (0.0, 1.0)
    places: np.ndarray | None = None
    times: np.ndarray | None = None
    weight: np.ndarray | None = None
    naive: Mapping[str, np.ndarray] = field(default_factory=dict)
    texts: Sequence[Written] = ()
    inputs: Sequence[tuple[str, float]] = ()
    steps: Sequence[tuple[int, int, float]] = ()


@dataclass(frozen=True)
class Study:
    """A study's folder, read.

    Attributes:
        name: Of the folder, for commands.
        summary: The values of summary.json.
        board: The leaderboard.
        curves: All learning curves.
        trials: Every trial.
        diagnosis, reach: As `Results.diagnosis` and `Results.gradient_reach` have them.
        optuna: The study; None where there is none.
        network: The winner's, or None.
        environment: The values of environment.json; empty where there is none.
        spec: The resolved spec as text.
        fingerprint: Of the data.
        at_work: The winner on the test part; None where that can't be had.
        why_not_at_work: The reason.
        program: How the user calls this program.
        use: Arguments of the command that predicts; empty without a winner.
    """

    name: str
    summary: Mapping[str, Any]
    board: pd.DataFrame
    curves: pd.DataFrame
    trials: Sequence[TrialRecord]
    diagnosis: pd.DataFrame
    reach: pd.DataFrame
    optuna: optuna.Study | None = None
    network: Architecture | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    spec: str = ""
    fingerprint: str = ""
    at_work: AtWork | None = None
    why_not_at_work: str = ""
    program: Sequence[str] = ("python", "main.py")
    use: Sequence[str] = ()

    @property
    def objective(self) -> str:
        """The metric that ranks."""
        return str(self.summary["objective"])

    @property
    def goal(self) -> Objective:
        """Which of two scores is better."""
        return Objective(self.objective, self.summary["direction"])

    @property
    def positive(self) -> bool:
        """Whether all scores are above 0, so that factors between them say something."""
        scores = self.board["score"].dropna()
        return bool(scores.gt(0).all()) and bool(scores.size)
