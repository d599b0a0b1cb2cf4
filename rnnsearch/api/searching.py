"""`search`: from a spec to a study's folder, begun or gone on with."""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rnnsearch.api.concluding import Concluding
from rnnsearch.api.disk import writing_to
from rnnsearch.api.inputs import Inputs, fingerprint, read_spec, resolve_engine
from rnnsearch.api.interrupting import interruptible, look_for_stop
from rnnsearch.api.joining import door
from rnnsearch.api.ledger import Ledger, earlier_seconds, states_of
from rnnsearch.api.recorder import Recorder
from rnnsearch.api.results import Results
from rnnsearch.api.standing_in import is_delivered
from rnnsearch.data import Arrays, Dataset
from rnnsearch.driver import Noting, Observer
from rnnsearch.driver.baselines import LANES
from rnnsearch.driver.feed_forward import feed_forward_program, has_feed_forward
from rnnsearch.driver.loop import Limits, Search
from rnnsearch.driver.planner import Planner
from rnnsearch.driver.programs import asked_metrics, objective_of
from rnnsearch.driver.pruners import make_pruner
from rnnsearch.driver.racing import Field
from rnnsearch.driver.regime import UNBOUNDED, batch_for
from rnnsearch.driver.rounds import Rounds
from rnnsearch.driver.simple_methods import SimpleMethods
from rnnsearch.driver.tally import Tally
from rnnsearch.errors import StudyError, WorkerError
from rnnsearch.execution import Executor, Patience, WorkerSetup, usable_cores
from rnnsearch.execution.messages import Prepare
from rnnsearch.execution.processes import ProcessExecutor
from rnnsearch.files import cache_folder, write_text
from rnnsearch.outcomes import BaselineRecord, TrialRecord
from rnnsearch.records import (
    StudyFolder,
    commit,
    leave_waiting,
    open_study,
    read_summary,
    records,
    tell,
)
from rnnsearch.spec import Spec, difference, dump, load, resolved
from rnnsearch.tasks import TASKS
from rnnsearch.trackers import followed
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["search"]

_DELIVERY_SECONDS, _DELIVERY_SHARE = 12.0, 0.15
"""That putting together, judging and saving what is delivered takes of the time, at most."""

_WORKER_MEMORY = 6000.0
"""MiB above which a worker is replaced between blocks: backends never give memory back."""


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
    with writing_to(folder.path), contextlib.closing(_executor(asked.spec, folder)) as executor:
        # They import the backend while the data is read and the study opened.
        executor.launch()
        inputs = asked.read()
        if isinstance(observer, Noting):
            observer.noted(inputs.notes)
        if fresh and folder.exists():
            folder.set_aside()
        folder.create()
        with folder.lock(), interruptible():
            _claim(folder, inputs.spec, fingerprint(inputs.spec, arrays, inputs.data.content))
            with followed(inputs.spec, folder.path, observer) as told:
                return _Searching(inputs, folder, executor, told, started).run()


def _claim(folder: StudyFolder, spec: Spec, content: str) -> None:
    """Write the resolved spec, or refuse a folder that holds another's study."""
    document = resolved(spec)
    if folder.spec.exists():
        old = load(folder.spec, allow_arrays=True).spec
        changes = difference(resolved(old), document)
        if folder.content.exists() and folder.content.read_text("utf-8").strip() != content:
            changes.append("data: the content of the file has changed")
        if changes:
            raise StudyError(
                f"{folder.path} holds a study of another spec:\n  "
                + "\n  ".join(changes)
                + "\ngive another folder with --output, or start anew with --fresh, which keeps "
                "the old folder aside"
            )
    write_text(folder.spec, dump(document))
    write_text(folder.content, f"{content}\n")


@dataclass(frozen=True)
class _Times:
    """When what of a search ends, on the monotonic clock.

    Attributes:
        started: When it began.
        timeout: Seconds that it may take, or None.
        confirm: Share of them that confirms the best.
    """

    started: float
    timeout: float | None
    confirm: float

    @property
    def end(self) -> float:
        """When the time is up."""
        return math.inf if self.timeout is None else self.started + self.timeout

    @property
    def confirming(self) -> float:
        """When confirming ends: what is then left delivers."""
        timeout = self.timeout or 0.0
        return self.end - min(_DELIVERY_SECONDS, _DELIVERY_SHARE * timeout)

    def left(self) -> float | None:
        """Seconds until confirming must end: reading the data took some of the time."""
        return None if self.timeout is None else max(0.0, self.confirming - time.monotonic())

    def searching(self) -> float | None:
        """What is left for the search itself."""
        left = self.left()
        return None if left is None else left * (1 - self.confirm)


