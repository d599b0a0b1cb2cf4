"""`search`: from a spec to a study's folder, begun or gone on with."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.api.asking.asked import Inputs, fingerprint, read_spec, resolve_engine
from rnnsearch.api.searches.claiming import claim
from rnnsearch.api.searches.deadlines import Deadlines
from rnnsearch.api.searches.disk import writing_to
from rnnsearch.api.searches.ending import Concluding
from rnnsearch.api.searches.energy import Meter, counters
from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.in_background import InBackground
from rnnsearch.api.searches.interrupting import interruptible
from rnnsearch.api.searches.ledger import Ledger, earlier_cost, states_of
from rnnsearch.api.searches.recorder import Recorder
from rnnsearch.api.searches.resources import data_for_workers, limits_of, workers_of
from rnnsearch.api.searches.sharing import announced, shared
from rnnsearch.api.searches.subject import Subject
from rnnsearch.api.studies.results import Results
from rnnsearch.api.studies.standing_in import is_delivered
from rnnsearch.data import Arrays
from rnnsearch.driver import Noting, Observer
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.finishing.feed_forward_program import prepare_feed_forward
from rnnsearch.driver.loop import Search
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.driver.planning.programs import asked_metrics, objective_of
from rnnsearch.driver.planning.regime import UNBOUNDED, batch_for
from rnnsearch.driver.pruning.pruners import make_pruner
from rnnsearch.driver.pruning.racing import Field
from rnnsearch.driver.running.rounds import Rounds
from rnnsearch.driver.running.tally import Tally
from rnnsearch.errors import WorkerError
from rnnsearch.execution import Executor
from rnnsearch.outcomes import BaselineRecord, TrialRecord
from rnnsearch.records import (
    BestWeights,
    StudyFolder,
    commit,
    leave_waiting,
    open_study,
    read_summary,
    records,
)
from rnnsearch.trackers import followed
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    from rnnsearch.records.database import Database

__all__ = ["search"]


def search(
    spec: str | Path | Mapping[str, Any],
    *,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    fresh: bool = False,
    observer: Observer | None = None,
    arrays: Arrays | None = None,
) -> Results:
    """Search a space, or go on where an earlier search of it stopped.

    Args:
        spec: A YAML file, or the same as a dict.
        overrides: Dotted keys of search and run: ``{"search.trials": 20}``.
        output: The study's folder; ``results/<name of the spec>`` if None.
        fresh: Start anew; an old folder is kept aside.
        observer: Told of the progress.
        arrays: The data, where the spec says ``source: arrays``.

    Returns:
        What was found. After Ctrl-C, SIGTERM or a file named ``stop`` in the folder, which end a
        search at once, it is what was found until then, and `Results.interrupted` is true; the
        same call goes on, from checkpoints. With one worker what comes out is what would have
        without the interruption (`rnnsearch.driver.loop` says when it is not).

    Raises:
        InvalidSpec, InvalidData: With every problem found, before anything is trained.
        StudyError: The folder holds a study of another spec, or is in use.
        MissingExtra, WorkerError: A library is missing; training can't be started.
    """
    started = time.monotonic()
    asked = read_spec(spec, overrides or {}, arrays)
    folder = StudyFolder(output if output is not None else Path("results") / asked.spec.name)
    with writing_to(folder.path), contextlib.closing(workers_of(asked.spec, folder)) as executor:
        # They import the backend while the data is read and the study opened.
        executor.launch()
        inputs = asked.read()
        if isinstance(observer, Noting):
            observer.noted(inputs.notes)
        if fresh and folder.exists():
            folder.set_aside()
        folder.create()
        with (
            folder.lock(),
            interruptible(),
            shared(inputs.spec, folder, fresh=fresh) as database,
        ):
            claim(folder, inputs.spec, fingerprint(inputs.spec, arrays, inputs.data.content))
            announced(database, folder)
            with followed(inputs.spec, folder.path, observer) as told:
                begun = _Searching.begin(inputs, folder, executor, told, started, database)
                return begun.run()


@dataclass(frozen=True)
class _Searching:
    """One call of `search`, its folder locked.

    Attributes:
        subject: What is searched.
        executor: The workers, not started.
        deadlines: When what ends.
        found: What is known so far.
        ledger: Says in the folder how the search stands.
        recorder: Writes what ends.
        weights: Those of the best trials.
    """

    subject: Subject
    executor: Executor
    deadlines: Deadlines
    found: Found
    ledger: Ledger
    recorder: Recorder
    weights: BestWeights

    @classmethod
    def begin(
        cls,
        inputs: Inputs,
        folder: StudyFolder,
        executor: Executor,
        observer: Observer | None,
        started: float,
        database: Database | None,
    ) -> _Searching:
        """Open the study, or make it."""
        spec, found = inputs.spec, Found()
        engine, objective = resolve_engine(spec), objective_of(spec)
        study = open_study(
            folder, spec.name, objective.direction, costs=spec.search.costs, database=database
        )
        planner = Planner(spec, inputs.data, study)
        study.pruner = make_pruner(planner.regime.pruner, _usual_epochs(planner))
        seconds, joules = earlier_cost(folder)
        subject = Subject(inputs, folder, study, planner, objective)
        meter = Meter(counters()).begin()
        ledger = Ledger(subject, found, engine, started, seconds, meter, joules)
        folder.stop.unlink(missing_ok=True)
        return cls(
            subject,
            executor,
            Deadlines(started, spec.search.timeout, planner.regime.confirm),
            found,
            ledger,
            Recorder(folder, spec, engine, objective.direction, observer, found, ledger.note),
            BestWeights(folder, objective.direction),
        )

    def run(self) -> Results:
        """Train what is left to train, then judge the winner."""
        subject = self.subject
        before = records(subject.study)
        done = sum(record.ended for record in before)
        if done >= subject.planner.total and self._is_concluded(before):
            return Results.open(subject.folder.path)
        interrupted, failure = False, None
        try:
            with data_for_workers(subject.data, subject.folder), self.executor as executor:
                self._whole(executor, before)
        except KeyboardInterrupt:
            interrupted = True
        except WorkerError as error:
            failure = error
        finally:
            leave_waiting(subject.study)
            commit(subject.study)
            trials = records(subject.study)
            self.recorder.write_leaderboard(trials)
        networks, ended = 0, not interrupted and failure is None
        if not ended and not is_delivered(subject.folder):
            networks = self.ledger.stand_in(trials)
        if ended or interrupted or any(trial.ended for trial in trials):
            self.ledger.write_summary(trials, interrupted=not ended, standing_in=networks)
        self.ledger.meter.close()
        if failure is not None:
            raise self._kept_all_the_same(failure, networks) from failure
        return Results.open(subject.folder.path)

    def _whole(self, executor: Executor, before: Sequence[TrialRecord]) -> None:
        """All that workers are needed for; simple methods are fitted beside the search."""
        subject = self.subject
        simple = InBackground(self._simple_methods).begin()
        fitted = cache(partial(self._fitted, simple))
        try:
            self.weights.begin(before)
            self.recorder.begin(before)
            subject.folder.forget_checkpoints(_open(before))
            self._search(executor, before)
            subject.folder.forget_checkpoints(_open(records(subject.study)))
            self._conclude(executor, fitted if subject.planner.regime.deliver == "bag" else None)
            self._compare(fitted())
        except (KeyboardInterrupt, WorkerError):
            if simple.succeeded:
                fitted()
            raise
        shutil.rmtree(subject.folder.checkpoints, ignore_errors=True)

    def _compare(self, methods: SimpleMethods) -> None:
        """Say of each baseline whether its difference from what is delivered may be chance."""
        subject = self.subject
        if self.found.errors is None:  # of a stream, or without a test part
            return
        spec, data = subject.spec, subject.data
        metric = spec.search.objective.removeprefix("val_")
        self.found.errors_beside |= methods.test_errors(metric)
        mapping, dataset = MAPPINGS[spec.task], methods.fits[-1].dataset
        if not data.ordered:
            self.found.compare(0, by_step=False)
            return
        # So many after one are forecast before it is known; blocks follow each other.
        apart = mapping.aligned or mapping.unfolds
        ahead = getattr(spec.data, "horizon", 0) + (0 if apart else (dataset.output_steps or 1) - 1)
        self.found.compare(max(1, ahead), by_step=mapping.aligned)

    def _kept_all_the_same(self, failure: WorkerError, networks: int) -> WorkerError:
        """What failed, what there is nevertheless, and how to go on."""
        if not networks:
            return failure
        return WorkerError(
            f"{failure}; the ranking is kept (leaderboard {self.subject.folder.path}), and "
            f"`predict` uses the best that the search found until then; give the same command "
            f"again to go on"
        )

    def _simple_methods(self) -> tuple[SimpleMethods, list[BaselineRecord]]:
        """Fit them on each fold, and judge them: in one thread, as workers have the cores."""
        from threadpoolctl import threadpool_limits

        spec, data, task = self.subject.spec, self.subject.data, self.subject.task
        window = max(self.subject.inputs.space.windows(spec), default=None)
        folds = [data.dataset(window, fold) for fold in range(data.folds)]
        target = folds[-1].target
        loss = task.loss(target, spec.loss)
        metrics = task.metrics(target, loss, asked_metrics(spec))
        whole = None if self.subject.planner.regime.deliver == "best" else data.whole(window)
        with threadpool_limits(1):
            methods = SimpleMethods.fit(task, folds, loss, data.preparation(window), whole)
            return methods, methods.records(spec.search.objective, metrics)

    def _fitted(
        self, simple: InBackground[tuple[SimpleMethods, list[BaselineRecord]]]
    ) -> SimpleMethods:
        """Wait for the simple methods, and note what they came to."""
        methods, found = simple.result(lambda: self.recorder.concluding("fitting simple methods"))
        self.found.baselines[:0] = found
        # What a trial is called depends on what a constant comes to.
        self.recorder.begin(records(self.subject.study))
        return methods

    def _is_concluded(self, before: Sequence[TrialRecord]) -> bool:
        """Whether the last search came to its end, with these trials."""
        if not self.subject.folder.summary.exists():
            return False
        summary = read_summary(self.subject.folder.summary)
        whole = not summary["interrupted"] and not summary.get("problems")
        return whole and summary["states"] == states_of(before)

    def _search(self, executor: Executor, before: Sequence[TrialRecord]) -> None:
        subject = self.subject
        spec, planner, deadlines = subject.spec, subject.planner, self.deadlines
        unbounded = planner.total == UNBOUNDED
        field, rounds = Field(subject.objective), None
        for record in before:
            field.add(record)
        if unbounded and not spec.search.costs:
            rounds = Rounds(subject.objective, planner.regime.folds)
            rounds.add(before)
        search = Search(
            planner,
            executor,
            limits_of(
                spec,
                subject.folder,
                planner.regime.schedule,
                deadlines.searching(),
                deadlines.left(),
            ),
            Tally(
                before,
                None if unbounded else planner.total,
                _usual_epochs(planner),
                subject.objective,
                spec.search.timeout,
            ),
            self.recorder,
            subject.study,
            self.weights,
            afterwards=partial(prepare_feed_forward, planner, subject.data, subject.task),
            field=field,
            rounds=rounds,
        )
        self.found.stop = search.run()
        if self.found.stop == "failures":
            self.found.problems.append(f"{search.failures} (run.max_failures)")

    def _conclude(self, executor: Executor, simple: Callable[[], SimpleMethods] | None) -> None:
        Concluding(
            subject=self.subject,
            executor=executor,
            found=self.found,
            recorder=self.recorder,
            ledger=self.ledger,
            simple=simple,
        ).run(self.deadlines.confirming, self.deadlines.end)


def _usual_epochs(planner: Planner) -> int:
    """Of a run, in batches of the usual size."""
    return planner.regime.epochs(batch_for(planner.regime.sequences))


def _open(trials: Sequence[TrialRecord]) -> list[int]:
    """Those that have not ended."""
    return [trial.number for trial in trials if not trial.ended]
