"""What a search is given of the machine: workers, their threads and data, how wide blocks are."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from rnnsearch.api.asking.asked import resolve_engine
from rnnsearch.api.searches.joining import door
from rnnsearch.data import SequenceData
from rnnsearch.driver.loop import Limits
from rnnsearch.execution import Executor, Patience, WorkerSetup, usable_cores
from rnnsearch.execution.processes import ProcessExecutor
from rnnsearch.execution.worker_orders import Schedule
from rnnsearch.files import cache_folder
from rnnsearch.outcomes.fronts import limits_of as below
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["data_for_workers", "lanes_of", "limits_of", "workers_of"]

_WORKER_MEMORY = 6000.0
"""MiB above which a worker is replaced between blocks: backends never give memory back."""


def workers_of(spec: Spec, folder: StudyFolder) -> Executor:
    """The workers of a search, not started. Touches nothing in the folder."""
    executor = _executor(spec, folder)
    if spec.run.trial_timeout is not None:
        timeout = spec.run.trial_timeout
        executor.patience = Patience(None if timeout == "auto" else timeout)
    return executor


def _executor(spec: Spec, folder: StudyFolder) -> Executor:
    engine, cores = resolve_engine(spec), usable_cores()
    count = _count(spec, engine, cores)
    setup = WorkerSetup(
        data=_data(folder),
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
    if spec.run.executor == "ray":
        from rnnsearch.execution.ray_executor import RayExecutor

        asked = None if spec.run.workers == "auto" else spec.run.workers
        return RayExecutor(setup, asked, spec.run.address, door(folder))
    network = spec.run.join == "network" or spec.run.storage is not None
    return ProcessExecutor(setup, count, door(folder), network=network)


def _count(spec: Spec, engine: str, cores: int) -> int:
    """Processes: one where lanes fill the machine, else as many as have two cores each."""
    if spec.run.workers != "auto":
        return spec.run.workers
    return 1 if engine == "fused" or spec.run.device == "gpu" else max(1, cores // 2)


@contextlib.contextmanager
def data_for_workers(data: SequenceData, folder: StudyFolder) -> Iterator[None]:
    """Write the data where workers read it; what a killed driver left there is removed."""
    import joblib

    path = _data(folder)
    if path.parent.is_symlink():
        path.parent.unlink()
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    try:
        joblib.dump(data.packed(path.parent.resolve()), path)
        yield
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)


def _data(folder: StudyFolder) -> Path:
    return folder.path / ".scratch" / "data.joblib"


def limits_of(
    spec: Spec,
    folder: StudyFolder,
    schedule: Callable[..., Schedule],
    timeout: float | None,
    latest: float | None,
) -> Limits:
    """How long and wide blocks are, and when the search stops.

    Args:
        spec: Of the search.
        folder: Of the study.
        schedule, timeout, latest: As of `Limits`.
    """
    return Limits(
        block=_block(spec),
        lanes=lanes_of(spec),
        schedule=schedule,
        timeout=timeout,
        memory=_WORKER_MEMORY,
        latest=latest,
        checkpoints=folder.checkpoints.absolute(),
        retries=spec.run.retries,
        failures=spec.run.max_failures,
        costs=spec.search.costs,
        below=below(spec.search.constraints),
    )


def lanes_of(spec: Spec) -> int | None:
    """In which a block trains; None: as many as the engine likes."""
    return None if spec.run.lanes == "auto" else spec.run.lanes


def _block(spec: Spec) -> int | None:
    """Trials of a block; None: as suits the device."""
    search = spec.search
    if not SAMPLERS[search.sampler].shares:
        return 1
    if search.block != "auto":
        return search.block
    return 1 if resolve_engine(spec) == "keras" else None
