"""What the estimators have in common: their parameters, and the search behind `fit`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rnnsearch import api
from rnnsearch.api.asking.given import Given, merged
from rnnsearch.integrations.scikit_learn.kept_study import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recurrent"]


class Recurrent(BaseEstimator):
    """A search of recurrent networks behind `fit`. The constructor keeps what it is given.

    Everything that is None is guessed from the data, as `rnnsearch.init` does.

    Args:
        timeout: Longest time that `fit` may take, such as 60 or ``"5m"``; it is used to its end
            unless `trials` says how many are tried. None: what is guessed, five minutes or more.
        trials: How many configurations are tried; None: as many as there is time for.
        epochs: Most that a network is trained.
        cell: ``"GRU"``, or a list of cells to choose from.
        space: Further keys of a spec's space (docs/spec.md): ``{"units": [16, 32]}``.
        objective: What is made best on held-out parts: ``"val_rmse"``, ``"val_f1_macro"`` …
        spec: Further sections of a spec: ``{"run": {"workers": 1}}``.
        seed: Of all that is drawn. The same seed and number of trials finds the same.
        directory: Where the study is kept, which `Results.open` reads; one that stands there is
            put aside. None: nowhere, it is a part of the estimator.
        verbose: 1 shows the progress.

    Attributes:
        results_: The `rnnsearch.Results` of the search.
        leaderboard_: A row a configuration and a simple method, best first.
    """

    def __init__(
        self,
        *,
        timeout: float | str | None = "1m",
        trials: int | None = None,
        epochs: int | None = None,
        cell: str | list[str] | None = None,
        space: Mapping[str, Any] | None = None,
        objective: str | None = None,
        spec: Mapping[str, Any] | None = None,
        seed: int = 0,
        directory: str | Path | None = None,
        verbose: int = 0,
    ) -> None:
        self.timeout = timeout
        self.trials = trials
        self.epochs = epochs
        self.cell = cell
        self.space = space
        self.objective = objective
        self.spec = spec
        self.seed = seed
        self.directory = directory
        self.verbose = verbose

    @abstractmethod
    def fit(self, X: Any, y: Any) -> Self:
        """Search."""

    @property
    def results_(self) -> api.Results:
        """What was found."""
        check_is_fitted(self)
        study: Study = self.study_
        return study.results

    @property
    def leaderboard_(self) -> pd.DataFrame:
        """A row a configuration and a simple method, best first."""
        return self.results_.leaderboard

    def __sklearn_is_fitted__(self) -> bool:
        """Whether a search has come to its end."""
        return hasattr(self, "study_")

    def _search(self, given: Given, study: Study, **data: Any) -> None:
        """Search for what was guessed, with this estimator's parameters in place of guesses.

        Args:
            given: What was guessed.
            study: Where the search is kept.
            data: Keys of the data section that follow from the kind of estimator.

        Raises:
            KeyboardInterrupt: On Ctrl-C.
        """
        split = {**given.spec["data"].get("split", {}), "test": 0}
        said = {"data": {"split": split, **data}, **self._said()}
        document = merged(given.spec, said)
        document = merged(document, dict(self.spec or {}))
        document["name"] = type(self).__name__
        from rnnsearch.report import shown_if

        with shown_if(bool(self.verbose)) as display:
            results = api.search(
                document,
                output=study.path,
                fresh=True,
                observer=display,
                arrays=given.arrays,
            )
        if results.interrupted:
            raise KeyboardInterrupt
        self.study_ = study

    def _said(self) -> dict[str, Any]:
        """The sections of a spec that the parameters name."""
        space = {} if self.cell is None else {"cell": self.cell}
        search = {
            "trials": self.trials,
            "epochs": self.epochs,
            "objective": self.objective,
            "timeout": self.timeout,
            "seed": self.seed,
        }
        return {
            "space": {**space, **(self.space or {})},
            "search": {key: value for key, value in search.items() if value is not None},
        }

    def _new_study(self) -> Study:
        return Study(None if self.directory is None else Path(self.directory))
