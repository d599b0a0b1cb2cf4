"""The end of a search: the best trials confirmed, the winner saved, the test part touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import optuna

from rnnsearch.api.asking.asked import Inputs
from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.ledger import Ledger
from rnnsearch.api.searches.recorder import Recorder
from rnnsearch.api.studies.standing_in import networks_of, stand_in, write_preparation
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.concluding import Conclusion, Finish
from rnnsearch.driver.finishing.feed_forward import FeedForward
from rnnsearch.driver.finishing.hurried import Hurried
from rnnsearch.driver.finishing.so_far import SoFar
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Judge
from rnnsearch.execution.remote import judge_remotely
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.records import Finals, StudyFolder, load_weights, records
from rnnsearch.tasks import TASKS
from rnnsearch.vocabulary import Objective

__all__ = ["Concluding"]

_SHARE = 0.6
"""Of the time that is left, that the best trial may have taken for a network without memory to be
trained before the best are confirmed: a tenth of that, for each of four rates."""


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
    simple: Callable[[], SimpleMethods] | None = None

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
        network = self._feed_forward(so_far)
        in_time = network is not None and self._has_time(so_far, deadline)
        compared = in_time and self._compare_with(network)
        companions = self._companions(network if compared else None)
        try:
            concluded = self._confirm(trials, deadline, ends, companions)
        except WorkerError as error:
            # What the search itself found can be delivered without.
            self.found.problems.append(f"the best were not confirmed, as {error}")
            concluded = None
        if concluded is None:
            program, fold = so_far.program, so_far.fold
            self._deliver(so_far, companions)
        else:
            program, fold = concluded.program, None
            self.found.conclude(
                concluded.winner, concluded.confirmed, concluded.deliveries, concluded.errors
            )
            self._keep_front(concluded)
        write_preparation(self.folder, program, self.inputs.data.preparation(program.window, fold))
        if not in_time:
            self._compare_with(network)

    def _feed_forward(self, so_far: SoFar) -> FeedForward | None:
        """A network without memory that is as large as the best so far, where there can be one."""
        best, data = so_far.best, self.inputs.data
        task = TASKS[self.inputs.spec.task]
        return FeedForward.beside(
            self.executor, self.planner, data, task, best, best.parameters or 0
        )

    @staticmethod
    def _has_time(so_far: SoFar, deadline: float) -> bool:
        """Whether there is time to train that before the best are confirmed."""
        return so_far.best.seconds <= _SHARE * (deadline - time.monotonic())

    def _compare_with(self, network: FeedForward | None) -> bool:
        """Train it, and note what it came to; whether that went well."""
        if network is None:
            return False
        try:
            self.found.baselines.append(network.record)
            if network.test_errors is not None:
                self.found.errors_beside[network.record.name] = network.test_errors
        except WorkerError as error:
            said = f"no feed-forward network was trained to compare with, as {error}"
            self.found.problems.append(said)
            return False
        return True

    def _companions(self, network: FeedForward | None) -> Companions | None:
        if self.simple is None:
            return None
        task = TASKS[self.inputs.spec.task]
        return Companions(task, self.inputs.data, self.simple, network)

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
        self,
        trials: list[TrialRecord],
        deadline: float,
        ends: float,
        companions: Companions | None,
    ) -> Conclusion | None:
        """Confirm the best; None where that is not asked for, or there was no time for it."""
        if self.planner.regime.deliver == "best":
            return None
        if self.planner.costs:
            self.folder.front.mkdir(exist_ok=True)
        finish = Finish(
            executor=self.executor,
            planner=self.planner,
            data=self.inputs.data,
            finals=Finals(self.folder, self.study),
            objective=self.objective,
            lanes=self.lanes,
            deadline=deadline,
            ends=ends,
            save=self.folder.model,
            save_trial=self.folder.front_model,
            companions=companions,
            tick=self.recorder.concluding,
            checkpoints=self.folder.checkpoints,
        )
        return finish.conclude(trials)

    def _deliver(self, so_far: SoFar, companions: Companions | None) -> None:
        """Save the best so far as the search found it."""
        best, program = so_far.best, so_far.program
        if so_far.members:
            hurried = Hurried(
                self.executor,
                self.planner,
                self.inputs.data,
                self.objective,
                lambda trial, index: load_weights(self.folder.run_weights(trial, index)),
                lambda trial, index: self.folder.run_weights(trial, index).exists(),
                companions,
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
            self.found.conclude(best, (), [delivery], judged.errors)
            return
        weights = load_weights(self.folder.weights(best.number))
        assert so_far.fold is not None
        alone = Judge(program, weights, self.folder.model, so_far.fold)
        judged = judge_remotely(self.executor, alone)
        self.found.errors = judged.errors
        self.found.winner_test = {
            name: value for name, value in judged.metrics.items() if name.startswith("test_")
        }
