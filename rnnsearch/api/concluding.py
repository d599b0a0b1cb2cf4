"""The end of a search: the best trials confirmed, the winner saved, the test part touched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import optuna

from rnnsearch.api.inputs import Inputs
from rnnsearch.api.recorder import Recorder
from rnnsearch.api.standing_in import last_fold, stand_in, write_preparation
from rnnsearch.driver import TrialRecord
from rnnsearch.driver.baselines import (
    SimpleMethods,
    feed_forward_baseline,
    has_feed_forward,
)
from rnnsearch.driver.concluding import Conclusion, conclude
from rnnsearch.driver.planner import Planner
from rnnsearch.driver.ranking import ranked
from rnnsearch.engines import Program
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Judge, Judged
from rnnsearch.execution.requests import judge_remotely
from rnnsearch.records import Finals, StudyFolder, commit, load_weights, records
from rnnsearch.tasks import TASKS
from rnnsearch.vocabulary import Objective

__all__ = ["Concluding"]


@dataclass(frozen=True)
class Concluding:
    """What the end of a search needs of it."""

    executor: Executor
    inputs: Inputs
    folder: StudyFolder
    study: optuna.Study
    planner: Planner
    recorder: Recorder
    objective: Objective
    lanes: int | None
    simple: SimpleMethods | None = None

    def run(self, deadline: float) -> None:
        """Confirm and deliver, and judge on the test part what is delivered.

        Args:
            deadline: When confirming stops, on the monotonic clock.
        """
        trials = records(self.study)
        order = ranked(trials, self.objective)
        if not order:
            return
        best = order[0]
        # Until what is delivered lies there with its preparation, whatever ends this.
        stand_in(self.folder, self.planner, self.inputs.data, best)
        concluded = self._confirm(trials, deadline)
        if concluded is None:
            program, parameters = self._deliver_best(best)
            fold: int | None = last_fold(self.planner)
        else:
            best, program, fold = concluded.winner, concluded.program, None
            parameters = best.parameters or 0
            self.recorder.conclude(best, concluded.confirmed, concluded.deliveries)
        write_preparation(self.folder, program, self.inputs.data.preparation(program.window, fold))
        self._compare_with_feed_forward(best, program, parameters)

    def _confirm(self, trials: list[TrialRecord], deadline: float) -> Conclusion | None:
        if self.planner.regime.deliver == "best":
            return None
        return conclude(
            self.executor,
            self.planner,
            self.inputs.data,
            Finals(self.folder, self.study, partial(commit, self.study)),
            trials,
            self.objective,
            lanes=self.lanes,
            deadline=deadline,
            save=self.folder.model,
            task=TASKS[self.inputs.spec.task],
            simple=self.simple,
            tick=self.recorder.concluding,
        )

    def _deliver_best(self, best: TrialRecord) -> tuple[Program, int]:
        """Save the best trial's network as the search found it."""
        program = self.planner.program(best.params)
        weights = load_weights(self.folder.weights(best.number))
        order = Judge(program, weights, self.folder.model, last_fold(self.planner))
        judged: Judged = judge_remotely(self.executor, order)
        self.recorder.winner_test = {
            name: value for name, value in judged.metrics.items() if name.startswith("test_")
        }
        return program, judged.parameters

    def _compare_with_feed_forward(
        self, best: TrialRecord, program: Program, parameters: int
    ) -> None:
        """Train a network without memory that is as large, where there can be one."""
        task, dataset = TASKS[self.inputs.spec.task], self.inputs.data.dataset(program.window)
        if not has_feed_forward(task, dataset):
            return
        regime = self.planner.regime
        budget = self.planner.runs(best.number, best.params)[: regime.folds]
        schedule = regime.plain_schedule(budget[0].epochs)
        self.recorder.baselines.append(
            feed_forward_baseline(
                self.executor, program, parameters, task, dataset, budget, schedule
            )
        )
