"""What KerasTuner's oracle tells of trials, read from the study's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnsearch.api.asking.backend import import_keras
from rnnsearch.driver.planning.programs import objective_of
from rnnsearch.integrations.keras_tuner.hyperparameters import to_config
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.records import StudyFolder, open_study, read_epochs, records
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Spec
from rnnsearch.vocabulary import SAMPLERS, Objective

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["Oracle", "Project"]

_STATUS = {
    "COMPLETE": "COMPLETED",
    "PRUNED": "STOPPED",
    "FAIL": "FAILED",
    "RUNNING": "RUNNING",
    "WAITING": "IDLE",
}


@dataclass
class Project:
    """A tuner's study: what it searches, and the folder, which need not be there yet.

    Attributes:
        folder: ``directory/project_name``.
        spec: Without data, so far as the constructor's arguments say.
        overwrite: Whether what the folder holds counts for nothing, as the next search sets
            it aside.
    """

    folder: StudyFolder
    spec: Spec
    overwrite: bool

    @property
    def objective(self) -> Objective:
        """What is searched for."""
        return objective_of(self.spec)

    @property
    def space(self) -> SearchSpace:
        """What is searched."""
        return SearchSpace.from_spec(self.spec)

    @property
    def total(self) -> int:
        """Trials of the whole search."""
        trials = self.spec.search.trials
        assert trials != "auto", "a tuner always has max_trials"
        lists = SAMPLERS[self.spec.search.sampler].lists
        return min(trials, len(self.space.grid())) if lists else trials

    def records(self) -> list[TrialRecord]:
        """Every trial so far, by number."""
        if self.overwrite or not self.folder.study.exists():
            return []
        return records(open_study(self.folder, self.spec.name, self.objective.direction))

    def ranked(self) -> list[TrialRecord]:
        """The COMPLETE trials, best first."""
        return ranked(self.records(), self.objective)


class Oracle:
    """The part of `keras_tuner.Oracle` that reads: objective, space and trials.

    Its objects are KerasTuner's own. A pruned trial has the status ``STOPPED``.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def objective(self) -> keras_tuner.Objective:
        """Name and direction of what is searched for; with costs KerasTuner's container of all."""
        tuner, objective = _keras_tuner(self._project.spec), self._project.objective
        first = tuner.Objective(objective.name, objective.direction[:3])
        costs = self._project.spec.search.costs
        if not costs:
            return first
        from keras_tuner.src.engine.objective import MultiObjective

        return MultiObjective([first, *(tuner.Objective(cost, "min") for cost in costs)])

    @property
    def max_trials(self) -> int:
        """Trials of the whole search."""
        return self._project.total

    @property
    def trials(self) -> dict[str, Any]:
        """Every trial so far by its id, as `keras_tuner`'s `Trial`."""
        return {trial.trial_id: trial for trial in self._trials(self._project.records())}

    def get_trial(self, trial_id: str) -> Any:
        """One trial."""
        return self.trials[trial_id]

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """The best trials that ran to their end, best first."""
        return self._trials(self._project.ranked()[:num_trials])

    def get_space(self) -> keras_tuner.HyperParameters:
        """What is searched."""
        tuner = _keras_tuner(self._project.spec)
        return tuner.HyperParameters.from_config(to_config(self._project.space))

    def remaining_trials(self) -> int:
        """Trials that a search would still run."""
        ended = sum(record.ended for record in self._project.records())
        return max(0, self._project.total - ended)

    def _trials(self, found: Sequence[TrialRecord]) -> list[Any]:
        if not found:
            return []
        steps = self._best_steps()
        return [self._trial(record, steps.get(record.number, 0)) for record in found]

    def _trial(self, record: TrialRecord, best_step: int) -> Any:
        project = self._project
        tuner = _keras_tuner(project.spec)
        from keras_tuner.engine.trial import Trial

        trial = Trial(
            tuner.HyperParameters.from_config(to_config(project.space, record.params)),
            trial_id=f"{record.number:0{len(str(project.spec.search.trials))}d}",
            status=_STATUS[record.state],
            message=record.message or None,
        )
        trial.score, trial.best_step = record.score, best_step
        for name, value in record.metrics.items():
            if name == project.objective.name:
                trial.metrics.register(name, project.objective.direction[:3])
            trial.metrics.update(name, value, step=best_step)
        for name in project.spec.search.costs:
            if name in record.costs:
                trial.metrics.update(name, record.costs[name], step=best_step)
        return trial

    def _best_steps(self) -> dict[int, int]:
        """Trial → its best epoch, from 0 as KerasTuner counts them."""
        project = self._project
        curves = read_epochs(project.folder.epochs)
        objective = project.objective
        if objective.name not in curves:
            return {}
        curves = curves.dropna(subset=[objective.name]).sort_values(
            objective.name, ascending=not objective.maximize, kind="stable"
        )
        best = curves.drop_duplicates("trial")
        return dict(zip(best["trial"].tolist(), (best["epoch"] - 1).tolist(), strict=True))


def _keras_tuner(spec: Spec) -> Any:
    import_keras(spec.run.backend)
    import keras_tuner

    return keras_tuner
