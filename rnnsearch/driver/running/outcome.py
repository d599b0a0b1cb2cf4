"""What a trial's runs come to: its record, and the run whose weights stand for it."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import numpy as np

from rnnsearch.diagnosis import mean_of_runs
from rnnsearch.driver.comparing.standing import spread
from rnnsearch.driver.planning.plans import TrialPlan
from rnnsearch.engines import Program
from rnnsearch.execution.messages import Ended
from rnnsearch.outcomes import Epoch, TrialRecord, TrialState

__all__ = ["best_weights", "mean_metrics", "networks", "trial_record"]


def trial_record(plan: TrialPlan, ended: Sequence[Ended]) -> TrialRecord:
    """The record of a trial all of whose runs ended, in the order of their indices."""
    state = _state(ended)
    best = [run.best for run in ended if run.best is not None]
    if state == "FAIL":
        best = []
    metrics = mean_metrics(best)
    cut = state == "COMPLETE" and any(run.state == "CUT" for run in ended)
    return TrialRecord(
        number=plan.number,
        state=state,
        score=metrics.get(plan.program.objective),
        metrics={name: value for name, value in metrics.items() if name.startswith("val_")},
        epochs=max(run.epochs for run in ended),
        seconds=sum(run.seconds for run in ended),
        parameters=max(run.parameters for run in ended) or None,
        params=plan.params,
        message=_message(plan, ended, state),
        runs=len(plan.runs),
        spread=spread([epoch.metrics[plan.program.objective] for epoch in best]),
        run_epochs=tuple(run.epochs for run in ended),
        run_scores=_scores(plan, ended),
        cut=cut,
        whole=_whole(ended) if cut else 0,
        layers=mean_of_runs([run.layers for run in ended]),
    )


def _whole(ended: Sequence[Ended]) -> int:
    """The first runs that had all their epochs."""
    return sum(1 for _ in itertools.takewhile(lambda run: run.state == "COMPLETE", ended))


def _scores(plan: TrialPlan, ended: Sequence[Ended]) -> tuple[float, ...]:
    """The objective of each run, up to the first that has none."""
    return tuple(run.best.metrics[plan.program.objective] for run in _judged(ended) if run.best)


def _judged(ended: Sequence[Ended]) -> list[Ended]:
    """The runs up to the first that was stopped, or that the time left without an epoch."""
    judged = ("COMPLETE", "CUT")
    return list(itertools.takewhile(lambda run: run.state in judged and run.best, ended))


def _state(ended: Sequence[Ended]) -> TrialState:
    """Of a trial; what the time cut counts with what it had reached."""
    states = {run.state for run in ended}
    return "FAIL" if "FAIL" in states else "PRUNED" if "PRUNED" in states else "COMPLETE"


def mean_metrics(epochs: Sequence[Epoch]) -> dict[str, float]:
    """The mean of each metric over the best epochs of some runs."""
    names = epochs[0].metrics if epochs else ()
    return {name: statistics.fmean(e.metrics[name] for e in epochs) for name in names}


def _message(plan: TrialPlan, ended: Sequence[Ended], state: TrialState) -> str:
    """Why the trial is not COMPLETE, or what time cut; which run, where there are several."""
    if state == "COMPLETE":
        cut = next((run for run in ended if run.state == "CUT"), None)
        return "" if cut is None else _of_run(plan, cut)
    rung = plan.stopped_at
    if state == "PRUNED" and rung is not None and rung <= max(run.epochs for run in ended):
        return f"pruned at epoch {rung}"
    if state == "PRUNED" and any(plan.raced.values()):
        count = next(runs for runs, dropped in plan.raced.items() if dropped)
        return f"dropped after {count} of {len(plan.runs)} runs: worse on each than the best"
    return _of_run(plan, next(run for run in ended if run.state == state and run.message))


def _of_run(plan: TrialPlan, cause: Ended) -> str:
    """What a run says, by its name where there are several."""
    if len(plan.runs) == 1:
        return cause.message
    run = plan.runs[cause.index]
    return f"run {run.index} (seed {run.seed}, fold {run.fold}) {cause.message}"


def networks(plan: TrialPlan, ended: Sequence[Ended]) -> dict[int, list[np.ndarray]]:
    """Run → weights, of the runs that a COMPLETE trial's score is made of."""
    if _state(ended) != "COMPLETE":
        return {}
    return {run.index: run.weights for run in _judged(ended) if run.weights is not None}


def best_weights(plan: TrialPlan, ended: Sequence[Ended]) -> list[np.ndarray] | None:
    """Of the best run on the last fold that there is, whose training part is the largest."""
    known = networks(plan, ended)
    last = max((plan.runs[index].fold for index in known), default=0)
    done = [run for run in ended if run.index in known and plan.runs[run.index].fold == last]
    best = plan.program.goal.best_of(done, lambda run: _score(plan.program, run.best))
    return None if best is None else best.weights


def _score(program: Program, best: Epoch | None) -> float | None:
    return None if best is None else best.metrics.get(program.objective)