@dataclass
class _Searching:
    """One call of `search`, its folder locked."""

    inputs: Inputs
    folder: StudyFolder
    executor: Executor
    observer: Observer | None
    started: float

    def __post_init__(self) -> None:
        spec = self.inputs.spec
        self.spec = spec
        self.task = TASKS[spec.task]
        self.engine = resolve_engine(spec)
        self.objective = objective_of(spec)
        self.simple: SimpleMethods | None = None
        self.study = open_study(self.folder, spec.name, self.objective.direction)
        self.planner = Planner(spec, self.inputs.data, self.study)
        self.regime = self.planner.regime
        self.times = _Times(self.started, spec.search.timeout, self.regime.confirm)
        epochs = self.regime.epochs(batch_for(self.regime.sequences))
        self.study.pruner = make_pruner(self.regime.pruner, epochs)
        self.recorder = Recorder(
            self.folder, spec, self.engine, self.objective.direction, self.observer
        )
        self.ledger = Ledger(
            self.inputs,
            self.folder,
            self.planner,
            self.recorder,
            self.objective,
            self.engine,
            self.started,
            earlier_seconds(self.folder),
        )
        self.recorder.so_far = self.ledger.note
        self.folder.stop.unlink(missing_ok=True)
        self.recorder.look = partial(look_for_stop, self.folder.stop)

    def run(self) -> Results:
        """Train what is left to train, then judge the winner."""
        before = records(self.study)
        done = sum(record.ended for record in before)
        if done >= self.planner.total and self._is_concluded(before):
            return Results.open(self.folder.path)
        interrupted, failure = False, None
        try:
            with self._data_for_workers(), self.executor as executor:
                self.recorder.begin(before, self._simple_baselines())
                self.folder.forget_checkpoints(_open(before))
                self._search(executor, before)
                self.folder.forget_checkpoints(_open(records(self.study)))
                self._conclude(executor)
                shutil.rmtree(self.folder.checkpoints, ignore_errors=True)
        except KeyboardInterrupt:
            interrupted = True
        except WorkerError as error:
            failure = error
        finally:
            leave_waiting(self.study)
            commit(self.study)
            trials = records(self.study)
            self.recorder.write_leaderboard(trials)
        networks, ended = 0, not interrupted and failure is None
        if not ended and not is_delivered(self.folder):
            networks = self.ledger.stand_in(trials)
        if ended or interrupted or any(trial.ended for trial in trials):
            self.ledger.write_summary(trials, interrupted=not ended, standing_in=networks)
        if failure is not None:
            raise self._kept_all_the_same(failure, networks) from failure
        return Results.open(self.folder.path)

    def _kept_all_the_same(self, failure: WorkerError, networks: int) -> WorkerError:
        """What failed, what there is nevertheless, and how to go on."""
        if not networks:
            return failure
        return WorkerError(
            f"{failure}; the ranking is kept (leaderboard {self.folder.path}), and `predict` uses "
            f"the best that the search found until then; give the same command again to go on"
        )

    @contextlib.contextmanager
    def _data_for_workers(self) -> Iterator[None]:
        """Write the data where workers read it; what a killed driver left there is removed."""
        import joblib

        path = _worker_data(self.folder)
        if path.parent.is_symlink():
            path.parent.unlink()
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        try:
            joblib.dump(self.inputs.data.packed(path.parent.resolve()), path)
            yield
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)

    def _folds(self) -> list[Dataset]:
        """The arrays of each fold, for the longest window."""
        data, window = self.inputs.data, max(self._windows(), default=None)
        return [data.dataset(window, fold) for fold in range(data.folds)]

    def _windows(self) -> tuple[int, ...]:
        return self.inputs.space.windows(self.spec)

    def _simple_baselines(self) -> list[BaselineRecord]:
        folds, spec = self._folds(), self.spec
        target = folds[-1].target
        loss = self.task.loss(target, spec.loss)
        metrics = self.task.metrics(target, loss, asked_metrics(spec))
        writing = self.inputs.data.preparation(max(self._windows(), default=None)).writing
        methods = SimpleMethods.fit(self.task, folds, loss, writing)
        if self.regime.deliver == "bag":
            self.simple = methods
        return methods.records(spec.search.objective, metrics)

    def _is_concluded(self, before: list[TrialRecord]) -> bool:
        """Whether the last search came to its end, with these trials."""
        if not self.folder.summary.exists():
            return False
        summary = read_summary(self.folder.summary)
        whole = not summary["interrupted"] and not summary.get("problems")
        return whole and summary["states"] == states_of(before)

    def _tally(self, before: list[TrialRecord]) -> Tally:
        epochs = self.regime.epochs(batch_for(self.regime.sequences))
        total = None if self.planner.total == UNBOUNDED else self.planner.total
        return Tally(before, total, epochs, self.objective, self.spec.search.timeout)

    def _search(self, executor: Executor, before: list[TrialRecord]) -> None:
        field = Field(self.objective)
        for record in before:
            field.add(record)
        limits = Limits(
            block=self._block(),
            lanes=None if self.spec.run.lanes == "auto" else self.spec.run.lanes,
            schedule=self.regime.schedule,
            timeout=self.times.searching(),
            memory=_WORKER_MEMORY,
            latest=self.times.left(),
            checkpoints=self.folder.checkpoints.absolute(),
            retries=self.spec.run.retries,
            failures=self.spec.run.max_failures,
        )
        rounds = None
        if self.planner.total == UNBOUNDED:
            rounds = Rounds(self.objective, self.regime.folds)
            rounds.add(before)
        search = Search(
            self.planner,
            executor,
            limits,
            self._tally(before),
            self.recorder,
            tell=partial(tell, self.study),
            commit=partial(commit, self.study),
            keep=self.recorder.keep,
            afterwards=self._baseline_of,
            field=field,
            rounds=rounds,
        )
        self.recorder.stop = search.run()
        if self.recorder.stop == "failures":
            self.recorder.problems.append(f"{search.failures} (run.max_failures)")

    def _baseline_of(self, best: TrialRecord) -> Prepare | None:
        """The feed-forward network that is trained at the end, should this trial be the winner."""
        winner = self.planner.program(best.params)
        dataset = self.inputs.data.dataset(winner.window)
        if not has_feed_forward(self.task, dataset):
            return None
        program = feed_forward_program(winner, best.parameters or 0, self.task, dataset)
        epochs = self.planner.runs(best.number, best.params)[0].epochs
        return Prepare(program, LANES, LANES, self.regime.plain_schedule(epochs).stride)

    def _block(self) -> int | None:
        """Trials of a block; None: as suits the device."""
        search = self.spec.search
        if not SAMPLERS[search.sampler].shares:
            return 1
        if search.block != "auto":
            return search.block
        return 1 if self.engine == "keras" else None

    def _conclude(self, executor: Executor) -> None:
        lanes = self.spec.run.lanes
        Concluding(
            executor=executor,
            inputs=self.inputs,
            folder=self.folder,
            study=self.study,
            planner=self.planner,
            recorder=self.recorder,
            objective=self.objective,
            lanes=None if lanes == "auto" else lanes,
            ledger=self.ledger,
            simple=self.simple,
        ).run(self.times.confirming, self.times.end)


