"""The end of a search: the best trials confirmed, the winner saved, the test part touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import optuna

from rnnsearch.api.asked import Inputs
from rnnsearch.api.found import Found
from rnnsearch.api.ledger import Ledger
from rnnsearch.api.recorder import Recorder
from rnnsearch.api.standing_in import networks_of, stand_in, write_preparation
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.finishing.concluding import Conclusion, conclude
from rnnsearch.driver.finishing.feed_forward import feed_forward_baseline, has_feed_forward
from rnnsearch.driver.finishing.hurried import Hurried
from rnnsearch.driver.finishing.so_far import SoFar
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Program
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Judge
from rnnsearch.execution.remote import judge_remotely
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.records import Finals, StudyFolder, load_weights, records
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
    found: Found
    recorder: Recorder
    objective: Objective
    lanes: int | None
    ledger: Ledger
    simple: SimpleMethods | None = None

    def run(self, deadline: float, ends: float) -> None:
        """Confirm and deliver, and judge on the test part what is and what might be delivered.

        Args:
            deadline: When confirming stops, on the monotonic clock.
            ends: When the time is up.
        """
        trials = records(self.study)
        order = ranked(trials, self.objective)
        if not order:
            return
        so_far = self.ledger.so_far(trials)
        assert so_far is not None, "a trial that is ranked has weights"
        # Until what is delivered lies there with its preparation, whatever ends this.
        stand_in(self.folder, self.inputs.data, so_far)
        try:
            concluded = self._confirm(trials, deadline, ends)
        except WorkerError as error:
            # What the search itself found can be delivered without.
            self.found.problems.append(f"the best were not confirmed, as {error}")
            concluded = None
        if concluded is None:
            best, program, fold = so_far.best, so_far.program, so_far.fold
            parameters = self._deliver(so_far)
        else:
            best, program, fold = concluded.winner, concluded.program, None
            parameters = best.parameters or 0
            self.found.conclude(best, concluded.confirmed, concluded.deliveries)
            self._keep_front(concluded)
        write_preparation(self.folder, program, self.inputs.data.preparation(program.window, fold))
        try:
            self._compare_with_feed_forward(best, program, parameters)
        except WorkerError as error:
            said = f"no feed-forward network was trained to compare with, as {error}"
            self.found.problems.append(said)

    def _keep_front(self, concluded: Conclusion) -> None:
        """Have the networks of the front predict, those of an earlier end be gone."""
        folder, data = self.folder, self.inputs.data
        names = {f"{one.trial:05d}" for one in concluded.front}
        for path in folder.front.glob("*"):
            if path.suffix in (".keras", ".json") and path.stem not in names:
                path.unlink()
        for one in concluded.front:
            preparation = data.preparation(one.program.window)
            write_preparation(folder, one.program, preparation, trial=one.trial)
        self.found.front = [one.delivery for one in concluded.front]
        self.found.problems += concluded.problems

    def _confirm(
        self, trials: list[TrialRecord], deadline: float, ends: float
    ) -> Conclusion | None:
        """Confirm the best; None where that is not asked for, or there was no time for it."""
        if self.planner.regime.deliver == "best":
            return None
        if self.planner.costs:
            self.folder.front.mkdir(exist_ok=True)
        return conclude(
            self.executor,
            self.planner,
            self.inputs.data,
            Finals(self.folder, self.study),
            trials,
            self.objective,
            lanes=self.lanes,
            deadline=deadline,
            ends=ends,
            save=self.folder.model,
            save_trial=self.folder.front_model,
            task=TASKS[self.inputs.spec.task],
            simple=self.simple,
            tick=self.recorder.concluding,
            checkpoints=self.folder.checkpoints,
        )

    def _deliver(self, so_far: SoFar) -> int:
        """Save the best so far as the search found it; its weights."""
        best, program = so_far.best, so_far.program
        if so_far.members:
            hurried = Hurried(
                self.executor,
                self.planner,
                self.inputs.data,
                TASKS[self.inputs.spec.task],
                self.objective,
                lambda trial, index: load_weights(self.folder.run_weights(trial, index)),
                lambda trial, index: self.folder.run_weights(trial, index).exists(),
                self.simple,
            )
            networks = networks_of(self.folder, so_far)
            chosen, order = hurried.together(hurried.chosen(so_far), so_far, networks)
            judged = judge_remotely(self.executor, replace(order, save=self.folder.model))
            delivery = replace(
                chosen,
                test=judged.metrics,
                parameters=judged.parameters,
                milliseconds=judged.milliseconds,
                delivered=True,
            )
            self.found.conclude(best, (), [delivery])
            return best.parameters or 0
        weights = load_weights(self.folder.weights(best.number))
        assert so_far.fold is not None
        alone = Judge(program, weights, self.folder.model, so_far.fold)
        judged = judge_remotely(self.executor, alone)
        self.found.winner_test = {
            name: value for name, value in judged.metrics.items() if name.startswith("test_")
        }
        return judged.parameters

    def _compare_with_feed_forward(
        self, best: TrialRecord, program: Program, parameters: int
    ) -> None:
        """Train a network without memory that is as large, where there can be one."""
        task, dataset = TASKS[self.inputs.spec.task], self.inputs.data.dataset(program.window)
        if not has_feed_forward(task, dataset):
            return
        regime = self.planner.regime
        budget = self.planner.runs(best.number, best.params)[: regime.folds]
        if best.cut:  # it is given no more than the winner had
            budget = tuple(replace(run, epochs=max(1, best.epochs)) for run in budget)
        schedule = regime.plain_schedule(budget[0].epochs)
        self.found.baselines.append(
            feed_forward_baseline(
                self.executor, program, parameters, task, dataset, budget, schedule
            )
        )
