"""`Results`: a study's folder, read, and its winner at work."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.data import Inputs, Preparation, preparation_from_json
from rnnsearch.driver.programs import asked_metrics
from rnnsearch.errors import StudyError
from rnnsearch.models.configured import architecture_of
from rnnsearch.records import (
    StudyFolder,
    load_weights,
    open_study,
    read_leaderboard,
    read_summary,
    records,
)
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec, parse
from rnnsearch.tasks import TASKS, Head, Loss, metric_values, own_units

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd

    from rnnsearch.data.inputs import Inputs
    from rnnsearch.driver import TrialRecord

__all__ = ["Results", "import_keras", "ranked"]


def import_keras(backend: str) -> None:
    """Import Keras with this backend, unless the process has imported it or chosen one.

    The environment is left as it was, so that nothing chosen here reaches another search.
    """
    if "keras" in sys.modules:
        return
    wanted = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    added = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(added)
    try:
        import keras  # noqa: F401
    finally:
        for name in added:
            os.environ.pop(name, None)


def ranked(
    trials: Iterable[TrialRecord], direction: Literal["minimize", "maximize"]
) -> list[TrialRecord]:
    """The COMPLETE trials, best first; of equal scores the lower number."""
    sign = 1.0 if direction == "minimize" else -1.0
    scored = [
        (sign * trial.score, trial.number, trial)
        for trial in trials
        if trial.state == "COMPLETE" and trial.score is not None
    ]
    return [trial for _, _, trial in sorted(scored, key=lambda item: item[:2])]


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
        return preparation_from_json(self._kept())

    def _kept(self) -> dict[str, Any]:
        """What was kept of the winner's way from raw data to input."""
        self._require_winner()
        kept: dict[str, Any] = json.loads(self.folder.preparation.read_text("utf-8"))
        return kept

    def _head(self, params: Mapping[str, Scalar]) -> Head:
        """Input and output of a trial's network: those of the winner, but for the window."""
        head = Head.from_json(self._kept()["head"])
        window = params.get("window")
        return replace(head, steps=window) if isinstance(window, int) else head

    def best_model(self) -> keras.Model:
        """The winner, a plain Keras model. Imports Keras with the backend set in this process.

        Raises:
            StudyError: The search has no winner yet.
        """
        self._require_winner()
        import_keras(str(self.summary["backend"]))
        import keras

        model: keras.Model = keras.saving.load_model(self.folder.model)
        return model

    def trials(self) -> list[TrialRecord]:
        """The COMPLETE trials, best first; of equal scores the lower number."""
        summary = self.summary
        if not self.folder.study.exists():
            raise StudyError(
                f"Expected a study. Received: {self.folder.path}, which has no study.journal; "
                "put it back, or run the search again"
            )
        study = open_study(self.folder, summary["name"], summary["direction"])
        return ranked(records(study), summary["direction"])

    def models(self, count: int = 1) -> list[keras.Model]:
        """The networks of the best trials, best first, with the weights of their best epochs.

        Plain Keras models that are not compiled. Unlike `best_model` they have the trial's
        dropout, which acts in training only, so that they can be trained on. Imports Keras
        with the backend set in this process.

        Args:
            count: How many; fewer are given where there are not so many COMPLETE trials.

        Raises:
            StudyError: The search has no winner yet, or the weights of so many trials were
                not kept.
        """
        self._require_winner()
        import_keras(str(self.summary["backend"]))
        from rnnsearch.models.build import build_standard

        space = SearchSpace.from_spec(self._spec())
        models: list[keras.Model] = []
        for trial in self.trials()[:count]:
            path = self.folder.weights(trial.number)
            if not path.exists():
                raise StudyError(
                    f"Expected the weights of {count} trials. Received: {self.folder.path}, which "
                    f"keeps those of the best {len(models)}; ask for no more"
                )
            params = space.complete(trial.params)
            model = build_standard(
                architecture_of(params, self._head(params)),
                dropout=float(params["dropout"] or 0),
                recurrent_dropout=float(params["recurrent_dropout"] or 0),
                blank=True,
            )
            for variable, value in zip(model.trainable_variables, load_weights(path), strict=True):
                variable.assign(value)
            models.append(model)
        return models

    def _spec(self) -> Spec:
        """What was searched, and how."""
        import yaml

        document = yaml.safe_load(self.folder.spec.read_text("utf-8"))
        document.pop("content", None)  # the data's hash, which a user's spec has not
        return parse(document, name=str(self.summary["name"]), directory=self.folder.path)

    def _loss(self) -> Loss:
        """What was trained on."""
        spec = self._spec()
        return TASKS[spec.task].loss(self.preparation.target, spec.loss)

    def predict(self, path: str | Path) -> pd.DataFrame:
        """Predictions for new data of the kind that was searched on.

        Returns:
            A row a prediction: what identifies it, then ``predicted_<target>`` in the
            target's own units; for classes also a ``probability_<class>`` each, for quantiles a
            ``predicted_<target>_q10`` each, in order, and the median as what is predicted.

        Raises:
            InvalidData: The data can't be used.
            StudyError: The search has no winner yet.
        """
        preparation = self.preparation
        x, frame = preparation.inputs(str(path))
        loss, target = self._loss(), preparation.target
        outputs = self._outputs(x, loss, preparation.anchors(str(path)))
        axes = outputs.shape[-2:] if loss.quantiles else outputs.shape[-1:]
        rows = outputs.reshape(-1, *axes)[frame.index]
        frame = frame.reset_index(drop=True)
        if target.kind == "numeric":
            for column, name in enumerate(target.names):
                _add_numbers(frame, f"predicted_{name}", rows[..., column], loss.quantiles)
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
        truth = target.own_units(part.y, part.anchor)
        spec, loss = self._spec(), self._loss()
        names = TASKS[spec.task].metrics(target, loss, asked_metrics(spec))
        predicted = self._outputs(part.x, loss, part.anchor)
        return metric_values(names, truth, predicted, part.weights, loss.facts(target))

    def _outputs(self, x: Inputs, loss: Loss, anchor: np.ndarray | None) -> np.ndarray:
        """The winner's outputs in own units, as `rnnsearch.tasks.own_units` gives them."""
        outputs = self.best_model().predict(x, verbose=0)
        return own_units(outputs, self.preparation.target, loss, anchor)

    def _require_winner(self) -> None:
        if not self.folder.model.exists() or not self.folder.preparation.exists():
            raise StudyError(
                f"Expected a finished search. Received: {self.folder.path}, which has no winner "
                "yet; run its search command again, which goes on where it stopped"
            )


def _add_numbers(
    frame: pd.DataFrame, name: str, values: np.ndarray, quantiles: Sequence[float]
) -> None:
    """Add what is predicted, (R,); or of quantiles (R, Q) the median and each of them."""
    if not quantiles:
        frame[name] = values
        return
    frame[name] = values[:, quantiles.index(0.5)]
    for column, level in enumerate(quantiles):
        frame[f"{name}_q{100 * level:g}"] = values[:, column]
