"""The end of a search: the best trials confirmed, the winner saved, the test part touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.ledger import Ledger
from rnnsearch.api.searches.recorder import Recorder
from rnnsearch.api.searches.resources import lanes_of
from rnnsearch.api.searches.subject import Subject
from rnnsearch.api.studies.standing_in import networks_of, stand_in, write_preparation
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.concluding import Conclusion, Finish
from rnnsearch.driver.finishing.feed_forward import FeedForward
from rnnsearch.driver.finishing.hurried import Hurried
from rnnsearch.driver.finishing.so_far import SoFar
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.execution.remote import judge_remotely
from rnnsearch.execution.worker_orders import Judge
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import Finals, load_weights, records

__all__ = ["Concluding"]

_SHARE = 0.6
"""Of the time that is left, that the best trial may have taken for a network without memory to be
trained before the best are confirmed: a tenth of that, for each of four rates."""


@dataclass(frozen=True)
class Concluding:
    """What the end of a search needs of it.

    Attributes:
        subject: What was searched.
        executor: Its workers, idle.
        found: What is known so far; what the end comes to is noted there.
        recorder: Told what is going on.
        ledger: Knows the best so far.
        simple: Waits for the simple methods; None where none may stand beside networks.
    """

    subject: Subject
    executor: Executor
    found: Found
    recorder: Recorder
    ledger: Ledger
    simple: Callable[[], SimpleMethods] | None = None

    def run(self, deadline: float, ends: float) -> None:
        """Confirm and deliver, and judge on the test part what is and what might be delivered.

        Args:
            deadline: When confirming stops, on the monotonic clock.
            ends: When the time is up.
        """
        subject = self.subject
        trials = records(subject.study)
        so_far = self.ledger.so_far(trials)
        if so_far is None:
            return
        # Until what is delivered lies there with its preparation, whatever ends this.
        stand_in(subject.folder, subject.data, so_far)
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
        write_preparation(subject.folder, program, subject.data.preparation(program.window, fold))
        if not in_time:
            compared = self._compare_with(network)
        if compared and network is not None:
            self._judge_beside(network)

    def _feed_forward(self, so_far: SoFar) -> FeedForward | None:
        """A network without memory that is as large as the best so far, where there can be one."""
        best, subject = so_far.best, self.subject
        return FeedForward.beside(
            self.executor, subject.planner, subject.data, subject.task, best, best.parameters or 0
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
        except WorkerError as error:
            said = f"no feed-forward network was trained to compare with, as {error}"
            self.found.problems.append(said)
            return False
        return True

    def _judge_beside(self, network: FeedForward) -> None:
        """Have the test part judge the network without memory, too."""
        found, name = self.found, network.record.name
        try:
            judged = network.on_test
        except WorkerError as error:
            found.problems.append(f"the {name} network has no test score, as {error}")
            return
        if judged is None:
            return
        test = {key: value for key, value in judged.metrics.items() if key.startswith("test_")}
        found.baselines = [
            replace(one, test=test) if one.name == name else one for one in found.baselines
        ]
        if judged.errors is not None:
            found.errors_beside[name] = judged.errors

    def _companions(self, network: FeedForward | None) -> Companions | None:
        if self.simple is None:
            return None
        return Companions(self.subject.data, self.simple, network)

    def _keep_front(self, concluded: Conclusion) -> None:
        """Have the networks of the front predict, those of an earlier end be gone."""
        folder, data = self.subject.folder, self.subject.data
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
        subject = self.subject
        if subject.planner.regime.deliver == "best":
            return None
        if subject.planner.costs:
            subject.folder.front.mkdir(exist_ok=True)
        finish = Finish(
            executor=self.executor,
            planner=subject.planner,
            data=subject.data,
            finals=Finals(subject.folder, subject.study),
            objective=subject.objective,
            lanes=lanes_of(subject.spec),
            deadline=deadline,
            ends=ends,
            save=subject.folder.model,
            save_trial=subject.folder.front_model,
            companions=companions,
            tick=self.recorder.concluding,
            checkpoints=subject.folder.checkpoints,
        )
        return finish.conclude(trials)

    def _deliver(self, so_far: SoFar, companions: Companions | None) -> None:
        """Save the best so far as the search found it."""
        subject = self.subject
        best, program = so_far.best, so_far.program
        if so_far.members:
            hurried = Hurried(
                self.executor,
                subject.planner,
                subject.data,
                subject.objective,
                subject.folder,
                companions,
            )
            networks = networks_of(subject.folder, so_far)
            chosen, order = hurried.together(hurried.chosen(so_far), so_far, networks)
            judged = judge_remotely(self.executor, replace(order, save=subject.folder.model))
            delivery = replace(
                chosen,
                test=judged.metrics,
                parameters=judged.parameters,
                milliseconds=judged.milliseconds,
                delivered=True,
            )
            self.found.conclude(best, (), [delivery], judged.errors)
            return
        weights = load_weights(subject.folder.weights(best.number))
        assert so_far.fold is not None
        alone = Judge(program, weights, subject.folder.model, so_far.fold)
        judged = judge_remotely(self.executor, alone)
        self.found.errors = judged.errors
        self.found.winner_test = {
            name: value for name, value in judged.metrics.items() if name.startswith("test_")
        }
