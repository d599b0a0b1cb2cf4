"""What a search is of, which all of its parts ask: the spec, the data, the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnsearch.api.asking.asked import Inputs
from rnnsearch.data import SequenceData
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS, Task
from rnnsearch.vocabulary import Objective

if TYPE_CHECKING:
    import optuna

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """What a search is of.

    Attributes:
        inputs: The spec, read, and its data.
        folder: Of the study.
        study: Of the folder, open.
        planner: Of its trials.
        objective: What is searched for.
    """

    inputs: Inputs
    folder: StudyFolder
    study: optuna.Study
    planner: Planner
    objective: Objective

    @property
    def spec(self) -> Spec:
        """What the user asked for."""
        return self.inputs.spec

    @property
    def data(self) -> SequenceData:
        """What is learned from."""
        return self.inputs.data

    @property
    def task(self) -> Task:
        """Of the spec."""
        return TASKS[self.inputs.spec.task]
