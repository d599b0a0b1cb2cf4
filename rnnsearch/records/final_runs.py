"""The runs that confirm the best trials: their scores in the study, their weights beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.outcomes import FinalRun
from rnnsearch.records.best_weights import load_weights, save_weights
from rnnsearch.records.folder import StudyFolder
from rnnsearch.records.notes import FINALS
from rnnsearch.records.optuna_study import commit

if TYPE_CHECKING:
    import optuna

    from rnnsearch.engines import Run
    from rnnsearch.execution.messages import Ended

__all__ = ["Finals"]


class Finals:
    """The final runs of a study; each is on the disk before the next begins to end.

    Args:
        folder: Of the study.
        study: From `open_study`.
    """

    def __init__(self, folder: StudyFolder, study: optuna.Study) -> None:
        self._folder = folder
        self._study = study

    def runs(self) -> list[FinalRun]:
        """All there are, in the order in which they ended."""
        return [FinalRun.from_json(values) for values in self._study.user_attrs.get(FINALS, ())]

    def keep(self, ended: Ended, run: Run, fold: int) -> None:
        """Keep a run that ended well; its weights first, so that whoever knows of it finds them.

        Args:
            ended: How; with weights.
            run: Which.
            fold: As of `FinalRun`.
        """
        assert ended.weights is not None and ended.best is not None
        save_weights(self._folder.final_weights(ended.trial, ended.index), ended.weights)
        kept = FinalRun(
            trial=ended.trial,
            index=ended.index,
            fold=fold,
            metrics={
                name: float(value)
                for name, value in ended.best.metrics.items()
                if name.startswith("val_") or name == "loss"
            },
            epochs=ended.best.number,
            parameters=ended.parameters,
            seconds=ended.seconds,
        )
        known = list(self._study.user_attrs.get(FINALS, ()))
        self._study.set_user_attr(FINALS, [*known, asdict(kept)])
        commit(self._study)

    def weights(self, trial: int, index: int) -> list[np.ndarray]:
        """The weights of a run."""
        return load_weights(self._folder.final_weights(trial, index))
