"""`Results`: what a study's folder tells, and its winner at work."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.api.asking.backend import import_keras
from rnnsearch.api.asking.new_data import as_file
from rnnsearch.api.studies.front import as_winner, check_front
from rnnsearch.api.studies.recorded import Recorded
from rnnsearch.api.studies.winner import Winner
from rnnsearch.data import Preparation
from rnnsearch.errors import UnlikeTraining
from rnnsearch.records import StudyFolder, read_summary

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from rnnsearch.api.studies.exporting import Exported

__all__ = ["Results"]


class Results(Recorded):
    """What a search found: the tables of its folder, and its winner at work.

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
        super().__init__(folder, summary)
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

        Example:
            >>> rnnsearch.Results.open("sums")   # as `rnnsearch.search` has it for an example
            Results('sums')
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
        from rnnsearch.api.studies.notebook import notebook_html

        return notebook_html(self)

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

        Example:
            >>> rnnsearch.Results.open("sums").best_model().input_shape
            (None, 6, 2)
        """
        return self.winner.load()

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
        from rnnsearch.api.studies.trained import trained_models

        return trained_models(self, self.winner, count)

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

        Example:
            >>> results = rnnsearch.Results.open("sums")
            >>> results.predict(x[:5]).columns.tolist()
            ['sequence', 'predicted_y']
        """
        with as_file(path) as file:
            _warn_of_unlike(self.winner, file)
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
            _warn_of_unlike(self.winner, path)
        return self.winner.continue_text(
            str(path), tokens=tokens, temperature=temperature, seed=seed
        )

    def export(
        self,
        form: str,
        output: str | Path | None = None,
        *,
        data: str | Path | None = None,
    ) -> Exported:
        """Write the winner down for use without this package, and check it there.

        Args:
            form: ``keras``, ``python``, ``onnx``, ``savedmodel``, ``torch``, ``streaming`` …
            output: The folder; None for exports/FORM in the study's, of a trial of the front for
                exports/FORM-trial-NUMBER.
            data: New data to check it on; None for the data searched on, if it is still there.

        Raises:
            InvalidInput: There is no such format, or it can't hold such a network.
            MissingExtra: The format takes a library that is not installed.
            StudyError: The search has no winner yet, or the export does not predict as it does.

        Example:
            >>> exported = rnnsearch.Results.open("sums").export("keras", "alone")
            >>> "use.py" in exported.files
            True
        """
        winner = self.winner
        import_keras(str(self.summary["backend"]), alone=self._alone)
        from rnnsearch.api.studies.exporting import export

        if output is None and self._trial is not None:
            output = self.folder.path / "exports" / f"{form}-trial-{self._trial}"
        where, new = (None if one is None else Path(one) for one in (output, data))
        return export(winner, self, form, where, new)

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

        Example:
            >>> sorted(rnnsearch.Results.open("sums").evaluate((x, y)))
            ['mae', 'r2', 'rmse']
        """
        with as_file(path) as file:
            _warn_of_unlike(self.winner, file, targets=True)
            return self.winner.evaluate(str(file))


def _warn_of_unlike(winner: Winner, path: str | Path, *, targets: bool = False) -> None:
    """Say to whoever called the method that calls this where new data is unlike the old."""
    for line in winner.unlike(str(path), targets=targets):
        warnings.warn(line, UnlikeTraining, stacklevel=3)
