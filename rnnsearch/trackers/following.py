"""An observer that tells trackers, and passes everything on."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rnnsearch.driver import Observer, Snapshot
from rnnsearch.driver.planning.programs import objective_of
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.records import StudyFolder, read_summary
from rnnsearch.spec import Spec, resolved
from rnnsearch.trackers._base import Search, Tracker
from rnnsearch.trackers.registry import TRACKERS

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Following", "followed"]


@contextlib.contextmanager
def followed(spec: Spec, folder: Path, observer: Observer | None) -> Iterator[Observer | None]:
    """Have the trackers that a spec asks for follow what is done within.

    Args:
        spec: With `run.trackers`.
        folder: Of the study.
        observer: Told of everything, too.

    Yields:
        Who is to be told; the observer itself where no tracker is asked for.

    Raises:
        MissingExtra: The library of one of them is not installed.
    """
    if not spec.run.trackers:
        yield observer
        return
    objective = objective_of(spec)
    following = Following({name: TRACKERS[name]() for name in spec.run.trackers}, observer)
    following.begin(
        Search(spec.name, spec.task, objective.name, objective.direction, folder, resolved(spec))
    )
    yield following
    summary = StudyFolder(folder).summary
    if summary.exists():
        following.finish(read_summary(summary))


@final
class Following:
    """Trackers and the display. A tracker that fails is left out from then on, with a warning.

    Args:
        trackers: By name.
        observer: The display, or None.
    """

    def __init__(self, trackers: Mapping[str, Tracker], observer: Observer | None) -> None:
        self._trackers = dict(trackers)
        self._observer = observer

    def begin(self, search: Search) -> None:
        """Begin all of them; a library that is not installed is said before anything is trained."""
        for tracker in self._trackers.values():
            tracker.begin(search)

    def started(self, device: str) -> None:
        """Pass on."""
        if self._observer is not None:
            self._observer.started(device)

    def progressed(self, snapshot: Snapshot) -> None:
        """Pass on."""
        if self._observer is not None:
            self._observer.progressed(snapshot)

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """Tell of a trial."""
        self._each(lambda tracker: tracker.trial(record, curves))
        if self._observer is not None:
            self._observer.ended(record, curves, weights)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Tell how it ended."""
        self._each(lambda tracker: tracker.end(summary))

    def _each(self, tell: Callable[[Tracker], None]) -> None:
        for name, tracker in list(self._trackers.items()):
            with self._survived(name):
                tell(tracker)

    @contextlib.contextmanager
    def _survived(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # a server that is away must not cost a night's search
            del self._trackers[name]
            warnings.warn(
                f"the tracker {name} failed and is left out from now on: {error}", stacklevel=2
            )
