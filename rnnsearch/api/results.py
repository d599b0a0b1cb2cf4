"""`Results`: a study's folder, read, and its winner at work."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.data import Preparation, preparation_from_json
from rnnsearch.errors import StudyError
from rnnsearch.records import StudyFolder, read_leaderboard, read_summary
from rnnsearch.tasks import TASKS, metric_values

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd

__all__ = ["Results"]


class Results:
    """What a search found.

    Attributes:
        folder: Where everything stands.
        summary: The values of summary.json.
    """

    def __init__(self, folder: StudyFolder, summary: Mapping[str, Any]) -> None:
        self.folder = folder
        self.summary = summary

    @classmethod
    def open(cls, path: str | Path) -> Results:
        """The results in a study's folder.

        Raises:
            StudyError: There are none.
        """
        folder = StudyFolder(path)
        return cls(folder, read_summary(folder.summary))

    def __repr__(self) -> str:
        return f"Results({str(self.folder.path)!r})"

    @property
    def leaderboard(self) -> pd.DataFrame:
        """A row a trial and a baseline, best first."""
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
    def preparation(self) -> Preparation:
        """The way from raw data to the winner's input and back."""
        self._require_winner()
        return preparation_from_json(json.loads(self.folder.preparation.read_text("utf-8")))

    def best_model(self) -> keras.Model:
        """The winner, a plain Keras model. Imports Keras with the backend set in this process.

        Raises:
            StudyError: The search has no winner yet.
        """
        self._require_winner()
        # A process that has not chosen a backend gets the one that the search used.
        os.environ.setdefault("KERAS_BACKEND", str(self.summary["backend"]))
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

        model: keras.Model = keras.saving.load_model(self.folder.model)
        return model

    def predict(self, path: str | Path) -> pd.DataFrame:
        """Predictions for new data of the kind that was searched on.

        Returns:
            A row a prediction: what identifies it, then ``predicted_<target>`` in the
            target's own units; for classes also a ``probability_<class>`` each.

        Raises:
            InvalidData: The data can't be used.
            StudyError: The search has no winner yet.
        """
        preparation = self.preparation
        x, frame = preparation.inputs(str(path))
        outputs = self._outputs(x)
        target = preparation.target
        rows = outputs.reshape(-1, outputs.shape[-1])[_kept(x, outputs, len(frame))]
        if target.kind == "numeric":
            for column, name in enumerate(target.names):
                frame[f"predicted_{name}"] = rows[:, column]
            return frame
        frame[f"predicted_{target.names[0]}"] = [target.classes[i] for i in rows.argmax(axis=-1)]
        for column, label in enumerate(target.classes):
            frame[f"probability_{label}"] = rows[:, column]
        return frame

    def evaluate(self, path: str | Path) -> dict[str, float]:
        """The winner's metrics on new data that has targets, in the target's own units.

        Raises:
            InvalidData: The data can't be used, or has no targets.
            StudyError: The search has no winner yet.
        """
        preparation = self.preparation
        part = preparation.targets(str(path))
        target = preparation.target
        truth = target.scaling.invert(part.y) if target.kind == "numeric" else part.y
        names = TASKS[str(self.summary["task"])].metrics(target)
        return metric_values(names, truth, self._outputs(part.x), part.weights)

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        """The winner's outputs, in own units; (N, O) or (N, T, O)."""
        outputs = self.best_model().predict(x, verbose=0)
        target = self.preparation.target
        return target.scaling.invert(outputs) if target.kind == "numeric" else outputs

    def _require_winner(self) -> None:
        if not self.folder.model.exists() or not self.folder.preparation.exists():
            raise StudyError(
                f"Expected a finished search. Received: {self.folder.path}, which has no winner "
                "yet; run its search command again, which goes on where it stopped"
            )


def _kept(x: np.ndarray, outputs: np.ndarray, rows: int) -> np.ndarray | slice:
    """Which flattened outputs have a row: all, or those of steps that are no padding."""
    from rnnsearch.data import MASK_VALUE

    if outputs.ndim == 2 or rows == outputs.shape[0] * outputs.shape[1]:
        return slice(None)
    kept: np.ndarray = (x != MASK_VALUE).any(axis=-1).reshape(-1)
    return kept
