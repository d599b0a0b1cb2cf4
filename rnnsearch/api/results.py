"""`Results`: a study's folder, read, and its winner at work."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.api.backend import import_keras
from rnnsearch.api.front import as_winner, check_front, with_tests
from rnnsearch.api.new_data import as_file
from rnnsearch.api.winner import Winner
from rnnsearch.data import Preparation
from rnnsearch.errors import StudyError, UnlikeTraining
from rnnsearch.outcomes import ranked
from rnnsearch.records import (
    StudyFolder,
    diagnosis_frame,
    open_study,
    reach_frame,
    read_epochs,
    read_leaderboard,
    read_summary,
    records,
)
from rnnsearch.spec import Spec, parse
from rnnsearch.spec.yaml_loader import read_file
from rnnsearch.vocabulary import Objective

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from rnnsearch.api.exporting import Exported
    from rnnsearch.exports import Network
    from rnnsearch.exports.raw import RawForm
    from rnnsearch.outcomes import TrialRecord

__all__ = ["Results"]


class Results:
    """What a search found.

    Attributes:
        folder: Where everything stands.
        summary: The values of summary.json. Its ``seconds`` are of all commands together.
    """

    def __init__(
        self,
        folder: StudyFolder,
        summary: Mapping[str, Any],
        *,
        alone: bool = False,
        trial: int | None = None,
    ) -> None:
        self.folder = folder
        self.summary = summary
        self._alone = alone
        self._trial = trial

    @classmethod
    def open(cls, path: str | Path, *, alone: bool = False, trial: int | None = None) -> Results:
        """The results in a study's folder.

        Args:
            path: The folder.
            trial: Of several objectives, a trial of the `front`: its network predicts, is
                evaluated and exported, not the winner's. None for the winner.
            alone: Whether the process is there for nothing else: then Keras on another backend
                is kept from importing TensorFlow, which takes seconds and prints lines.

        Raises:
            StudyError: There are none, or no network of that trial.
        """
        folder = StudyFolder(path)
        folder.check_links()
        summary = read_summary(folder.summary)
        if trial is not None:
            check_front(folder, summary, trial)
            summary = as_winner(summary, trial)
        return cls(folder, summary, alone=alone, trial=trial)

    def __repr__(self) -> str:
        return f"Results({str(self.folder.path)!r})"

    def _repr_html_(self) -> str:
        """What notebooks show: winner, verdict, leaderboard, plots."""
        from rnnsearch.api.notebook import notebook_html

        return notebook_html(self)

    @property
    def leaderboard(self) -> pd.DataFrame:
        """A row a trial and a baseline, best first."""
        return read_leaderboard(self.folder.leaderboard)

    @property
    def objective(self) -> str:
        """The metric that ranks."""
        return str(self.summary["objective"])

    @property
    def targets(self) -> pd.DataFrame:
        """The verdict on each of several targets: a row a target, part and baseline.

        Columns: target, part, metric, winner, baseline, error, verdict (``beats``, ``ties`` or
        ``loses``). Of one target there are none.
        """
        from rnnsearch.records import targets_frame

        return targets_frame(self.summary)

    def curves(self) -> pd.DataFrame:
        """All learning curves, a row an epoch: ``trial, run, epoch, loss, val_…``.

        Where the engine diagnoses also ``gradient_norm``, ``gradient_norm_max``, ``clipped`` and
        ``update_ratio``, as docs/diagnosis.md has them.
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
        ascending = self.summary["direction"] == "minimize"
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

    def _every_trial(self) -> list[TrialRecord]:
        if not self.folder.study.exists():
            return []
        objective = Objective(self.summary["objective"], self.summary["direction"])
        return records(open_study(self.folder, self.summary["name"], objective.direction))

    @property
    def interrupted(self) -> bool:
        """Whether the search was stopped before its end."""
        return bool(self.summary["interrupted"])

    @cached_property
    def winner(self) -> Winner:
        """The winner at work.

        Raises:
            StudyError: The search has no winner yet.
        """
        backend = str(self.summary["backend"])
        return Winner(self.folder, self.spec(), backend, alone=self._alone, trial=self._trial)

    @property
    def preparation(self) -> Preparation:
        """The way from raw data to the winner's input and back.

        Raises:
            StudyError: The search has no winner yet.
        """
        return self.winner.preparation

    def best_model(self) -> keras.Model:
        """The winner, a plain Keras model. Imports Keras with the backend set in this process.

        Raises:
            StudyError: The search has no winner yet.
        """
        return self.winner.load()

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
        objective = Objective(self.summary["objective"], self.summary["direction"])
        return ranked(self._every_trial(), objective)

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
        from rnnsearch.api.trained import trained_models

        return trained_models(self.folder, self.spec(), self.winner, self.trials(), count)

    def spec(self) -> Spec:
        """What was searched, and how."""
        document = read_file(self.folder.spec).value
        document.pop("content", None)  # the data's hash, which a user's spec has not
        return parse(document, name=str(self.summary["name"]), directory=self.folder.path)

    @property
    def use(self) -> list[str]:
        """The arguments of a command that predicts with the winner.

        Raises:
            StudyError: The search has no winner yet.
        """
        how = ["-o", "out.csv"] if self.writes != "on" else ["--tokens", "300"]
        if self._trial is not None:
            how += ["--trial", str(self._trial)]
        return ["predict", str(self.folder.path), self.spec().data.new_data, *how]

    @property
    def writes(self) -> Literal["nothing", "texts", "on"]:
        """What the winner writes: no text, a text for each input, or how a text goes on."""
        return self.winner.writes

    def predict(
        self,
        path: Any,
        *,
        beams: int | None = None,
        temperature: float | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Predictions for new data of the kind that was searched on.

        Args:
            path: The new data: a file, or what `rnnsearch.search` takes as x or frame.
            beams: Where text is written, how many beginnings of it are kept side by side; of
                these the likeliest text is taken. None takes the likeliest token at each step.
            temperature: Draw each token at random instead: at 1 by the network's probabilities,
                below 1 with less variety. None does not draw.
            seed: Of what is drawn.

        Returns:
            A row a prediction: what identifies it, then ``predicted_<target>`` in the
            target's own units; for classes also a ``probability_<class>`` each, for quantiles a
            ``predicted_<target>_q10`` each, in order, and the median as what is predicted.

        Raises:
            InvalidData: The data can't be used.
            InvalidInput: An option has no effect on what the winner does.
            StudyError: The search has no winner yet.
        """
        with as_file(path) as file:
            self._warn(file)
            return self.winner.predict(str(file), beams=beams, temperature=temperature, seed=seed)

    def unlike(self, path: str | Path) -> tuple[str, ...]:
        """Where inputs of new data lie far outside what training showed: a line a column.

        Networks know nothing of such values; often they are in another unit. `predict` and
        `evaluate` warn of them (`rnnsearch.errors.UnlikeTraining`).

        Args:
            path: A file of the kind that was searched on.

        Raises:
            InvalidData: It can't be used.
            StudyError: The search has no winner yet.
        """
        return self.winner.unlike(str(path))

    def _warn(self, path: str | Path, *, targets: bool = False) -> None:
        for line in self.winner.unlike(str(path), targets=targets):
            warnings.warn(line, UnlikeTraining, stacklevel=3)

    def continue_text(
        self,
        path: str | Path,
        *,
        tokens: int = 200,
        temperature: float | None = 1.0,
        seed: int = 0,
    ) -> str:
        """How a text goes on, by the winner of a search on one long text.

        Args:
            path: The text that is read first.
            tokens: How many are written.
            temperature: Of the draws, see `predict`; None takes the likeliest token.
            seed: Of the draws.

        Raises:
            InvalidData: The text can't be used.
            InvalidInput: The winner writes no text on.
            StudyError: The search has no winner yet.
        """
        if self.writes == "on":
            self._warn(path)
        return self.winner.continue_text(
            str(path), tokens=tokens, temperature=temperature, seed=seed
        )

    def raw(self) -> tuple[Network, RawForm]:
        """The winner with its preparation inside, as exports have it. Imports Keras.

        Raises:
            InvalidInput: It writes a text, which no graph from inputs to outputs does.
            StudyError: The search has no winner yet.
        """
        winner = self.winner
        import_keras(str(self.summary["backend"]), alone=self._alone)
        from rnnsearch.api.exporting import network_of

        return network_of(winner)

    def export(
        self,
        form: str,
        output: str | Path | None = None,
        *,
        data: str | Path | None = None,
    ) -> Exported:
        """Write the winner down for use without this package, and check it there.

        Args:
            form: ``keras``, ``python``, ``onnx``, ``savedmodel``, ``streaming``.
            output: The folder; None for exports/FORM in the study's, of a trial of the front for
                exports/FORM-trial-NUMBER.
            data: New data to check it on; None for the data searched on, if it is still there.

        Raises:
            InvalidInput: There is no such format, or it can't hold such a network.
            MissingExtra: The format takes a library that is not installed.
            StudyError: The search has no winner yet, or the export does not predict as it does.
        """
        winner = self.winner
        import_keras(str(self.summary["backend"]), alone=self._alone)
        from rnnsearch.api.exporting import export

        if output is None and self._trial is not None:
            output = self.folder.path / "exports" / f"{form}-trial-{self._trial}"
        where, new = (None if one is None else Path(one) for one in (output, data))
        return export(winner, self.folder, self.spec(), self.summary, form, where, new)

    def evaluate(self, path: Any) -> dict[str, float]:
        """The winner's metrics on new data that has targets, in the target's own units.

        Args:
            path: A file, (x, y) of arrays, or a `pandas.DataFrame`.

        Returns:
            Metric → value, such as ``rmse`` in the target's unit, ``accuracy`` from 0 to 1, or
            ``mase`` in errors of the naive forecast.

        Raises:
            InvalidData: The data can't be used, or has no targets.
            StudyError: The search has no winner yet.
        """
        with as_file(path) as file:
            self._warn(file, targets=True)
            return self.winner.evaluate(str(file))