def _open(trials: Sequence[TrialRecord]) -> list[int]:
    """Those that have not ended."""
    return [trial.number for trial in trials if not trial.ended]


def _executor(spec: Spec, folder: StudyFolder) -> ProcessExecutor:
    """The workers of a search, not started. Touches nothing in the folder."""
    engine, cores = resolve_engine(spec), usable_cores()
    count = _workers(spec, engine, cores)
    setup = WorkerSetup(
        data=_worker_data(folder),
        task=spec.task,
        engine=engine,
        backend=spec.run.backend,
        device=spec.run.device,
        lane_mode=spec.run.lane_mode,
        code=spec.run.code,
        logs=folder.path / "logs",
        threads=max(1, cores // count),
        cache=cache_folder("programs"),
    )
    executor = ProcessExecutor(setup, count, door(folder))
    if spec.run.trial_timeout is not None:
        timeout = spec.run.trial_timeout
        executor.patience = Patience(None if timeout == "auto" else timeout)
    return executor


def _worker_data(folder: StudyFolder) -> Path:
    return folder.path / ".scratch" / "data.joblib"


def _workers(spec: Spec, engine: str, cores: int) -> int:
    """Processes: one where lanes fill the machine, else as many as have two cores each."""
    if spec.run.workers != "auto":
        return spec.run.workers
    return 1 if engine == "fused" or spec.run.device == "gpu" else max(1, cores // 2)
