"""What a search's folder says of it while it runs and when it has ended, however it ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rnnsearch.api.searches.energy import Meter
from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.subject import Subject
from rnnsearch.api.studies.standing_in import is_delivered, stand_in
from rnnsearch.driver.finishing.so_far import SoFar, best_so_far
from rnnsearch.outcomes import Summary, TrialRecord
from rnnsearch.records import StudyFolder, read_environment, read_summary, write_summary

__all__ = ["Ledger", "earlier_cost", "states_of"]


@dataclass(frozen=True)
class Ledger:
    """Writes summary.json, and has the best so far stand in for best.keras.

    Attributes:
        subject: What is searched.
        found: What is known so far.
        engine: Which one.
        started: When the search began, on the monotonic clock.
        earlier: Seconds that searches of the study took before it.
        meter: Of this search's energy.
        earlier_joules: Of those before it; None where that isn't known.
    """

    subject: Subject
    found: Found
    engine: str
    started: float
    earlier: float
    meter: Meter
    earlier_joules: float | None = 0.0

    def so_far(self, trials: Sequence[TrialRecord]) -> SoFar | None:
        """The best of these trials, of the networks that are kept."""
        subject = self.subject
        return best_so_far(subject.planner, subject.data, subject.objective, trials, subject.folder)

    def note(self, trials: Sequence[TrialRecord]) -> None:
        """Write down what there is, for whoever finds the folder after a kill.

        What an earlier search of the folder delivered stays.
        """
        if not is_delivered(self.subject.folder) and (networks := self.stand_in(trials)):
            self.write_summary(trials, interrupted=True, standing_in=networks)

    def stand_in(self, trials: Sequence[TrialRecord]) -> int:
        """Have the best so far predict; of how many networks, 0 where there is none."""
        found = self.so_far(trials)
        if found is None:
            return 0
        stand_in(self.subject.folder, self.subject.data, found)
        return max(1, len(found.members))

    def write_summary(
        self, trials: Sequence[TrialRecord], *, interrupted: bool, standing_in: int = 0
    ) -> None:
        """Write how the search stands, or how it ended, to summary.json."""
        spec, folder, objective = self.subject.spec, self.subject.folder, self.subject.objective
        known = self.found
        so_far = None if known.winner else self.so_far(trials)
        summary = Summary(
            name=spec.name,
            task=spec.task,
            objective=spec.search.objective,
            direction=objective.direction,
            device=known.device or _last_device(folder),
            engine=self.engine,
            backend=spec.run.backend,
            states=states_of(trials),
            seconds=self.earlier + time.monotonic() - self.started,
            winner=so_far.best if so_far else known.winner,
            test=known.winner_test,
            baselines=known.baselines,
            confirmed=known.confirmed,
            deliveries=known.deliveries,
            front=known.front,
            stop=known.stop,
            interrupted=interrupted,
            standing_in=standing_in,
            problems=tuple(known.problems),
            costs=spec.search.costs,
            constraints=spec.search.constraints,
            joules=_sum(self.earlier_joules, self.meter.joules),
        )
        write_summary(folder.summary, summary)


def states_of(trials: Sequence[TrialRecord]) -> dict[str, int]:
    """State → number of trials."""
    return dict(Counter(trial.state for trial in trials))


def earlier_cost(folder: StudyFolder) -> tuple[float, float | None]:
    """Seconds and joules that searches of a study took so far; None where these aren't known."""
    if not folder.summary.exists():
        return 0.0, 0.0
    known = read_summary(folder.summary)
    return known["seconds"], known.get("joules")


def _sum(earlier: float | None, now: float | None) -> float | None:
    return None if earlier is None or now is None else earlier + now


def _last_device(folder: StudyFolder) -> str:
    return (
        str(read_environment(folder.environment)["device"]) if folder.environment.exists() else "-"
    )
